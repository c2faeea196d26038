"""Which numbers are closed by one switch: from the journal, beside an engine or without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.replay import center_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccengine.core.closed_numbers import Closed
    from ccengine.core.ids import ClosureId, Instant


def closed_by_journal(journal: Path, now: Instant) -> Mapping[ClosureId, Closed]:
    """Return what is closed; nothing where there is no journal to be read."""
    try:
        with JournalReader.open(journal) as reader:
            return center_of(reader.restore()).closed(now)
    except JournalError:
        return {}
