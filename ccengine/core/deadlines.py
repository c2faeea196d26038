"""What falls due, and what is looked at again once an event has been dealt with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import diversion, offers, relaxation, shifts
from ccengine.core import floor as floors
from ccengine.core.acd import rest
from ccengine.core.ids import AgentId, CallId, OfferId
from ccengine.core.limits import WAIT_PREFIX
from ccengine.core.relaxation import ALONE_PREFIX, RELAX_PREFIX
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

SECOND = 1.0


def meet(floor: Floor, what: str, now: Instant) -> None:
    """Do what fell due."""
    kind, _, name = what.partition(":")
    match kind + ":":
        case offers.RING_PREFIX:
            offers.expire(floor, offers.call_of_offer(name), OfferId(name), now)
        case shifts.WRAP_UP_PREFIX:
            shifts.finish_wrap_up(floor, AgentId(name), now)
        case rest.REST_PREFIX:
            shifts.end_rest(floor, AgentId(name), now)
        case floors.PERIODS_PREFIX:
            floor.rebuild(now)
            offers.match_all(floor, now)
        case _:
            _meet_for_call(floor, kind + ":", CallId(name), now)


def settle(floor: Floor, now: Instant) -> None:
    """Look again at callers for whom an event about others has changed something."""
    floor.now = now
    if floor.held:
        return
    for call_id in floor.matching.take_unstaffed():
        call = floor.calls[call_id]
        relaxation.skip_unstaffed(floor, call)
        floor.place_call(call)
        offers.match_call(floor, call, now)
    while floor.settled_at != floor.shares.changes:
        floor.settled_at = floor.shares.changes
        diversion.leave_empty(floor, now)
        offers.match_held_back(floor, now)


def _meet_for_call(floor: Floor, prefix: str, call_id: CallId, now: Instant) -> None:
    call = floor.calls[call_id]
    if prefix == RELAX_PREFIX:
        relaxation.relax(floor, call, now)
    elif prefix == ALONE_PREFIX:
        relaxation.give_up_own_agents(floor, call)
    elif call.state is CallState.OFFERED:
        floor.set_deadline(WAIT_PREFIX + call_id, now + SECOND)  # what rings may be answered
        return
    elif diversion.divert_if_late(floor, call, now):
        return
    offers.match_call(floor, call, now)
