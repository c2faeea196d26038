"""What a waiting caller needs less of in time, and when there is no point in waiting for it.

Steps go by the time waited in the queue, whoever's phone rings meanwhile. What nobody who is
logged in could serve is not waited for: the caller's own agents first, then the step. When nobody
could serve any step, the call stays where time has brought it: the next to log in decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant
    from ccengine.core.queues import QueueSettings

RELAX_PREFIX = "relax:"
ALONE_PREFIX = "alone:"


def begin(floor: Floor, call: Call, now: Instant) -> None:
    """Start the steps of a call that enters a queue, or for which the queue's rules are new."""
    settings = _settings(floor, call)
    call.relaxed = steps_due(settings, call.queued_at, now)
    affinity = settings.affinity
    known = floor.acquaintances.get(acquaintance(call))
    if call.own_agents and affinity.preferred_seconds > 0:
        call.only, seconds = call.own_agents, affinity.preferred_seconds
    elif known is not None and affinity.same_agent_seconds > 0:
        call.only, seconds = (known,), affinity.same_agent_seconds
    else:
        call.only, seconds = (), 0.0
    give_up_at = call.queued_at + seconds
    if give_up_at > now:
        floor.set_deadline(ALONE_PREFIX + call.id, give_up_at)
    else:
        call.only = ()
        floor.deadlines.discard(ALONE_PREFIX + call.id)
    skip_unstaffed(floor, call)


def restaff(floor: Floor) -> None:
    """Look again at callers who wait for nobody who is logged in, as somebody came or left."""
    for call_id in sorted(floor.matching.take_unstaffed()):
        call = floor.calls[call_id]
        needed = floor.requirement_of(call)
        skip_unstaffed(floor, call)
        if floor.requirement_of(call) != needed:
            floor.place_call(call)


def relax(floor: Floor, call: Call, now: Instant) -> None:
    """Take the steps that are due, also while a phone rings for the call."""
    settings = _settings(floor, call)
    call.relaxed = max(call.relaxed, steps_due(settings, call.queued_at, now))
    skip_unstaffed(floor, call)
    floor.place_call(call)


def give_up_own_agents(floor: Floor, call: Call) -> None:
    """Let anybody serve the call from now on."""
    call.only = ()
    skip_unstaffed(floor, call)
    floor.place_call(call)


def forget(floor: Floor, call: CallId) -> None:
    """Stop the steps of a call that waits no longer."""
    floor.deadlines.discard(RELAX_PREFIX + call)
    floor.deadlines.discard(ALONE_PREFIX + call)


def skip_unstaffed(floor: Floor, call: Call) -> None:
    """Skip what nobody logged in could serve."""
    if call.patience_until is not None:
        return  # who was dialed for these agents gets no others
    settings = _settings(floor, call)
    if call.only and not _is_staffed(floor, call, call.relaxed):
        call.only = ()
        floor.deadlines.discard(ALONE_PREFIX + call.id)
    for step in range(call.relaxed, len(settings.relax) + 1):
        if _is_staffed(floor, call, step):
            call.relaxed = step
            break
    _schedule(floor, call, settings)


def steps_due(settings: QueueSettings, queued_at: Instant, now: Instant) -> int:
    """Count the steps that have passed; by the same sum as their deadlines, to the last bit."""
    return sum(queued_at + step.after_seconds <= now for step in settings.relax)


def acquaintance(call: Call) -> str:
    """Return under which name it is kept whom this caller talked with last; empty: unknown."""
    return f"{call.client}/{call.caller}" if call.caller else ""


def _is_staffed(floor: Floor, call: Call, step: int) -> bool:
    return floor.matching.is_staffed(floor.requirements.of(call, step))


def _schedule(floor: Floor, call: Call, settings: QueueSettings) -> None:
    name = RELAX_PREFIX + call.id
    if call.relaxed < len(settings.relax):
        step = settings.relax[call.relaxed]
        due = call.queued_at + step.after_seconds
        known = floor.deadlines.rank(name)
        if known is None or known[0] != due:  # looked at again it must stay as it is
            floor.set_deadline(name, due)
    else:
        floor.deadlines.discard(name)


def _settings(floor: Floor, call: Call) -> QueueSettings:
    if call.queue is None:
        message = f"call '{call.id}' is in no queue"
        raise ValueError(message)
    return floor.queue_settings(call.queue)
