"""Which calls are drawn: pure, the same for the same seed, and each call as likely as any other.

Every call of an agent that the rule lets through gets a rank, a hash of the drawing's seed, the
call and the agent; those with the lowest ranks are drawn. The seed is made when a period is over,
so nobody can know before what will be drawn, and is kept, so that anybody can draw again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.quality import Period
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccengine.config.quality import SampleRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent's part in a recorded call."""

    call: str
    agent: str
    queue: str  #: as its client calls it; empty: none
    disposition: str  #: empty: nobody said
    survey_score: int | None
    talk_started_at: Instant
    talk_seconds: float
    silence_percent: float | None  #: None: the recording was not looked at
    talk_over_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A candidate that was drawn."""

    candidate: Candidate
    reviewer: str | None  #: whom it was dealt to; None: whoever may review


def lets_through(rule: SampleRule, candidate: Candidate) -> bool:
    """Tell whether the rule is about such calls."""
    if candidate.talk_seconds < rule.shortest_seconds:
        return False
    if rule.queues and candidate.queue not in rule.queues:
        return False
    if rule.dispositions and candidate.disposition not in rule.dispositions:
        return False
    if not _at_most(candidate.survey_score, rule.survey_at_most):
        return False
    return _at_least(candidate.silence_percent, rule.silence_from) and _at_least(
        candidate.talk_over_percent, rule.talk_over_from
    )


def draw(rule: SampleRule, candidates: Iterable[Candidate], seed: str) -> list[Drawn]:
    """Draw so many calls of each agent as the rule says, fewer where there are not so many.

    What was drawn is dealt to the rule's reviewers in turn, so that nobody has more than one call
    more than another; who begins is drawn as well.
    """
    by_agent: defaultdict[str, list[tuple[str, Candidate]]] = defaultdict(list)
    for one in candidates:
        if lets_through(rule, one):
            by_agent[one.agent].append((rank(seed, one), one))
    chosen = sorted(
        (
            ranked
            for ranks in by_agent.values()
            for ranked in sorted(ranks, key=lambda ranked: ranked[0])[: rule.calls]
        ),
        key=lambda ranked: ranked[0],
    )
    first = int(hashlib.sha256(seed.encode()).hexdigest(), 16)
    dealt = rule.reviewers
    return [
        Drawn(candidate=one, reviewer=dealt[(first + turn) % len(dealt)] if dealt else None)
        for turn, (_, one) in enumerate(chosen)
    ]


def rank(seed: str, candidate: Candidate) -> str:
    """Return the rank by which a call is drawn or not."""
    text = f"{seed}\0{candidate.call}\0{candidate.agent}"
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period that is over: from when until before when."""

    begins: Instant
    ends: Instant


def period_over(period: Period, zone: str, now: Instant) -> Stretch:
    """Return the latest period that is over, by the days of a zone."""
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()
    if period is Period.DAY:
        return _days(today - timedelta(days=1), today, zone)
    monday = today - timedelta(days=today.weekday())
    return _days(monday - timedelta(days=7), monday, zone)


def periods_since(
    period: Period, zone: str, now: Instant, last: Instant | None, most: int
) -> Iterator[Stretch]:
    """Yield the periods that are over and not drawn, the oldest first.

    Args:
        period: how long they are.
        zone: of its days.
        now: the present.
        last: when the period began that was drawn last; None: none was, so the latest will do.
        most: so many of the latest.
    """
    found = [period_over(period, zone, now)]
    while last is not None and len(found) < most:
        before = period_over(period, zone, found[-1].begins + 1)
        if before.begins <= last:
            break
        found.append(before)
    if last is not None:
        found = [one for one in found if one.begins > last]
    yield from reversed(found)


def _days(first: date, end: date, zone: str) -> Stretch:
    begins, ends = (
        datetime.combine(day, time(), ZoneInfo(zone)).timestamp() for day in (first, end)
    )
    return Stretch(begins, ends)


def _at_least(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value >= limit)


def _at_most(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value <= limit)
