"""Asks the journal for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.counts import Tally
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.page import interval_for
from ccengine.reporting.kpis.table import By, Question, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.cli.report_span import Span
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId
    from ccengine.reporting.kpis.table import Table


def ask(
    span: Span, by: tuple[By, ...], interval: Interval, client: str | None, grain: Grain
) -> tuple[Table, Table]:
    """Fold the journal and answer the reader's question; the days' course, too."""
    tally = Tally()
    span.fold(Fold(tally, grain))
    course = interval_for(span.begins, span.ends)
    return (
        _answer(span, tally, by, interval, client),
        _answer(span, tally, (By.INTERVAL,), course, client),
    )


def _answer(
    span: Span, tally: Tally, by: tuple[By, ...], interval: Interval, client: str | None
) -> Table:
    question = Question(
        begins=span.begins,
        ends=span.ends,
        by=by,
        calendar=Calendar(span.zone, interval),
        clients=None if client is None else frozenset({client}),
    )
    cells = tally.between(span.begins, span.ends)
    return answer(cells, question, span.tenant.plan(), languages_of(span.tenant))


def languages_of(tenant: Tenant) -> Callable[[str, str], str]:
    """Return what tells the language of a client's number."""
    known: dict[tuple[str, str], str] = {
        (client.id, digits_of(number)): settings.language or client.language
        for client in tenant.clients.values()
        for number, settings in client.settings.numbers.items()
    }

    def language_of(client: str, number: str) -> str:
        return known.get((client, digits_of(number)), "")

    return language_of


def level_of(span: Span, client: ClientId) -> Table:
    """Return a client's figures, its service level among them."""
    return ask(span, (By.QUEUE,), Interval.DAY, client, Grain.MILLISECOND)[0]
