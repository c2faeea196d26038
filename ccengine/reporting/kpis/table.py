"""Counts grouped by what a reader asks for, with figures and the formulas they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from ccengine.core.ids import QueueId
from ccengine.core.measures import USUAL_MEASURE, Formula, Measure
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.counts import Counts, Key
from ccengine.reporting.kpis.facts import Ms
from ccengine.reporting.kpis.formulas import (
    FIGURES,
    LEVELS,
    PEOPLE,
    Figure,
    level_parts,
)

if TYPE_CHECKING:
    from ccengine.core.plan import Plan

SL_AGREED = "SL"
"""The service level by the form, and the seconds, that were agreed for each queue."""


UTC_DAYS = Calendar("UTC", Interval.DAY)


class By(StrEnum):
    """What figures may be told apart by."""

    CLIENT = "client"
    QUEUE = "queue"
    NUMBER = "number"
    LANGUAGE = "language"
    KIND = "kind"
    TEAM = "team"
    AGENT = "agent"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader asks for."""

    begins: Ms
    ends: Ms  #: not included
    by: tuple[By, ...]
    calendar: Calendar = UTC_DAYS
    clients: frozenset[str] | None = None  #: only theirs; None: all


@dataclass(slots=True)
class Line:
    """Figures of one group."""

    labels: tuple[str, ...]  #: one for each dimension
    counts: Counts = field(default_factory=Counts)
    good: int = 0  #: served as agreed …
    judged: int = 0  #: … of so many
    forms: set[Formula] = field(default_factory=set)  #: by which that was judged

    @property
    def level(self) -> Fraction | None:
        """The service level as agreed; None: nothing to judge."""
        return Fraction(self.good, self.judged) if self.judged else None

    @property
    def level_name(self) -> str:
        """What the service level is called; empty: there is none."""
        if len(self.forms) > 1:
            return f"{SL_AGREED} (each queue's own)"
        return LEVELS[next(iter(self.forms))][0] if self.forms else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The answer."""

    question: Question
    lines: Sequence[Line]  #: in the order of their labels
    total: Line
    figures: Sequence[Figure]  #: those that say something by these dimensions
    measures: Mapping[str, Measure]  #: of the queues that figures are of

    def notes(self) -> list[str]:
        """Return how figures were counted, a line each."""
        return [
            f"SL as agreed: {describe(measure)} ({', '.join(queues)})"
            for measure, queues in _by_measure(self.measures)
        ]


def describe(measure: Measure) -> str:
    """Return by what a queue's service level is judged."""
    name, text = LEVELS[measure.formula or Formula.OFFERED]
    clock = {"queue": "the queue was entered", "system": "the call arrived"}[measure.clock]
    return f"{name} = {text}, T = {measure.target:g} s, s = {measure.short:g} s, since {clock}"


def answer(
    cells: Iterable[tuple[int, Key, Counts]],
    question: Question,
    plan: Plan | None,
    language_of: Callable[[str, str], str],
) -> Table:
    """Group counts.

    Args:
        cells: quarter, key and counts.
        question: what to group by; only cells of its time are looked at.
        plan: in force, which says how each queue is judged.
        language_of: a client's number.
    """
    of_people = bool(PEOPLE & {by.value for by in question.by})
    measures: dict[str, Measure] = {}
    groups: defaultdict[tuple[tuple[str, ...], Formula], Counts] = defaultdict(Counts)
    labels = _Labels(question, language_of)
    for quarter, key, counts in cells:
        if question.clients is not None and key.client not in question.clients:
            continue
        measure = measures.get(key.queue) or measures.setdefault(
            key.queue, measure_of(plan, key.queue)
        )
        formula = Formula.ANSWERED if of_people else measure.formula or Formula.OFFERED
        groups[labels.of(quarter, key), formula].add(counts)
    lines, total = _lines(groups, question)
    names = {by.value for by in question.by} | ({"client"} if question.clients else set())
    figures = [figure for figure in FIGURES if not figure.not_by & names]
    told = [
        lines[labels]
        for labels in sorted(lines)
        if any(labels) or any(figure.parts(lines[labels].counts)[0] for figure in figures)
    ]
    return Table(
        question=question,
        lines=told,
        total=total,
        figures=figures,
        measures={} if of_people else {name: measures[name] for name in measures if name},
    )


def _lines(
    groups: Mapping[tuple[tuple[str, ...], Formula], Counts], question: Question
) -> tuple[dict[tuple[str, ...], Line], Line]:
    lines: dict[tuple[str, ...], Line] = {}
    total = Line(("all",) * max(1, len(question.by)))
    for (labels, formula), counts in groups.items():
        for line in (lines.setdefault(labels, Line(labels)), total):
            _add(line, counts, formula)
    return lines, total


class _Labels:
    """What cells are told apart by; each text is made once, as there are many cells."""

    def __init__(self, question: Question, language_of: Callable[[str, str], str]) -> None:
        self._by = question.by
        self._calendar = question.calendar
        self._language_of = language_of
        self._intervals: dict[int, str] = {}

    def of(self, quarter: int, key: Key) -> tuple[str, ...]:
        return tuple(self._label(by, quarter, key) for by in self._by)

    def _label(self, by: By, quarter: int, key: Key) -> str:
        if by is By.INTERVAL:
            known = self._intervals.get(quarter)
            if known is None:
                known = self._calendar.text(self._calendar.begin(quarter))
                self._intervals[quarter] = known
            return known
        if by is By.LANGUAGE:
            return self._language_of(key.client, key.number) if key.number else ""
        label: str = getattr(key, by.value)
        return label


def measure_of(plan: Plan | None, queue: str) -> Measure:
    """Return how a queue is judged now."""
    settings = None if plan is None else plan.queues.get(QueueId(queue))
    return USUAL_MEASURE if settings is None else settings.measure


def _add(line: Line, counts: Counts, formula: Formula) -> None:
    line.counts.add(counts)
    good, judged = level_parts(formula, counts)
    line.good += good
    line.judged += judged
    if counts.answered or counts.abandoned:
        line.forms.add(formula)


def _by_measure(measures: Mapping[str, Measure]) -> list[tuple[Measure, list[str]]]:
    grouped: dict[Measure, list[str]] = {}
    for queue in sorted(measures):
        grouped.setdefault(measures[queue], []).append(queue)
    return list(grouped.items())
