"""Answer scores: a campaign learns from its calls who answers, and never more than it has seen."""

from __future__ import annotations

import json
import math
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.core.dialer import answer_scores
from ccengine.core.dialer.answer_scores import AnswerScores
from ccengine.core.dialer.leads import AttemptOutcome, LastTry, Lead, LeadKey, LeadNumber, Tries
from ccengine.core.dialer.pacing.scores import AVERAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGAN = 1_795_392_000.0  # a Monday, 0:00 UTC
HOUR, MINUTE = 3600.0, 60.0
ENOUGH = answer_scores.CALLS_BEFORE


def lead(key: int, number: str = "", **known: object) -> Lead:
    numbers = (LeadNumber(number=number or f"+38067{key:07}"),)
    values = {"utc_offset_seconds": 0, "numbers": numbers, **known}
    return Lead(key=LeadKey(key), list="a", **values)  # type: ignore[arg-type]


def taught(calls: Sequence[tuple[Lead, float, bool]]) -> AnswerScores:
    """Return what learns from calls: to whom, when, and whether they answered."""
    scores = AnswerScores()
    for one, at, answered in calls:
        scores.renew(at)
        scores.learn(scores.signs(one), answered=answered)
    return scores


def auc(answered: Sequence[float], others: Sequence[float]) -> float:
    """Return how often one who answers has the higher score; of equals, half."""
    better = sum((a > b) + (a == b) / 2 for a in answered for b in others)
    return better / (len(answered) * len(others))


def test_who_has_seen_nothing_has_no_scores() -> None:
    scores = AnswerScores()
    scores.renew(BEGAN)
    assert scores.of(lead(1)) is None
    assert scores.of_all([lead(1), lead(2)]) == []


def test_a_score_that_somebody_gave_is_kept() -> None:
    scores = taught([(lead(n), BEGAN, n % 2 == 0) for n in range(2 * ENOUGH)])
    scores.renew(BEGAN + HOUR)
    assert scores.of(lead(1, score=0.9)) == 0.9


def test_at_first_all_score_alike() -> None:
    """Given the calls of the beginning, in whatever order, nobody is preferred by them."""
    scores = taught([(lead(n), BEGAN, n < ENOUGH / 5) for n in range(ENOUGH)])
    scores.renew(BEGAN + HOUR)
    others = lead(1, "+4477", tries=Tries(attempts=3))
    assert scores.of_all([lead(2), others]) == [AVERAGE, AVERAGE]


def test_scores_change_with_the_minute_and_not_within() -> None:
    scores = taught([(lead(n), BEGAN, True) for n in range(ENOUGH)])
    scores.renew(BEGAN + MINUTE)
    before = scores.of(lead(1))
    for _ in range(50):
        scores.learn(scores.signs(lead(1)), answered=False)
    scores.renew(BEGAN + MINUTE + 59.9)
    assert scores.of(lead(1)) == before
    scores.renew(BEGAN + 2 * MINUTE)
    assert (scores.of(lead(1)) or 1.0) < (before or 0.0)


def test_a_lead_that_comes_back_is_reckoned_anew() -> None:
    """Given that busy ones never answer the next time, who was busy just now scores less."""
    busy = LastTry(outcome=AttemptOutcome.BUSY, ended_at=BEGAN)
    calls = [
        (lead(n, last_try=busy if n % 2 else None), BEGAN, n % 4 == 0) for n in range(4 * ENOUGH)
    ]
    scores = taught(calls)
    scores.renew(BEGAN + MINUTE)
    fresh, again = scores.of(lead(1)), scores.of(lead(1, last_try=busy))
    assert fresh is not None
    assert again is not None
    assert again < 0.7 * fresh


def of_the_world(random: Random, at: float) -> tuple[Lead, float, bool]:
    """Call somebody: they are at home in the evening, and busy ones are soon there again."""
    offset = random.choice([0, -3, 5]) * 3600
    is_busy = random.random() < 0.4
    outcome = AttemptOutcome.BUSY if is_busy else AttemptOutcome.NO_ANSWER
    tries = random.randrange(3)
    last = LastTry(outcome=outcome, ended_at=at - 900, rang_seconds=20.0) if tries else None
    one = lead(
        random.randrange(1000),
        utc_offset_seconds=offset,
        tries=Tries(attempts=tries),
        last_try=last,
    )
    hour = (at + offset) % 86_400 // HOUR
    odds = -1.2 + (0.9 if 17 <= hour < 21 else -0.2) + (0.6 if tries and is_busy else -0.2 * tries)
    return one, at, random.random() < 1 / (1 + math.exp(-odds))


