"""Single rows by their key, for whoever must not wait.

The database's asyncio layer takes a dozen turns of the event loop, and forty times the time, for
what is one look into an index.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON, bindparam, select
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Column

    Row = dict[str, Any]

_BUSY_SECONDS = 5.0


class KeyedRows:
    """Rows of one table by one unique column, read beside whoever writes them.

    Args:
        database: the file, which is there when the first row is asked for.
        key: the column.
        columns: what is read; JSON is decoded, all else is as SQLite keeps it.
    """

    def __init__(self, database: Path, key: Column[str], columns: Sequence[Column[Any]]) -> None:
        self._address = f"{database.absolute().as_uri()}?mode=ro"
        query = select(*columns).where(key == bindparam("key"))
        self._query = str(query.compile(dialect=sqlite.dialect(paramstyle="named")))
        self._names = [column.name for column in columns]
        self._json = {column.name for column in columns if isinstance(column.type, JSON)}
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    async def get(self, key: str) -> Row | None:
        """Return the row; None: there is none.

        Raises:
            OSError: the database cannot be read.
        """
        return await asyncio.to_thread(self._get, key)

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _get(self, key: str) -> Row | None:
        try:
            with self._turn:
                if self._connection is None:
                    self._connection = sqlite3.connect(
                        self._address, timeout=_BUSY_SECONDS, uri=True, check_same_thread=False
                    )
                row = self._connection.execute(self._query, {"key": key}).fetchone()
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
        if row is None:
            return None
        found = dict(zip(self._names, row, strict=True))
        return found | {name: orjson.loads(found[name]) for name in self._json if found[name]}
