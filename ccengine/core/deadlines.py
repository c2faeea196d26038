"""What falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import (
    agents,
    closures,
    desk,
    dialing,
    diversion,
    gates,
    lead_calls,
    limits,
    offers,
    placing,
    previews,
    reclaims,
    relaxation,
    schedules,
    shifts,
    turns,
)
from ccengine.core import floor as floors
from ccengine.core.acd import rest
from ccengine.core.errors import CoreError
from ccengine.core.ids import AgentId, CallId, ClosureId, OfferId

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant


def meet_due(floor: Floor, now: Instant) -> None:
    """Do whatever fell due until now."""
    while (first := floor.deadlines.first()) is not None and first[0][0] <= now:
        floor.deadlines.discard(first[1])
        meet(floor, first[1], now)


def meet(floor: Floor, what: str, now: Instant) -> None:
    """Do what fell due."""
    kind, _, name = what.partition(":")
    match kind + ":":
        case offers.RING_PREFIX:
            offers.expire(floor, offers.call_of_offer(name), OfferId(name), now)
        case agents.WRAP_UP_PREFIX:
            shifts.end_wrap_up(floor, AgentId(name), now)
        case rest.REST_PREFIX:
            shifts.end_rest(floor, AgentId(name))
        case floors.LIMIT_PREFIX | floors.PIN_PREFIX | floors.HELP_PREFIX | previews.PREVIEW_PREFIX:
            _meet_for_agent(floor, kind + ":", AgentId(name), now)
        case dialing.PACE_PREFIX | placing.AIR_PREFIX:
            _meet_for_campaigns(floor, kind + ":", CallId(name), now)
        case (
            floors.PERIODS_PREFIX
            | reclaims.LEFT_PREFIX
            | closures.CLOSURE_PREFIX
            | schedules.SCHEDULE_PREFIX
        ):
            _meet_for_house(floor, kind + ":", name, now)
        case _:
            _meet_for_call(floor, kind + ":", floor.calls[CallId(name)], now)


def _meet_for_house(floor: Floor, prefix: str, name: str, now: Instant) -> None:
    match prefix:
        case floors.PERIODS_PREFIX:
            floor.judge(now)
            gates.withdraw_from_barred(floor, now)
        case closures.CLOSURE_PREFIX:
            closures.end(floor, ClosureId(name))
        case schedules.SCHEDULE_PREFIX:
            schedules.look(floor, now)
        case _:
            reclaims.forget(floor, name)


def _meet_for_campaigns(floor: Floor, prefix: str, call: CallId, now: Instant) -> None:
    match prefix:
        case placing.AIR_PREFIX:
            dialing.give_up(floor, call)
        case _:
            dialing.tick(floor, now)


def _meet_for_agent(floor: Floor, prefix: str, agent: AgentId, now: Instant) -> None:
    match prefix:
        case floors.LIMIT_PREFIX:
            shifts.pass_limit(floor, agent, now)
        case floors.PIN_PREFIX:
            desk.forgive_in_time(floor, agent)
        case previews.PREVIEW_PREFIX:
            previews.expire(floor, agent, now)
        case _:
            desk.give_up_asking(floor, agent)


def _meet_for_call(floor: Floor, prefix: str, call: Call, now: Instant) -> None:
    match prefix:
        case relaxation.RELAX_PREFIX:
            relaxation.relax(floor, call, now)
        case relaxation.ALONE_PREFIX:
            relaxation.give_up_own_agents(floor, call)
        case limits.WAIT_PREFIX:  # while a phone rings it may be answered; then it is too late
            diversion.divert_if_late(floor, call, now)
        case offers.CONNECT_PREFIX:
            offers.give_up_connecting(floor, call, now)
        case lead_calls.PATIENCE_PREFIX:
            dialing.run_out(floor, call, now)
        case turns.ITEM_PREFIX:
            floor.items.open.add(call.id)
        case _:
            message = f"nothing is known of the deadline {prefix}{call.id}"
            raise CoreError(message)
