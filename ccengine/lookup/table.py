"""Asks a table that was read with the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.lookup_files import key_of
from ccengine.ivr.data import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.lookup_files import Table
    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document


class TableSource:
    """One column of a table."""

    def __init__(self, table: Table, key: str) -> None:
        self._table = table
        self._key = key

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return the row; as of `Source`."""
        return self._table.rows.get(key_of(text_of(values.get(self._key))))

    def close(self) -> None:
        """Let go of nothing."""
