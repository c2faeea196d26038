"""The rules of dialing for one number, with calling hours as periods in the zones it may be in."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import orjson
from cachetools import LRUCache

from ccengine.config.clock_changes import begin_of, end_of
from ccengine.config.consents import ANYWHERE
from ccengine.config.hours import spans_of
from ccengine.config.national_days import Nation, days_of, fault_of
from ccengine.config.timetable import merged
from ccengine.core.dialer.rules import (
    HOUR_SECONDS,
    Ban,
    CallingTimes,
    Duty,
    Fact,
    Law,
    LawText,
    Retention,
    RingFloor,
    Rule,
    WindowKind,
)
from ccengine.core.dialer.windows import window_since
from ccengine.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.config.dialing_rules import CallingWeek, DialingRules, WrittenRule
    from ccengine.config.whereabouts import Whereabouts
    from ccengine.core.ids import Instant

DAYS_AHEAD: Final = 35
KEPT: Final = 4096  #: periods of a rule at a place in an hour
MONTHS: Final = 12
EARLIEST, LATEST = timedelta(hours=-12), timedelta(hours=14)
"""Of local time: a rule holds as soon as its first day has begun anywhere."""


_Key = tuple[str, "Whereabouts", float]


class Lawbook:
    """All rules, ready to be asked for each number. Remembers periods: asking is cheap."""

    def __init__(self, rules: DialingRules) -> None:
        self._rules = rules
        self._times: LRUCache[_Key, tuple[CallingTimes, ...]] = LRUCache(KEPT)

    @cached_property
    def text(self) -> LawText:
        """All of them as they are kept for proof: the same rules have the same version."""
        content = orjson.dumps(self._rules, option=orjson.OPT_SORT_KEYS)
        return LawText(hashlib.sha256(content).hexdigest(), content.decode())

    def law_for(self, where: Sequence[Whereabouts], at: Instant) -> Law:
        """Return the rules of all places where a person may be.

        Args:
            where: by the number, and by the address.
            at: when the call would be placed: rules begin and end on days.
        """
        found: list[Rule] = []
        unruled: dict[str, None] = {}
        for one in where:
            country = one.place.partition("-")[0]
            if country not in self._rules.places:
                unruled[one.place] = None
            else:
                found += self._rules_at(one, at)
        return Law(rules=tuple(found), unruled=tuple(unruled), text=self.text)

    def _rules_at(self, where: Whereabouts, at: Instant) -> Iterator[Rule]:
        now = datetime.fromtimestamp(at, UTC)
        first, last = (now + EARLIEST).date(), (now + LATEST).date()
        for owner, name, written in self._written(where.place):
            if written.is_in_force(first, last):
                rule_id = f"{owner}.{name}"
                for fact in self._facts(rule_id, written, where, at):
                    yield Rule(
                        id=rule_id,
                        place=where.place,
                        source=written.source,
                        checked=written.checked,
                        fact=fact,
                        purposes=written.purposes,
                        modes=written.modes,
                        unless_consent=written.unless_consent,
                        is_last_resort=owner == ANYWHERE,
                    )

    def _written(self, place: str) -> Iterator[tuple[str, str, WrittenRule]]:
        country = place.partition("-")[0]
        for name, union in self._rules.unions.items():
            if country in union.countries:
                yield from ((name, one, rule) for one, rule in union.rules.items())
        for owner in dict.fromkeys((ANYWHERE, country, place)):
            rules = self._rules.places.get(owner, {})
            yield from ((owner, one, rule) for one, rule in rules.items())

    def _facts(
        self, rule_id: str, rule: WrittenRule, where: Whereabouts, at: Instant
    ) -> Iterator[Fact]:
        if rule.hours is not None:
            yield from self._times_in(rule_id, rule.hours, where, at)
        if rule.ring_seconds is not None:
            yield RingFloor(seconds=rule.ring_seconds)
        if rule.records_years is not None:
            yield Retention(years=rule.records_years)
        if rule.banned is not None:
            yield Ban(why=rule.banned)
        if rule.duty is not None:
            yield Duty(text=rule.duty)
        as_written = (rule.attempts, rule.pause, rule.guaranteed_agent, rule.register)
        yield from (fact for fact in as_written if fact is not None)
        likewise = (rule.consent, rule.abandoned, rule.message)
        yield from (fact for fact in likewise if fact is not None)

    def _times_in(
        self, rule_id: str, week: CallingWeek, where: Whereabouts, at: Instant
    ) -> tuple[CallingTimes, ...]:
        key = (rule_id, where, at // HOUR_SECONDS)
        if key not in self._times:
            now, nation = datetime.fromtimestamp(at, UTC), nation_of(where.place)
            found: dict[tuple[Period, ...], str] = {}
            for zone in where.zones:
                today = now.astimezone(ZoneInfo(zone)).date()
                found.setdefault(calling_periods(week, nation, zone, today), zone)
            self._times[key] = tuple(
                CallingTimes(zone=zone, periods=periods) for periods, zone in found.items()
            )
        return self._times[key]


def calling_periods(
    week: CallingWeek, nation: Nation | None, zone: str, today: date
) -> tuple[Period, ...]:
    """Return when calls may be placed, from yesterday on for some weeks.

    Unlike opening hours, which are never shorter than they say: in a night in which an hour is
    twice, what begins in it begins the second time and what ends in it ends the first time. So the
    called person's clock never shows an hour in which no calls may be placed.

    Args:
        week: as it is written.
        nation: whose holidays; None: they are not known, and are days like others.
        zone: where the called person is.
        today: there.
    """
    begin = today - timedelta(days=1)
    days = (begin + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    return tuple(merged(one for day in days for one in _on(week, nation, ZoneInfo(zone), day)))


def _on(week: CallingWeek, nation: Nation | None, zone: ZoneInfo, day: date) -> Iterator[Period]:
    spans = spans_of(week.week, day)
    if week.holidays is not None and nation is not None and day in days_of(nation, day.year):
        spans = week.holidays
    for span in spans:
        begins, ends = end_of(day, span.opens, zone), begin_of(day, span.closes, zone)
        if begins < ends:
            yield Period(begins, ends)


def nation_of(place: str) -> Nation | None:
    """Return whose holidays are kept at a place; None: nobody knows."""
    country, _, state = place.partition("-")
    known = (Nation(country, state or None), Nation(country))
    return next((one for one in known if fault_of(one) is None), None)


def window_at(kind: WindowKind, began: Instant, at: Instant, zone: str) -> Period:
    """Return the window of a limit on abandoned calls that an instant is in.

    Args:
        kind: which window.
        began: of the campaign's first call.
        at: when.
        zone: in which days and months of the calendar are taken.
    """
    counted = window_since(kind, began, at)
    if counted is not None:
        return counted
    local = ZoneInfo(zone)
    day = datetime.fromtimestamp(at, UTC).astimezone(local).date()
    if kind is WindowKind.DAY:
        return Period(begin_of(day, 0, local), begin_of(day + timedelta(days=1), 0, local))
    first = day.replace(day=1)
    years, month = divmod(first.month, MONTHS)
    after = first.replace(year=first.year + years, month=month + 1)
    return Period(begin_of(first, 0, local), begin_of(after, 0, local))
