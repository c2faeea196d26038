"""How far each webhook is in the journal, and what it was not able to deliver yet, or at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, delete, func, insert, select, update

from ccengine.core.ids import Instant
from ccengine.storage.tables import WEBHOOK_LETTERS, WEBHOOK_PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncEngine


class HookKey(NamedTuple):
    """One webhook."""

    client: str
    hook: str


class LetterState(StrEnum):
    """What is to be done with a message that was not taken."""

    WAITING = "waiting"  #: is tried again
    DEAD = "dead"  #: not any more, until somebody says so


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """A message that was not taken. What it says is read from the journal again."""

    client: str
    hook: str
    number: int  #: the journal's row
    call: str
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    next_at: Instant = 0.0
    at: Instant = 0.0  #: when it happened
    detail: str = ""  #: why it was not taken last

    @property
    def key(self) -> HookKey:
        """Whose it is."""
        return HookKey(self.client, self.hook)


class WebhookStore:
    """Places and letters in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def place(self, key: HookKey) -> int | None:
        """Return the last row that was seen to; None: the webhook is new."""
        query = select(WEBHOOK_PLACES.c.number).where(_is(WEBHOOK_PLACES, key))
        async with self._engine.connect() as connection:
            number: int | None = await connection.scalar(query)
            return number

    async def set_place(self, key: HookKey, number: int) -> None:
        """Have the webhook go on after a row: begin there, or send again what follows it.

        What was dead of that is dead no longer: it is sent again with the rest.
        """
        dead = and_(
            _is(WEBHOOK_LETTERS, key),
            WEBHOOK_LETTERS.c.state == LetterState.DEAD,
            WEBHOOK_LETTERS.c.number > number,
        )
        async with self._engine.begin() as connection:
            await connection.execute(delete(WEBHOOK_LETTERS).where(dead))
            await connection.execute(delete(WEBHOOK_PLACES).where(_is(WEBHOOK_PLACES, key)))
            await connection.execute(
                insert(WEBHOOK_PLACES), {"client": key.client, "hook": key.hook, "number": number}
            )

    async def advance(
        self, key: HookKey, before: int, after: int, letters: Sequence[StoredLetter]
    ) -> bool:
        """Go on from one row to another, and keep what was not taken of the rows between.

        Returns:
            False, and nothing is kept, if somebody has set another place meanwhile.
        """
        moved = update(WEBHOOK_PLACES).where(
            _is(WEBHOOK_PLACES, key), WEBHOOK_PLACES.c.number == before
        )
        async with self._engine.begin() as connection:
            result = await connection.execute(moved.values(number=after))
            if result.rowcount != 1:
                return False
            for letter in letters:
                old = delete(WEBHOOK_LETTERS).where(
                    _is(WEBHOOK_LETTERS, key), WEBHOOK_LETTERS.c.number == letter.number
                )
                await connection.execute(old)
                await connection.execute(insert(WEBHOOK_LETTERS), asdict(letter))
        return True

    async def waiting_calls(self, key: HookKey) -> set[str]:
        """Return the calls of which something is still to be delivered."""
        query = select(WEBHOOK_LETTERS.c.call).where(
            _is(WEBHOOK_LETTERS, key), WEBHOOK_LETTERS.c.state == LetterState.WAITING
        )
        async with self._engine.connect() as connection:
            return set((await connection.scalars(query)).all())

    async def count(self, key: HookKey, state: LetterState) -> int:
        """Return how many messages are in a state."""
        query = select(func.count()).where(
            _is(WEBHOOK_LETTERS, key), WEBHOOK_LETTERS.c.state == state
        )
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def due(self, key: HookKey, now: Instant, limit: int) -> list[StoredLetter]:
        """Return the first message of each call that is to be tried again now.

        What has waited longest since it was tried is first.
        """
        first = (
            select(func.min(WEBHOOK_LETTERS.c.number))
            .where(_is(WEBHOOK_LETTERS, key), WEBHOOK_LETTERS.c.state == LetterState.WAITING)
            .group_by(WEBHOOK_LETTERS.c.call)
        )
        return await self._select(
            and_(
                _is(WEBHOOK_LETTERS, key),
                WEBHOOK_LETTERS.c.number.in_(first),
                WEBHOOK_LETTERS.c.next_at <= now,
            ),
            limit,
            WEBHOOK_LETTERS.c.next_at,
        )

    async def letters(
        self, key: HookKey | None = None, state: LetterState | None = None, limit: int = 1_000
    ) -> list[StoredLetter]:
        """Return messages that were not taken, the oldest first."""
        wanted: list[ColumnElement[bool]] = []
        if key is not None:
            wanted.append(_is(WEBHOOK_LETTERS, key))
        if state is not None:
            wanted.append(WEBHOOK_LETTERS.c.state == state)
        return await self._select(and_(True, *wanted), limit)  # noqa: FBT003 - SQL's own

    async def drop(self, letter: StoredLetter) -> None:
        """Forget a message: it was taken."""
        one = and_(_is(WEBHOOK_LETTERS, letter.key), WEBHOOK_LETTERS.c.number == letter.number)
        async with self._engine.begin() as connection:
            await connection.execute(delete(WEBHOOK_LETTERS).where(one))

    async def keep(self, letter: StoredLetter) -> None:
        """Keep how a message stands now."""
        one = and_(_is(WEBHOOK_LETTERS, letter.key), WEBHOOK_LETTERS.c.number == letter.number)
        values = {
            "state": letter.state,
            "attempts": letter.attempts,
            "next_at": letter.next_at,
            "detail": letter.detail,
        }
        async with self._engine.begin() as connection:
            await connection.execute(update(WEBHOOK_LETTERS).where(one).values(values))

    async def revive(self, key: HookKey, number: int | None = None) -> int:
        """Have dead messages tried again, one or all; return how many."""
        wanted = and_(_is(WEBHOOK_LETTERS, key), WEBHOOK_LETTERS.c.state == LetterState.DEAD)
        if number is not None:
            wanted = and_(wanted, WEBHOOK_LETTERS.c.number == number)
        values = {"state": LetterState.WAITING, "attempts": 0, "next_at": 0.0}
        async with self._engine.begin() as connection:
            result = await connection.execute(update(WEBHOOK_LETTERS).where(wanted).values(values))
            return result.rowcount

    async def _select(
        self, where: ColumnElement[bool], limit: int, *first: ColumnElement[Any]
    ) -> list[StoredLetter]:
        query = select(WEBHOOK_LETTERS).where(where).order_by(*first, WEBHOOK_LETTERS.c.number)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.limit(limit))).mappings().all()
        return [StoredLetter(**{**row, "state": LetterState(row["state"])}) for row in rows]


def _is(table: Any, key: HookKey) -> ColumnElement[bool]:
    return and_(table.c.client == key.client, table.c.hook == key.hook)
