"""The figures: each with its name, its version and the formula that is printed beside it.

In formulas: Off offered · A answered · Ab abandoned · A_T, Ab_T within T seconds · Ab_s before s
seconds · a wait includes the ringing of the agent's phone. Results are exact fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import partial

from ccengine.core.measures import Formula
from ccengine.reporting.kpis.cells import NAMES, Counts

Parts = tuple[int, int]
"""Numerator and denominator, as they were counted."""

PEOPLE = frozenset({"team", "agent"})
"""To whom callers belong who were answered, and nobody else."""
SHARED = frozenset({"client", "queue", "number", "language", "kind", "campaign"})
"""What agents' free time belongs to none of."""
SAID = frozenset({"contact_reason"})
"""What is known of callers' opinions alone."""


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    HOURS = "hours"
    SCORE = "score"  #: from 1 to 5, the best


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure."""

    name: str  #: with its version: a new formula is a new name
    head: str  #: of a column
    formula: str
    unit: Unit
    parts: Callable[[Counts], Parts]
    not_by: frozenset[str] = SAID  #: dimensions by which it says nothing

    def of(self, counts: Counts) -> Fraction | None:
        """Return the figure, None where there is nothing to divide by.

        Percent as a share of one; times in milliseconds.
        """
        part, whole = self.parts(counts)
        return Fraction(part, whole) if whole else None

    def text(self, counts: Counts, places: int | None = None) -> str:
        """Return the figure for people, in its unit; empty: there is none."""
        value = self.of(counts)
        if value is None:
            return ""
        usual = PLACES[self.unit] if places is None else places
        return rounded(in_unit(value, self.unit), usual)


SCALES: Mapping[Unit, Fraction] = {
    Unit.COUNT: Fraction(1),
    Unit.PERCENT: Fraction(100),
    Unit.SECONDS: Fraction(1, 1000),
    Unit.HOURS: Fraction(1, 3_600_000),
    Unit.SCORE: Fraction(1),
}
PLACES: Mapping[Unit, int] = {
    Unit.COUNT: 0,
    Unit.PERCENT: 2,
    Unit.SECONDS: 1,
    Unit.HOURS: 2,
    Unit.SCORE: 2,
}
"""How many decimals people are told."""


def in_unit(value: Fraction, unit: Unit) -> Fraction:
    """Return a figure in its unit."""
    return value * SCALES[unit]


def rounded(value: Fraction, places: int) -> str:
    """Return an exact number in decimals, halves to the even digit."""
    return f"{decimal_of(round(value * 10**places), places):f}"


def decimal_of(whole: int, places: int) -> Decimal:
    """Return a number of so many decimals, exact however long it is."""
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -places))


def level_parts(formula: Formula, counts: Counts) -> Parts:
    """Return what was served in time and what counts, by one of the forms of a service level."""
    answered, abandoned, good = counts.answered, counts.abandoned, counts.answered_in_time
    match formula:
        case Formula.ANSWERED:
            return good, answered
        case Formula.ANSWERED_AND_ABANDONED:
            return good + counts.abandoned_in_time, answered + abandoned
        case Formula.OFFERED:
            return good, answered + abandoned
        case Formula.OFFERED_LESS_EARLY:
            return good, answered + abandoned - counts.abandoned_in_time
        case Formula.OFFERED_LESS_SHORT:
            return good, answered + abandoned - counts.abandoned_short


LEVELS: Mapping[Formula, tuple[str, str]] = {
    Formula.ANSWERED: ("SL v1", "A_T / A"),
    Formula.ANSWERED_AND_ABANDONED: ("SL v2", "(A_T + Ab_T) / (A + Ab)"),
    Formula.OFFERED: ("SL v3", "A_T / (A + Ab)"),
    Formula.OFFERED_LESS_EARLY: ("SL v4", "A_T / (A + Ab - Ab_T)"),
    Formula.OFFERED_LESS_SHORT: ("SL v5", "A_T / (A + Ab - Ab_s)"),
}
"""Name and text of each form. Callers who were sent on, or took a callback, are in none."""


def _level(formula: Formula) -> Figure:
    name, text = LEVELS[formula]

    def parts(counts: Counts) -> Parts:
        return level_parts(formula, counts)

    not_by = SAID if formula is Formula.ANSWERED else NOT_BY_PEOPLE
    return _percent(name, f"{name} %", text, parts, not_by=not_by)


def _count(name: str, head: str, formula: str, **more: frozenset[str]) -> Figure:
    def parts(counts: Counts) -> Parts:
        return getattr(counts, name), 1

    return _figure(Unit.COUNT, name, head, formula, parts, **more)


def _figure(
    unit: Unit,
    name: str,
    head: str,
    formula: str,
    parts: Callable[[Counts], Parts],
    **more: frozenset[str],
) -> Figure:
    return Figure(name=name, head=head, formula=formula, unit=unit, parts=parts, **more)


_percent = partial(_figure, Unit.PERCENT)
_mean = partial(_figure, Unit.SECONDS)
_time = partial(_figure, Unit.HOURS)


def with_calls(counts: Counts) -> int:
    """Return agents' time with calls for clients, ringing aside."""
    return (
        counts.connecting + counts.talking + counts.holding + counts.consulting + counts.wrapping_up
    )


