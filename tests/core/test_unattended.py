"""Campaigns without agents in the core: how many calls go on, and what becomes of who answers."""

from __future__ import annotations

from typing import Any

import pytest

from ccengine.core import events
from ccengine.core.commands import CloseLead, OfferCall, PlaceCall, RefillHopper, WithdrawCalls
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome
from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.purposes import Mode
from ccengine.core.errors import NobodyAgreed
from ccengine.core.ids import AgentId, CallId
from ccengine.core.periods import Period
from ccengine.core.states import CallState
from tests.core.builders import CLIENT, TENANT, agent_settings, queue_named, queue_settings
from tests.core.dialing_stage import RENEWALS, SURVEY, DialingStage, campaign
from tests.core.stage import NODE, Like, state_bytes
from tests.core.test_snapshots import through_the_journal

SHOWN = "600201"


def news(**rules: Any) -> Any:
    return campaign(Mode.UNATTENDED, "news.leads", **{"calls_at_most": 3, **rules})


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {name: agent_settings("sales:4") for name in ("anna", "bob")}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=news())
    return stage


def dialed(stage: DialingStage, call: CallId) -> None:
    """It rings, and they see our number."""
    placed = stage.placed[call]
    known: dict[str, Any] = {"campaign": placed.campaign, "lead": placed.lead.key}
    stage.post(
        events.LeadDialed(
            **known,
            call=call,
            tenant=TENANT,
            client=CLIENT,
            node=NODE,
            number=placed.number,
            attempt=AttemptId(f"a-{call}"),
            caller=SHOWN,
        )
    )


def first_answers(stage: DialingStage) -> CallId:
    call = stage.ringing()[0]
    dialed(stage, call)
    stage.lead_answers(call)
    return call


def in_flow(stage: DialingStage) -> CallId:
    call = first_answers(stage)
    stage.post(events.FlowStepEntered(call=call, flow="news", step="menu"))
    return call


def test_it_calls_without_agents_as_many_at_a_time_as_it_may(stage: DialingStage) -> None:
    told = stage.start()
    assert Like(RefillHopper, campaign=RENEWALS) in told
    assert len(stage.ringing()) == 3
    stage.wait(5)
    assert len(stage.ringing()) == 3


def test_calls_that_go_on_count(stage: DialingStage) -> None:
    stage.start()
    call = in_flow(stage)
    stage.wait(5)
    assert len(stage.ringing()) == 2
    stage.hang_up(call)
    assert len(stage.ringing()) == 3


def test_whoever_is_not_reached_makes_room(stage: DialingStage) -> None:
    stage.start()
    first, second, third = stage.ringing()
    stage.held_back(first)
    dialed(stage, second)
    stage.lead_fails(second)
    assert len(stage.ringing()) == 3
    assert third in stage.ringing()


def test_who_answers_is_as_a_caller_of_the_number_they_see(stage: DialingStage) -> None:
    stage.start()
    call = stage.center.calls[first_answers(stage)]
    assert (call.state, call.flow, call.queue) == (CallState.IN_FLOW, "news", None)
    assert (call.caller, call.number) == ("+493000001", SHOWN)
    assert call.patience_until is None


@pytest.mark.parametrize(
    ("enters", "outcome"), [(True, AttemptOutcome.ANSWERED), (False, AttemptOutcome.CUT_OFF)]
)
def test_whoever_heard_the_flow_has_answered(
    stage: DialingStage, outcome: AttemptOutcome, *, enters: bool
) -> None:
    stage.start()
    call = in_flow(stage) if enters else first_answers(stage)
    stage.hang_up(call)
    assert stage.closed == [Like(CloseLead, call=call, lead=1, outcome=outcome, agent=None)]


def test_who_was_told_who_called_was_abandoned(stage: DialingStage) -> None:
    stage.start()
    call = first_answers(stage)
    stage.abandoned(call)
    stage.hang_up(call)
    (closed,) = stage.closed
    assert closed.outcome is AttemptOutcome.ABANDONED
    run = stage.center.campaigns[RENEWALS]
    assert (run.figures.live, run.figures.abandoned) == (1, 1)


def test_the_flow_leads_to_a_queue_and_an_agent_as_usual(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    call = in_flow(stage)
    told = stage.post(events.CallQueued(call=call, queue=queue_named("sales")))
    assert Like(OfferCall, call=call, agent="anna") in told
    stage.agent_takes(call)
    stage.wait(30)
    stage.hang_up(call)
    assert not stage.closed  # anna may still say how it went
    stage.wait(15)
    (closed,) = stage.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ANSWERED, AgentId("anna"))


def test_who_gives_up_in_the_queue_has_answered(stage: DialingStage) -> None:
    stage.start()
    call = in_flow(stage)
    stage.post(events.CallQueued(call=call, queue=queue_named("sales")))
    stage.wait(60)
    assert stage.center.calls[call].state is CallState.WAITING  # nobody takes them out
    stage.hang_up(call)
    assert [one.outcome for one in stage.closed] == [AttemptOutcome.ANSWERED]


