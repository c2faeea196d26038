"""What must hold of campaigns between any two events. Tests check it after every step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialing import PACE_PREFIX
from ccengine.core.lead_calls import PATIENCE_PREFIX
from ccengine.core.pacing import has_agents
from ccengine.core.placing import AIR_PREFIX, keeper_of
from ccengine.core.previews import PREVIEW_PREFIX
from ccengine.core.states import CallState, Kind

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor

WITH_PATIENCE = frozenset(
    {CallState.WAITING, CallState.OFFERED, CallState.CONNECTING, CallState.STRAYED}
)


def check(floor: Floor) -> None:
    """Check all campaigns, their hoppers and their calls.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    _check_runs(floor)
    _check_air(floor)
    _check_unattended(floor)
    _check_leads(floor)
    _check_previews(floor)
    for call in floor.calls.values():
        _check_call(floor, call)


def _check_runs(floor: Floor) -> None:
    runs = floor.runs
    _must((PACE_PREFIX in floor.deadlines) == bool(runs.known), "paced each second", runs.known)
    _must(not runs.spells, "laws were told of all that ended", runs.spells)
    for name, run in runs.known.items():
        _must(run.plan == floor.plan.campaigns.get(name), "paced by the plan in force", name)
        _must(run.is_running or not len(run.hopper), "who pauses claims nothing", name)
        _must(len(run.windows) == len(run.plan.limits), "a count for each limit", name)
        figures = run.figures
        _must(0 <= figures.abandoned <= figures.live, "abandoned of those who answered", figures)
        _must(figures.busy_seconds <= figures.staffed_seconds, "busy of those at work", figures)
        numbers = {one.number: lead.key for lead in run.hopper.leads for one in lead.numbers}
        known = {number: run.hopper.find(number) for number in numbers}
        _must(known == numbers, "the hopper's numbers", name)


def _check_air(floor: Floor) -> None:
    runs = floor.runs
    for call, lead in runs.air.items():
        _must(AIR_PREFIX + call in floor.deadlines, "given up some day", lead)
        _must(call not in floor.calls, "answered, and no more in the air", lead)
        _must(not lead.abandoned and lead.talked_with is None, "nobody has answered", lead)
        alone = floor.held or lead.is_withdrawn or has_agents(floor, lead.campaign)
        _must(alone, "in the air without agents", lead)
    for campaign, count in Counter(lead.campaign for lead in runs.air.values()).items():
        plan = floor.plan.campaigns.get(campaign)
        _must(plan is None or count <= plan.calls_at_most, "too many in the air", campaign)


def _check_unattended(floor: Floor) -> None:
    """Check that calls without agents are never more than may go on, and wait for no campaign."""
    calls = [call for call in floor.calls.values() if call.lead is not None and call.lead.flow]
    _must(all(call.patience_until is None for call in calls), "a flow has no patience", calls)
    going_on = Counter(call.lead.campaign for call in calls if call.lead is not None)
    going_on.update(lead.campaign for lead in floor.runs.air.values() if lead.flow)
    for campaign, count in going_on.items():
        plan = floor.plan.campaigns.get(campaign)
        _must(plan is None or count <= plan.calls_at_most, "too many go on", campaign)


def _check_leads(floor: Floor) -> None:
    """Check that no lead is in two places: hopper, screen, air, a call, or one to be closed."""
    runs = floor.runs
    out = [call.lead.lead for call in floor.calls.values() if call.lead is not None]
    out += [lead.lead for lead in (*runs.air.values(), *runs.closing.values())]
    out += [one.lead.key for one in runs.previews.values()]
    out += [lead.key for run in runs.known.values() for lead in run.hopper.leads]
    _must(len(out) == len(set(out)), "a lead is out twice", sorted(out))


def _check_previews(floor: Floor) -> None:
    """Check that who is shown a lead is free for callers, and who has one dialed is not."""
    for name, preview in floor.runs.previews.items():
        due = floor.deadlines.rank(PREVIEW_PREFIX + name)
        _must(due is not None and due[0] == preview.until, "a preview has an end", preview)
        run = floor.runs.known.get(preview.campaign)
        shows = run is not None and run.is_running and run.plan.mode is Mode.PREVIEW
        _must(floor.held or shows, "shown by a campaign that runs", preview)
        _must(floor.held or floor.matching.is_idle(name), "shown to who is free", name)
    for agent in floor.roster.all():
        if agent.dials is not None:
            in_air = agent.dials in floor.runs.air
            _must(in_air and keeper_of(floor, agent.dials) is agent, "kept for a call", agent)
            _must(not agent.may_be_offered, "who is kept gets nothing else", agent)


def _check_call(floor: Floor, call: Call) -> None:
    _must((call.lead is not None) == (call.kind is Kind.LEAD), "a lead's call", call)
    hurries = call.patience_until is not None
    due = floor.deadlines.rank(PATIENCE_PREFIX + call.id)
    _must(hurries == (due is not None), "patience has an end", call)
    _must(not hurries or call.state in WITH_PATIENCE, "patient without waiting", call)
    _must(not hurries or call.queue is not None, "waits in its campaign's line", call)
    _must(not hurries or not call.others, "offered to one at a time", call)
    talked = call.lead is not None and call.lead.talked_with is not None
    _must(not (hurries and talked), "impatient after a talk", call)
    may_be_both = call.lead is not None and (call.lead.cut_off or call.lead.late)
    is_both = talked and call.lead is not None and call.lead.abandoned and not may_be_both
    _must(not is_both, "abandoned, and talked", call)


def _must(holds: object, what: str, story: object) -> None:
    if not holds:
        message = f"invariant broken: {what}: {story}"
        raise AssertionError(message)
