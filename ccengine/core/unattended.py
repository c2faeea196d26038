"""Unattended campaigns: no agent is involved, who answers hears a flow of the client's.

Their pace is their number of calls at a time, those that go on included. Once answered such a call
is like one of a caller: its flow may lead to a queue, whose agents get it by the queue's rules.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ccengine.core.errors import NobodyAgreed
from ccengine.core.placing import place, refill

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.runs import Run
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CampaignId, Instant

ONE_AT_A_TIME = 1


def expect_agreed(campaign: CampaignId, plan: CampaignPlan) -> None:
    """Refuse to call without agents whoever has not agreed to that, or has nothing to hear.

    Raises:
        NobodyAgreed: it is unattended, and may not be.
    """
    if plan.is_unattended and not plan.agreed:
        message = f"campaign '{campaign}' calls without agents, and nobody has agreed to that"
        raise NobodyAgreed(message)
    if plan.is_unattended and not plan.flow:
        message = f"campaign '{campaign}' calls without agents, and nothing is heard"
        raise NobodyAgreed(message)


def pace(floor: Floor, now: Instant) -> None:
    """Place as many calls as each unattended campaign may have more of."""
    runs = [run for _, run in sorted(floor.runs.known.items()) if run.plan.is_unattended]
    if not runs:
        return
    going_on = calls_going_on(floor)
    for run in runs:
        is_meant = run.plan.agreed and run.plan.flow
        if run.is_running and is_meant and run.plan.is_open(now):
            refill(floor, run, now)
            _place(floor, run, going_on[run.campaign], now)


def calls_going_on(floor: Floor) -> Counter[CampaignId]:
    """Return how many calls each campaign has in the air, or with somebody who has answered."""
    found = Counter(one.campaign for one in floor.runs.air.values())
    found.update(call.lead.campaign for call in floor.calls.values() if call.lead is not None)
    return found


def _place(floor: Floor, run: Run, going_on: int, now: Instant) -> None:
    most = ONE_AT_A_TIME if _has_failed_too_many(run) else run.plan.calls_at_most
    for _ in range(most - going_on):
        lead = run.hopper.take(now)
        if lead is None:
            break
        place(floor, run, lead, now)


def _has_failed_too_many(run: Run) -> bool:
    """Tell whether more have heard nothing in time than a limit allows: no agent is missed here,
    so that only an engine too slow can be the cause."""
    pairs = zip(run.plan.limits, run.windows, strict=False)
    return any(window.abandoned > limit.share * max(1, window.live) for limit, window in pairs)


def greet(call: Call) -> None:
    """Have who answered an unattended call be as if they had rung the number that they see."""
    if call.lead is not None and call.lead.flow:
        call.flow = call.lead.flow
        call.number, call.caller = call.lead.shown, call.lead.number
