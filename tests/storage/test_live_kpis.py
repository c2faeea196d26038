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
from ccengine.storage.live_kpis import LiveKpis
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
def live(shift: Shift) -> Iterator[LiveKpis]:
    """Figures that are counted from the beginning, or once they are started."""
    made = LiveKpis(shift.journal.path, lambda: shift.now)
    yield made
    made.close()


async def now(live: LiveKpis, question: Question = QUESTION) -> Table:
    return await live.ask(question, known())


@pytest.mark.parametrize("before", [True, False])
async def test_figures_before_the_start_are_read_from_the_journal(
    shift: Shift, live: LiveKpis, *, before: bool
) -> None:
    """Whatever happens until the journal has been read counts once."""
    shift.open_doors("anna", "bob")
    serve(shift, shift.enter("c1"), talk=10.0)
    shift.observers.append(live.observe)
    talking = shift.enter("c2")
    if before:
        live.start()
    agent = shift.answer(talking)
    shift.wait(20)
    if not before:
        live.start()
    assert told(await now(live)) == told(rebuilt(shift))
    shift.hang_up(talking)
    shift.wait(1000)
    whole = rebuilt(shift)
    assert told(await now(live)) == told(whole)
    assert told(await now(live)) == told(whole)  # asked again
    assert whole.total.counts.handled == 2
    assert agent in {label for line in whole.lines for label in line.labels}


async def test_a_look_ahead_of_what_was_shown_counts_nothing_twice(
    shift: Shift, live: LiveKpis
) -> None:
    """Steps are shown some time after they happened; somebody may look in between."""
    shift.observers.append(live.observe)
    live.start()
    shift.open_doors("anna")
    shift.wait(100)
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
    shift.observers.append(live.observe)
    live.start()
    shift.open_doors("anna")
    serve(shift, shift.enter("c1"), talk=10.0)
    assert (await now(live)).total.counts.answered == 1
    shift.now += 3 * DAY / 1000
    later = Question(begins=0, ends=10 * DAY, by=(By.QUEUE,))
    await now(live, later)
    assert (await now(live, later)).total.counts.answered == 0


async def test_a_mistake_in_counting_costs_no_call(
    shift: Shift, live: LiveKpis, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift.observers.append(live.observe)
    live.start()
    shift.open_doors("anna")
    await now(live)
    with monkeypatch.context() as wrong:
        wrong.setattr(live._fold, "take", lambda _: 1 // 0)
        shift.hang_up(shift.enter("c1"))
        await now(live)
    shift.hang_up(shift.enter("c2"))
    assert (await now(live)).total.counts.arrived == 1
