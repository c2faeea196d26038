"""What became of each call's recording: due, kept, moved to a store, erased. Rows stay for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, or_, select, tuple_, update

from ccengine.core.ids import Instant
from ccengine.storage.tables import KEPT_RECORDINGS as KEPT
from ccengine.storage.tables import PROGRESS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncEngine

FOLD = "kept_recordings"


class KeptState(StrEnum):
    """What is to be done with a recording, or was."""

    DUE = "due"  #: the call is over; its files are as Asterisk left them
    KEPT = "kept"  #: joined, signed and sealed
    MISSING = "missing"  #: nothing was found of it
    ERASING = "erasing"  #: it must go, and nobody may hear it any more
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecording:
    """One call's recording. Times are seconds since the epoch, UTC."""

    call: str
    tenant: str
    client: str
    queue: str | None
    agents: Sequence[str]
    started_at: Instant
    state: KeptState = KeptState.DUE
    spool: Sequence[str] = ()  #: Asterisk's files, below its folder
    cleared: bool = False  #: they are gone
    attempts: int = 0
    next_at: Instant = 0.0
    detail: str = ""  #: why the last attempt was in vain
    file: str | None = None  #: sealed, below the folder of kept recordings
    seconds: float | None = None
    missing_seconds: float | None = None  #: should have been recorded, and are not in it
    format: str | None = None
    channels: str | None = None
    sha256: str | None = None  #: of the plain sound
    bytes: int | None = None  #: of the plain sound
    sealed_sha256: str | None = None
    sealed_bytes: int | None = None
    key: str | None = None  #: public half of the client's
    signed_by: str | None = None  #: fingerprint of the key that signed the manifest
    kept_at: Instant | None = None
    expires_at: Instant | None = None  #: None: never
    hold_reason: str | None = None  #: nobody may erase it meanwhile
    hold_by: str | None = None
    hold_at: Instant | None = None
    put_to: Sequence[str] = ()  #: objects that it was begun to be put to, whole or not
    stored: str | None = None  #: the object's name, where the store has it
    erased_at: Instant | None = None
    erased_because: str | None = None
    silence_percent: float | None = None
    talk_over_percent: float | None = None

    @property
    def can_be_heard(self) -> bool:
        """Whether there is sound of it."""
        return self.state in (KeptState.DUE, KeptState.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFilter:
    """Which recordings. None: whatever it is."""

    clients: Collection[str] | None = None
    state: KeptState | None = None
    held: bool = False  #: only those on hold
    since: Instant | None = None  #: begun then or later


NOT_ERASED: Final = (KeptState.DUE, KeptState.KEPT, KeptState.MISSING)
"""There is sound of them, or may be."""

_NAMES = tuple(field.name for field in fields(KeptRecording))
_LISTS = ("agents", "spool", "put_to")
_COLUMNS = tuple(KEPT.c[name] for name in _NAMES)


class KeptStore:
    """The rows in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def progress(self) -> int:
        """Return the number of the journal's row up to which ended calls were looked at."""
        query = select(PROGRESS.c.number).where(PROGRESS.c.fold == FOLD)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def add_due(self, recordings: Sequence[KeptRecording], upto: int) -> None:
        """Take recordings on, and note how far the journal was read, both or neither.

        One that is there already stays as it is.
        """
        async with self._engine.begin() as connection:
            calls = [one.call for one in recordings]
            known = select(KEPT.c.call).where(KEPT.c.call.in_(calls))
            there = set((await connection.scalars(known)).all()) if calls else set()
            new = {one.call: _values(one) for one in recordings if one.call not in there}
            if new:
                await connection.execute(insert(KEPT), list(new.values()))
            await connection.execute(delete(PROGRESS).where(PROGRESS.c.fold == FOLD))
            await connection.execute(insert(PROGRESS), {"fold": FOLD, "number": upto})

    async def get(self, call: str) -> KeptRecording | None:
        """Return a call's recording; None: it was never heard of."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_select(KEPT.c.call == call))).mappings().first()
        return None if row is None else _read(row)

    async def picture(self, call: str) -> bytes | None:
        """Return how it is drawn; None: nobody has looked at it."""
        query = select(KEPT.c.picture).where(KEPT.c.call == call)
        async with self._engine.connect() as connection:
            picture: bytes | None = await connection.scalar(query)
            return picture

    async def due(self, now: Instant, limit: int) -> list[KeptRecording]:
        """Return what is to be worked on now: kept, erased, or cleared of Asterisk's files.

        What has waited longest is first.
        """
        wanted = and_(
            or_(
                KEPT.c.state.in_([KeptState.DUE, KeptState.MISSING, KeptState.ERASING]),
                and_(KEPT.c.state == KeptState.KEPT, KEPT.c.cleared.is_(False)),
            ),
            KEPT.c.next_at <= now,
        )
        return await self._all(_select(wanted).order_by(KEPT.c.next_at).limit(limit))

    async def to_move(
        self, clients: Collection[str], now: Instant, limit: int
    ) -> list[KeptRecording]:
        """Return what these clients' stores do not have yet.

        What was never tried is first, then what has waited longest: one that cannot be moved is
        behind all others.
        """
        wanted = and_(
            KEPT.c.state == KeptState.KEPT,
            KEPT.c.stored.is_(None),
            KEPT.c.client.in_(sorted(clients)),
            KEPT.c.cleared.is_(True),
            KEPT.c.next_at <= now,
        )
        return await self._all(
            _select(wanted).order_by(KEPT.c.next_at, KEPT.c.started_at).limit(limit)
        )

    async def expired(self, now: Instant, limit: int) -> list[KeptRecording]:
        """Return what has been kept for long enough, but for what is on hold."""
        wanted = and_(
            KEPT.c.expires_at <= now,
            KEPT.c.hold_reason.is_(None),
            KEPT.c.state.in_(NOT_ERASED),
        )
        return await self._all(_select(wanted).order_by(KEPT.c.expires_at).limit(limit))

    async def find(
        self, which: KeptFilter, *, limit: int = 1_000, after: tuple[float, str] | None = None
    ) -> list[KeptRecording]:
        """Return recordings, those begun last first.

        Args:
            which: of them.
            limit: so many at most.
            after: begin and call of the last one of the page before.
        """
        query = _select(*_conditions(which))
        if after is not None:
            query = query.where(tuple_(KEPT.c.started_at, KEPT.c.call) < tuple_(*after))
        ordered = query.order_by(KEPT.c.started_at.desc(), KEPT.c.call.desc())
        return await self._all(ordered.limit(limit))

    async def count(self, state: KeptState, *, failing: bool = False) -> int:
        """Return how many are in a state, or only those that were tried in vain."""
        query = select(func.count()).where(KEPT.c.state == state)
        if failing:
            query = query.where(KEPT.c.attempts > 0)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def change(
        self, call: str, states: Collection[KeptState], values: Mapping[str, Any]
    ) -> bool:
        """Change a row that is in one of these states; tell whether it was."""
        one = and_(KEPT.c.call == call, KEPT.c.state.in_(sorted(states)))
        return await self._update(one, values)

    async def begin_to_erase(self, call: str, because: str) -> bool:
        """Have a recording erased, whatever happens; False: it is on hold, or gone already."""
        return bool(await self._begin_to_erase(KEPT.c.call == call, because))

    async def begin_to_erase_all(self, client: str, because: str) -> int:
        """Have all of a client's be erased but those on hold; return how many."""
        return await self._begin_to_erase(KEPT.c.client == client, because)

    async def _begin_to_erase(self, which: ColumnElement[bool], because: str) -> int:
        where = and_(which, KEPT.c.hold_reason.is_(None), KEPT.c.state.in_(NOT_ERASED))
        values = {
            "state": KeptState.ERASING,
            "erased_because": because,
            "attempts": 0,
            "next_at": 0.0,
        }
        async with self._engine.begin() as connection:
            result = await connection.execute(update(KEPT).where(where).values(**values))
            return result.rowcount

    async def hold(self, call: str, reason: str, by: str, at: Instant) -> bool:
        """Put a recording on hold, or give the hold another reason; False: it is gone."""
        one = and_(KEPT.c.call == call, KEPT.c.state.in_([KeptState.DUE, KeptState.KEPT]))
        return await self._update(one, {"hold_reason": reason, "hold_by": by, "hold_at": at})

    async def release(self, call: str) -> bool:
        """End a hold; False: there was none."""
        one = and_(KEPT.c.call == call, KEPT.c.hold_reason.is_not(None))
        return await self._update(one, {"hold_reason": None, "hold_by": None, "hold_at": None})

    async def seek_missing(self) -> None:
        """Have what was found missing be looked for now: its disk may be back."""
        async with self._engine.begin() as connection:
            missing = update(KEPT).where(KEPT.c.state == KeptState.MISSING)
            await connection.execute(missing.values(next_at=0.0))

    async def expire(
        self, client: str, queue: str | None, days: float, *, unknown: bool = False
    ) -> int:
        """Let the recordings of a queue be kept for so long from now on; return how many change.

        Args:
            client: whose.
            queue: of it; None: those of none.
            days: from their begin.
            unknown: only those of which nothing is known yet.
        """
        expires = KEPT.c.started_at + days * 86_400.0
        is_unknown = KEPT.c.expires_at.is_(None)
        is_other = is_unknown if unknown else or_(is_unknown, KEPT.c.expires_at != expires)
        of_queue = KEPT.c.queue.is_(None) if queue is None else KEPT.c.queue == queue
        where = and_(KEPT.c.client == client, of_queue, is_other, KEPT.c.state.in_(NOT_ERASED))
        async with self._engine.begin() as connection:
            result = await connection.execute(update(KEPT).where(where).values(expires_at=expires))
            return result.rowcount

    async def queues(self) -> list[tuple[str, str | None]]:
        """Return the clients and queues that recordings are of, also those that are gone."""
        query = select(KEPT.c.client, KEPT.c.queue).where(KEPT.c.state.in_(NOT_ERASED))
        async with self._engine.connect() as connection:
            return [(row[0], row[1]) for row in await connection.execute(query.distinct())]

    async def _all(self, query: Select[Any]) -> list[KeptRecording]:
        async with self._engine.connect() as connection:
            return [_read(row) for row in (await connection.execute(query)).mappings()]

    async def _update(self, where: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        async with self._engine.begin() as connection:
            result = await connection.execute(update(KEPT).where(where).values(**values))
            return bool(result.rowcount)


def _select(*where: ColumnElement[bool]) -> Select[Any]:
    return select(*_COLUMNS).where(*where)


def _conditions(which: KeptFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.clients is not None:
        found.append(KEPT.c.client.in_(sorted(which.clients)))
    if which.state is not None:
        found.append(KEPT.c.state == which.state)
    if which.held:
        found.append(KEPT.c.hold_reason.is_not(None))
    if which.since is not None:
        found.append(KEPT.c.started_at >= which.since)
    return found


def _values(recording: KeptRecording) -> dict[str, Any]:
    values = {name: getattr(recording, name) for name in _NAMES}
    return {**values, **{name: list(values[name]) for name in _LISTS}}


def _read(row: Any) -> KeptRecording:
    lists = {name: tuple(row[name]) for name in _LISTS}
    return KeptRecording(**{**row, **lists, "state": KeptState(row["state"])})
