"""Figures of past days, from the journal: for reports, and for the API's reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.reporting.kpis.contacts import SAID_WITHIN
from ccengine.reporting.kpis.counts import DAY, REPEATED_WITHIN, Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.ledger import Kept, Ledger
from ccengine.reporting.kpis.table import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import Instant
    from ccengine.reporting.kpis.facts import Ms
    from ccengine.reporting.kpis.table import InForce, Question, Table
    from ccengine.storage.journal_reader import JournalReader


def fold_days(
    reader: JournalReader, folds: Sequence[Fold], begins: Ms, upto: Ms, until: Instant | None = None
) -> Instant:
    """Show folds some days of the journal, and what is before that bears on them.

    Args:
        reader: of the journal, which is read once.
        folds: are shown its steps.
        begins: the first instant of the days.
        upto: before when steps are shown: some time after the days, for what bears on them.
        until: when time that goes on is cut; None: where the journal ends, or at `upto`.

    Returns:
        When it was cut.
    """
    if until is None:  # not at the last step before `upto`: at night there is none for hours
        until = min(reader.newest()[1], upto / 1000)
    for step in reader.steps(begins=(begins - DAY) / 1000, ends=upto / 1000):
        for fold in folds:
            fold.take(step)
        until = max(until, step[-1].at)
    for fold in folds:
        fold.cut(until)
    return until


def read_ledger(reader: JournalReader, begins: Ms, ends: Ms, until: Instant | None = None) -> Kept:
    """Keep the ledger of some days; see `fold_days`."""
    ledger = Ledger(begins, ends)
    cut = fold_days(reader, [Fold(ledger)], begins, ends + SAID_WITHIN, until)
    return Kept(ledger, Grain.MILLISECOND.of(cut))


def read_tables(
    reader: JournalReader,
    questions: Sequence[Question],
    in_force: InForce,
    until: Instant | None = None,
    grain: Grain = Grain.MILLISECOND,
) -> list[Table]:
    """Answer questions about the same days; see `fold_days`."""
    tally = Tally()
    begins, ends = questions[0].begins, questions[0].ends
    cut = fold_days(reader, [Fold(tally, grain)], begins, ends + REPEATED_WITHIN, until)
    return [_answered(tally, question, in_force, grain.of(cut)) for question in questions]


def read_both(
    reader: JournalReader, question: Question, in_force: InForce, until: Instant | None = None
) -> tuple[Table, Kept]:
    """Answer a question and keep the ledger of its days, both by the same rows.

    Who called again within a week is not looked for: no contract is by it.
    """
    begins, ends = question.begins, question.ends
    tally, ledger = Tally(), Ledger(begins, ends)
    folds = [Fold(tally), Fold(ledger)]
    cut = Grain.MILLISECOND.of(fold_days(reader, folds, begins, ends + SAID_WITHIN, until))
    return _answered(tally, question, in_force, cut), Kept(ledger, cut)


def _answered(tally: Tally, question: Question, in_force: InForce, until: Ms) -> Table:
    begins, ends = question.begins, question.ends
    faults = tally.tiling.between(begins, ends)
    return answer(tally.between(begins, ends), question, in_force, until, faults)
