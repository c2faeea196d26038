"""Callbacks and messages that wait for an agent: whom one will call back, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.agents import agent_of
from ccengine.api.at_desk import name_of, queues_of
from ccengine.api.faults import AGENT_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.route import Asked, Method, Nothing, Route, Strict
from ccengine.core.states import CallState, Kind
from ccengine.reporting.masking import mask_number

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant

WAITS = frozenset({CallState.WAITING, CallState.OFFERED, CallState.POSTPONED})


class CallbacksQuery(Strict):
    """How many."""

    limit: int = Field(50, ge=1, le=200)


class CallbackShown(Shown):
    """Somebody who is to be called back, or whose message is to be heard."""

    call: str
    client: str
    client_name: str
    queue: str
    kind: Kind = Field(description="`callback` or `voicemail`.")
    customer: str = Field(description="Masked, where the client hides numbers from agents.")
    called_at: Utc = Field(description="When the customer called.")
    booked_for: Utc | None = Field(description="The time that was agreed; null: in their turn.")
    not_before: Utc | None = Field(description="Of the next attempt.")
    attempts: int = Field(description="So far.")
    position: int | None = Field(description="In the queue's order of service; null: not yet.")
    message_seconds: float | None


class CallbackList(Shown):
    """Those that were booked by their time, then the others as they came."""

    callbacks: list[CallbackShown]


async def list_callbacks(asked: Asked[CallbacksQuery, Nothing]) -> CallbackList:
    """List what waits in the agent's queues."""
    agent, floor = agent_of(asked), asked.ports.floor
    queues = set(queues_of(agent.id, asked))
    found = [
        call
        for call in floor.center.calls.values()
        if call.item is not None
        and call.queue in queues
        and call.state in WAITS
        and not call.item.is_live
    ]
    found.sort(key=_turn)
    return CallbackList(callbacks=[_shown(call, asked) for call in found[: asked.query.limit]])


def _turn(call: Call) -> tuple[bool, Instant, int]:
    slot = None if call.item is None else call.item.slot
    return slot is None, slot or call.arrived_at, call.serial


def _shown(call: Call, asked: Asked[Any, Any]) -> CallbackShown:
    item, now = call.item, asked.ports.floor.now()
    to = call.caller if item is None or not item.to else item.to
    later = None if item is None or item.not_before <= now else item.not_before
    return CallbackShown(
        call=call.id,
        client=call.client,
        client_name=name_of(call.client, asked),
        queue=call.queue or "",
        kind=call.kind,
        customer=to if asked.sight.sees_numbers_of(call.client) else mask_number(to),
        called_at=call.arrived_at,
        booked_for=None if item is None else item.slot,
        not_before=later,
        attempts=0 if item is None else item.attempts,
        position=asked.ports.floor.center.position(call.id, now),
        message_seconds=item.message_seconds if item is not None and item.message else None,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listCallbacks",
        method=Method.GET,
        path="/agents/{agent}/callbacks",
        summary="Callbacks and messages that wait in the agent's queues",
        query=CallbacksQuery,
        body=Nothing,
        answer=CallbackList,
        handler=list_callbacks,
        faults=(AGENT_UNKNOWN,),
    ),
)
