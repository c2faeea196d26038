"""Lists of call records: filtered, newest first, a page at a time. A few columns, made cheaply."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, create_engine, func, or_, select, tuple_

from ccengine.core.ids import CallId, Instant
from ccengine.storage.tables import CALL_RECORDS as CALLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import ColumnElement, Engine, RowMapping, Select


COLUMNS = (
    *("call", "client", "kind", "number", "caller", "queue", "agent", "arrived_at", "answered_at"),
    *("ended_at", "wait_seconds", "talk_seconds", "outcome", "disposition", "resolved"),
    *("recording", "survey_score", "survey_comment"),
)

Place = tuple[float, str]
"""When a call arrived, and its id: the order of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls. None: whatever it is."""

    clients: Collection[str] | None = None
    agents: Collection[str] | None = None  #: who had it last; calls that nobody had as well
    agent: str | None = None  #: who had it last, and no other
    queue: str | None = None
    number: str | None = None
    caller: str | None = None
    kind: str | None = None
    outcome: str | None = None
    since: Instant | None = None  #: arrived then or later
    until: Instant | None = None  #: arrived before
    recorded: bool = False  #: only those with a recording
    but: CallId | None = None  #: not this one


def find_calls(
    database: Path, which: CallFilter, *, limit: int, after: Place | None = None
) -> Sequence[RowMapping]:
    """Return calls that are over, those that arrived last first. Takes its time: not for the loop.

    Args:
        database: of call records; nothing is created or changed.
        which: of them.
        limit: so many at most.
        after: of the last call of the page before.
    """
    with _reading(database).connect() as connection:
        return connection.execute(listing(which, limit=limit, after=after)).mappings().all()


def listing(which: CallFilter, *, limit: int, after: Place | None = None) -> Select[Any]:
    """Return the query; an index has its order, so no more is read than is shown."""
    query = (
        select(*(CALLS.c[name] for name in COLUMNS))
        .where(*_conditions(which))
        .order_by(CALLS.c.arrived_at.desc(), CALLS.c.call.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(CALLS.c.arrived_at, CALLS.c.call) < tuple_(*after))
    return query


@cache
def _reading(database: Path) -> Engine:
    return create_engine(
        f"sqlite:///file:{database.absolute()}?mode=ro&uri=true", poolclass=NullPool
    )


def _conditions(which: CallFilter) -> list[ColumnElement[bool]]:
    wanted: dict[str, Any] = {
        name: getattr(which, name)
        for name in ("agent", "queue", "number", "caller", "kind", "outcome")
    }
    found: list[ColumnElement[bool]] = [
        CALLS.c[name] == value for name, value in wanted.items() if value is not None
    ]
    if which.clients is not None:
        client: ColumnElement[str] = CALLS.c.client
        if len(which.clients) > 1:  # by the client's index it would sort all calls of them all
            client = func.coalesce(client, "")
        found.append(client.in_(sorted(which.clients)))
    if which.agents is not None:
        found.append(or_(CALLS.c.agent.is_(None), CALLS.c.agent.in_(sorted(which.agents))))
    if which.since is not None:
        found.append(CALLS.c.arrived_at >= which.since)
    if which.until is not None:
        found.append(CALLS.c.arrived_at < which.until)
    if which.recorded:
        found.append(CALLS.c.recording.is_not(None))
    if which.but is not None:
        found.append(CALLS.c.call != which.but)
    return found
