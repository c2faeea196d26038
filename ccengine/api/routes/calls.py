"""Calls: their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.api.problems import Fault
from ccengine.api.records import CallShown, shown
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.core.ids import CallId

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.reporting.call_record import CallRecord

CALL_UNKNOWN = Fault(
    404,
    "call-unknown",
    "No such call",
    "Call ids are in the log as call_id, and are the recordings' names; GET /calls lists them.",
)


async def record_of(asked: Asked[Any, Any]) -> CallRecord:
    """Return the record of the call in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    record = await asked.ports.keeper.get(CallId(asked.path["call"]))
    if record is None or not asked.sight.record(record):
        raise CALL_UNKNOWN.because()
    return record


async def get_call(asked: Asked[Nothing, Nothing]) -> CallShown:
    """Show a call's record, alive or over."""
    return shown(await record_of(asked), asked.sight)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getCall",
        method=Method.GET,
        path="/calls/{call}",
        summary="Everything that is kept of a call",
        query=Nothing,
        body=Nothing,
        answer=CallShown,
        handler=get_call,
        faults=(CALL_UNKNOWN,),
    ),
)
