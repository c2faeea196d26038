"""Calls that agents have promised: dialed in time, one to one, by whom they were promised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.commands import OfferCall, PlaceCall, RefillHopper
from ccengine.core.dialer.leads import LeadState
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import AgentId, CallId
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign, lead
from tests.core.stage import Like, state_bytes
from tests.core.test_snapshots import through_the_journal

if TYPE_CHECKING:
    from ccengine.core.dialer.leads import Lead

ANNA, BOB = AgentId("anna"), AgentId("bob")
OVERDUE = 900.0


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage(leads=5)
    stage.agents = {name: agent_settings("sales:4") for name in ("anna", "bob", "carl")}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=3.0))
    return stage


def promised(key: int, due_at: float, agent: AgentId | None = None) -> Lead:
    return replace(lead(key), state=LeadState.CALLBACK, due_at=due_at, agent=agent)


def promise(stage: DialingStage, key: int, seconds: float = 0.0, **known: Any) -> None:
    stage.fresh.insert(0, promised(key, stage.now + seconds, **known))


def of_lead(stage: DialingStage, key: int) -> CallId:
    """Return the call to a lead that is on its way."""
    (call,) = [call for call, placed in stage.placed.items() if placed.lead.key == key]
    return call


def keys(stage: DialingStage) -> set[int]:
    return {placed.lead.key for placed in stage.placed.values()}


def test_a_promised_call_comes_first_and_has_an_agent_of_its_own(stage: DialingStage) -> None:
    stage.log_in("anna")
    promise(stage, 90)
    stage.start()
    assert keys(stage) == {90}  # three for one free agent would be the campaign's way
    call = of_lead(stage, 90)
    assert stage.placed[call].agent == ANNA
    assert stage.center.agent(ANNA).dials == call
    stage.wait(5)
    assert keys(stage) == {90}


def test_others_are_dialed_for_other_agents_meanwhile(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.log_in("bob")
    promise(stage, 90, agent=BOB)
    stage.start()
    assert stage.placed[of_lead(stage, 90)].agent == BOB
    assert len(keys(stage)) == 4  # three of them for anna


def test_who_answers_is_offered_to_whom_it_was_promised_by(stage: DialingStage) -> None:
    for name in ("anna", "bob", "carl"):
        stage.log_in(name)
    promise(stage, 90, agent=BOB)
    stage.start()
    call = of_lead(stage, 90)
    stage.dialed(call)
    assert Like(OfferCall, call=call, agent=BOB) in stage.lead_answers(call)


def test_an_own_call_waits_for_its_agent(stage: DialingStage) -> None:
    stage.log_in("anna")
    promise(stage, 90, agent=BOB)
    stage.start()
    assert 90 not in keys(stage)
    stage.log_in("bob")
    stage.wait(1)
    assert stage.placed[of_lead(stage, 90)].agent == BOB


def test_an_own_call_is_anybodys_when_it_is_overdue(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(own_callback_seconds=OVERDUE))
    stage.log_in("anna")
    stage.fresh.clear()
    promise(stage, 90, agent=BOB)
    stage.start()
    stage.wait(OVERDUE - 1)
    assert not keys(stage)
    stage.wait(2)
    assert stage.placed[of_lead(stage, 90)].agent == ANNA


def test_what_an_agent_promised_is_not_taken_by_another_first(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.log_in("bob")
    promise(stage, 90)  # anybody's, and due for longer
    promise(stage, 91, agent=ANNA)
    stage.start()
    assert stage.placed[of_lead(stage, 91)].agent == ANNA
    assert stage.placed[of_lead(stage, 90)].agent == BOB


def test_whoever_is_promised_calls_by_one_agent_keeps_no_other_waiting(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(calls_at_most=5))
    stage.log_in("anna")
    stage.log_in("bob")
    for key in range(90, 100):
        promise(stage, key, agent=ANNA)
    stage.start()
    call = of_lead(stage, 99)
    stage.dialed(call)
    stage.lead_answers(call)
    stage.agent_takes(call)  # nine more wait for her
    stage.wait(60)
    assert keys(stage) & set(range(1, 6))
    assert not keys(stage) & set(range(90, 99))
    assert stage.center.campaigns[RENEWALS].hopper.keepers == {ANNA}


def test_nobody_is_called_before_the_time(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.fresh.clear()
    promise(stage, 90, seconds=600)
    stage.start()
    stage.wait(599)
    assert not keys(stage)
    stage.wait(2)
    assert keys(stage) == {90}


def test_who_is_due_is_asked_for_though_there_are_leads_enough(stage: DialingStage) -> None:
    stage.fresh = [lead(key) for key in range(1, 61)]
    stage.with_campaigns(renewals=campaign(calls_at_most=30))
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()  # there is room for one
    promise(stage, 900)
    stage.wait(30)
    stage.lead_fails(call)
    assert keys(stage) == {900}
    assert Like(RefillHopper, campaign=RENEWALS, only_promised=True, agents=(ANNA,)) in stage.asked


def test_a_promised_call_whose_agent_leaves_is_hung_up(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.log_in("bob")
    promise(stage, 90, agent=BOB)
    stage.start()
    call = of_lead(stage, 90)
    stage.not_ready("bob")
    assert call in stage.withdrawn


def test_as_many_as_may_be_in_the_air(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(calls_at_most=1))
    for name in ("anna", "bob"):
        stage.log_in(name)
    promise(stage, 90)
    promise(stage, 91)
    stage.start()
    assert len(keys(stage)) == 1


def test_a_snapshot_keeps_who_is_kept(stage: DialingStage) -> None:
    stage.log_in("anna")
    promise(stage, 90)
    promise(stage, 91, seconds=60, agent=BOB)
    stage.start()
    assert any(isinstance(one, PlaceCall) for one in stage.placed.values())
    again = through_the_journal(stage.center)
    again.check_invariants()
    assert state_bytes(again) == state_bytes(stage.center)
