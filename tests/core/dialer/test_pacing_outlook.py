"""The risk of one more call, counted out and approximated."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.pacing.outlook import ExactOutlook, NormalOutlook

CHANCE = st.floats(0.0, 1.0)


def counted_out(available: int, free: list[float], answers: list[float]) -> float:
    """Return P(available + free - answers <= 0) over all that can happen."""
    total = 0.0
    chances = [*free, *answers]
    for happens in product((False, True), repeat=len(chances)):
        share = prod(
            chance if happened else 1 - chance
            for chance, happened in zip(chances, happens, strict=True)
        )
        left = available + sum(happens[: len(free)]) - sum(happens[len(free) :])
        total += share * (left <= 0)
    return total


@given(
    available=st.integers(-3, 4),
    free=st.lists(CHANCE, max_size=4),
    answers=st.lists(CHANCE, max_size=4),
)
@settings(deadline=None)
def test_the_exact_risk_is_what_counting_out_gives(
    available: int, free: list[float], answers: list[float]
) -> None:
    outlook = ExactOutlook(available, [((chance,), 1) for chance in free], 1)
    for chance in answers:
        outlook.add((chance,))
    assert outlook.risk() == pytest.approx(counted_out(available, free, answers), abs=1e-5)


@given(
    available=st.integers(-3, 4),
    free=st.lists(st.tuples(CHANCE, CHANCE), max_size=4),
    answers=st.lists(st.tuples(CHANCE, CHANCE), max_size=4),
    theta=st.floats(0.001, 0.5),
)
@settings(deadline=None)
def test_the_short_way_to_exceeding_agrees_with_the_risk(
    available: int,
    free: list[tuple[float, float]],
    answers: list[tuple[float, float]],
    theta: float,
) -> None:
    outlook = ExactOutlook(available, [(sorted_pair(row), 1) for row in free], 2)
    for row in answers:
        outlook.add(sorted_pair(row))
    risk = outlook.risk()
    if abs(risk - theta) > 1e-6:
        assert outlook.exceeds(theta) == (risk > theta)


def sorted_pair(row: tuple[float, float]) -> tuple[float, float]:
    """Chances grow with the horizon."""
    return min(row), max(row)


def test_the_normal_law_is_near_the_exact_one_for_sixty_agents() -> None:
    free = [((0.02 + 0.005 * i, 0.1 + 0.01 * i), 1) for i in range(60)]
    exact, normal = ExactOutlook(2, free, 2), NormalOutlook(2, free, 2)
    for _ in range(40):
        exact.add((0.1, 0.3))
        normal.add((0.1, 0.3))
        assert normal.risk() == pytest.approx(exact.risk(), abs=0.01)


def test_a_later_answer_that_finds_nobody_counts_against_the_earlier_one() -> None:
    """Given one idle agent now and a likely later answer, the next call is not without risk."""
    outlook = ExactOutlook(1, [], 2)
    outlook.add((0.0, 1.0))
    assert outlook.risk() == 1.0


def test_without_calls_in_the_air_an_idle_agent_is_no_risk() -> None:
    assert ExactOutlook(1, [], 5).risk() == 0.0
    assert not ExactOutlook(1, [], 5).exceeds(0.001)
