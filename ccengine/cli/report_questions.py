"""Asks the journal for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.in_force import in_force
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.counts import Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.page import interval_for
from ccengine.reporting.kpis.table import By, Question, answer

if TYPE_CHECKING:
    from ccengine.cli.report_span import Span
    from ccengine.core.ids import ClientId
    from ccengine.reporting.kpis.table import Table


def ask(
    span: Span, by: tuple[By, ...], interval: Interval, client: str | None, grain: Grain
) -> tuple[Table, Table]:
    """Fold the journal and answer the reader's question; the days' course, too."""
    tally = Tally()
    until = grain.of(span.fold(Fold(tally, grain)))
    known = in_force(span.tenant, span.tenant.plan())

    def answered(by: tuple[By, ...], interval: Interval) -> Table:
        question = Question(
            begins=span.begins,
            ends=span.ends,
            by=by,
            calendar=Calendar(span.zone, interval),
            clients=None if client is None else frozenset({client}),
        )
        faults = tally.tiling.between(span.begins, span.ends)
        return answer(tally.between(span.begins, span.ends), question, known, until, faults)

    course = interval_for(span.begins, span.ends)
    return answered(by, interval), answered((By.INTERVAL,), course)


def level_of(span: Span, client: ClientId) -> Table:
    """Return a client's figures, its service level among them."""
    return ask(span, (By.QUEUE,), Interval.DAY, client, Grain.MILLISECOND)[0]
