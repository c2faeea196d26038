"""Live figures, begun in the middle of a day, are those of the whole journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.reporting.kpis.counts import DAY, Tally
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import By, Question, answer
from ccengine.reporting.rows import in_steps
from ccengine.storage.live_kpis import LiveKpis
from tests.reporting.kpis.days import serve
from tests.reporting.shift import Shift, plan

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.reporting.kpis.table import Table

QUESTION = Question(begins=0, ends=DAY, by=(By.QUEUE, By.AGENT, By.INTERVAL))


def told(table: Table) -> list[object]:
    return [(line.labels, line.counts, line.good, line.judged) for line in table.lines]


@pytest.mark.parametrize("before", [True, False])
async def test_figures_before_the_start_are_read_from_the_journal(
    tmp_path: Path, *, before: bool
) -> None:
    """Whatever happens until the journal has been read counts once."""
    shift = Shift(tmp_path / "journal.sqlite")
    try:
        shift.open_doors("anna", "bob")
        serve(shift, shift.enter("c1"), talk=10.0)
        live = LiveKpis(shift.journal.path, lambda: shift.now)
        shift.observers.append(live.observe)
        talking = shift.enter("c2")
        if before:
            await live.catch_up()
        agent = shift.answer(talking)
        shift.wait(20)
        if not before:
            assert not live.is_ready
            await live.catch_up()
        assert live.is_ready
        shift.hang_up(talking)
        shift.wait(1000)
        tally = Tally()
        fold = Fold(tally)
        for step in in_steps(shift.rows()):
            fold.take(step)
        fold.cut(shift.now)
        whole = answer(tally.between(0, DAY), QUESTION, plan(), lambda *_: "")
        now = live.ask(QUESTION, plan(), lambda *_: "")
        assert told(now) == told(whole)
        assert told(live.ask(QUESTION, plan(), lambda *_: "")) == told(whole)  # asked again
        assert whole.total.counts.handled == 2
        assert agent in {label for line in whole.lines for label in line.labels}
    finally:
        shift.journal.close()


async def test_old_figures_are_dropped(tmp_path: Path) -> None:
    shift = Shift(tmp_path / "journal.sqlite")
    try:
        live = LiveKpis(shift.journal.path, lambda: shift.now)
        shift.observers.append(live.observe)
        await live.catch_up()
        shift.open_doors("anna")
        serve(shift, shift.enter("c1"), talk=10.0)
        assert live.ask(QUESTION, plan(), lambda *_: "").total.counts.answered == 1
        shift.now += 3 * DAY / 1000
        later = Question(begins=0, ends=10 * DAY, by=(By.QUEUE,))
        live.ask(later, plan(), lambda *_: "")
        assert live.ask(later, plan(), lambda *_: "").total.counts.answered == 0
    finally:
        shift.journal.close()
