"""Campaigns: started and stopped, their leads, and what becomes of each call until it is answered.

When calls are placed is decided in `pacing.py`. A lead who has answered is a call that stands first
in its campaign's line, and is offered like any other; that nobody came in time is said by the
session, whose dialplan has the clock.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core import contacts, diversion, offers, schedules, unattended
from ccengine.core.calls import Call
from ccengine.core.commands import ReturnLeads, ShowCall, WithdrawCalls
from ccengine.core.dialer.figures import WindowCount
from ccengine.core.dialer.hopper import Hopper
from ccengine.core.dialer.laws import law_for
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.pacing.half_hours import HALF_HOUR_S
from ccengine.core.dialer.runs import Run
from ccengine.core.errors import CampaignOver, NotNow, UnknownCampaign
from ccengine.core.ids import owner_of
from ccengine.core.lead_calls import PATIENCE_PREFIX
from ccengine.core.placing import keeper_of, land, lease, members_of
from ccengine.core.schedules import SCHEDULE
from ccengine.core.states import AT_WORK, WITH_CALLS, CallState, CallStep, Kind, next_call_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.runs import LeadCall, RunSnapshot
    from ccengine.core.events import (
        AbandonWindowOpened,
        CampaignFinished,
        CampaignPaused,
        CampaignStarted,
        LeadAbandoned,
        LeadAnswered,
        LeadDialed,
        LeadHeldBack,
        LeadsClaimed,
        LeadUnanswered,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, CampaignId, Instant

PACE_PREFIX: Final = "pace:"
TICK_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 1.0
"""A lead whose agent answers as patience ends is looked at again after so long."""

NO_LEADS_SECONDS: Final = 5.0
"""Where fewer leads came than were asked for, there are no more: asked again after so long."""

HOPPER_TIMES: Final = 2
HOPPER_LEAST: Final = 10
NOT_TAKEN: Final = "not taken"
NOT_IN_PLAN: Final = "no longer in the plan"
NOTHING_HEARD: Final = "nothing was heard of it"
COUNTED: Final = frozenset(AttemptOutcome) - {AttemptOutcome.CANCELLED, AttemptOutcome.LOST}
"""Ends that say something of whether people answer."""


# --- campaigns --------------------------------------------------------------------------------


def start(floor: Floor, event: CampaignStarted, now: Instant) -> None:
    """Have a campaign place calls from now on.

    Raises:
        CampaignOver: its last day, or its contract's, has passed.
        NobodyAgreed: it is unattended, without consent or without a flow.
        UnknownCampaign: the plan has no such campaign.
        NotNow: something is missing without which it must not dial.
    """
    plan = _plan_of(floor, event.campaign)
    hindrance = plan.hindered_at(now)
    if hindrance:
        raise NotNow(hindrance)
    unattended.expect_agreed(event.campaign, plan)
    if plan.ends_at is not None and plan.ends_at <= now:
        message = f"campaign '{event.campaign}' is over: {plan.ends_because}"
        raise CampaignOver(message)
    floor.runs.over.discard(event.campaign)
    floor.runs.asked.pop(event.campaign, None)
    run = floor.runs.known.get(event.campaign)
    if run is not None and run.is_running:
        floor.ignored += 1
        return
    if run is None:
        agents = len(members_of(floor, plan))
        zero = now // HALF_HOUR_S * HALF_HOUR_S
        run = floor.runs.known[event.campaign] = _run_of(event.campaign, plan, agents, zero)
    else:
        run.is_running, run.rests, run.refill_at = True, False, now
    run.by, run.reason, run.since = event.by, event.reason, now
    if PACE_PREFIX not in floor.deadlines:
        floor.set_deadline(PACE_PREFIX, now + TICK_SECONDS)
    floor.runs.stirred = True


def stop(
    floor: Floor, event: CampaignPaused | CampaignFinished, now: Instant, *, finally_: bool
) -> None:
    """Have a campaign place no more calls; it keeps what it has learned unless it is over."""
    run = floor.runs.known.get(event.campaign)
    if finally_ and event.by != SCHEDULE and event.campaign in floor.plan.campaigns:
        floor.runs.over.add(event.campaign)
    if run is None or not (run.is_running or run.rests or finally_):
        floor.ignored += 1
        return
    floor.runs.asked.pop(event.campaign, None)
    run.is_running, run.rests = False, event.by == SCHEDULE
    run.by, run.reason, run.since = event.by, event.reason, now
    floor.runs.stirred = True
    _give_back(floor, run.campaign, run.hopper.empty(), event.reason)
    if finally_:
        del floor.runs.known[event.campaign]
        if not floor.runs.known:
            floor.deadlines.discard(PACE_PREFIX)


def open_window(floor: Floor, event: AbandonWindowOpened) -> None:
    """Have a limit count anew, or go on from counts that were stored."""
    run, plan = floor.runs.known.get(event.campaign), floor.plan.campaigns.get(event.campaign)
    if run is None or plan is None or event.limit >= max(1, len(plan.limits)):
        floor.ignored += 1
        return
    count = WindowCount(live=event.live, abandoned=event.abandoned, ends_at=event.ends_at)
    run.open_window(event.limit, count)
    floor.runs.stirred = True


def claim(floor: Floor, event: LeadsClaimed, now: Instant) -> None:
    """Put claimed leads into the hopper; what it cannot take is given back."""
    run = floor.runs.known.get(event.campaign)
    if run is None or not run.is_running:
        _give_back(floor, event.campaign, event.leads, NOT_TAKEN)
        return
    alive = [call.lead for call in floor.calls.values() if call.lead is not None]
    taken = floor.runs.leads_out(alive) | {lead.key for lead in run.hopper.leads}
    fresh = [lead for lead in event.leads if lead.key not in taken]
    # A lead that is out already keeps its claim, however often it is brought.
    refused = run.hopper.fill(fresh, now)
    _give_back(floor, event.campaign, refused, NOT_TAKEN)
    # Those that it has refused would come again at once.
    is_all = len(event.leads) < run.asked or not event.leads or refused
    run.refill_at = now + NO_LEADS_SECONDS if is_all else now
    floor.runs.stirred = True


def tick(floor: Floor, now: Instant) -> None:
    """Have campaigns be paced now, and again after a second."""
    floor.runs.stirred = True
    floor.set_deadline(PACE_PREFIX, now + TICK_SECONDS)
    for run in floor.runs.known.values():
        _count_time(floor, run)
    schedules.look(floor, now)


def _count_time(floor: Floor, run: Run) -> None:
    """Count how many of the agents of a campaign that runs are at work, and busy, at a tick."""
    if run.is_running:
        states = [floor.roster.get(name).state for name in members_of(floor, run.plan)]
        run.figures.staffed_seconds += TICK_SECONDS * sum(one in AT_WORK for one in states)
        run.figures.busy_seconds += TICK_SECONDS * sum(one in WITH_CALLS for one in states)


def replan(floor: Floor, now: Instant) -> None:
    """Bring campaigns that run under a new plan; one that it dropped is over."""
    for name, run in list(floor.runs.known.items()):
        plan = floor.plan.campaigns.get(name)
        if plan is None:
            _give_back(floor, name, run.hopper.empty(), NOT_IN_PLAN)
            del floor.runs.known[name]
            continue
        if plan != run.plan:
            _swap(run, plan)
            _give_back(floor, name, run.hopper.reshare(plan.lists), NOT_IN_PLAN)
        run.refill_at = min(run.refill_at, now + NO_LEADS_SECONDS)
    if not floor.runs.known:
        floor.deadlines.discard(PACE_PREFIX)
    floor.runs.stirred = True
    floor.runs.over &= floor.plan.campaigns.keys()
    schedules.look(floor, now)


def _swap(run: Run, plan: CampaignPlan) -> None:
    if _terms(plan) != _terms(run.plan):
        law = law_for(plan, run.agents)
        if type(law) is type(run.law):
            law.restore(run.law.saved())
        run.law = law
    if plan.limits != run.plan.limits:
        fresh = [WindowCount() for _ in plan.limits]  # by place, as the law has them
        run.windows = [*run.windows, *fresh][: len(fresh)]
    run.plan, run.hopper.capacity = plan, _capacity(plan)
    run.hopper.own_seconds = plan.own_callback_seconds


def _terms(plan: CampaignPlan) -> tuple[object, ...]:
    """Return all that a law is made of."""
    seconds = (plan.ring_seconds, plan.patience_seconds)
    return (plan.mode, plan.ratio, plan.law, plan.limits, *seconds)


def recalled(snapshot: RunSnapshot, plan: CampaignPlan) -> Run:
    """Return a run that goes on from a snapshot exactly as the first would have."""
    run = _run_of(snapshot.campaign, plan, snapshot.agents, snapshot.zero)
    run.is_running, run.refill_at = snapshot.is_running, snapshot.refill_at
    run.rests, run.asked = snapshot.rests, snapshot.asked
    run.promised_at = snapshot.promised_at
    run.errors_owed = snapshot.errors_owed
    run.by, run.reason, run.since = snapshot.by, snapshot.reason, snapshot.since
    run.figures, windows = copy(snapshot.figures), snapshot.windows
    run.windows = [copy(one) for one in windows] or run.windows
    run.hopper.recall(snapshot.leads, snapshot.credit)
    run.law.recall(snapshot.memory)
    run.scores.recall(snapshot.scores)
    return run


def _run_of(campaign: CampaignId, plan: CampaignPlan, agents: int, zero: Instant) -> Run:
    return Run(
        campaign=campaign,
        plan=plan,
        law=law_for(plan, agents),
        hopper=Hopper(plan.lists, _capacity(plan), plan.own_callback_seconds),
        agents=agents,
        zero=zero,
        windows=[WindowCount() for _ in plan.limits],
    )


def _capacity(plan: CampaignPlan) -> int:
    return max(HOPPER_LEAST, HOPPER_TIMES * plan.calls_at_most)


def _plan_of(floor: Floor, campaign: CampaignId) -> CampaignPlan:
    plan = floor.plan.campaigns.get(campaign)
    if plan is None:
        message = f"no campaign '{campaign}' in the plan"
        raise UnknownCampaign(message)
    return plan


def _give_back(floor: Floor, campaign: CampaignId, leads: Iterable[Lead], reason: str) -> None:
    keys = tuple(lead.key for lead in leads)
    if keys:
        floor.ask(ReturnLeads(campaign=campaign, leads=keys, reason=reason))


# --- calls in the air -------------------------------------------------------------------------


def dial(floor: Floor, event: LeadDialed, now: Instant) -> None:
    """Take note that a call is on its way."""
    lead = floor.runs.air[event.call]
    if lead.attempt:
        floor.ignored += 1
        return
    number, attempt = event.number, event.attempt
    lead = replace(lead, number=number, attempt=attempt, placed_at=now, shown=event.caller)
    floor.runs.air[event.call] = lead
    plan = floor.plan.campaigns.get(lead.campaign)
    lease(floor, event.call, plan, now)
    run = floor.runs.known.get(lead.campaign)
    if run is not None:
        run.note_dialed()
    queue = None if plan is None else plan.queue
    floor.ask(ShowCall(call=event.call, state=CallState.DIALING, queue=queue))
    floor.runs.stirred = True


def hold_back(floor: Floor, event: LeadHeldBack) -> None:
    """Forget a call that the law did not allow; its lead is with the database again."""
    if floor.runs.air[event.call].attempt:
        floor.ignored += 1
        return
    land(floor, event.call)


def miss(floor: Floor, event: LeadUnanswered, now: Instant) -> None:
    """Forget a call that nobody has answered, and learn from it."""
    lead = land(floor, event.call)
    run = floor.runs.known.get(lead.campaign)
    if run is not None and lead.attempt and event.outcome in COUNTED:
        is_machine = event.outcome is AttemptOutcome.MACHINE
        note = run.note_detected if is_machine else run.note_unanswered
        note(now, lead)
    if lead.attempt:
        floor.ask(ShowCall(call=event.call, state=CallState.ENDED))


def hear_again(floor: Floor, now: Instant) -> None:
    """Have calls tell of themselves anew: nobody could while Asterisk was out of reach."""
    for call, lead in floor.runs.air.items():
        lease(floor, call, floor.plan.campaigns.get(lead.campaign), now)


def give_up(floor: Floor, call: CallId) -> None:
    """Forget a call of which nobody has told anything."""
    lead = land(floor, call)
    gone = WithdrawCalls(campaign=lead.campaign, calls=(call,), reason=NOTHING_HEARD)
    floor.ask(gone)
    if lead.attempt:
        floor.ask(ShowCall(call=call, state=CallState.ENDED))


# --- who has answered -------------------------------------------------------------------------


def answer(floor: Floor, event: LeadAnswered, now: Instant) -> None:
    """Have somebody who answered wait for an agent, before everybody else in the line."""
    contacts.expect_unknown(floor, event.call)
    keeper = keeper_of(floor, event.call)
    lead = land(floor, event.call)
    run = floor.runs.known.get(lead.campaign)
    if run is not None:
        run.note_answered(now, lead)
    plan = floor.plan.campaigns.get(lead.campaign)
    call = _call_of(floor, event, lead, now)
    unattended.greet(call)
    floor.calls[call.id] = call
    if lead.flow or plan is None or plan.queue not in floor.plan.queues:
        floor.ask(call.shown())  # they hear the flow, or the dialplan says who called
        return
    call.queue, call.queued_at, call.visited = plan.queue, now, (plan.queue,)
    call.lined_at, call.serial = now, floor.next_serial()
    call.patience_until = now + plan.patience_seconds
    diversion.rank(call, floor.queue_settings(plan.queue))
    if keeper is None and lead.agent is not None and floor.matching.is_idle(lead.agent):
        call.own_agents = call.only = (lead.agent,)
    floor.set_deadline(PATIENCE_PREFIX + call.id, call.patience_until)
    floor.move_call(call, next_call_state(call.state, CallStep.QUEUE))
    if keeper is not None and keeper.may_be_offered:
        offers.make_offer(floor, call, keeper, now)


def _call_of(floor: Floor, event: LeadAnswered, lead: LeadCall, now: Instant) -> Call:
    return Call(
        id=event.call,
        tenant=floor.plan.tenant,
        client=owner_of(lead.campaign),
        number=lead.number,
        channel=event.leg,
        kind=Kind.LEAD,
        arrived_at=now,
        waits_from=now,
        lead=lead,
    )


def abandon(floor: Floor, event: LeadAbandoned, now: Instant) -> None:
    """Take note that nobody came in time; who rings or has just answered for it is let off."""
    call = floor.calls[event.call]
    lead = call.lead
    waits = call.patience_until is not None or call.state is CallState.IN_FLOW
    is_counted = lead is not None and lead.abandoned
    is_known = is_counted and call.patience_until is None
    if lead is None or is_known or lead.talked_with is not None or not waits:
        floor.ignored += 1
        return
    run = floor.runs.known.get(lead.campaign)
    if run is not None and not is_counted:
        run.note_abandoned(now, lead)
    call.lead = replace(lead, abandoned=True)
    _leave_line(floor, call, now)


def run_out(floor: Floor, call: Call, now: Instant) -> None:
    """Take who has waited for too long out of the line; an agent who answers now has them."""
    if call.state in (CallState.CONNECTING, CallState.STRAYED):  # it may come back to the line
        floor.set_deadline(PATIENCE_PREFIX + call.id, now + AGAIN_SECONDS)
    else:
        _leave_line(floor, call, now)


def _leave_line(floor: Floor, call: Call, now: Instant) -> None:
    floor.runs.stirred = True
    match call.state:
        case CallState.WAITING:
            state = next_call_state(call.state, CallStep.DIVERT)
        case CallState.OFFERED | CallState.CONNECTING:
            state = next_call_state(call.state, CallStep.GIVE_UP)
            offers.withdraw_from_call(floor, call, now, offers.CALLER_LEFT)
        case _:
            return
    floor.deadlines.discard(PATIENCE_PREFIX + call.id)
    diversion.leave(floor, call)
    floor.move_call(call, state)
    call.queue, call.patience_until = None, None
