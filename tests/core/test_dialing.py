"""Campaigns in the core: who is dialed when, and what becomes of who answers."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from ccengine.core import events
from ccengine.core.commands import (
    CloseLead,
    OfferCall,
    PlaceCall,
    RefillHopper,
    ReturnLeads,
    WithdrawCalls,
    WithdrawOffer,
)
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.purposes import Mode
from ccengine.core.errors import NotNow, UnknownCampaign
from ccengine.core.ids import AgentId, CampaignId
from ccengine.core.periods import Period
from ccengine.core.queues import Strategy
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, SURVEY, DialingStage, campaign, lead
from tests.core.stage import NODE, Like, state_bytes
from tests.core.test_snapshots import through_the_journal

MONTHS = (Limit(0.5, Window.THIRTY_DAYS),)


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {name: agent_settings("sales:4") for name in ("anna", "bob", "carl")}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=campaign())
    return stage


def test_a_campaign_calls_for_each_free_agent(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.log_in("bob")
    told = stage.start()
    assert Like(RefillHopper, campaign=RENEWALS) in told
    assert len(stage.ringing()) == 2
    assert stage.placed[stage.ringing()[0]].number == "+493000001"


def test_without_agents_nobody_is_called(stage: DialingStage) -> None:
    stage.start()
    stage.wait(5)
    assert not stage.ringing()
    stage.log_in("anna")
    assert len(stage.ringing()) == 1
    stage.start(RENEWALS)  # again: nothing comes of it
    assert len(stage.ringing()) == 1


def test_a_campaign_that_is_not_planned_cannot_be_started(stage: DialingStage) -> None:
    with pytest.raises(UnknownCampaign):
        stage.start(CampaignId("nova/none"))


def test_a_campaign_that_lacks_something_is_not_started_and_says_why(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(hindrance="its message is not rendered"))
    stage.log_in("anna")
    with pytest.raises(NotNow, match="not rendered"):
        stage.start()
    assert not stage.ringing()


def test_who_answers_is_offered_and_talks(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    told = stage.lead_answers(call)
    assert Like(OfferCall, call=call, agent="anna", auto_answer=True) in told
    stage.agent_takes(call)
    assert not stage.ringing()  # anna talks
    stage.wait(60)
    stage.hang_up(call)
    assert not stage.closed  # anna may still say how it went
    stage.wait(15)
    assert stage.closed == [
        Like(CloseLead, call=call, lead=1, outcome=AttemptOutcome.ANSWERED, agent="anna")
    ]
    assert len(stage.ringing()) == 1


def test_the_disposition_goes_with_the_attempt(stage: DialingStage) -> None:
    settings = stage.queues["sales"]
    rules = replace(settings.outcome, dispositions=("sold", "lost"), required=True)
    stage.queues["sales"] = replace(settings, outcome=rules)
    stage.plan()
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.agent_takes(call)
    stage.hang_up(call)
    stage.wait(300)
    assert not stage.closed
    stage.post(events.OutcomeSet(call=call, agent=AgentId("anna"), disposition="sold"))
    (closed,) = stage.closed
    assert (closed.disposition, closed.attempt) == ("sold", f"a-{call}")


def test_who_is_not_reached_makes_room_for_the_next(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    for number in range(1, 4):
        (call,) = stage.all_dialed()
        assert stage.placed[call].lead.key == number
        stage.lead_fails(call)
    assert len(stage.ringing()) == 1


def test_who_the_law_holds_back_was_not_called(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.ringing()
    stage.held_back(call)
    (other,) = stage.ringing()
    assert other != call


def test_a_lead_stands_before_everybody_in_its_line(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.not_ready("anna")
    stage.queue("c1", "sales", priority=9)
    stage.lead_answers(call)
    assert stage.line() == [call, "c1"]
    stage.expect(stage.ready("anna"), Like(OfferCall, call=call))


def test_patience_ends_and_the_session_says_abandoned(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.not_ready("anna")
    stage.lead_answers(call)
    stage.wait(2)
    assert stage.call_state(call) == "in_flow"
    stage.abandoned(call)
    stage.hang_up(call)
    assert stage.closed[-1].outcome is AttemptOutcome.ABANDONED


def test_a_phone_that_rings_as_patience_ends_stops(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    told = stage.wait(2)
    assert Like(WithdrawOffer, call=call, agent="anna") in told
    assert stage.call_state(call) == "in_flow"
    assert stage.state("anna") == "available"


def test_an_agent_who_answered_too_late_is_let_off(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.accept(call)
    stage.wait(5)
    assert stage.call_state(call) == "connecting"
    stage.abandoned(call)
    assert stage.call_state(call) == "in_flow"
    assert stage.state("anna") == "available"


def test_who_hangs_up_before_anybody_came_was_cut_off(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.hang_up(call)
    assert stage.closed[-1].outcome is AttemptOutcome.CUT_OFF


def test_calls_are_hung_up_when_the_last_agent_leaves(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.log_in("bob")
    stage.start()
    calls = stage.all_dialed()
    assert Like(WithdrawCalls) not in stage.not_ready("anna")
    told = stage.not_ready("bob")
    assert Like(WithdrawCalls, campaign=RENEWALS, calls=tuple(calls)) in told
    assert Like(WithdrawCalls) not in stage.wait(3)  # once


def test_inbound_comes_first(stage: DialingStage) -> None:
    """Given a caller who waits for a rested agent, no lead is dialed for that one."""
    stage.log_in("anna")
    stage.queue("c1", "sales")
    stage.queue("c2", "sales")
    stage.start()
    assert not stage.ringing()
    stage.accept("c1")
    stage.bridge("c1")
    stage.hang_up("c1")
    stage.wait(15)
    assert stage.call_state("c2") == "offered"
    assert not stage.ringing()


def test_a_pause_gives_leads_back_and_lets_calls_end(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    told = stage.pause()
    assert Like(ReturnLeads, campaign=RENEWALS) in told
    assert stage.claimed == {1}
    stage.lead_fails(call)
    assert not stage.ringing()
    stage.start()
    assert len(stage.ringing()) == 1


def test_leads_that_come_too_late_are_given_back(stage: DialingStage) -> None:
    stage.refills = False
    stage.log_in("anna")
    told = stage.start()
    (refill,) = [one for one in told if isinstance(one, RefillHopper)]
    stage.pause()
    assert Like(ReturnLeads, campaign=RENEWALS) in stage.bring(refill)


def test_where_there_are_no_leads_it_asks_again_after_a_while(stage: DialingStage) -> None:
    stage.fresh = []
    stage.log_in("anna")
    assert Like(RefillHopper) in stage.start()
    assert Like(RefillHopper) not in stage.wait(4)
    assert Like(RefillHopper) in stage.wait(2)


def test_outside_its_hours_nobody_is_called(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(periods=(Period(100.0, 200.0),)))
    stage.log_in("anna")
    stage.start()
    stage.wait(90)
    assert not stage.ringing()
    stage.wait(15)
    assert len(stage.all_dialed()) == 1
    while stage.now < 200.0:
        stage.lead_fails(stage.all_dialed()[0])
        stage.wait(10)
    for call in stage.all_dialed():
        stage.lead_fails(call)
    assert not stage.ringing()


def test_no_more_are_in_the_air_than_may_be(stage: DialingStage) -> None:
    power = campaign(Mode.POWER, ratio=5.0, calls_at_most=4, limits=MONTHS)
    stage.with_campaigns(renewals=power)
    for name in ("anna", "bob", "carl"):
        stage.log_in(name)
    stage.start()
    assert len(stage.ringing()) == 4


def test_an_agent_of_two_campaigns_counts_for_one(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(), survey=campaign())
    stage.start()
    stage.start(SURVEY)
    stage.log_in("anna")
    taken = []
    for _ in range(4):
        (call,) = stage.all_dialed()
        taken.append(stage.placed[call].campaign)
        stage.lead_fails(call)
    assert sorted(taken) == [RENEWALS, RENEWALS, SURVEY, SURVEY]


def test_a_call_of_a_campaign_that_pauses_keeps_its_agent(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(), survey=campaign())
    stage.log_in("anna")
    stage.start()
    stage.all_dialed()
    stage.pause()
    stage.start(SURVEY)
    assert len(stage.ringing()) == 1


def test_a_promised_call_waits_for_its_agent(stage: DialingStage) -> None:
    stage.fresh = [lead(7, agent=AgentId("bob"), state="callback", due_at=5.0)]
    stage.log_in("anna")
    stage.start()
    stage.wait(20)
    assert not stage.ringing()
    stage.log_in("bob")
    (call,) = stage.all_dialed()
    assert Like(OfferCall, call=call, agent="bob") in stage.lead_answers(call)


def test_one_phone_rings_where_others_ring_all(stage: DialingStage) -> None:
    stage.queues["sales"] = replace(stage.queues["sales"], strategy=Strategy.RING_ALL)
    stage.plan()
    for name in ("anna", "bob", "carl"):
        stage.log_in(name)
    stage.start()
    call = stage.all_dialed()[0]
    told = stage.lead_answers(call)
    assert len([one for one in told if isinstance(one, OfferCall)]) == 1


def test_a_call_of_which_nothing_is_heard_is_given_up(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.ringing()
    assert Like(WithdrawCalls) not in stage.wait(69)  # by two trunks, 20 s each, and 30 s
    told = stage.wait(2)
    assert Like(WithdrawCalls, calls=(call,)) in told
    assert call not in stage.center.in_air


def test_a_call_is_not_given_up_for_what_nobody_could_tell(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.ringing()
    stage.wait(10)
    stage.post(events.SwitchLost(node=NODE))
    stage.wait(300)
    told = stage.post(events.SwitchResynced(node=NODE))
    assert Like(WithdrawCalls) not in told
    assert call in stage.center.in_air
    assert Like(WithdrawCalls) not in stage.wait(69)
    assert Like(WithdrawCalls, calls=(call,)) in stage.wait(2)


def test_a_new_plan_without_the_campaign_ends_it(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.house["campaigns"] = {}
    told = stage.plan()
    assert Like(ReturnLeads, campaign=RENEWALS) in told
    assert Like(WithdrawCalls, calls=(call,)) in told
    stage.lead_answers(call)
    assert stage.call_state(call) == "in_flow"
    stage.abandoned(call)
    stage.hang_up(call)


def test_late_events_change_nothing(stage: DialingStage) -> None:
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.agent_takes(call)
    ignored, before = stage.center.ignored, state_bytes(stage.center)
    stage.abandoned(call)
    stage.post(events.LeadUnanswered(call=call, outcome=AttemptOutcome.BUSY))
    stage.post(events.LeadAnswered(call=call, leg="x"))
    assert stage.center.ignored == ignored + 3
    assert state_bytes(stage.center) == before


def test_predictive_goes_on_from_a_snapshot_to_the_last_bit() -> None:
    stage = DialingStage()
    stage.agents = {f"a{number}": agent_settings("sales:4") for number in range(6)}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=campaign(Mode.PREDICTIVE, limits=(Limit(0.03),)))
    for name in stage.agents:
        stage.log_in(name)
    stage.start()
    for number in range(20):
        _live_round(stage, number)
    again = through_the_journal(stage.center)
    again.check_invariants()
    assert state_bytes(again) == state_bytes(stage.center)
    for second in range(1, 30):
        now = stage.now + second
        assert orjson.dumps(again.advance(now)) == orjson.dumps(stage.center.advance(now))
    assert state_bytes(again) == state_bytes(stage.center)


def _live_round(stage: DialingStage, number: int) -> None:
    for place, call in enumerate(stage.all_dialed()):
        if (place + number) % 4 == 0:
            stage.lead_answers(call)
            if stage.call_state(call) == "offered":
                stage.agent_takes(call)
        elif (place + number) % 3 == 0:
            stage.lead_fails(call)
    for call in [one for one in stage.center.calls if number % 3 == 0]:
        stage.hang_up(call)
    stage.wait(7)


def test_placing_is_told_with_the_whole_lead(stage: DialingStage) -> None:
    stage.log_in("anna")
    told = stage.start()
    assert Like(PlaceCall, client="nova", ring_seconds=20.0, campaign=RENEWALS) in told
