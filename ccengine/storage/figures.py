"""Figures of past days, from the journal: for reports, and for the API's reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.reporting.kpis.counts import DAY, REPEATED_WITHIN, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.ledger import Kept, Ledger
from ccengine.reporting.kpis.table import answer
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.reporting.kpis.facts import Ms
    from ccengine.reporting.kpis.table import InForce, Question, Table


def fold_days(
    reader: JournalReader, fold: Fold, begins: Ms, ends: Ms, until: Instant | None = None
) -> Instant:
    """Show the fold some days of the journal, and what is before and after that bears on them.

    Args:
        reader: of the journal.
        fold: is shown its steps.
        begins: the first instant of the days.
        ends: the first one after them.
        until: when time that goes on is cut; None: at the last step.

    Returns:
        When it was cut.
    """
    last = 0.0
    for step in reader.steps(begins=(begins - DAY) / 1000, ends=(ends + REPEATED_WITHIN) / 1000):
        fold.take(step)
        last = step[-1].at
    until = last if until is None else max(last, until)
    fold.cut(until)
    return until


def read_ledger(reader: JournalReader, begins: Ms, ends: Ms, until: Instant | None = None) -> Kept:
    """Keep the ledger of some days; see `fold_days`."""
    ledger = Ledger(begins, ends)
    cut = fold_days(reader, Fold(ledger), begins, ends, until)
    return Kept(ledger, Grain.MILLISECOND.of(cut))


def read_table(journal: Path, question: Question, in_force: InForce, until: Instant) -> Table:
    """Answer a question from the journal of a running engine, whose clock says `until`."""
    tally = Tally()
    with JournalReader.open(journal) as reader:
        cut = fold_days(reader, Fold(tally), question.begins, question.ends, until)
    cells = tally.between(question.begins, question.ends)
    faults = tally.tiling.between(question.begins, question.ends)
    return answer(cells, question, in_force, Grain.MILLISECOND.of(cut), faults)