def test_in_a_world_with_hours_and_history_scores_tell_who_answers() -> None:
    """Given two working days to learn from, scores of the third beat chance well."""
    random = Random(7)

    def day(number: int, calls: int) -> list[tuple[Lead, float, bool]]:
        begins = BEGAN + number * 24 * HOUR + 9 * HOUR
        return [of_the_world(random, begins + n * 11 * HOUR / calls) for n in range(calls)]

    scores = taught([*day(0, 1500), *day(1, 1500)])
    said: dict[bool, list[float]] = {True: [], False: []}
    for one, at, answered in day(2, 800):
        scores.renew(at)
        score = scores.of(one)
        assert score is not None
        said[answered].append(score)
    assert auc(said[True], said[False]) > 0.6


def test_where_nothing_tells_who_answers_scores_stay_near_the_average() -> None:
    random = Random(3)
    calls = [
        (lead(n, f"+3806{n % 10}1"), BEGAN + n * 10.0, random.random() < 0.3) for n in range(4000)
    ]
    scores = taught(calls)
    scores.renew(BEGAN + 40_000.0)
    known = scores.of_all([lead(n, f"+3806{n}1") for n in range(10)])
    assert all(0.75 * AVERAGE < score < 1.33 * AVERAGE for score in known)


def test_signs_that_go_together_are_not_counted_twice() -> None:
    """Given a sign that says all and four that come with it, odds are what they are of the one."""
    signs = ("one", "two", "three", "four", "five")
    random, scores = Random(5), AnswerScores()
    for n in range(6000):
        is_good = n % 2 == 0
        answered = random.random() < (0.5 if is_good else 0.2)
        scores.learn(signs if is_good else ("other",), answered=answered)
    scores.renew(BEGAN)
    good, bad = scores.of_signs(signs), scores.of_signs(("other",))
    assert 2.1 < good / bad < 2.9


def test_one_call_is_worth_no_more_than_all_its_signs_were_doubted() -> None:
    """Given a level of one half with a variance of 0.04 and five new signs of 0.1 each."""
    scores = AnswerScores()
    for n in range(ENOUGH):
        scores.learn((), answered=n % 2 == 0)
    before = log_odds(scores)
    scores.learn(("one", "two", "three", "four", "five"), answered=True)
    doubt = 0.04 + 5 * 0.1
    moved = log_odds(scores) - before
    assert moved == pytest.approx(doubt * 0.5 / (1 + 0.25 * doubt), rel=0.02)


def log_odds(scores: AnswerScores) -> float:
    """Return those of an answer to who has all signs that were ever seen."""
    return sum(one[0] for name, one in scores.memory().items() if name.startswith("sign "))


def test_memory_is_bounded() -> None:
    scores = taught([(lead(n, f"+{n:05}0"), BEGAN, n % 3 == 0) for n in range(5000)])
    assert len(scores.memory()) <= answer_scores.MOST_SIGNS + 1


CALLS = st.lists(
    st.tuples(
        st.builds(
            lead,
            st.integers(1, 9),
            st.sampled_from(["+380671", "+447712", "+1212"]),
            utc_offset_seconds=st.sampled_from([None, 0, -18_000]),
            tries=st.builds(Tries, attempts=st.integers(0, 6)),
        ),
        st.floats(BEGAN, BEGAN + 1e6),
        st.booleans(),
    ),
    max_size=60,
)


@given(start=st.integers(0, ENOUGH), calls=CALLS)
def test_a_score_is_a_number_between_nothing_and_one(
    start: int, calls: list[tuple[Lead, float, bool]]
) -> None:
    """Given any beginning, from never to always answered, and any calls after it."""
    begun = [(lead(n), BEGAN, n < start) for n in range(ENOUGH)]
    scores = taught([*begun, *calls])
    scores.renew(BEGAN + 2e6)
    known = scores.of_all([one for one, _, _ in [*begun, *calls]])
    assert all(0.0 < score <= 1.0 for score in known)
    assert len(known) == ENOUGH + len(calls)


@given(calls=CALLS, before=st.sampled_from([0, ENOUGH - 10, 2 * ENOUGH]))
def test_with_its_memory_it_goes_on_to_the_last_bit(
    calls: list[tuple[Lead, float, bool]], before: int
) -> None:
    scores = taught([(lead(n), BEGAN + n, n % 5 == 0) for n in range(before)])
    again = AnswerScores()
    again.recall({key: tuple(one) for key, one in json.loads(json.dumps(scores.memory())).items()})
    assert again.memory() == scores.memory()
    for one, at, answered in calls:
        assert again.of(one) == scores.of(one)
        for each in (again, scores):
            each.learn(each.signs(one), answered=answered)
            each.renew(at)
    assert again.memory() == scores.memory()


def test_without_a_memory_it_begins() -> None:
    scores = AnswerScores()
    scores.recall({})
    assert scores.memory() == AnswerScores().memory()
