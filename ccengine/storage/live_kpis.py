"""Key figures of the last days as they come about, for whoever shows them live.

They are counted by a process of their own, which follows the journal: neither counting nor asking
takes the interpreter from calls.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from ccengine.reporting.kpis.counts import DAY, QUARTER, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import answer
from ccengine.storage.catching_up import AFTER_START_SECONDS
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.reporting.kpis.facts import Ms
    from ccengine.reporting.kpis.table import InForce, Question, Table
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.reader_process import Reader

log = structlog.get_logger()

KEPT: Final = 2 * DAY
_EARLIER: Final = KEPT + DAY
ROWS_AT_ONCE: Final = 20_000  # a second of reading, before somebody else has a turn
PAUSE_SECONDS: Final = 2.0
SAME_SECONDS: Final = 1.0
"""For so long the same question has the same answer, however many screens ask it."""
REMEMBERED: Final = 100

Told = TypeVar("Told")


class Miscounted(Exception):
    """A step could not be counted: what was counted since is wrong."""


class LiveKpis:
    """Has the engine's journal followed, and asks whoever follows it.

    Args:
        journal: the engine's.
        reader: reads it; nobody else uses it.
        now: the engine's clock.
    """

    def __init__(self, journal: Path, reader: Reader, now: Callable[[], Instant]) -> None:
        self._journal = journal
        self._reader = reader
        self._now = now
        self._is_whole = False
        self._told: dict[object, tuple[Instant, object]] = {}

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        await asyncio.sleep(AFTER_START_SECONDS)
        try:
            while True:
                await self.catch_up()
                await asyncio.sleep(PAUSE_SECONDS if self._is_whole else 0)
        except Exception:  # a mistake here must cost no call; the journal has the figures
            self._is_whole = False
            log.exception("kpis_not_counted")

    async def catch_up(self) -> None:
        """Have some more of the journal counted."""
        try:
            self._is_whole = await self._reader.run(_follow, self._journal, self._now())
        except ReaderBusy as busy:
            self._is_whole = False
            log.warning("kpis_not_counted", cause=str(busy))
            await asyncio.sleep(PAUSE_SECONDS)

    def has(self, begins: Ms) -> bool:
        """Tell whether everything from an instant on has been counted; the journal has it else."""
        return self._is_whole and begins >= Grain.MILLISECOND.of(self._now()) - KEPT

    async def ask(
        self, question: Question, in_force: Callable[[], InForce], tell: Callable[[Table], Told]
    ) -> Told | None:
        """Return what is told of the figures of all that the journal has, and of time until now.

        Args:
            question: of the last two days.
            in_force: tells the configuration.
            tell: writes the answer, where the figures are; equal ones write the same.

        Returns:
            None where not all has been counted.

        Raises:
            ReaderBusy: too many ask.
        """
        now = self._now()
        at, known = self._told.get((question, tell), (now, None))
        if known is not None and at <= now < at + SAME_SECONDS:
            return known  # type: ignore[return-value]
        rules = in_force()
        try:
            told = await self._reader.run(_tell, self._journal, question, rules, tell, now)
        except Miscounted:
            told = None
        self._is_whole = told is not None
        self._remember((question, tell), now, told)
        return told

    def _remember(self, asked: object, now: Instant, told: object) -> None:
        """Keep the answer for as long as it is good: some are large."""
        self._told = {
            one: (at, known)
            for one, (at, known) in self._told.items()
            if one != asked and at <= now < at + SAME_SECONDS
        }
        if told is not None and len(self._told) < REMEMBERED:
            self._told[asked] = (now, told)


class _Follower:
    """Counts what a journal has, in the process that reads it."""

    def __init__(self, journal: Path) -> None:
        self.is_whole = False
        self._journal = journal
        self._tally = Tally()
        self._fold = Fold(self._tally)
        self._is_wrong = False
        self._seen = 0
        self._at: Instant = 0.0
        self._cleaned = 0

    def follow(self, now: Instant) -> bool:
        """Count what is new, or the first of it; tell whether that was all.

        Raises:
            Miscounted: a step cannot be counted, or could not be before.
        """
        if self._is_wrong:
            message = "a step was not counted"
            raise Miscounted(message)
        self.is_whole = False
        with JournalReader.open(self._journal) as reader:
            newest, at = reader.newest()
            if self._seen:
                steps, self._seen = reader.steps_after(self._seen, newest, about=ROWS_AT_ONCE)
            else:
                begins = at - _EARLIER / 1000
                steps = _first(reader.steps(begins=begins, ends=float("inf")), ROWS_AT_ONCE)
                self._seen = steps[-1][-1].number if steps else 0
        self._count(steps)
        self.is_whole = self._seen >= newest
        self._clean(Grain.MILLISECOND.of(now))
        return self.is_whole

    def tell(
        self, question: Question, in_force: InForce, tell: Callable[[Table], Told], now: Instant
    ) -> Told:
        """Return what is told of the figures."""
        return tell(self._answer(question, in_force, now))

    def _count(self, steps: Iterable[list[JournalRow]]) -> None:
        for step in steps:
            try:
                self._fold.take(step)
            except Exception as error:
                self._is_wrong = True
                message = f"row {step[0].number}: {error!r}"
                raise Miscounted(message) from error
            self._at = step[-1].at

    def _answer(self, question: Question, in_force: InForce, now: Instant) -> Table:
        until = max(now, self._at)
        going_on = Tally()
        self._fold.tell_open(until, going_on)
        cells = (
            cell
            for tally in (self._tally, going_on)
            for cell in tally.between(question.begins, question.ends)
        )
        faults = self._tally.tiling.between(question.begins, question.ends)
        return answer(cells, question, in_force, Grain.MILLISECOND.of(until), faults)

    def _clean(self, now: Ms) -> None:
        if now // QUARTER != self._cleaned:
            self._cleaned = now // QUARTER
            self._tally.forget_before(now - KEPT - QUARTER)  # a question may be on its way


def _first(steps: Iterable[list[JournalRow]], rows: int) -> list[list[JournalRow]]:
    """Return steps until they have so many rows."""
    found: list[list[JournalRow]] = []
    count = 0
    for step in steps:
        found.append(step)
        count += len(step)
        if count >= rows:
            break
    return found


_FOLLOWERS: Final[dict[Path, _Follower]] = {}
"""What the reading process keeps from one question to the next."""


def _follow(journal: Path, now: Instant) -> bool:
    """Count what is new; tell whether that is all."""
    follower = _FOLLOWERS.setdefault(journal, _Follower(journal))
    return follower.follow(now)


def _tell(
    journal: Path,
    question: Question,
    in_force: InForce,
    tell: Callable[[Table], Told],
    now: Instant,
) -> Told | None:
    follower = _FOLLOWERS.get(journal)
    if follower is None or not follower.is_whole:
        return None  # this process is not the one that counted
    return follower.tell(question, in_force, tell, now) if follower.follow(now) else None
