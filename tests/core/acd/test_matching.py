"""The best pair: first caller, longest idle agent, and only who qualifies."""

from __future__ import annotations

import pytest

from ccengine.core.acd.requirement import Lack, Requirement
from ccengine.core.commands import OfferCall
from ccengine.core.ids import AgentId, ClientId, SkillId
from tests.core.builders import agent_settings, plan_of, queue_named, queue_settings
from tests.core.stage import Like, Stage


def test_the_longest_idle_agent_is_taken_over_all_queues(stage: Stage) -> None:
    stage.staff(anna="billing:4 sales:4", bob="billing:4", carl="sales:4")
    stage.expect(stage.queue("c1", "sales"), Like(OfferCall, call="c1", agent="anna"))
    stage.accept("c1")
    stage.bridge("c1")
    stage.hang_up("c1")
    stage.wait(15)  # anna is idle again, but since later than bob and carl
    stage.expect(stage.queue("c2", "billing"), Like(OfferCall, call="c2", agent="bob"))
    stage.expect(stage.queue("c3", "sales"), Like(OfferCall, call="c3", agent="carl"))
    stage.expect(stage.queue("c4", "sales"), Like(OfferCall, call="c4", agent="anna"))


def test_a_call_in_one_queue_costs_the_turn_in_all(stage: Stage) -> None:
    stage.staff(anna="billing:4 sales:4", bob="billing:4 sales:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.ready("anna")
    stage.expect(stage.queue("c2", "sales"), Like(OfferCall, agent="bob"))


def test_idle_at_the_same_instant_the_first_to_say_so_is_taken(stage: Stage) -> None:
    stage.staff(zoe="billing:4", anna="billing:4")
    for name in ("zoe", "anna"):
        stage.not_ready(name)
    for name in ("zoe", "anna"):
        stage.ready(name)
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="zoe"))


def test_priority_goes_first_then_arrival(stage: Stage) -> None:
    stage.queues = {"vip": queue_settings("billing:1", priority=5)}
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.queue("c2", "vip")
    stage.queue("c3", "billing", priority=5)
    stage.queue("c4", "billing")
    stage.queue("c5", "vip", priority=-1)
    assert stage.line() == ["c2", "c3", "c1", "c4", "c5"]
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c2", agent="anna"))


@pytest.mark.parametrize("used_before", ["sales", "billing"])
def test_arrival_counts_over_queues(stage: Stage, used_before: str) -> None:
    stage.staff(anna="billing:4 sales:4")
    stage.not_ready("anna")
    stage.queue("c0", used_before)
    stage.hang_up("c0")
    stage.queue("c1", "sales")
    stage.queue("c2", "billing")
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1"))


@pytest.mark.parametrize(("has", "fits"), [("billing:3", True), ("billing:2", False), ("", False)])
def test_minimum_proficiency(stage: Stage, has: str, fits: bool) -> None:  # noqa: FBT001 - a table
    stage.queues = {"hard": queue_settings("billing:3")}
    stage.staff(anna=has)
    wanted = [Like(OfferCall, agent="anna")] if fits else []
    stage.expect(stage.queue("c1", "hard"), *wanted)


def test_all_required_skills_are_needed(stage: Stage) -> None:
    stage.queues = {"german": queue_settings("billing:3 german:2")}
    stage.staff(anna="billing:9", bob="german:9", carl="billing:3 german:2")
    stage.expect(stage.queue("c1", "german"), Like(OfferCall, agent="carl"))
    stage.expect(stage.queue("c2", "german"))
    assert stage.line() == ["c2"]


def test_a_queue_that_requires_nothing_takes_any_approved_agent(stage: Stage) -> None:
    stage.queues = {"any": queue_settings()}
    stage.staff(anna="")
    stage.expect(stage.queue("c1", "any"), Like(OfferCall, agent="anna"))


def test_agents_serve_only_clients_they_are_approved_for(stage: Stage) -> None:
    stage.agents = {
        "anna": agent_settings("billing:9", ("nova",)),
        "bob": agent_settings("billing:1", ("nova", "sirin")),
    }
    stage.queues = {"sirin/billing": queue_settings("billing:1")}
    stage.plan()
    for name in ("anna", "bob"):
        stage.log_in(name)
    stage.expect(stage.queue("c1", "sirin/billing"), Like(OfferCall, agent="bob"))
    stage.expect(stage.queue("c2", "sirin/billing"))
    assert stage.state("anna") == "available"


def test_somebody_who_cannot_be_served_holds_up_nobody(stage: Stage) -> None:
    stage.queues = {"hard": queue_settings("billing:9", priority=9)}
    stage.staff(anna="billing:4")
    stage.queue("c1", "hard")
    stage.expect(stage.queue("c2", "billing"), Like(OfferCall, call="c2", agent="anna"))


def test_a_requirement_is_met_by_client_and_proficiency() -> None:
    requirement = Requirement(queue_named("billing"), ClientId("nova"), ((SkillId("billing"), 3),))
    agents = {
        "fits": agent_settings("billing:3"),
        "other": agent_settings("billing:3", ("sirin",)),
        "weak": agent_settings("sales:3"),
    }
    plan = plan_of(agents, {})
    assert requirement.lack_of(AgentId("fits"), plan, 0.0) is None
    assert requirement.lack_of(AgentId("other"), plan, 0.0) == Lack("approval", "nova")
    assert requirement.lack_of(AgentId("weak"), plan, 0.0) == Lack("skill", "billing", 0, 3)
