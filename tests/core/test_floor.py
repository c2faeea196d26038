"""A plan swapped under live calls: nobody is cut off, nobody is forgotten."""

from __future__ import annotations

import pytest

from ccengine.core.commands import OfferCall, ShowAgent, WithdrawOffer
from ccengine.core.errors import UnknownAgent
from ccengine.core.states import AgentState
from tests.core.builders import agent_settings, queue_settings, skills
from tests.core.stage import Like, Stage


def without(stage: Stage, agent: str) -> list[object]:
    """Load the plan again without the agent."""
    del stage.agents[agent]
    return list(stage.plan())


def is_known(stage: Stage, agent: str) -> bool:
    return any(known.id == agent for known in stage.center.agents())


def test_the_same_plan_again_changes_nothing(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.queue("c3", "billing")
    assert stage.plan() == []
    stage.expect(stage.wait(20), Like(WithdrawOffer, call="c1"), Like(WithdrawOffer, call="c2"))
    assert stage.line() == ["c1", "c2", "c3"]


def test_a_removed_agent_who_is_idle_is_logged_out(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    assert Like(ShowAgent, agent="anna", state=AgentState.OFFLINE) in without(stage, "anna")
    assert not is_known(stage, "anna")
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="bob"))


def test_a_removed_agent_who_is_rung_is_withdrawn(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.expect(
        without(stage, "anna"),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c1", agent="bob"),
    )
    assert not is_known(stage, "anna")


def test_a_removed_agent_in_wrap_up_is_logged_out(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    without(stage, "anna")
    assert not is_known(stage, "anna")
    assert stage.wait(100) == []


def test_a_removed_agent_finishes_the_call_they_are_on(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    assert without(stage, "anna") == []
    assert stage.state("anna") == "on_call"
    assert Like(ShowAgent, agent="anna", state=AgentState.OFFLINE) in stage.hang_up("c1")
    assert not is_known(stage, "anna")


@pytest.mark.parametrize("word", ["ready", "not_ready"])
def test_a_removed_agent_cannot_stay(stage: Stage, word: str) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    without(stage, "anna")
    getattr(stage, word)("anna")
    stage.hang_up("c1")
    stage.wait(100)
    assert not is_known(stage, "anna")


@pytest.mark.parametrize("ends", ["hang_up", "fail"])
def test_a_removed_agent_who_was_just_answering_is_logged_out(stage: Stage, ends: str) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.accept("c1")
    without(stage, "anna")
    getattr(stage, ends)("c1")
    assert not is_known(stage, "anna")


def test_an_agent_who_is_in_the_plan_again_before_the_call_ends_stays(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    without(stage, "anna")
    stage.agents["anna"] = agent_settings("billing:4")
    stage.plan()
    stage.hang_up("c1")
    assert stage.state("anna") == "wrap_up"
    stage.wait(15)
    assert stage.state("anna") == "available"


def test_a_removed_agent_who_is_offline_is_forgotten(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.log_out("anna")
    without(stage, "anna")
    assert not is_known(stage, "anna")
    with pytest.raises(UnknownAgent):
        stage.ready("anna")


def test_callers_in_a_removed_queue_are_still_served(stage: Stage) -> None:
    stage.queues = {"billing": queue_settings("billing:1", ring=5)}
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    del stage.queues["billing"]
    stage.plan()
    assert stage.line() == ["c1"]
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1", ring_seconds=20))
    stage.accept("c1")
    stage.bridge("c1")
    stage.hang_up("c1")
    assert stage.center.next_deadline() == stage.now + 15


def test_who_learns_a_skill_gets_the_callers_who_wait_for_it(stage: Stage) -> None:
    stage.queues = {"sales": queue_settings("sales:3")}
    stage.staff(anna="billing:4 sales:1")
    stage.queue("c1", "sales")
    stage.settle_plan("anna", skills=skills("billing:4 sales:3"))
    stage.expect(stage.plan(), Like(OfferCall, call="c1", agent="anna"))


def test_who_loses_a_skill_gets_no_more_of_its_callers(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.settle_plan("anna", skills={})
    stage.plan()
    stage.expect(stage.queue("c1", "billing"))


def test_a_ringing_phone_rings_on_when_the_skill_is_lost(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.settle_plan("anna", skills={})
    assert stage.plan() == []
    assert stage.state("anna") == "offered"


def test_a_queue_that_needs_less_now_lets_its_callers_go(stage: Stage) -> None:
    stage.queues = {"hard": queue_settings("billing:9")}
    stage.staff(anna="billing:4")
    stage.queue("c1", "hard")
    stage.queues["hard"] = queue_settings("billing:4")
    stage.expect(stage.plan(), Like(OfferCall, call="c1", agent="anna"))


def test_a_queue_that_needs_more_now_holds_its_callers(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.stray("c1")
    stage.queues["billing"] = queue_settings("billing:9")
    stage.plan()
    stage.expect(stage.come_back("c1"))
    stage.expect(stage.ready("anna"))
    assert stage.line() == ["c1"]


def test_who_is_approved_for_another_client_gets_its_callers(stage: Stage) -> None:
    stage.queues = {"sirin/billing": queue_settings("billing:1")}
    stage.staff(anna="billing:4")
    stage.queue("c1", "sirin/billing")
    stage.settle_plan("anna", clients=("nova", "sirin"))
    stage.expect(stage.plan(), Like(OfferCall, call="c1", agent="anna"))


def test_order_holds_when_one_plan_frees_callers_and_agents(stage: Stage) -> None:
    stage.queues = {"sales": queue_settings("sales:1"), "billing": queue_settings("billing:1")}
    stage.staff(anna="billing:4")
    stage.agents["bob"] = agent_settings("billing:4")
    stage.plan()
    stage.queue("c1", "sales")  # nobody can
    stage.queue("c2", "billing")  # rings at anna
    stage.log_in("bob")
    stage.settle_plan("bob", skills=skills("billing:4 sales:4"))
    stage.expect(
        without(stage, "anna"),
        Like(WithdrawOffer, call="c2", agent="anna"),
        Like(OfferCall, call="c1", agent="bob"),
    )
    assert stage.line() == ["c2"]


def test_longest_idle_is_remembered_over_plans(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.agents = dict(reversed(stage.agents.items()))
    stage.plan()
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="anna"))
