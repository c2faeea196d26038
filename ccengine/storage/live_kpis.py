"""Key figures of the last days as they come about, for whoever shows them live."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.reporting.kpis.counts import DAY, QUARTER, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import answer
from ccengine.storage.catching_up import gently
from ccengine.storage.errors import StorageError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan
    from ccengine.reporting.kpis.table import Question, Table
    from ccengine.reporting.rows import JournalRow

log = structlog.get_logger()

KEPT = 2 * DAY
_EARLIER = KEPT + DAY


class LiveKpis:
    """Follows the engine. What was before its start is read from the journal meanwhile.

    Args:
        journal: the engine's.
        now: its clock.
        limit: steps that may wait until the journal has been read.
    """

    def __init__(
        self, journal: Path, now: Callable[[], Instant], *, limit: int = 1_000_000
    ) -> None:
        self._journal = journal
        self._now = now
        self._limit = limit
        self._tally = Tally()
        self._fold = Fold(self._tally)
        self._waiting: list[Sequence[JournalRow]] | None = []  # None: has caught up
        self._cleaned = 0

    @property
    def is_ready(self) -> bool:
        """Whether the past is known, too."""
        return self._waiting is None

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Take one step of the core into account. Never waits."""
        if self._waiting is None:
            self._take(rows)
        elif len(self._waiting) < self._limit:
            self._waiting.append(rows)

    async def catch_up(self) -> None:
        """Read what was before, beside the engine; a journal that cannot be read is left out."""
        seen = 0
        try:
            seen = await asyncio.to_thread(self._read)
        except StorageError as error:
            log.warning("kpis_not_read", cause=str(error))
        except Exception:  # a mistake here must cost no call
            log.exception("kpis_not_read")
        waiting, self._waiting = self._waiting or [], None
        for rows in waiting:
            if rows and rows[0].number > seen:
                self._take(rows)

    def ask(self, question: Question, plan: Plan, language_of: Callable[[str, str], str]) -> Table:
        """Return figures, the time until now included."""
        now = self._now()
        self._fold.cut(now)
        self._clean(Grain.MILLISECOND.of(now))
        cells = self._tally.between(question.begins, question.ends)
        return answer(cells, question, plan, language_of)

    def _take(self, rows: Sequence[JournalRow]) -> None:
        try:
            self._fold.take(rows)
        except Exception:  # a mistake here must cost no call
            log.exception("kpis_not_counted", row=rows[0].number if rows else 0)

    def _read(self) -> int:
        seen = 0
        with JournalReader.open(self._journal) as reader:
            begins = reader.newest()[1] - _EARLIER / 1000
            for step in gently(reader.steps(begins=begins, ends=float("inf"))):
                self._fold.take(step)
                seen = step[-1].number
        return seen

    def _clean(self, now: int) -> None:
        if now // QUARTER != self._cleaned:
            self._cleaned = now // QUARTER
            self._tally.forget_before(now - KEPT)
