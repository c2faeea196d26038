"""Copies of public registers: millions of numbers, taken in beside a running engine.

A copy is written in small transactions, and between them whoever waits may write. Nobody reads it
before a register has it in use. What nobody has in use was left by an import that was killed, or
is the copy before: it is removed in the same way.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import func, insert, select, text

from ccengine.storage.dialing_tables import REGISTER_NUMBERS, REGISTERS
from ccengine.storage.errors import StorageError
from ccengine.storage.lock import FileLock, LockTaken
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncEngine

AT_ONCE: Final = 5_000  #: rows of a transaction
PAUSE_SECONDS: Final = 0.02
"""Between two transactions: SQLite lets nobody in by turns, who waits looks now and then."""

# The number of what is added must not be in it: a register may have one twice.
_ADD: Final = insert(REGISTER_NUMBERS).prefix_with("OR IGNORE")
_REMOVE: Final = text(
    "DELETE FROM register_numbers WHERE copy = :copy AND number IN"
    " (SELECT number FROM register_numbers WHERE copy = :copy ORDER BY number LIMIT :limit)"
)


class RegisterBusy(StorageError):
    """Somebody else is importing a register."""


class RegisterCopies:
    """The copies in a database, while one is imported."""

    def __init__(self, engine: AsyncEngine, lock: FileLock) -> None:
        self._engine = engine
        self._lock = lock

    @classmethod
    def open(cls, engine: AsyncEngine) -> Self:
        """Have nobody else import a register meanwhile.

        Raises:
            RegisterBusy: somebody does.
        """
        path = Path(str(engine.url.database))
        try:
            lock = FileLock(path.with_name(f"{path.name}.register"))
        except LockTaken as error:
            message = f"process {error} is importing a register — wait until it has"
            raise RegisterBusy(message) from error
        return cls(engine, lock)

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let others import."""
        self._lock.release()

    async def write(self, numbers: Iterable[str]) -> int:
        """Write a copy that nobody has in use, and return its number; what raises leaves none."""
        await self.sweep()
        copy = await self._unused()
        remaining = iter(numbers)
        try:
            while chunk := list(islice(remaining, AT_ONCE)):
                rows = [{"copy": copy, "number": number} for number in chunk]
                async with writing(self._engine) as connection:
                    await connection.execute(_ADD, rows)
                await asyncio.sleep(PAUSE_SECONDS)
        except BaseException:
            await self.sweep()
            raise
        return copy

    async def count(self, copy: int) -> int:
        """Return how many numbers a copy has."""
        of_it = REGISTER_NUMBERS.c.copy == copy
        query = select(func.count()).select_from(REGISTER_NUMBERS).where(of_it)
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def sweep(self) -> None:
        """Remove, piece by piece, the copies that no register has in use."""
        for copy in await self._left():
            removed = AT_ONCE
            while removed == AT_ONCE:
                async with writing(self._engine) as connection:
                    bound = {"copy": copy, "limit": AT_ONCE}
                    removed = (await connection.execute(_REMOVE, bound)).rowcount
                await asyncio.sleep(PAUSE_SECONDS)

    async def _unused(self) -> int:
        written = select(func.max(REGISTER_NUMBERS.c.copy))
        in_use = select(func.max(REGISTERS.c.copy))
        async with self._engine.connect() as connection:
            highest = [await connection.scalar(query) or 0 for query in (written, in_use)]
        return max(highest) + 1

    async def _left(self) -> list[int]:
        """Return the copies that are there and not in use: few, each found by the index."""
        left: list[int] = []
        async with self._engine.connect() as connection:
            in_use = set((await connection.scalars(select(REGISTERS.c.copy))).all())
            last = 0
            while True:
                query = select(func.min(REGISTER_NUMBERS.c.copy)).where(
                    REGISTER_NUMBERS.c.copy > last
                )
                found = await connection.scalar(query)
                if found is None:
                    return left
                last = found
                if found not in in_use:
                    left.append(found)
