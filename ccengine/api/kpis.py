"""Key figures as the API takes questions about them, and shows them: never without the formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.api.problems import field_wrong
from ccengine.api.spans import ClientSpanQuery, SpanShown, clients_of, span_of
from ccengine.reporting.kpis.calendar import Calendar, Minutes
from ccengine.reporting.kpis.formulas import BY_NAME, Unit, in_unit, rounded
from ccengine.reporting.kpis.table import SL_AGREED, By, Question, figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.api.problems import Refused
    from ccengine.api.route import Asked
    from ccengine.reporting.kpis.formulas import Figure
    from ccengine.reporting.kpis.table import Line, Table

PLACES: Final = 6
LINES_AT_MOST: Final = 5_000
_BY: Final = "|".join(By)


class KpisQuery(ClientSpanQuery):
    """Which figures, and what they are told apart by."""

    by: str = Field(
        By.QUEUE.value,
        pattern=f"^({_BY})(,({_BY})){{0,{len(By) - 1}}}$",
        description=f"One or more of {', '.join(By)}, with commas.",
    )
    interval: Minutes = Field(Minutes.HALF, description="Minutes, or days; for `by=interval`.")
    figures: str | None = Field(
        None,
        max_length=1000,
        description=f"Only these, with commas, such as `{SL_AGREED},offered,ASA v1`.",
    )


class FigureShown(Shown):
    """One figure, and what it is made of."""

    name: str = Field(description="With its version: a new formula has a new name.")
    form: str = Field(
        description="The formula's name: that of the figure, or of the form of service level that "
        "was agreed."
    )
    formula: str
    unit: Unit
    value: str | None = Field(
        description="In decimals, rounded to the last of six; null: there is nothing to divide by."
    )
    numerator: int | None = Field(description="As counted, times in milliseconds. null: a count.")
    denominator: int | None


class LineShown(Shown):
    """Figures of one group."""

    labels: dict[str, str] = Field(description="Empty: of nobody in particular.")
    figures: list[FigureShown]


class KpisShown(SpanShown):
    """The answer."""

    live: bool = Field(description="As counted while it happened; else read from the journal.")
    by: list[By]
    interval: Minutes
    notes: list[str] = Field(description="How each queue's service level is judged.")
    faults: int = Field(
        description="How often agents' states do not tile their log-ins: checked each time."
    )
    lines: list[LineShown]
    total: LineShown


def question_of(asked: Asked[KpisQuery, Any]) -> Question:
    """Return the question, as far as the token sees.

    Raises:
        Refused: it cannot be asked, or not of this client.
    """
    query, sight = asked.query, asked.sight
    clients = clients_of(asked, query.client)
    days = span_of(asked, query, clients)
    everybody = sight.sees_all_agents
    question = Question(
        begins=days.begins,
        ends=days.ends,
        by=tuple(dict.fromkeys(By(name) for name in query.by.split(","))),
        calendar=Calendar(days.zone, query.interval.interval),
        clients=clients,
        agents=None if everybody else frozenset(sight.agent_names()),
        teams=None if everybody else frozenset(sight.team_names()),
    )
    _check_figures(query, question)
    return question


@dataclass(frozen=True, slots=True)
class TooLong:
    """An answer that nobody would read."""

    lines: int

    def refused(self) -> Refused:
        """Return what to raise for it."""
        return field_wrong(
            field="by",
            problem=f"the answer has {self.lines} lines, more than {LINES_AT_MOST}",
            remedy="Ask for fewer days, longer intervals or one client.",
        )


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes answers where figures are counted: many numbers take long to write."""

    query: KpisQuery
    live: bool

    def __call__(self, table: Table) -> bytes | TooLong:
        """Return the answer as JSON."""
        if len(table.lines) > LINES_AT_MOST:
            return TooLong(len(table.lines))
        return shown(table, self.query, live=self.live).model_dump_json().encode()


def shown(table: Table, query: KpisQuery, *, live: bool) -> KpisShown:
    """Return the answer."""
    question, wanted = table.question, _wanted(query)
    figures = [one for one in table.figures if wanted is None or one.name in wanted]
    level = wanted is None or SL_AGREED in wanted
    return KpisShown(
        begins=question.begins / 1000,
        ends=question.ends / 1000,
        until=table.until / 1000,
        live=live,
        zone=question.calendar.zone,
        by=list(question.by),
        interval=query.interval,
        notes=table.notes(),
        faults=len(table.faults),
        lines=[_line(line, table, figures, level=level) for line in table.lines],
        total=_line(table.total, table, figures, level=level),
    )


def _wanted(query: KpisQuery) -> list[str] | None:
    if query.figures is None:
        return None
    return [name.strip() for name in query.figures.split(",")]


def _check_figures(query: KpisQuery, question: Question) -> None:
    names = {SL_AGREED, *(one.name for one in figures_of(question))}
    unknown = [name for name in _wanted(query) or () if name not in names]
    if unknown:
        known = "says nothing by these dimensions" if unknown[0] in BY_NAME else "is no figure"
        remedy = f"Known here are: {', '.join(sorted(names))}."
        raise field_wrong(field="figures", problem=f"'{unknown[0]}' {known}", remedy=remedy)


def _line(line: Line, table: Table, figures: Sequence[Figure], *, level: bool) -> LineShown:
    names = [by.value for by in table.question.by]
    told = [_level(line)] if level else []
    return LineShown(
        labels=dict(zip(names, line.labels, strict=True)),
        figures=[*told, *(_figure(one, line) for one in figures)],
    )


def _level(line: Line) -> FigureShown:
    value = line.level
    return FigureShown(
        name=SL_AGREED,
        form=line.level_name,
        formula=line.level_formula,
        unit=Unit.PERCENT,
        value=None if value is None else rounded(in_unit(value, Unit.PERCENT), PLACES),
        numerator=line.good,
        denominator=line.judged,
    )


def _figure(figure: Figure, line: Line) -> FigureShown:
    part, whole = figure.parts(line.counts)
    is_count = figure.unit is Unit.COUNT
    return FigureShown(
        name=figure.name,
        form=figure.name,
        formula=figure.formula,
        unit=figure.unit,
        value=figure.text(line.counts, 0 if is_count else PLACES) or None,
        numerator=None if is_count else part,
        denominator=None if is_count else whole,
    )
