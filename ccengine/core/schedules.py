"""Campaigns' schedules: when one begins, rests and is over, by its days, hours and contract.

The core only asks: whoever carries it out says so by the same events as a person would, in the
schedule's name and with the reason. What a person has paused or finished, no schedule starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.commands import CampaignChange, FollowSchedule

if TYPE_CHECKING:
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CampaignId, Instant

SCHEDULE: Final = "schedule"
"""Who starts, pauses and finishes what its schedule says."""

SCHEDULE_PREFIX: Final = "schedule:"
AGAIN_SECONDS: Final = 30.0
"""What was asked for and has not come for so long is asked for again."""

BEGUN: Final = "its hours have begun"
OUTSIDE: Final = "it is outside its hours"


def look(floor: Floor, now: Instant) -> None:
    """Ask for what schedules say now, and look again when the next of them may say more."""
    runs = floor.runs
    for name, plan in sorted(floor.plan.campaigns.items()):
        change = _due(floor, name, plan, now)
        if change is None:
            runs.asked.pop(name, None)
        elif name not in runs.asked or runs.asked[name] + AGAIN_SECONDS <= now:
            runs.asked[name] = now
            reason = _reason(plan, change, now)
            floor.ask(FollowSchedule(campaign=name, change=change, reason=reason))
    _look_again(floor, now)


def _due(floor: Floor, name: CampaignId, plan: CampaignPlan, now: Instant) -> CampaignChange | None:
    run = floor.runs.known.get(name)
    is_over = plan.ends_at is not None and plan.ends_at <= now
    if run is None:
        waits = plan.starts_itself and name not in floor.runs.over
        return CampaignChange.START if waits and not is_over and plan.is_open(now) else None
    if is_over:
        return CampaignChange.FINISH
    if run.is_running and not plan.is_open(now):
        return CampaignChange.PAUSE
    return CampaignChange.START if run.rests and plan.is_open(now) else None


def _reason(plan: CampaignPlan, change: CampaignChange, now: Instant) -> str:
    match change:
        case CampaignChange.START:
            return BEGUN
        case CampaignChange.PAUSE:
            return plan.hindered_at(now) or OUTSIDE
        case CampaignChange.FINISH:
            return plan.ends_because


def _look_again(floor: Floor, now: Instant) -> None:
    """Have schedules be looked at without any campaign that runs: those are each second."""
    runs = floor.runs
    coming = [
        period.starts
        for name, plan in floor.plan.campaigns.items()
        if plan.starts_itself and name not in runs.known and name not in runs.over
        for period in plan.periods or ()
        if period.starts is not None and period.starts > now
    ]
    unanswered = [at + AGAIN_SECONDS for name, at in runs.asked.items() if name not in runs.known]
    first = min([*coming, *unanswered], default=None)
    if first is None:
        floor.deadlines.discard(SCHEDULE_PREFIX)
    else:
        floor.set_deadline(SCHEDULE_PREFIX, first)
