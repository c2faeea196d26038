"""A shift that writes a journal, and somebody who reads it beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.storage.journal_reader import JournalReader
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


@pytest.fixture
def reader(shift: Shift) -> Iterator[JournalReader]:
    with JournalReader.open(shift.journal.path) as opened:
        yield opened
