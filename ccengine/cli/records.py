"""What commands share that look into the engine's database, or change it and note that they did."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import OperationalError

from ccengine.api.roles import Role
from ccengine.cli.output import fail, read_settings
from ccengine.clock import Clock
from ccengine.storage.audit import AuditEntry
from ccengine.storage.database import RecordDatabase
from ccengine.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ccengine.core.ids import Instant

    Work = Callable[[RecordDatabase], Awaitable["Found"]]

Found = TypeVar("Found")
ACTOR = "command-line"
REMEDY = "start the engine once, which makes it"


def read_records(work: Work[Found]) -> Found:
    """Look into the database beside the engine: nothing is changed, not even its shape."""
    path = _existing()

    async def run() -> Found:
        return await _use(RecordDatabase.open_to_read(path), work)

    try:
        return asyncio.run(run())
    except OperationalError as error:
        fail(f"{path}: {error.orig}", "an older ccengine made it: start this one's engine once")


def change_records(work: Work[None]) -> None:
    """Change something in the database, which is brought to the present shape before."""
    path = _existing()

    async def run() -> None:
        await _use(await RecordDatabase.open(path), work)

    try:
        asyncio.run(run())
    except StorageError as error:
        fail(str(error))


async def note_change(
    database: RecordDatabase, operation: str, target: str, before: object, after: object
) -> None:
    """Say in the audit what was changed, now."""
    entry = AuditEntry(
        at=now(),
        actor=ACTOR,
        role=Role.ADMIN,
        operation=operation,
        target=target,
        before=before,
        after=after,
    )
    await database.audit.add(entry)


def now() -> Instant:
    """Return the time."""
    return Clock(lambda: 0.0).now()


async def _use(database: RecordDatabase, work: Work[Found]) -> Found:
    try:
        return await work(database)
    finally:
        await database.close()


def _existing() -> Path:
    path = read_settings().paths.database
    if not path.exists():
        fail(f"{path}: no such file", REMEDY)
    return path
