"""Transactions that have the right to write from their first moment."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final, TypeVar

import structlog
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.get_logger()

Found = TypeVar("Found")
PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 10.0)
"""Before it is tried again; the last one each time from then on."""
PRIMARY_CODE: Final = 0xFF
"""The part of SQLite's extended error codes that says what is wrong."""


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction in which nothing can change between what is read and what is written.

    SQLite's usual one may read first, and find when it writes that somebody else has.
    """
    async with engine.begin() as connection:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


async def until_written(write: Callable[[], Awaitable[Found]], what: str) -> Found:
    """Write what must not be lost, again after a pause while somebody else holds the database.

    Args:
        write: a whole transaction, which may be tried any number of times.
        what: for the log.

    Raises:
        SQLAlchemyError: anything but that it is locked.
    """
    for pause in chain(PAUSES_SECONDS, repeat(PAUSES_SECONDS[-1])):
        try:
            return await write()
        except OperationalError as error:
            if not is_locked(error):
                raise
            log.warning("database_locked", what=what, again_in_seconds=pause)
            await asyncio.sleep(pause)
    raise AssertionError  # the pauses have no end


def is_locked(error: OperationalError) -> bool:
    """Tell whether nothing is wrong but that somebody else was writing for too long."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
