"""A call that is alive, as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.api.places import PLACE
from ccengine.api.route import NAME, Strict
from ccengine.core.states import CallState, Kind
from ccengine.reporting.masking import mask_called, mask_number

if TYPE_CHECKING:
    from ccengine.api.route import Asked
    from ccengine.core.calls import Call


class LiveQuery(Strict):
    """Which calls."""

    client: str | None = Field(None, pattern=f"^{NAME}$")
    state: CallState | None = None
    after: str | None = Field(None, pattern=f"^{PLACE}$", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=200)


class LiveShown(Shown):
    """A call's present state."""

    call: str
    client: str
    kind: Kind
    state: CallState
    number: str = Field(description="The number dialed.")
    caller: str
    queue: str | None
    priority: int
    position: int | None = Field(description="In the queue's order of service; 1 is next.")
    arrived_at: Utc
    waits_since: Utc | None = Field(description="In this queue.")
    agent: str | None = Field(description="Offered to, or talking with.")


class LivePage(Shown):
    """Those who came first."""

    calls: list[LiveShown]
    next: str | None = Field(description="`after` of the next page; null: this is the last.")


def live(call: Call, asked: Asked[Any, Any]) -> LiveShown:
    """Return the call as the token sees it."""
    floor = asked.ports.floor
    whole = asked.sight.sees_numbers_of(call.client)
    return LiveShown(
        call=call.id,
        client=call.client,
        kind=call.kind,
        state=call.state,
        number=call.number if whole else mask_called(call.kind, call.number),
        caller=call.caller if whole else mask_number(call.caller),
        queue=call.queue,
        priority=call.priority,
        position=floor.center.position(call.id, floor.now()),
        arrived_at=call.arrived_at,
        waits_since=None if call.queue is None else call.queued_at,
        agent=call.agent,
    )