def _occupied(counts: Counts) -> Parts:
    busy = with_calls(counts) + counts.ringing
    return busy, busy + counts.available


def _occupied_without_ringing(counts: Counts) -> Parts:
    return with_calls(counts), with_calls(counts) + counts.available


def _sent(counts: Counts) -> int:
    return counts.sent_blind + counts.sent_attended + counts.sent_back


NOT_BY_PEOPLE = PEOPLE | SAID
NOT_BY_SHARED = SHARED | SAID
BY_ALL: frozenset[str] = frozenset()
CONTACTS = (
    _count("offered", "offered", "Off: calls that entered a queue", not_by=NOT_BY_PEOPLE),
    _count("answered", "answered", "A: of those, that talked with an agent"),
    _count(
        "abandoned", "abandoned", "Ab: of those, whose caller hung up waiting", not_by=NOT_BY_PEOPLE
    ),
    _count(
        "left", "sent on", "Ovf: of those, sent on by limit, key or agent", not_by=NOT_BY_PEOPLE
    ),
    _count(
        "callbacks", "callbacks", "of those, whose caller took a callback", not_by=NOT_BY_PEOPLE
    ),
    _count(
        "refused", "refused", "calls that a queue did not let in; not in Off", not_by=NOT_BY_PEOPLE
    ),
    *(_level(formula) for formula in Formula),
    _mean(
        "ASA v1", "ASA s", "sum of waits of A / A", lambda one: (one.wait_answered, one.answered)
    ),
    _mean(
        "abandon time v1",
        "Ab time s",
        "sum of waits of Ab / Ab",
        lambda one: (one.wait_abandoned, one.abandoned),
        not_by=NOT_BY_PEOPLE,
    ),
    _mean("longest wait v1", "longest s", "of A and Ab", lambda one: (one.longest_wait, 1)),
    _percent(
        "abandon rate v1",
        "Ab %",
        "Ab / Off; callback takers and who was sent on are not in Ab",
        lambda one: (one.abandoned, one.offered),
        not_by=NOT_BY_PEOPLE,
    ),
    _percent(
        "net abandon rate v1",
        "net Ab %",
        "(Ab - Ab_s) / (Off - Ab_s)",
        lambda one: (one.abandoned - one.abandoned_short, one.offered - one.abandoned_short),
        not_by=NOT_BY_PEOPLE,
    ),
)
TALKS = (
    _count("handled", "handled", "agents' parts in calls, callbacks and messages from queues"),
    _mean(
        "AHT v1",
        "AHT s",
        "(talk + hold + wrap-up) / handled",
        lambda one: (one.talk + one.hold + one.wrap_up, one.handled),
    ),
    _mean("talk v1", "talk s", "talk / handled", lambda one: (one.talk, one.handled)),
    _mean("hold v1", "hold s", "hold / handled", lambda one: (one.hold, one.handled)),
    _mean("ACW v1", "ACW s", "wrap-up / handled", lambda one: (one.wrap_up, one.handled)),
    _percent(
        "transfer rate v1",
        "transfer %",
        "(blind + attended + back to a queue) / handled",
        lambda one: (_sent(one), one.handled),
    ),
    _percent("blind v1", "blind %", "blind / handled", lambda one: (one.sent_blind, one.handled)),
    _percent(
        "attended v1",
        "attended %",
        "attended / handled",
        lambda one: (one.sent_attended, one.handled),
    ),
    _percent(
        "back v1", "back %", "back to a queue / handled", lambda one: (one.sent_back, one.handled)
    ),
    _percent(
        "resolved rate v1",
        "resolved %",
        "resolved / (resolved + not resolved), as agents said",
        lambda one: (one.resolved, one.judged),
    ),
    _percent(
        "FCR v1",
        "FCR %",
        "1 - repeated / contacts; contacts: customers known by number who talked with an agent; "
        "repeated: called the same client again within 7 days, which may still happen",
        lambda one: (one.contacts - one.repeated, one.contacts),
    ),
)
WORK = (
    _count("rings", "rung", "times an agent's phone was rung"),
    _count("rings_missed", "missed", "of those: not answered, declined or busy"),
    _count("dialled", "dialled", "calls to the outside by hand that were answered"),
    _percent(
        "occupancy v1",
        "occ. %",
        "(connecting + talk + hold + consults + wrap-up + ringing) / (that + available)",
        _occupied,
        not_by=NOT_BY_SHARED,
    ),
    _percent(
        "occupancy v2",
        "occ. v2 %",
        "the same without ringing",
        _occupied_without_ringing,
        not_by=NOT_BY_SHARED,
    ),
    _percent(
        "utilisation v1",
        "util. %",
        "(connecting + talk + hold + consults + wrap-up) / logged in",
        lambda one: (with_calls(one), one.logged_in),
        not_by=NOT_BY_SHARED,
    ),
    _time(
        "logged in v1",
        "logged in h",
        "from log-in to log-out",
        lambda one: (one.logged_in, 1),
        not_by=NOT_BY_SHARED,
    ),
    _time(
        "not ready v1",
        "not ready h",
        "agents' time not ready",
        lambda one: (one.not_ready, 1),
        not_by=NOT_BY_SHARED,
    ),
)
SURVEYS = (
    _count(
        "survey_asked",
        "asked",
        "callers who were asked how it was, when the agent had hung up",
        not_by=BY_ALL,
    ),
    _count("survey_answered", "scored", "of those, who gave a score from 1 to 5", not_by=BY_ALL),
    _figure(
        Unit.SCORE,
        "survey score mean v1",
        "score",
        "sum of scores / scored; of the agent whom the caller talked with last",
        lambda one: (one.survey_score, one.survey_answered),
        not_by=BY_ALL,
    ),
    _percent(
        "survey response rate v1",
        "response %",
        "scored / asked",
        lambda one: (one.survey_answered, one.survey_asked),
        not_by=BY_ALL,
    ),
)
QUALITY = (
    _percent(
        "silence ratio v1",
        "silence %",
        "silence / measured; nobody talks for a second or more; measured: talks with agents as "
        "recorded, without hold and pauses",
        lambda one: (one.silence, one.measured),
    ),
    _percent(
        "talk-over ratio v1",
        "talk-over %",
        "talk-over / measured; caller and agent talk at once for 0.2 s or more",
        lambda one: (one.talk_over, one.measured),
    ),
    _count("reviews", "reviews", "scores of agents' talks that were published, when they were"),
    _percent(
        "review score mean v1",
        "review %",
        "sum of scores / reviews; a score: points times weights of what was answered / these "
        "weights, 0 if a question failed the call; as changed by disputes",
        lambda one: (one.review_score, one.reviews * 10_000),
    ),
    _count("reviews_failed", "failed", "of the reviews, failed by a question that fails a call"),
    _count("disputes", "disputes", "reviews that their agents did not agree with, when they said"),
    _percent(
        "dispute accepted rate v1",
        "accepted %",
        "disputes that reviewers agreed with / disputes answered",
        lambda one: (one.disputes_accepted, one.disputes_answered),
    ),
)
LEADS = (
    _count("leads_dialed", "dialed", "calls of campaigns, when they began", not_by=NOT_BY_PEOPLE),
    _count("leads_answered", "live", "of those, that were answered", not_by=NOT_BY_PEOPLE),
    _percent(
        "lead abandon rate v1",
        "live Ab %",
        "live calls for which no agent came in time / live; machines that were heard are in both",
        lambda one: (one.leads_abandoned, one.leads_answered),
        not_by=NOT_BY_PEOPLE,
    ),
    _count("leads_talked", "lead talks", "agents' parts in calls of campaigns"),
    _mean(
        "lead AHT v1",
        "lead AHT s",
        "(talk + hold + wrap-up) / lead talks",
        lambda one: (one.leads_talk + one.leads_hold + one.leads_wrap_up, one.leads_talked),
    ),
)
FIGURES = (*CONTACTS, *TALKS, *SURVEYS, *QUALITY, *LEADS, *WORK)
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


def has_quality(counts: Counts) -> bool:
    """Tell whether any talk was measured, scored or disputed."""
    return bool(counts.measured or counts.reviews or counts.disputes or counts.disputes_answered)


def as_counted(counts: Counts) -> dict[str, int]:
    """Return all that was counted, by name."""
    return {name: getattr(counts, name) for name in NAMES}
