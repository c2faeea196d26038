"""Counts grouped by what a reader asks for, with figures and the formulas they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from ccengine.core.measures import USUAL_MEASURE, Formula, Measure
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.cells import Counts, Key, total
from ccengine.reporting.kpis.facts import Ms
from ccengine.reporting.kpis.formulas import (
    FIGURES,
    LEVELS,
    PEOPLE,
    SHARED,
    Figure,
    level_parts,
)
from ccengine.reporting.kpis.tiling import verdict

_Group = tuple[tuple[str, ...], Formula]
"""What counts are added up by: labels, and how the queue is judged."""

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
    CONTACT_REASON = "contact_reason"
    CAMPAIGN = "campaign"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader asks for."""

    begins: Ms
    ends: Ms  #: not included
    by: tuple[By, ...]
    calendar: Calendar = UTC_DAYS
    clients: frozenset[str] | None = None  #: only theirs; None: all
    agents: frozenset[str] | None = None  #: told apart by people: only these; None: all
    teams: frozenset[str] | None = None  #: told apart by people: only while they were in these

    @property
    def of_people(self) -> bool:
        """Whether it tells people apart, to whom callers belong who were answered."""
        return bool(PEOPLE & {by.value for by in self.by})

    @property
    def leaves_time_out(self) -> bool:
        """Whether agents' time is part of what the reader does not see."""
        if self.clients is not None:
            return True
        return not self.of_people and not (self.agents is None and self.teams is None)

    def wants(self, key: Key) -> bool:
        """Tell whether a count is looked at."""
        if self.clients is not None and key.client not in self.clients:
            return False
        if not self.of_people:
            return True
        is_wanted = self.agents is None or key.agent in self.agents
        return is_wanted and (self.teams is None or key.team in self.teams)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What the configuration in force says that figures go by."""

    measures: Mapping[str, Measure]  #: how queues are judged
    languages: Mapping[tuple[str, str], str]  #: by client and number, with its + and without

    def measure_of(self, queue: str) -> Measure:
        """Return how a queue is judged now."""
        return self.measures.get(queue, USUAL_MEASURE)

    def language_of(self, client: str, number: str) -> str:
        """Return the language of a client's number; empty: it is none of theirs."""
        return self.languages.get((client, number), "")


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

    @property
    def level_formula(self) -> str:
        """How the service level is counted; empty: there is none."""
        return "; ".join(" = ".join(LEVELS[form]) for form in Formula if form in self.forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The answer."""

    question: Question
    lines: Sequence[Line]  #: in the order of their labels
    total: Line
    figures: Sequence[Figure]  #: those that say something by these dimensions
    measures: Mapping[str, Measure]  #: of the queues that figures are of
    until: Ms  #: what goes on counts until then
    faults: Sequence[str]  #: where agents' time does not tile their log-ins

    def notes(self) -> list[str]:
        """Return how figures were counted, a line each."""
        return [
            f"SL as agreed: {describe(measure)} ({', '.join(queues)})"
            for measure, queues in _by_measure(self.measures)
        ]

    def check(self) -> str:
        """Return whether agents' time, of all of them, tiles their log-ins."""
        return "; ".join([f"agents' time: {verdict(self.faults)}", *self.faults])


def describe(measure: Measure) -> str:
    """Return by what a queue's service level is judged."""
    name, text = LEVELS[measure.formula or Formula.OFFERED]
    clock = {"queue": "the queue was entered", "system": "the call arrived"}[measure.clock]
    return f"{name} = {text}, T = {measure.target:g} s, s = {measure.short:g} s, since {clock}"


def answer(
    cells: Iterable[tuple[int, Key, Counts]],
    question: Question,
    in_force: InForce,
    until: Ms,
    faults: Sequence[str] = (),
) -> Table:
    """Group counts.

    Args:
        cells: quarter, key and counts.
        question: what to group by; only cells of its time are looked at.
        in_force: says how each queue is judged.
        until: when counting ended.
        faults: that were found as agents' time was counted.
    """
    sorting = _Groups(question, in_force)
    groups: defaultdict[_Group, list[Counts]] = defaultdict(list)
    for quarter, key, counts in cells:
        group = sorting.of(quarter, key)
        if group is not None:
            groups[group].append(counts)
    lines, whole = _lines(groups, question)
    figures = figures_of(question)
    ordered = [lines[labels] for labels in sorted(lines)]
    return Table(
        question=question,
        lines=[line for line in ordered if _says_something(line, question, figures)],
        total=whole,
        figures=figures,
        measures=sorting.measures,
        until=until,
        faults=faults,
    )


def _says_something(line: Line, question: Question, figures: Sequence[Figure]) -> bool:
    """Tell whether a line is more than the time in which nothing of it happened."""
    named = zip(question.by, line.labels, strict=True)
    is_named = any(label for by, label in named if by is not By.INTERVAL)
    return is_named or any(figure.parts(line.counts)[0] for figure in figures)


def figures_of(question: Question) -> list[Figure]:
    """Return the figures that say something in the answer."""
    names = {by.value for by in question.by}
    if question.leaves_time_out:
        names |= SHARED
    return [figure for figure in FIGURES if not figure.not_by & names]


def _lines(
    groups: Mapping[_Group, Sequence[Counts]], question: Question
) -> tuple[dict[tuple[str, ...], Line], Line]:
    lines: dict[tuple[str, ...], Line] = {}
    whole = Line(("all",) * max(1, len(question.by)))
    for (labels, formula), parts in groups.items():
        counts = total(parts)
        for line in (lines.setdefault(labels, Line(labels)), whole):
            line.counts.add(counts)
            if By.CONTACT_REASON not in question.by:  # which is known of opinions alone
                _judge(line, counts, formula)
    return lines, whole


class _Groups:
    """Sorts counts to groups; what is once known of a key is not found out again: they are many."""

    def __init__(self, question: Question, in_force: InForce) -> None:
        self.measures: dict[str, Measure] = {}  #: of the queues that figures are of
        self._question = question
        self._in_force = in_force
        self._of_people = question.of_people
        self._by_interval = By.INTERVAL in question.by
        self._intervals: dict[int, str] = {}
        self._known: dict[tuple[str, Key], _Group | None] = {}

    def of(self, quarter: int, key: Key) -> _Group | None:
        """Return the group of a count, None if nobody wants it."""
        place = (self._interval(quarter) if self._by_interval else "", key)
        if place not in self._known:
            self._known[place] = self._group(*place)
        return self._known[place]

    def _interval(self, quarter: int) -> str:
        if quarter not in self._intervals:
            calendar = self._question.calendar
            self._intervals[quarter] = calendar.text(calendar.begin(quarter))
        return self._intervals[quarter]

    def _group(self, interval: str, key: Key) -> _Group | None:
        question = self._question
        if not question.wants(key):
            return None
        labels = tuple(self._label(by, interval, key) for by in question.by)
        if self._of_people:
            return labels, Formula.ANSWERED
        measure = self._in_force.measure_of(key.queue)
        if key.queue:
            self.measures[key.queue] = measure
        return labels, measure.formula or Formula.OFFERED

    def _label(self, by: By, interval: str, key: Key) -> str:
        if by is By.INTERVAL:
            return interval
        if by is By.LANGUAGE:
            return self._in_force.language_of(key.client, key.number)
        label: str = getattr(key, by.value)
        return label


def _judge(line: Line, counts: Counts, formula: Formula) -> None:
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
