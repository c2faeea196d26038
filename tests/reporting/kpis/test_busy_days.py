"""Days on which everything happens: the log and the figures, by different code, say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.center import ContactCenter
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.queue_log import QueueLog
from ccengine.reporting.rows import Step
from ccengine.storage.journal import Journal
from tests.core.builders import TENANT
from tests.core.test_random_days import Day
from tests.reporting.kpis.days import Watched, of, untiled
from tests.reporting.kpis.queue_log_reader import Queue, read
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.reporting.kpis.counts import Tally
    from ccengine.reporting.rows import JournalRow

pytestmark = pytest.mark.long

DAYS = 40
LOGGED = ("call", "outbound", "task")


def steps_of(seed: int, file: Path) -> Iterator[tuple[JournalRow, ...]]:
    """Play a day, and yield its journal's rows step by step."""
    day = Day(seed)
    day.pass_by()
    center = ContactCenter()
    journal = Journal.open(file, tenant=TENANT, node=NODE)
    try:
        for now, event in day.machine.stage.steps:
            commands = center.advance(now) if event is None else center.handle(event, now)
            (rows,) = journal.write([Step(event, now, commands)])
            yield rows
    finally:
        journal.close()


@pytest.mark.parametrize("seed", range(DAYS))
def test_a_busy_day_is_counted_the_same_by_both(seed: int, tmp_path: Path) -> None:
    tally, log = Watched(), QueueLog()
    fold = Fold(tally, Grain.SECOND)
    lines: list[str] = []
    now = 0.0
    for rows in steps_of(seed, tmp_path / "journal.sqlite"):
        fold.take(rows)
        lines += log.take(rows)
        now = rows[-1].at
    fold.cut(now)
    assert untiled(tally, Grain.SECOND.of(now)) == []
    found = read(lines)
    queues = {key.queue for _, key in tally.cells if key.queue} | set(found.queues)
    for name in sorted(queues):
        _agree(tally, name, found.queues.get(name, Queue()))


def _agree(tally: Tally, name: str, log: Queue) -> None:
    counts = [of(tally, queue=name, kind=kind) for kind in LOGGED]

    def told(*names: str) -> int:
        return sum(getattr(one, which) for one in counts for which in names)

    assert told("offered") == log.offered, name
    assert told("answered") == log.answered, name
    assert told("abandoned") == log.abandoned, name
    assert told("left", "callbacks") == log.left, name
    assert told("wait_answered") == sum(log.waits) * 1000, name
    assert told("wait_abandoned") == sum(log.abandon_waits) * 1000, name
