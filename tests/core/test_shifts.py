"""Agents' shifts: what is asked for during a call comes true after it."""

from __future__ import annotations

import pytest

from ccengine.core.commands import OfferCall, ShowAgent, WithdrawOffer
from ccengine.core.errors import IllegalTransition, PhoneTaken, UnknownAgent
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.states import AgentState
from tests.core.builders import queue_settings
from tests.core.stage import Like, Stage


def phone_of(stage: Stage, agent: str) -> PhoneId | None:
    return stage.center.agent(AgentId(agent)).phone


def test_who_logs_in_is_available_and_gets_the_first_caller(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.log_out("anna")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(stage.log_in("anna", "200"), Like(OfferCall, call="c1", phone="200"))


def test_a_plan_may_have_agents_log_in_not_ready(stage: Stage) -> None:
    stage.ready_at_login = False
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    assert (stage.state("anna"), stage.reason("anna")) == ("not_ready", "logged in")
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1"))


def test_nobody_outside_the_plan_logs_in(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    with pytest.raises(UnknownAgent):
        stage.log_in("eve")


@pytest.mark.parametrize("word", ["log_out", "ready", "not_ready"])
def test_who_is_offline_must_log_in_first(stage: Stage, word: str) -> None:
    stage.staff(anna="billing:4")
    stage.log_out("anna")
    with pytest.raises(IllegalTransition):
        getattr(stage, word)("anna")


def test_logging_in_elsewhere_is_a_move(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.log_in("anna", "200")
    assert phone_of(stage, "anna") == "200"
    stage.log_in("anna", "300")
    stage.log_in("anna", "200")
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="anna", phone="200"))


def test_a_move_leaves_the_old_phone_to_others(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="sales:4")
    stage.log_in("anna", "200")
    stage.log_in("anna", "300")
    stage.log_in("bob", "200")
    assert (phone_of(stage, "anna"), phone_of(stage, "bob")) == ("300", "200")
    assert (stage.state("anna"), stage.state("bob")) == ("available", "available")


def test_moving_ends_a_wrap_up_once(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.log_in("anna", "200")
    assert stage.state("anna") == "available"
    assert stage.center.next_deadline() is None


def test_nobody_moves_with_a_call(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    with pytest.raises(PhoneTaken):
        stage.log_in("anna", "200")
    stage.accept("c1")
    with pytest.raises(PhoneTaken):
        stage.log_in("anna", "200")


def test_a_phone_in_a_call_is_taken(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="sales:4")
    stage.log_in("anna", "200")
    stage.queue("c1", "billing")
    with pytest.raises(PhoneTaken):
        stage.log_in("bob", "200")


@pytest.mark.parametrize("before", ["available", "not ready", "wrap-up"])
def test_a_phone_without_a_call_changes_hands(stage: Stage, before: str) -> None:
    stage.staff(anna="billing:4", bob="sales:4")
    stage.log_in("anna", "200")
    if before == "not ready":
        stage.not_ready("anna")
    if before == "wrap-up":
        stage.talk("c1", "billing")
        stage.hang_up("c1")
    shown = stage.log_in("bob", "200")
    assert Like(ShowAgent, agent="anna", state=AgentState.OFFLINE, phone=None) in shown
    assert (stage.state("anna"), stage.state("bob")) == ("offline", "available")
    assert phone_of(stage, "bob") == "200"
    assert stage.wait(100) == []


def test_logging_out_frees_the_phone(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="sales:4")
    stage.log_in("anna", "200")
    stage.log_out("anna")
    stage.log_in("bob", "200")
    stage.log_in("anna", "201")
    assert (phone_of(stage, "anna"), phone_of(stage, "bob")) == ("201", "200")


def test_ready_twice_keeps_the_turn(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.ready("anna")
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="anna"))


def test_not_ready_costs_the_turn(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.not_ready("anna")
    stage.ready("anna")
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, agent="bob"))


def test_not_ready_gets_no_calls_and_may_change_the_reason(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna", "lunch")
    stage.not_ready("anna", "training")
    assert stage.reason("anna") == "training"
    stage.expect(stage.queue("c1", "billing"))
    stage.ready("anna")
    assert stage.reason("anna") == ""


def test_wrap_up_ends_at_its_deadline(stage: Stage) -> None:
    stage.queues = {"billing": queue_settings("billing:1", wrap_up=30)}
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    shown = stage.hang_up("c1")
    until = stage.now + 30
    assert Like(ShowAgent, agent="anna", state=AgentState.WRAP_UP, until=until, call="c1") in shown
    stage.queue("c2", "billing")
    assert stage.wait(29.9) == []
    stage.expect(stage.until(until), Like(OfferCall, call="c2", agent="anna"))


def test_no_wrap_up_is_no_wait(stage: Stage) -> None:
    stage.queues = {"billing": queue_settings("billing:1", wrap_up=0)}
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(stage.hang_up("c1"), Like(OfferCall, call="c2", agent="anna"))


def test_ready_ends_the_wrap_up(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.queue("c2", "billing")
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c2"))
    assert stage.wait(15) == [], "the wrap-up's deadline is gone"


def test_not_ready_ends_the_wrap_up(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.not_ready("anna", "lunch")
    assert (stage.state("anna"), stage.reason("anna")) == ("not_ready", "lunch")
    assert stage.wait(100) == []


def test_logging_out_ends_the_wrap_up(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.log_out("anna")
    assert stage.state("anna") == "offline"
    assert stage.wait(100) == []


def test_not_ready_during_a_call_means_after_it(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.not_ready("anna", "lunch")
    assert stage.state("anna") == "on_call"
    stage.hang_up("c1")
    assert stage.state("anna") == "wrap_up"
    stage.wait(15)
    assert (stage.state("anna"), stage.reason("anna")) == ("not_ready", "lunch")


def test_logging_out_during_a_call_means_after_it(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.log_out("anna")
    assert stage.state("anna") == "on_call"
    stage.hang_up("c1")
    stage.wait(15)
    assert stage.state("anna") == "offline"


def test_the_last_word_during_a_call_counts(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.log_out("anna")
    stage.not_ready("anna", "lunch")
    stage.ready("anna")
    stage.hang_up("c1")
    stage.wait(15)
    assert stage.state("anna") == "available"


def test_what_was_asked_for_in_one_call_is_over_after_it(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.not_ready("anna")
    stage.hang_up("c1")
    stage.wait(15)
    stage.ready("anna")
    stage.talk("c2", "billing")
    stage.hang_up("c2")
    stage.wait(15)
    assert stage.state("anna") == "available"


@pytest.mark.parametrize("ends", ["hang_up", "fail"])
@pytest.mark.parametrize(("word", "after"), [("not_ready", "not_ready"), ("log_out", "offline")])
def test_what_was_asked_for_at_the_instant_of_answer_comes_true(
    stage: Stage, ends: str, word: str, after: str
) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.accept("c1")
    getattr(stage, word)("anna")
    commands = getattr(stage, ends)("c1")
    withdrawn = [Like(WithdrawOffer, call="c1", agent="anna")] if ends == "hang_up" else []
    stage.expect(commands, *withdrawn)
    assert stage.state("anna") == after
    if word == "not_ready":
        assert stage.reason("anna") == "lunch"


def test_ready_at_the_instant_of_answer_does_not_outlast_it(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.accept("c1")
    stage.not_ready("anna")
    stage.hang_up("c1")
    stage.ready("anna")
    stage.talk("c2", "billing")
    stage.hang_up("c2")
    stage.wait(15)
    assert stage.state("anna") == "available"
