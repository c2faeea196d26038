"""What callers may be told of their wait, and what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.acd.requirement import usual_caller
from ccengine.core.states import IN_LINE, CallState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.core.calls import Call
    from ccengine.core.events import WaitPromised
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant, QueueId
    from ccengine.core.waits import WaitEstimate

STANDING = frozenset({CallState.WAITING, CallState.OFFERED})


def promise(floor: Floor, event: WaitPromised, now: Instant) -> None:
    """Remember what a waiting caller was told; one who waits no longer was told in vain."""
    call = floor.calls[event.call]
    if call.state in IN_LINE:
        call.promised_until = now + event.high_seconds


def position_of(floor: Floor, call: Call, now: Instant) -> int | None:
    """Return the call's place in its queue's order of service, 1 for next; None: in no line.

    Whoever a phone rings for stands where they stood: nobody may answer.
    """
    if call.queue is None or call.state not in STANDING:
        return None
    return places_of(floor, call.queue, now).get(call.id)


def places_of(floor: Floor, queue: QueueId, now: Instant) -> Mapping[CallId, int]:
    """Return the place in the order of service of each call in a queue's line, 1 for next."""
    line = (floor.calls[one] for one in floor.shares.line(queue))
    return floor.positions.places(queue, line, floor.queue_settings(queue), now)


def estimate_for_call(floor: Floor, call: Call, now: Instant) -> WaitEstimate | None:
    """Return how much longer a call in a line will wait; None: in none, or nothing is known."""
    if call.queue is None or call.state not in IN_LINE:
        return None
    if call.state is CallState.OFFERED:
        return floor.waits.at_once(call.queue)
    waiting = floor.waiting_in(call.queue)
    others = waiting - 1 if call.state is CallState.WAITING else waiting
    oldest = floor.shares.oldest(call.queue)
    guess = floor.waits.guess(call.queue, oldest, others, floor.ahead_of(call), now)
    return floor.waits.estimate(call.queue, guess)


def estimate_for_queue(floor: Floor, queue: QueueId, now: Instant) -> WaitEstimate | None:
    """Return for how long a usual caller would wait who comes now; None: nothing is known."""
    if any(_free(floor, queue, now)):
        return floor.waits.at_once(queue)
    waiting = floor.waiting_in(queue)
    guess = floor.waits.guess(queue, floor.shares.oldest(queue), waiting, waiting, now)
    return floor.waits.estimate(queue, guess)


def agents_free(floor: Floor, queue: QueueId, now: Instant) -> int:
    """Return how many agents could be offered a usual caller of the queue at this instant."""
    return sum(_free(floor, queue, now))


def _free(floor: Floor, queue: QueueId, now: Instant) -> Iterator[bool]:
    requirement = floor.requirements.of(usual_caller(queue), 0)
    return (
        not floor.held
        and agent.may_be_offered
        and agent.id in floor.plan.agents
        and requirement.lack_of(agent.id, floor.plan, floor.matching.now) is None
        and not floor.rule_against(agent.id, requirement, now)
        for agent in floor.roster.all()
    )
