"""Asks a database: one SELECT with named parameters, on threads of its own, which cannot write.

A statement that is cut is stopped in SQLite. Other databases answer a thread that nobody waits
for any more; while all threads are taken like that, nobody else is asked.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ccengine.config.statements import needs_a_row
from ccengine.ivr.data import text_of
from ccengine.lookup.source import LARGEST_BYTES, QuestionRefused, SourceFailed, sendable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document

THREADS: Final = 4  #: of one lookup
STEPS: Final = 1000  #: of SQLite, between two looks whether somebody still waits
BUSY_SECONDS: Final = 1.0  #: that a statement waits for another one's lock
SQLITE: Final = "sqlite"


def open_sqlite(file: Path, *, writes: bool) -> Engine:
    """Return the way to a file of SQLite, which must be there."""
    mode = "rw" if writes else "ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        connection.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def open_database(url: str, *, writes: bool) -> Engine:
    """Return the way to any database that SQLAlchemy has a driver for.

    Raises:
        SourceFailed: it has none, or the address is none. The address is a secret.
    """
    try:
        engine = create_engine(url, pool_size=THREADS, max_overflow=0)
    except (ArgumentError, NoSuchModuleError, ImportError, TypeError) as error:
        message = f"the database's address cannot be used: {type(error).__name__}"
        raise SourceFailed(message) from None
    return engine if writes else engine.execution_options(postgresql_readonly=True)


class SqlSource:
    """One statement that reads."""

    def __init__(self, engine: Engine, statement: str) -> None:
        self._statements = Statements(engine)
        self._statement = statement

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return the first row; as of `Source`."""
        return await self._statements.run(self._statement, values, _first_row)

    def close(self) -> None:
        """Close all connections."""
        self._statements.close()


class Statements:
    """Carries out statements of one lookup or submission, a few at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free = threading.Semaphore(THREADS)
        self._pool = ThreadPoolExecutor(THREADS, "statement")

    async def run(
        self,
        statement: str,
        values: Mapping[str, Value],
        take: Callable[[Connection, str, Mapping[str, Any]], Document | None],
    ) -> Document | None:
        """Return what `take` makes of it.

        Raises:
            QuestionRefused: it could not be asked with these values.
            SourceFailed: it could not be carried out, or too many are on their way.
        """
        bound = {name: _bindable(value) for name, value in values.items()}
        if not self._free.acquire(blocking=False):
            message = "earlier questions are not answered yet"
            raise SourceFailed(message)
        stop = threading.Event()
        job = self._pool.submit(self._carry_out, stop, lambda one: take(one, statement, bound))
        job.add_done_callback(lambda _: self._free.release())  # also of one that never began
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not job.cancelled() or (task is not None and task.cancelling()):
                raise
            message = "the database is asked nothing any more"  # and nobody cancels who asks
            raise SourceFailed(message) from None
        finally:
            stop.set()

    def close(self) -> None:
        """Close all connections, without waiting for who is on the way."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    def _carry_out(
        self, stop: threading.Event, take: Callable[[Connection], Document | None]
    ) -> Document | None:
        try:
            with self._engine.connect() as connection, _stopped_by(stop, connection):
                return take(connection)
        except DataError as error:  # what was typed is none of what the column holds
            raise QuestionRefused(_cause(error)) from None
        except SQLAlchemyError as error:
            # Its text has the statement and the values.
            raise SourceFailed(_cause(error), hopeless=False) from None


@contextmanager
def _stopped_by(stop: threading.Event, connection: Connection) -> Iterator[None]:
    if connection.dialect.name == SQLITE:
        raw: Any = connection.connection.driver_connection
        raw.set_progress_handler(stop.is_set, STEPS)
    yield


def _first_row(
    connection: Connection, statement: str, values: Mapping[str, Any]
) -> Document | None:
    row = connection.execute(text(statement), values).mappings().fetchone()
    if row is None:
        return None
    found = {str(name): value for name, value in row.items() if not isinstance(value, bytes)}
    if sum(len(value) for value in found.values() if isinstance(value, str)) > LARGEST_BYTES:
        message = f"the answer is longer than {LARGEST_BYTES // 1024} KB"
        raise SourceFailed(message)
    return found


def carried_out(connection: Connection, statement: str, values: Mapping[str, Any]) -> None:
    """Carry out a statement that writes, whole or not at all.

    Raises:
        SourceFailed: what it was to change or delete is not there.
    """
    done = connection.execute(text(statement), values)
    if done.rowcount == 0 and needs_a_row(statement):
        message = "there is no row that it could change"
        raise SourceFailed(message)
    connection.commit()


def _bindable(value: Value) -> str | int | float:
    """Return a value as every driver takes it."""
    match value:
        case Decimal():
            return sendable(value)
        case bool():
            return int(value)
        case date():
            return text_of(value)
        case _:
            return value


def _cause(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    if isinstance(original, sqlite3.Error):
        return f"{type(original).__name__}: {original}"[:200]
    return type(original or error).__name__
