"""Key figures of the last days as they come about, for whoever shows them live.

On a thread of its own, which alone knows the figures: neither counting nor asking waits for calls,
nor lets them wait.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import structlog

from ccengine.reporting.kpis.counts import DAY, QUARTER, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import InForce, Question, Table, answer
from ccengine.reporting.rows import JournalRow
from ccengine.storage.catching_up import AFTER_START_SECONDS, gently
from ccengine.storage.errors import StorageError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.reporting.kpis.facts import Ms

log = structlog.get_logger()

KEPT = 2 * DAY
_EARLIER = KEPT + DAY
_PAUSE_SECONDS = 0.2
_CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that waits for its turn behind the steps before it."""

    question: Question
    in_force: InForce
    answered: Future[Table] = field(default_factory=Future)


Waiting = Sequence[JournalRow] | _Asked


class LiveKpis:
    """Follows the engine. What was before its start is read from the journal first.

    Args:
        journal: the engine's.
        now: its clock.
        limit: steps that may wait until the journal has been read.
    """

    def __init__(
        self, journal: Path, now: Callable[[], Instant], *, limit: int = 1_000_000
    ) -> None:
        self.dropped = 0  #: steps
        self._journal = journal
        self._now = now
        self._limit = limit
        self._tally = Tally()
        self._fold = Fold(self._tally)
        self._waiting: deque[Waiting] = deque()
        self._seen = 0
        self._is_whole = False  # nothing of the days that are kept is missing
        self._cleaned = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="kpis", daemon=True)

    def start(self) -> None:
        """Begin to count, what was before included."""
        self._thread.start()

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Have one step of the core counted. Never waits."""
        if len(self._waiting) < self._limit:
            self._waiting.append(rows)
        else:
            self.dropped += 1

    def has(self, begins: Ms) -> bool:
        """Tell whether everything from an instant on has been counted; the journal has it else."""
        self._wake.set()  # whoever asks once asks again
        is_kept = begins >= Grain.MILLISECOND.of(self._now()) - KEPT
        return is_kept and self._is_whole and not self.dropped and not self._closing

    async def ask(self, question: Question, in_force: InForce) -> Table:
        """Return figures: of all steps shown so far, and of agents' time until now.

        Args:
            question: of the last two days.
            in_force: the configuration.

        Raises:
            CancelledError: nobody counts: not yet, or no longer.
        """
        if self._closing or not self._thread.is_alive():
            raise asyncio.CancelledError
        asked = _Asked(question, in_force)
        self._waiting.append(asked)
        self._wake.set()
        return await asyncio.wrap_future(asked.answered)

    def close(self) -> None:
        """Count no more; whoever still asks gets no answer."""
        self._closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_SECONDS)

    def _run(self) -> None:
        self._wake.wait(AFTER_START_SECONDS)
        try:
            self._read()
        except StorageError as error:
            log.warning("kpis_not_read", cause=str(error))
        except Exception:  # a mistake here must cost no call
            log.exception("kpis_not_read")
        while not self._closing:
            self._wake.wait(_PAUSE_SECONDS)
            self._wake.clear()
            for _ in range(len(self._waiting)):
                self._take(self._waiting.popleft())
            self._clean(Grain.MILLISECOND.of(self._now()))
        while self._waiting:
            one = self._waiting.popleft()
            if isinstance(one, _Asked):
                one.answered.cancel()

    def _read(self) -> None:
        with JournalReader.open(self._journal) as reader:
            begins = reader.newest()[1] - _EARLIER / 1000
            for step in gently(reader.steps(begins=begins, ends=float("inf"))):
                if self._closing:
                    return
                self._fold.take(step)
                self._seen = step[-1].number
        self._is_whole = True

    def _take(self, one: Waiting) -> None:
        if isinstance(one, _Asked):
            if one.answered.set_running_or_notify_cancel():
                self._answer(one)
            return
        try:
            if one and one[0].number > self._seen:
                self._fold.take(one)
        except Exception:  # a mistake here must cost no call
            self._is_whole = False
            log.exception("kpis_not_counted", row=one[0].number)

    def _answer(self, asked: _Asked) -> None:
        try:
            now, question = self._now(), asked.question
            going_on = Tally()
            self._fold.tell_open(now, going_on)
            cells = chain.from_iterable(
                tally.between(question.begins, question.ends) for tally in (self._tally, going_on)
            )
            table = answer(cells, question, asked.in_force, Grain.MILLISECOND.of(now))
        except Exception as error:
            asked.answered.set_exception(error)
        else:
            asked.answered.set_result(table)

    def _clean(self, now: int) -> None:
        if now // QUARTER != self._cleaned:
            self._cleaned = now // QUARTER
            self._tally.forget_before(now - KEPT - QUARTER)  # of some a question is on its way
