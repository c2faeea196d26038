"""Days that are asked about: which, and in whose time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from ccengine.api.faults import CLIENT_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import field_wrong
from ccengine.api.route import NAME, Strict
from ccengine.config.hours import Zone
from ccengine.config.names import mistake
from ccengine.config.periods import NO_ZONE
from ccengine.core.ids import ClientId
from ccengine.reporting.kpis.calendar import span
from ccengine.reporting.kpis.facts import Ms

if TYPE_CHECKING:
    from ccengine.api.route import Asked

DAYS_AT_MOST: Final = 31


def _written(given: object) -> object:
    """Let nothing pass for a day but one of this century, as ISO 8601 has it."""
    if not isinstance(given, str) or re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", given) is None:
        msg = "no day"
        raise mistake(msg, "write it as in 2026-01-31")
    return given


Day = Annotated[date, BeforeValidator(_written)]


class Named(StrEnum):
    """A day by its name."""

    TODAY = "today"
    YESTERDAY = "yesterday"


class SpanQuery(Strict):
    """Which days. What is left out is today."""

    day: Named | None = Field(None, description="In place of `from` and `to`.")
    from_day: Day | None = Field(None, alias="from", description="The first day; else `to`.")
    to_day: Day | None = Field(None, alias="to", description="The last one; else `from`.")
    zone: Zone | None = Field(
        None,
        max_length=64,
        description="Of days and hours, such as `Europe/Kyiv`; else that of the client's contract, "
        "or that which all clients share whom the token sees.",
    )


class ClientSpanQuery(SpanQuery):
    """Which days, and whose."""

    client: str | None = Field(None, pattern=f"^{NAME}$", description="Only this one's.")


class SpanShown(Shown):
    """Which days an answer is of."""

    begins: Utc
    ends: Utc = Field(description="Not included.")
    until: Utc = Field(description="Agents' time that goes on counts until then.")
    zone: str = Field(description="Of days and hours.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some days."""

    zone: str
    begins: Ms
    ends: Ms


def clients_of(asked: Asked[Any, Any], wanted: str | None) -> frozenset[str] | None:
    """Return whose figures are asked for, as far as the token sees; None: everybody's.

    Args:
        asked: the request.
        wanted: only this client's; None: any.

    Raises:
        Refused: the client is none that the token sees.
    """
    if wanted is None:
        seen = asked.sight.client_names()
        return None if seen is None else frozenset(seen)
    if ClientId(wanted) not in asked.ports.floor.tenant().clients or not asked.sight.client(wanted):
        raise CLIENT_UNKNOWN.because()
    return frozenset({wanted})


def span_of(asked: Asked[Any, Any], query: SpanQuery, clients: frozenset[str] | None) -> Span:
    """Return the days that are asked about.

    Raises:
        Refused: they cannot be.
    """
    tenant = asked.ports.floor.tenant()
    zones = {
        one.zone for one in tenant.clients.values() if clients is None or str(one.id) in clients
    }
    zone = query.zone or (zones.pop() if len(zones) == 1 else NO_ZONE)
    today = datetime.fromtimestamp(asked.ports.floor.now(), UTC).astimezone(ZoneInfo(zone)).date()
    first, last = _days(query, today)
    begins, ends = span(first, last, zone)
    return Span(zone=zone, begins=begins, ends=ends)


def _days(query: SpanQuery, today: date) -> tuple[date, date]:
    if query.day is not None:
        if query.from_day is not None or query.to_day is not None:
            raise field_wrong(
                field="day",
                problem="is given beside `from` or `to`",
                remedy="Give one or the other.",
            )
        day = today if query.day is Named.TODAY else today - timedelta(days=1)
        return day, day
    last = query.to_day or query.from_day or today
    first = query.from_day or last
    if first > last:
        raise field_wrong(
            field="from", problem=f"{first} is after {last}", remedy="Write `from` before `to`."
        )
    if (last - first).days >= DAYS_AT_MOST:
        remedy = "Ask for fewer, or run `ccengine report`, which takes any number."
        raise field_wrong(field="from", problem=f"more than {DAYS_AT_MOST} days", remedy=remedy)
    return first, last