def test_other_campaigns_leave_an_agent_to_whom_its_flow_has_led_to_a_queue(
    stage: DialingStage,
) -> None:
    stage.with_campaigns(renewals=news(), survey=campaign(Mode.PROGRESSIVE))
    stage.start()
    call = in_flow(stage)
    stage.post(events.CallQueued(call=call, queue=queue_named("sales")))
    stage.log_in("anna")
    stage.start(SURVEY)
    surveyed = [one for one in stage.placed.values() if one.campaign == SURVEY]
    assert not surveyed
    stage.log_in("bob")
    surveyed = [one for one in stage.placed.values() if one.campaign == SURVEY]
    assert len(surveyed) == 1


def test_no_agent_is_kept_for_it(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=news(), survey=campaign(Mode.PROGRESSIVE))
    stage.log_in("anna")
    stage.start()
    stage.pause()  # its calls are in the air
    stage.start(SURVEY)
    assert [one.campaign for one in stage.placed.values()].count(SURVEY) == 1


def test_nothing_is_withdrawn_as_the_last_agent_leaves(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    stage.post(events.AgentLoggedOut(agent=AgentId("anna")))
    stage.wait(2)
    assert not stage.withdrawn
    assert len(stage.ringing()) == 3


def test_a_pause_stops_it_and_what_goes_on_goes_on(stage: DialingStage) -> None:
    stage.start()
    call = in_flow(stage)
    stage.pause()
    stage.wait(5)
    assert len(stage.ringing()) == 2
    assert call in stage.center.calls
    stage.hang_up(call)
    assert len(stage.ringing()) == 2
    stage.start()
    assert len(stage.ringing()) == 3


def test_its_hours_and_its_last_day_stop_it(stage: DialingStage) -> None:
    now = stage.now
    hours = (Period(now, now + 10), Period(now + 20, now + 40))
    stage.with_campaigns(renewals=news(periods=hours, ends_at=now + 40, ends_because="over"))
    stage.start()
    stage.wait(11)
    call = stage.ringing()[0]
    dialed(stage, call)
    stage.lead_fails(call)
    assert len(stage.ringing()) == 2
    stage.wait(10)
    assert len(stage.ringing()) == 3
    stage.wait(20)
    assert RENEWALS not in stage.center.campaigns


def test_out_of_the_plan_its_calls_are_hung_up(stage: DialingStage) -> None:
    stage.start()
    calls = stage.ringing()
    stage.with_campaigns(survey=news())
    assert stage.withdrawn == set(calls)
    assert RENEWALS not in stage.center.campaigns


@pytest.mark.parametrize("rules", [{"agreed": False}, {"flow": ""}])
def test_nobody_agreed_or_nothing_is_heard_and_it_is_not_started(
    stage: DialingStage, rules: dict[str, Any]
) -> None:
    stage.with_campaigns(renewals=news(**rules))
    with pytest.raises(NobodyAgreed):
        stage.start()
    assert not stage.ringing()


@pytest.mark.parametrize("rules", [{"agreed": False}, {"flow": ""}])
def test_a_reload_without_consent_stops_it(stage: DialingStage, rules: dict[str, Any]) -> None:
    stage.start()
    call = first_answers(stage)
    stage.with_campaigns(renewals=news(**rules))
    stage.hang_up(call)
    stage.wait(2)
    assert len(stage.ringing()) == 2


def test_calls_that_hear_nothing_in_time_make_it_slow(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=news(limits=(Limit(0.03),)))
    stage.start()
    call = first_answers(stage)
    stage.abandoned(call)
    stage.hang_up(call)
    for other in stage.all_dialed():
        stage.lead_fails(other)
    assert len(stage.ringing()) == 1


def test_nobody_counts_as_its_agent(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    stage.wait(10)
    run = stage.center.campaigns[RENEWALS]
    assert run.agents == 0
    assert run.figures.staffed_seconds == 0


def test_who_answered_in_an_earlier_life_of_the_campaign_is_counted_once(
    stage: DialingStage,
) -> None:
    stage.start()
    call = first_answers(stage)
    other = first_answers(stage)
    stage.post(events.CampaignFinished(campaign=RENEWALS, by="olga"))
    stage.start()
    stage.machine_heard(other)
    stage.abandoned(call)
    figures = stage.center.campaigns[RENEWALS].figures
    assert (figures.live, figures.abandoned, figures.machines) == (1, 1, 1)


def test_out_of_reach_nothing_is_placed(stage: DialingStage) -> None:
    stage.post(events.SwitchLost(node=NODE))
    told = stage.start()
    assert not [one for one in told if isinstance(one, PlaceCall | WithdrawCalls)]
    stage.post(events.SwitchResynced(node=NODE))
    stage.wait(1)
    assert len(stage.ringing()) == 3


def test_a_snapshot_knows_what_they_hear(stage: DialingStage) -> None:
    stage.start()
    call = in_flow(stage)
    again = through_the_journal(stage.center)
    assert state_bytes(again) == state_bytes(stage.center)
    stage.center = again
    stage.hang_up(call)
    assert [one.outcome for one in stage.closed] == [AttemptOutcome.ANSWERED]
