"""Rules of dialing as they are written: `places/dialing.yaml`, and the tenant's own dialing.yaml.

Each rule has one fact and names its source. What is written for a place holds there together with
what is written for its country and for the union that the country is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from ccengine.config.consents import ANYWHERE, FOLDER, UNCHECKED, Place, place_named
from ccengine.config.days import read_day
from ccengine.config.documents import read_document
from ccengine.config.hours import Spans, Week
from ccengine.config.names import Line, Name, mistake
from ccengine.config.schema import fit
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import (
    AbandonLimit,
    AttemptCap,
    ConsentNeed,
    GuaranteedAgent,
    MessageDuty,
    Pause,
    Scrub,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.documents import Document
    from ccengine.config.documents import Place as Way
    from ccengine.config.problems import Problem

FILE: Final = "dialing.yaml"
LONGEST_HOURS: Final = 10 * 366 * 24


def _checked(text: str) -> str:
    mark = read_day(text)
    if text != UNCHECKED and (mark is None or mark.year is None):
        message = f"'{text}' is no day on which it was checked"
        raise mistake(message, 'write a day such as "2026-11-23", or "no"')
    return text


def _place(text: str) -> str:
    return text if text == ANYWHERE else place_named(text)


Checked = Annotated[str, AfterValidator(_checked)]
RulePlace = Annotated[str, AfterValidator(_place)]
UnionName = Annotated[str, Field(pattern="^[A-Z]{2,8}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingWeek:
    """When calls may be placed, where the called person is."""

    week: Week
    holidays: Spans | None = None  #: on public holidays there; left out: as on other days


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """One rule. Of what comes after `unless_consent` it has exactly one."""

    source: Line  #: the law, with its article
    checked: Checked  #: the day somebody compared it with what is published; or no
    read: Line | None = None  #: where
    starts: Annotated[date | None, Field(alias="from")] = None  #: first day in force
    until: date | None = None  #: last day
    purposes: tuple[Purpose, ...] = ()  #: of the calls it is for; left out: all
    modes: tuple[Mode, ...] = ()  #: likewise
    unless_consent: bool = False  #: it does not hold for whoever agreed to be called
    hours: CallingWeek | None = None
    attempts: AttemptCap | None = None
    pause: Pause | None = None
    guaranteed_agent: GuaranteedAgent | None = None
    register: Scrub | None = None
    consent: ConsentNeed | None = None
    abandoned: AbandonLimit | None = None
    message: MessageDuty | None = None
    ring_seconds: Annotated[float | None, Field(ge=0, le=120)] = None
    records_years: Annotated[int | None, Field(ge=0, le=100)] = None
    banned: Line | None = None  #: why
    duty: Line | None = None  #: what people must see to

    def is_in_force(self, first: date, last: date) -> bool:
        """Tell whether it is on any of some days."""
        begun = self.starts is None or self.starts <= last
        return begun and (self.until is None or first <= self.until)


Rules = Mapping[Name, WrittenRule]
_KEYS: Final = [one.name for one in fields(WrittenRule)]
FACTS: Final = tuple(_KEYS[_KEYS.index("unless_consent") + 1 :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Countries with rules in common. They give no country rules of its own."""

    countries: tuple[Place, ...]
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class DialingRules:
    """The keys of dialing.yaml."""

    places: Mapping[RulePlace, Rules] = field(default_factory=dict)  #: of a country, a state or *
    unions: Mapping[UnionName, Union] = field(default_factory=dict)

    def over(self, others: DialingRules) -> DialingRules:
        """Return these together with others; where both have a rule, these win."""
        places = {**others.places}
        for place, rules in self.places.items():
            places[place] = {**places.get(place, {}), **rules}
        return DialingRules(places=places, unions={**others.unions, **self.unions})

    def unchecked(self) -> tuple[str, ...]:
        """Return the ids of rules that nobody compared with their source."""
        return tuple(
            f"{place}.{name}"
            for place, rules in self.places.items()
            for name, rule in rules.items()
            if rule.checked == UNCHECKED
        )


