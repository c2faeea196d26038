"""Live figures, begun in the middle of a day, are those of the whole journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId
from ccengine.reporting.kpis.counts import DAY, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import By, Question, answer
from ccengine.reporting.rows import in_steps
from ccengine.storage import live_kpis
from ccengine.storage.live_kpis import SAME_SECONDS, LiveKpis, Miscounted
from ccengine.storage.reader_process import ReaderProcess
from tests.api.house_ports import AtOnce
from tests.reporting.kpis.days import known, serve
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.reporting.kpis.table import Table

QUESTION = Question(begins=0, ends=DAY, by=(By.QUEUE, By.AGENT, By.INTERVAL))
ANNA = AgentId("anna")


def told(table: Table) -> list[object]:
    return [(line.labels, line.counts, line.good, line.judged) for line in table.lines]


def rebuilt(shift: Shift, question: Question = QUESTION) -> Table:
    tally = Tally()
    fold = Fold(tally)
    for step in in_steps(shift.rows()):
        fold.take(step)
    fold.cut(shift.now)
    cells = tally.between(question.begins, question.ends)
    return answer(cells, question, known(), Grain.MILLISECOND.of(shift.now))


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


@pytest.fixture
def live(shift: Shift) -> LiveKpis:
    return LiveKpis(shift.journal.path, AtOnce(), lambda: shift.now)


async def now(live: LiveKpis, question: Question = QUESTION) -> Table:
    """Ask, as nobody has asked before."""
    found = await live.ask(question, known, lambda table: table)
    assert found is not None
    return found


async def counted(live: LiveKpis) -> LiveKpis:
    """Have all counted so far."""
    while not live.has(0):
        await live.catch_up()
    return live


async def test_figures_are_those_of_the_whole_journal(shift: Shift, live: LiveKpis) -> None:
    """Whatever happened before somebody counted, in between, or during a talk, counts once."""
    shift.open_doors("anna", "bob")
    serve(shift, shift.enter("c1"), talk=10.0)
    talking = shift.enter("c2")
    assert not live.has(0)
    await counted(live)
    agent = shift.answer(talking)
    shift.wait(20)
    assert told(await now(live)) == told(rebuilt(shift))
    shift.hang_up(talking)
    shift.wait(1000)
    whole = rebuilt(shift)
    assert told(await now(live)) == told(whole)
    assert told(await now(live)) == told(whole)  # asked again
    assert whole.total.counts.handled == 2
    assert agent in {label for line in whole.lines for label in line.labels}


@pytest.mark.parametrize("rows", [1, 7])
async def test_a_long_journal_is_counted_bit_by_bit(
    shift: Shift, live: LiveKpis, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_kpis, "ROWS_AT_ONCE", rows)
    shift.open_doors("anna", "bob")
    for number in range(3):
        serve(shift, shift.enter(f"c{number}"), talk=10.0)
    await live.catch_up()
    assert not live.has(0)
    assert await live.ask(QUESTION, known, lambda table: table) is None
    await counted(live)
    assert told(await now(live)) == told(rebuilt(shift))


async def test_figures_go_on_after_a_snapshot(shift: Shift, live: LiveKpis) -> None:
    """They say nothing new, and are not read; nor is there a gap where they are."""
    shift.open_doors("anna")
    await counted(live)
    talking = shift.enter("c1")
    shift.answer(talking)
    shift.write_snapshot()
    await counted(live)
    shift.wait(10)
    shift.hang_up(talking)
    shift.wait(100)
    assert told(await now(live)) == told(rebuilt(shift))


async def test_a_look_ahead_of_what_happens_counts_nothing_twice(
    shift: Shift, live: LiveKpis
) -> None:
    shift.open_doors("anna")
    shift.wait(100)
    await counted(live)
    seen = shift.now
    shift.now += 5.0
    assert (await now(live)).total.counts.available == 106_000
    shift.now = seen + 1.0
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    shift.wait(10)
    counts = (await now(live)).total.counts
    assert (counts.available, counts.not_ready) == (102_000, 10_000)
    assert told(await now(live)) == told(rebuilt(shift))


async def test_old_figures_are_dropped(shift: Shift, live: LiveKpis) -> None:
    shift.open_doors("anna")
    serve(shift, shift.enter("c1"), talk=10.0)
    await counted(live)
    assert (await now(live)).total.counts.answered == 1
    shift.now += 3 * DAY / 1000
    later = Question(begins=0, ends=10 * DAY, by=(By.QUEUE,))
    assert not live.has(later.begins)
    await now(live, later)
    shift.now += 2.0
    assert (await now(live, later)).total.counts.answered == 0


async def test_the_same_question_is_answered_once_in_a_second(shift: Shift, live: LiveKpis) -> None:
    shift.open_doors("anna")
    await counted(live)
    asked = []

    def tell(table: Table) -> int:
        asked.append(table.until)
        return table.until

    first = await live.ask(QUESTION, known, tell)
    assert await live.ask(QUESTION, known, tell) == first
    shift.now += 0.9
    assert await live.ask(QUESTION, known, tell) == first
    assert len(asked) == 1
    shift.now += 0.2
    assert await live.ask(QUESTION, known, tell) == asked[1] == asked[0] + 1_100


async def test_after_a_mistake_nothing_wrong_is_told(
    shift: Shift, live: LiveKpis, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift.open_doors("anna")
    await counted(live)
    with monkeypatch.context() as wrong:
        wrong.setattr(Fold, "take", lambda *_: 1 // 0)
        shift.hang_up(shift.enter("c1"))
        assert await live.ask(QUESTION, known, lambda table: table) is None
    assert not live.has(0)
    assert await live.ask(QUESTION, known, lambda table: table) is None
    with pytest.raises(Miscounted):
        await live.catch_up()


async def test_they_are_counted_in_a_process_that_may_die(shift: Shift) -> None:
    """Whoever counts afterwards says so, until all is counted again."""
    shift.open_doors("anna")
    serve(shift, shift.enter("c1"), talk=10.0)
    process = ReaderProcess()
    try:
        live = LiveKpis(shift.journal.path, process, lambda: shift.now)
        await counted(live)
        assert await live.ask(QUESTION, known, answered_of) == 1
        process.close()
        shift.now += SAME_SECONDS
        assert await live.ask(QUESTION, known, answered_of) is None
        assert not live.has(0)
        await counted(live)
        assert await live.ask(QUESTION, known, answered_of) == 1
    finally:
        process.close()


def answered_of(table: Table) -> int:
    """Tell one figure only: as a function that the other process knows, too."""
    return table.total.counts.answered
