"""The journal of all tests before this one (its name is the last) decides the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.replay import replay

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


async def test_the_journal_replayed_gives_the_same_bytes(stage: Stage) -> None:
    async with stage:
        with JournalReader.open(stage.system.paths.journal) as reader:
            rows = list(reader.stored())
        assert rows
        assert replay(rows) == []
