"""What agents say of calls to leads: with the attempt, and after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ccengine.core import events
from ccengine.core.commands import CloseLead
from ccengine.core.dialer.leads import AttemptOutcome, Promise
from ccengine.core.errors import NoLead, NothingToSay, UnknownDisposition
from ccengine.core.ids import AgentId, CallId
from ccengine.core.outcome_rules import OutcomeRules
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import DialingStage, campaign
from tests.core.stage import Like, state_bytes
from tests.core.test_snapshots import through_the_journal

ANNA = AgentId("anna")
FORM = "nova/survey@1#0"
SAID = OutcomeRules(dispositions=("sold", "no_calls", "voicemail"), form=FORM)


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {"anna": agent_settings("sales:4")}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=campaign(outcome=SAID, machine_dispositions=("voicemail",)))
    return stage


@pytest.fixture
def call(stage: DialingStage) -> CallId:
    """Anna talks with a lead."""
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.agent_takes(call)
    return call


def says(stage: DialingStage, call: CallId, disposition: str) -> None:
    stage.post(events.OutcomeSet(call=call, agent=ANNA, disposition=disposition))


def fills(stage: DialingStage, call: CallId, **values: str) -> None:
    stage.post(events.FormFilled(call=call, agent=ANNA, form=FORM, values=values))


def books(stage: DialingStage, call: CallId, due_at: float | None, *, own: bool = False) -> None:
    booked = events.LeadCallbackBooked(call=call, agent=ANNA, due_at=due_at, is_own=own)
    stage.post(booked)


def ends(stage: DialingStage, call: CallId) -> CloseLead:
    """Have the talk and its wrap-up end."""
    stage.hang_up(call)
    stage.wait(15)
    return stage.closed[-1]


def test_a_campaign_asks_for_something_else_than_its_queue(
    stage: DialingStage, call: CallId
) -> None:
    debrief = stage.center.debrief(ANNA, stage.now)
    assert debrief is not None
    assert stage.center.outcome_rules(debrief) == SAID
    with pytest.raises(UnknownDisposition):
        says(stage, call, "bought")


def test_all_that_was_said_goes_with_the_attempt(stage: DialingStage, call: CallId) -> None:
    fills(stage, call, users="12", months="24")
    books(stage, call, 1e6, own=True)
    says(stage, call, "sold")
    closed = ends(stage, call)
    assert closed == Like(CloseLead, disposition="sold", form=FORM, corrects=False)
    assert closed.values == {"users": "12", "months": "24"}
    assert closed.promise == Promise(due_at=1e6, agent=ANNA)


def test_what_is_said_in_the_wrap_up_goes_with_it_too(stage: DialingStage, call: CallId) -> None:
    stage.hang_up(call)
    fills(stage, call, users="12")
    books(stage, call, 1e6)
    stage.wait(15)
    (closed,) = stage.closed
    assert closed.values == {"users": "12"}
    assert closed.promise == Promise(due_at=1e6)


def test_an_attempt_ends_with_its_call_not_with_what_is_typed_after_it(
    stage: DialingStage, call: CallId
) -> None:
    stage.wait(20)
    stage.hang_up(call)
    hung_up_at = stage.now
    stage.wait(8)
    fills(stage, call, users="12")  # who types stays in wrap-up
    stage.wait(14)
    (closed,) = stage.closed
    assert stage.now - hung_up_at > 15
    assert closed.ended_at == hung_up_at
    stage.wait(60)
    says(stage, call, "no_calls")
    assert stage.closed[-1] == Like(CloseLead, corrects=True, ended_at=hung_up_at)


def test_what_is_said_after_the_wrap_up_corrects_it(stage: DialingStage, call: CallId) -> None:
    says(stage, call, "sold")
    ends(stage, call)
    says(stage, call, "no_calls")
    fills(stage, call, why="cold")
    books(stage, call, 1e6)
    first, *corrections = stage.closed
    assert not first.corrects
    assert all(one.corrects for one in corrections)
    last = corrections[-1]
    assert (last.disposition, last.values, last.attempt) == (
        "no_calls",
        {"why": "cold"},
        first.attempt,
    )
    assert last.promise == Promise(due_at=1e6)


def test_what_is_said_twice_corrects_nothing(stage: DialingStage, call: CallId) -> None:
    says(stage, call, "sold")
    ends(stage, call)
    says(stage, call, "sold")
    assert len(stage.closed) == 1


def test_a_machine_may_be_found_out_later(stage: DialingStage, call: CallId) -> None:
    says(stage, call, "sold")
    assert ends(stage, call).outcome is AttemptOutcome.ANSWERED
    says(stage, call, "voicemail")
    assert stage.closed[-1].outcome is AttemptOutcome.MACHINE
    says(stage, call, "sold")
    assert stage.closed[-1].outcome is AttemptOutcome.ANSWERED


def test_when_it_is_too_late_nothing_is_corrected(stage: DialingStage, call: CallId) -> None:
    ends(stage, call)
    stage.wait(SAID.grace_seconds + 1)
    for late in (lambda: says(stage, call, "sold"), lambda: books(stage, call, 1e6)):
        with pytest.raises(NothingToSay):
            late()
    assert len(stage.closed) == 1


def test_a_promise_is_taken_back(stage: DialingStage, call: CallId) -> None:
    books(stage, call, 1e6)
    books(stage, call, None)
    assert ends(stage, call).promise is None


def test_callers_have_no_lead_to_be_called_back(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.queue("c1", "sales")
    stage.agent_takes(CallId("c1"))
    with pytest.raises(NoLead):
        books(stage, CallId("c1"), 1e6)


def test_what_is_closed_survives_a_snapshot(stage: DialingStage, call: CallId) -> None:
    books(stage, call, 1e6)
    says(stage, call, "sold")
    ends(stage, call)
    again = through_the_journal(stage.center)
    assert state_bytes(again) == state_bytes(stage.center)


def test_a_new_plan_may_ask_for_something_else(stage: DialingStage, call: CallId) -> None:
    rules = replace(SAID, dispositions=("bought",))
    stage.with_campaigns(renewals=campaign(outcome=rules))
    says(stage, call, "bought")
    assert ends(stage, call).disposition == "bought"