NO_RULES: Final = DialingRules()


@cache
def built_in() -> DialingRules:
    """Return the rules that come with the program."""
    rules, problems = read_rules(FOLDER / FILE)
    if problems:  # the tests read it, too
        raise ValueError(str(problems[0]))
    return rules


def tenant_rules(folder: Path) -> tuple[DialingRules, list[Problem]]:
    """Return the tenant's own rules, and the mistakes in them; it needs to have none."""
    file = folder / FILE
    return read_rules(file) if file.exists() else (NO_RULES, [])


def read_rules(file: Path) -> tuple[DialingRules, list[Problem]]:
    """Return the rules of a file, without what is wrong, and the mistakes."""
    document, problems = read_document(file)
    if document is None:
        return NO_RULES, problems
    fitted = fit(DialingRules, document)
    rules = fitted.value or NO_RULES
    return rules, [*problems, *fitted.problems, *_check(rules, document)]


def _check(rules: DialingRules, document: Document) -> Iterator[Problem]:
    for place, own in rules.places.items():
        for name, rule in own.items():
            yield from _check_rule(document, ("places", place, name), rule)
    for name, union in rules.unions.items():
        for one, rule in union.rules.items():
            yield from _check_rule(document, ("unions", name, "rules", one), rule)


def _check_rule(document: Document, way: Way, rule: WrittenRule) -> Iterator[Problem]:
    found = [name for name in FACTS if getattr(rule, name) is not None]
    if len(found) != 1:
        message = f"rule '{way[-1]}' says {' and '.join(found) or 'nothing'}"
        yield document.problem(way, message, f"give it exactly one of: {', '.join(FACTS)}")
    if rule.starts is not None and rule.until is not None and rule.until < rule.starts:
        message = f"rule '{way[-1]}' ends ({rule.until}) before it begins ({rule.starts})"
        yield document.problem((*way, "until"), message, "change 'from' or 'until'")
    for name in ("attempts", "pause", "guaranteed_agent"):
        fact: AttemptCap | Pause | GuaranteedAgent | None = getattr(rule, name)
        if fact is not None:
            yield from _check_length(document, (*way, name), fact)
    yield from _check_amounts(document, way, rule)


def _check_length(
    document: Document, way: Way, fact: AttemptCap | Pause | GuaranteedAgent
) -> Iterator[Problem]:
    if fact.hours is not None and fact.days is not None:
        yield document.problem(way, "it has hours and days", "write either 'hours' or 'days'")
    hours = fact.hours if fact.days is None else fact.days * 24
    if hours is not None and not 0 < hours <= LONGEST_HOURS:
        yield document.problem(way, "it is no length of time", "write 1 hour to 10 years")
    if isinstance(fact, AttemptCap):
        if fact.at_most < 1:
            remedy = "write at least 1; to allow none, write 'banned' with the reason"
            yield document.problem((*way, "at_most"), "no attempt is allowed", remedy)
        if hours is None:
            yield document.problem(way, "within what time is missing", "add 'hours' or 'days'")
    elif not fact.after:
        yield document.problem(way, "it is after nothing", "write 'after: [abandoned]' or others")


def _check_amounts(document: Document, way: Way, rule: WrittenRule) -> Iterator[Problem]:
    limit, scrub, message = rule.abandoned, rule.register, rule.message
    if limit is not None and not 0 <= limit.percent <= 100:  # noqa: PLR2004 - percent
        yield document.problem(way, f"{limit.percent} is no percentage", "write 0 to 100")
    if scrub is not None and scrub.days is not None and scrub.days < 1:
        yield document.problem(way, "a copy cannot be so new", "write at least 1 day")
    if message is not None and not 0 < message.within_seconds <= 10:  # noqa: PLR2004 - seconds
        yield document.problem(way, "that is no time for a message", "write 1 to 10 seconds")
