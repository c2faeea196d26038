"""Offers: accepted, declined, unanswered or withdrawn; the caller's place is never lost."""

from __future__ import annotations

import pytest

from ccengine.core import events
from ccengine.core.commands import Connect, OfferCall, ShowAgent, ShowCall, WithdrawOffer
from ccengine.core.ids import AgentId, CallId, OfferId
from ccengine.core.reasons import Why
from ccengine.core.states import AgentState, CallState
from tests.core.builders import queue_settings
from tests.core.stage import Like, Stage


def test_an_offer_says_all_that_is_needed_to_ring(stage: Stage) -> None:
    stage.queues = {"billing": queue_settings("billing:1", ring=12)}
    stage.staff(anna="billing:4")
    wanted = OfferCall(
        offer=OfferId("c1.1"),
        call=CallId("c1"),
        agent=AgentId("anna"),
        phone=stage.center.agent(AgentId("anna")).phone,
        queue="nova/billing",
        ring_seconds=12,
        why=Why(strategy="longest-idle", idle_seconds=1.0),
    )
    stage.expect(stage.queue("c1", "billing"), wanted)
    assert stage.center.next_deadline() == stage.now + 12


def test_accepted_is_connected_once(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    connect = Like(Connect, offer="c1.1", call="c1", agent="anna", queue="nova/billing")
    stage.expect(stage.accept("c1"), connect)
    assert stage.accept("c1") == []
    assert stage.center.ignored == 1
    assert stage.wait(25) == [], "an answered phone rings no longer"


def test_what_is_shown_is_what_is(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    shown = stage.queue("c1", "billing") + stage.accept("c1") + stage.bridge("c1")
    calls = [command.state for command in shown if isinstance(command, ShowCall)]
    agents = [command.state for command in shown if isinstance(command, ShowAgent)]
    assert calls == [
        CallState.WAITING, CallState.OFFERED, CallState.CONNECTING, CallState.TALKING
    ]  # fmt: skip
    assert agents == [AgentState.OFFERED, AgentState.ON_CALL]


def test_unanswered_goes_on_to_the_next_and_the_caller_stays_first(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.not_ready("bob")
    stage.queue("c2", "billing")
    stage.wait(19)
    assert stage.state("anna") == "offered"
    stage.expect(stage.wait(1), Like(WithdrawOffer, call="c1", agent="anna", reason="no answer"))
    assert (stage.state("anna"), stage.reason("anna")) == ("not_ready", "no answer")
    assert stage.line() == ["c1", "c2"]
    stage.expect(stage.ready("bob"), Like(OfferCall, call="c1", agent="bob", offer="c1.2"))


def test_an_unanswered_offer_is_offered_on_in_the_same_step(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.expect(
        stage.wait(20),
        Like(WithdrawOffer, offer="c1.1", agent="anna"),
        Like(OfferCall, offer="c1.2", agent="bob"),
    )


@pytest.mark.parametrize("reason", ["declined", "busy", "unreachable"])
def test_declined_is_not_ready_with_the_reason(stage: Stage, reason: str) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.expect(stage.decline("c1", reason=reason), Like(OfferCall, call="c1", agent="bob"))
    assert (stage.state("anna"), stage.reason("anna")) == ("not_ready", reason)
    assert stage.wait(19.9) == []


def test_declined_by_all_the_caller_waits_first(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(stage.decline("c1"))
    assert stage.line() == ["c1", "c2"]
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1", offer="c1.2"))


def test_ringing_changes_nothing(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    due = stage.center.next_deadline()
    assert stage.ring("c1") == []
    assert stage.center.next_deadline() == due


@pytest.mark.parametrize("late", ["accept", "decline", "ring"])
def test_late_answers_to_an_offer_that_is_over_do_not_count(stage: Stage, late: str) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.wait(20)  # now offered to bob
    assert getattr(stage, late)("c1", "anna") == []
    assert stage.center.ignored == 1
    assert (stage.state("anna"), stage.state("bob")) == ("not_ready", "offered")


def test_an_old_offer_to_the_same_agent_is_not_the_new_one(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.wait(20)
    stage.ready("anna")  # c1.2
    old = {"call": CallId("c1"), "agent": AgentId("anna"), "offer": OfferId("c1.1")}
    assert stage.post(events.OfferAccepted(**old)) == []
    assert stage.call_state("c1") == "offered"


def test_an_answer_by_someone_else_does_not_count(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    wrong = {"call": CallId("c1"), "agent": AgentId("bob"), "offer": OfferId("c1.1")}
    assert stage.post(events.OfferAccepted(**wrong)) == []
    assert stage.post(events.OfferDeclined(**wrong, reason="busy")) == []
    assert stage.center.ignored == 2


def test_who_goes_not_ready_while_ringing_is_not_rung(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.expect(
        stage.not_ready("anna", "lunch"),
        Like(WithdrawOffer, offer="c1.1", agent="anna", reason="not ready: lunch"),
        Like(OfferCall, offer="c1.2", agent="bob"),
    )
    assert stage.reason("anna") == "lunch"


def test_who_logs_out_while_ringing_is_not_rung(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.expect(stage.log_out("anna"), Like(WithdrawOffer, offer="c1.1", agent="anna"))
    assert stage.state("anna") == "offline"
    assert stage.line() == ["c1"]


def test_ready_while_ringing_changes_nothing(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    assert stage.ready("anna") == []
    assert stage.state("anna") == "offered"


def test_the_caller_leaves_while_ringing_the_agent_keeps_the_turn(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.wait(10)
    stage.expect(
        stage.hang_up("c1"), Like(WithdrawOffer, offer="c1.1", agent="anna", reason="caller left")
    )
    stage.expect(stage.queue("c2", "billing"), Like(OfferCall, call="c2", agent="anna"))


def test_the_caller_leaves_at_the_instant_of_answer_the_agent_keeps_the_turn(
    stage: Stage,
) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.accept("c1")
    stage.expect(stage.hang_up("c1"), Like(WithdrawOffer, offer="c1.1", agent="anna"))
    assert stage.state("anna") == "available"
    stage.expect(stage.queue("c2", "billing"), Like(OfferCall, call="c2", agent="anna"))


def test_the_caller_left_just_before_the_answer(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.hang_up("c1")
    assert stage.accept("c1") == []
    assert stage.center.ignored == 1
    assert stage.state("anna") == "available"


def test_the_next_caller_gets_the_agent_whom_a_caller_left(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(
        stage.hang_up("c1"),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c2", agent="anna"),
    )


def test_an_agent_lost_before_the_bridge_is_not_ready_and_the_caller_first(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.accept("c1")
    stage.expect(stage.fail("c1"))
    assert (stage.state("anna"), stage.line()) == ("not_ready", ["c1", "c2"])
    assert stage.reason("anna") == "hung up before the caller was joined"
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1", offer="c1.2"))


def test_ring_deadlines_of_one_instant_are_met_in_the_order_they_were_set(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(
        stage.wait(20),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(WithdrawOffer, call="c2", agent="bob"),
    )
    assert stage.line() == ["c1", "c2"]


def test_a_timer_that_is_late_does_all_that_was_due(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.expect(stage.advance(500), Like(WithdrawOffer, call="c1"))
    assert stage.center.next_deadline() is None


def test_a_timer_that_is_early_does_nothing(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    assert stage.advance(stage.now + 19.99) == []
