"""Calls are drawn without bias, the same again for the same seed, and only those of the rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.quality import Period, SampleRule
from ccengine.quality.drawing import Candidate, draw, lets_through, period_over, periods_since

USUAL = Candidate(
    call="c",
    agent="anna",
    queue="orders",
    disposition="ordered",
    survey_score=3,
    talk_started_at=0.0,
    talk_seconds=120.0,
    silence_percent=20.0,
    talk_over_percent=3.0,
)


def calls(agent: str, count: int) -> list[Candidate]:
    return [replace(USUAL, call=f"{agent}-{number}", agent=agent) for number in range(count)]


def test_each_agent_has_so_many_and_who_has_fewer_has_all() -> None:
    drawn = draw(SampleRule(calls=3), [*calls("anna", 40), *calls("bob", 2)], "seed")
    assert Counter(one.candidate.agent for one in drawn) == {"anna": 3, "bob": 2}
    assert len({one.candidate.call for one in drawn}) == 5


@given(st.text(min_size=1), st.integers(0, 2**32))
def test_the_same_seed_draws_the_same_whatever_the_order(seed: str, shuffle: int) -> None:
    there = [*calls("anna", 12), *calls("bob", 7)]
    mixed = Random(shuffle).sample(there, len(there))
    rule = SampleRule(calls=2, reviewers=("rita", "omar"))
    assert draw(rule, there, seed) == draw(rule, mixed, seed)


def test_every_call_is_as_likely_as_any_other_whenever_it_was_and_however_long() -> None:
    """Chi-square of 20 calls over 4,000 drawings: 19 degrees of freedom, 43.8 at 0.1 percent."""
    there = [
        replace(one, talk_started_at=float(number), talk_seconds=30.0 + 60 * number)
        for number, one in enumerate(calls("anna", 20))
    ]
    rule, drawings = SampleRule(calls=3), 4_000
    counts = Counter(
        one.candidate.call
        for number in range(drawings)
        for one in draw(rule, there, f"seed {number}")
    )
    expected = drawings * 3 / 20
    assert sum((counts[one.call] - expected) ** 2 / expected for one in there) < 43.8


def test_reviewers_are_dealt_the_same_number_and_take_turns_at_beginning() -> None:
    rule = SampleRule(calls=5, reviewers=("rita", "omar", "maya"))
    there = [*calls("anna", 9), *calls("bob", 9)]
    begins = Counter()
    for number in range(300):
        drawn = draw(rule, there, f"seed {number}")
        shares = Counter(one.reviewer for one in drawn)
        assert max(shares.values()) - min(shares.values()) <= 1
        begins[drawn[0].reviewer] += 1
    assert all(70 < begins[name] < 130 for name in rule.reviewers), begins


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        (SampleRule(calls=1), {}),
        (SampleRule(calls=1, shortest_seconds=30), {"talk_seconds": 30.0}),
        (SampleRule(calls=1, queues=("orders",)), {"queue": "orders"}),
        (SampleRule(calls=1, dispositions=("complaint",)), {"disposition": "complaint"}),
        (SampleRule(calls=1, survey_at_most=2), {"survey_score": 2}),
        (SampleRule(calls=1, silence_from=30), {"silence_percent": 30.0}),
        (SampleRule(calls=1, talk_over_from=10), {"talk_over_percent": 10.0}),
    ],
)
def test_limits(rule: SampleRule, passes: dict[str, object]) -> None:
    fails = {
        "talk_seconds": 29.9,
        "queue": "billing",
        "disposition": "ordered",
        "survey_score": None,
        "silence_percent": None,
        "talk_over_percent": 9.9,
    }
    assert lets_through(rule, replace(USUAL, **passes))
    for name in passes:
        assert not lets_through(rule, replace(USUAL, **{name: fails[name]}))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_weeks_and_days_are_those_of_the_clients_zone() -> None:
    sunday_in_dubai = at("2026-11-22T19:59:00")
    week = period_over(Period.WEEK, "Asia/Dubai", sunday_in_dubai)
    assert (week.begins, week.ends) == (at("2026-11-08T20:00:00"), at("2026-11-15T20:00:00"))
    week = period_over(Period.WEEK, "Asia/Dubai", sunday_in_dubai + 120)
    assert (week.begins, week.ends) == (at("2026-11-15T20:00:00"), at("2026-11-22T20:00:00"))
    changed = period_over(Period.DAY, "Europe/Berlin", at("2026-10-26T12:00:00"))
    assert changed.ends - changed.begins == 25 * 3600


def test_what_was_missed_while_the_engine_was_away_is_drawn_afterwards_oldest_first() -> None:
    now = at("2026-11-24T12:00:00")
    first = list(periods_since(Period.WEEK, "UTC", now, None, 5))
    assert [one.begins for one in first] == [at("2026-11-16T00:00:00")]
    assert list(periods_since(Period.WEEK, "UTC", now, first[0].begins, 5)) == []
    missed = list(periods_since(Period.WEEK, "UTC", now, at("2026-10-26T00:00:00"), 5))
    assert [one.begins for one in missed] == [
        at("2026-11-02T00:00:00"),
        at("2026-11-09T00:00:00"),
        at("2026-11-16T00:00:00"),
    ]
    assert len(list(periods_since(Period.DAY, "UTC", now, 0.0, 5))) == 5
