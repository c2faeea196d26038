"""Opening hours, and numbers that are closed by a switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.agi_routes.route import NO, YES, AgiRoute, Unanswered
from ccengine.asterisk.agi.answers import Status
from ccengine.config.openings import standing

if TYPE_CHECKING:
    from ccengine.agi_routes.route import Asked, Variables
    from ccengine.core.ids import Instant


async def hours(asked: Asked) -> Variables:
    """Tell whether it is open, why, and until when."""
    client = asked.client()
    number = asked.query.get("number", "")
    if number and number not in client.settings.numbers:
        raise Unanswered(Status.UNKNOWN, "number")
    timetable = client.hours_of(number).get(asked.path["NAME"])
    if timetable is None:
        raise Unanswered(Status.UNKNOWN, "hours")
    found = standing(timetable, asked.ports.floor.now())
    return {
        "CC_OPEN": YES if found.is_open else NO,
        "CC_OPEN_WHY": found.day.ground.value,
        "CC_OPEN_NAME": found.day.name,
        "CC_OPEN_UNTIL": _epoch(found.until),
        "CC_OPEN_ZONE": timetable.zone,
    }


async def closed(asked: Asked) -> Variables:
    """Tell whether a number is closed by a switch."""
    floor = asked.ports.floor
    tenant = floor.tenant()
    route = tenant.route(asked.path["NUMBER"])
    if route is None:
        raise Unanswered(Status.UNKNOWN, "number")
    shut = floor.center.closed(floor.now())
    name = tenant.closed_by(route, shut)
    if name is None:
        return {"CC_CLOSED": NO, **dict.fromkeys(CLOSED_MORE, "")}
    more = (str(name), shut[name].reason, _epoch(shut[name].until))
    return {"CC_CLOSED": YES, **dict(zip(CLOSED_MORE, more, strict=True))}


def _epoch(at: Instant | None) -> str:
    return "" if at is None else str(int(at))


CLOSED_MORE = {
    "CC_CLOSED_BY": "the closure's name",
    "CC_CLOSED_REASON": "what was written when it was closed",
    "CC_CLOSED_UNTIL": "epoch seconds; empty: until somebody opens it",
}

ROUTES = (
    AgiRoute(
        address="hours/CLIENT/NAME",
        summary="Whether hours of client.yaml say that it is open",
        query={"number": "a number of the client's, in whose zone it is judged"},
        sets={
            "CC_OPEN": "1 or 0",
            "CC_OPEN_WHY": "`week`, `season`, `holiday`, `own day`, `exception`: by what of these",
            "CC_OPEN_NAME": "of the season or the holiday, or the reason that was written",
            "CC_OPEN_UNTIL": "epoch seconds at which that changes; empty: not for five weeks",
            "CC_OPEN_ZONE": "IANA zone of these hours, as `SayUnixTime` takes it",
        },
        handler=hours,
    ),
    AgiRoute(
        address="closed/NUMBER",
        summary="Whether a number is closed by a closure's switch; opening hours are not looked at",
        sets={"CC_CLOSED": "1 or 0", **CLOSED_MORE},
        handler=closed,
    ),
)
