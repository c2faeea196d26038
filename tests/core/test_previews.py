"""Preview dialing: agents are shown leads, and have them dialed or skip them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.commands import (
    OfferCall,
    OfferLead,
    PlaceCall,
    ReturnLeads,
    SkipLead,
    WithdrawCalls,
    WithdrawLead,
)
from ccengine.core.dialer.campaigns import AfterPreview
from ccengine.core.dialer.leads import LeadKey
from ccengine.core.dialer.purposes import Mode
from ccengine.core.errors import NotNow, UnknownNumber
from ccengine.core.ids import AgentId
from ccengine.core.states import AgentState
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, SURVEY, DialingStage, campaign
from tests.core.stage import Like, state_bytes
from tests.core.test_snapshots import through_the_journal

if TYPE_CHECKING:
    from ccengine.core.commands import Command

ANNA, BOB = AgentId("anna"), AgentId("bob")


@pytest.fixture
def stage() -> DialingStage:
    """Anna is shown the first lead."""
    stage = DialingStage()
    stage.agents = {name: agent_settings("sales:4 help:4") for name in ("anna", "bob")}
    stage.queues = {"sales": queue_settings("sales:1"), "help": queue_settings("help:1")}
    stage.with_campaigns(renewals=campaign(Mode.PREVIEW))
    stage.log_in("anna")
    told = stage.start()
    assert Like(OfferLead, agent="anna", campaign=RENEWALS, until=stage.now + 120) in told
    assert shown(stage) == 1
    return stage


def shown(stage: DialingStage, agent: AgentId = ANNA) -> int | None:
    """Return which lead the agent is shown."""
    preview = stage.center.previews.get(agent)
    return None if preview is None else preview.lead.key


def accept(stage: DialingStage, lead: int = 1, agent: AgentId = ANNA) -> list[Command]:
    number = f"+49300{lead:04}"
    accepted = events.LeadAccepted(
        campaign=RENEWALS, lead=LeadKey(lead), agent=agent, number=number
    )
    return stage.post(accepted)


def skip(stage: DialingStage, lead: int = 1, reason: str = "wrong time") -> list[Command]:
    return stage.post(
        events.LeadSkipped(campaign=RENEWALS, lead=LeadKey(lead), agent=ANNA, reason=reason)
    )


def hold_back(stage: DialingStage, lead: int = 1) -> list[Command]:
    held = events.PreviewHeldBack(
        campaign=RENEWALS, lead=LeadKey(lead), agent=ANNA, rule="DE.hours", reason="it is night"
    )
    return stage.post(held)


def test_each_free_agent_is_shown_another_lead(stage: DialingStage) -> None:
    stage.log_in("bob")
    assert (shown(stage), shown(stage, BOB)) == (1, 2)
    assert not stage.ringing()


def test_who_accepts_has_it_dialed_and_is_kept_for_it(stage: DialingStage) -> None:
    told = accept(stage)
    assert Like(PlaceCall, agent="anna", number="+493000001") in told
    (call,) = stage.all_dialed()
    assert stage.center.agent(ANNA).barred == "dials a lead"
    assert shown(stage) is None
    stage.queue("c1", "help")
    assert stage.center.agent(ANNA).state is AgentState.AVAILABLE  # a caller waits, all the same
    told = stage.lead_answers(call)
    assert Like(OfferCall, call=call, agent="anna", auto_answer=True) in told
    stage.agent_takes(call)
    stage.hang_up(call)
    stage.wait(15)
    (closed,) = stage.closed
    assert (closed.lead, closed.agent) == (1, "anna")


def test_who_answers_goes_to_that_very_agent(stage: DialingStage) -> None:
    stage.wait(5)
    stage.log_in("bob")  # anna is idle for longer, and would be next
    accept(stage, 2, BOB)
    (call,) = stage.all_dialed()
    told = stage.lead_answers(call)
    assert Like(OfferCall, call=call, agent="bob") in told


def test_who_is_not_reached_frees_the_agent_for_callers_first(stage: DialingStage) -> None:
    accept(stage)
    (call,) = stage.all_dialed()
    stage.queue("c1", "help")
    told = stage.lead_fails(call)
    assert Like(OfferCall, call="c1", agent="anna") in told
    assert shown(stage) is None


def test_after_a_lead_that_is_not_reached_comes_the_next(stage: DialingStage) -> None:
    accept(stage)
    (call,) = stage.all_dialed()
    stage.lead_fails(call)
    assert shown(stage) == 2


def test_leads_that_nobody_wants_are_counted(stage: DialingStage) -> None:
    skip(stage)
    skip(stage)  # late: anna is shown another one
    stage.wait(120)
    assert stage.center.campaigns[RENEWALS].figures.skipped == 2
    assert through_the_journal(stage.center).campaigns[RENEWALS].figures.skipped == 2


def test_who_skips_is_shown_the_next(stage: DialingStage) -> None:
    told = skip(stage)
    assert Like(SkipLead, lead=1, agent="anna", reason="wrong time") in told
    assert shown(stage) == 2
    assert Like(SkipLead) not in skip(stage)  # of a lead that is gone: late
    assert shown(stage) == 2


def test_whom_the_law_holds_back_is_shown_no_more(stage: DialingStage) -> None:
    told = hold_back(stage)
    assert Like(WithdrawLead, lead=1, agent="anna", reason="DE.hours: it is night") in told
    assert not [one for one in told if isinstance(one, ReturnLeads | SkipLead)]
    assert shown(stage) == 2
    assert Like(WithdrawLead) not in hold_back(stage)  # late
    assert shown(stage) == 2
    assert stage.center.campaigns[RENEWALS].figures.skipped == 0


def test_an_inbound_call_takes_the_lead_away(stage: DialingStage) -> None:
    told = stage.queue("c1", "help")
    assert Like(OfferCall, call="c1", agent="anna") in told
    assert Like(WithdrawLead, lead=1, agent="anna") in told
    assert Like(ReturnLeads, leads=(1,)) in told
    assert Like(PlaceCall) not in accept(stage)  # too late


def test_who_goes_not_ready_has_the_lead_no_more(stage: DialingStage) -> None:
    told = stage.post(events.AgentWentNotReady(agent=ANNA, reason="break"))
    assert Like(WithdrawLead, lead=1, agent="anna") in told
    assert shown(stage) is None


def test_a_pause_takes_leads_back_and_leaves_calls(stage: DialingStage) -> None:
    stage.log_in("bob")
    accept(stage)
    (call,) = stage.all_dialed()
    told = stage.pause()
    assert Like(WithdrawLead, lead=2, agent="bob") in told
    assert Like(OfferCall, call=call, agent="anna") in stage.lead_answers(call)


def test_a_lead_nobody_looks_at_is_put_off_and_the_agent_is_away(stage: DialingStage) -> None:
    told = stage.wait(120)
    assert Like(SkipLead, lead=1, reason="no answer") in told
    assert Like(WithdrawLead, lead=1) in told
    assert stage.center.agent(ANNA).state is AgentState.NOT_READY
    assert shown(stage) is None


def test_a_lead_may_be_dialed_when_the_time_is_up(stage: DialingStage) -> None:
    plan = campaign(Mode.PREVIEW, preview_seconds=30.0, preview_then=AfterPreview.DIAL)
    stage.with_campaigns(renewals=plan)
    skip(stage)
    told = stage.wait(30)
    assert Like(PlaceCall, agent="anna", number="+493000002") in told


def test_who_leaves_while_their_lead_rings_has_it_hung_up(stage: DialingStage) -> None:
    stage.log_in("bob")
    accept(stage)
    (call,) = stage.all_dialed()
    told = stage.post(events.AgentLoggedOut(agent=ANNA))
    assert Like(WithdrawCalls, calls=(call,)) in told
    stage.lead_fails(call)
    assert stage.center.agent(BOB).dials is None


def test_only_the_leads_own_numbers_are_dialed(stage: DialingStage) -> None:
    number = "+493000099"
    accepted = events.LeadAccepted(campaign=RENEWALS, lead=LeadKey(1), agent=ANNA, number=number)
    with pytest.raises(UnknownNumber):
        stage.post(accepted)
    assert shown(stage) == 1


def test_nothing_is_dialed_without_asterisk(stage: DialingStage) -> None:
    stage.lost()
    with pytest.raises(NotNow):
        accept(stage)
    stage.resynced()
    accept(stage)
    assert len(stage.ringing()) == 1


def test_nothing_is_dialed_by_itself_without_asterisk(stage: DialingStage) -> None:
    plan = campaign(Mode.PREVIEW, preview_seconds=30.0, preview_then=AfterPreview.DIAL)
    stage.with_campaigns(renewals=plan)
    skip(stage)
    stage.lost()
    stage.wait(300)
    assert not stage.ringing()
    stage.resynced()
    stage.wait(1)
    assert len(stage.ringing()) == 1


def test_no_more_leads_are_shown_than_may_be_dialed(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(Mode.PREVIEW, calls_at_most=1))
    stage.log_in("bob")
    assert shown(stage, BOB) is None
    accept(stage)
    assert shown(stage, BOB) is None
    stage.lead_fails(stage.all_dialed()[0])
    assert [shown(stage), shown(stage, BOB)].count(None) == 1


def test_who_is_shown_a_lead_counts_for_no_other_campaign(stage: DialingStage) -> None:
    stage.with_campaigns(renewals=campaign(Mode.PREVIEW), survey=campaign())
    stage.start(SURVEY)
    assert not stage.ringing()
    skip(stage)  # by turns
    assert len(stage.ringing()) == 1
    assert shown(stage) is None


def test_what_agents_are_shown_is_in_a_snapshot(stage: DialingStage) -> None:
    stage.log_in("bob")
    accept(stage)
    restored = through_the_journal(stage.center)
    restored.check_invariants()
    assert shown(stage, BOB) == restored.previews[BOB].lead.key
    assert state_bytes(restored) == state_bytes(stage.center)
