"""Abandoned calls, as each rule counts them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.rules import (
    AbandonLimit,
    Denominator,
    Result,
    RingFloor,
    WindowKind,
    abandon_limits,
    ring_floor_seconds,
)
from ccengine.core.dialer.windows import (
    Outcome,
    Tally,
    abandoned_percent,
    is_over,
    tally,
    window_since,
)
from ccengine.core.periods import Period
from tests.core.dialer.cases import DAY, NOON, rule

US = AbandonLimit(percent=3, of=Denominator.LIVE_ANSWERS, window=WindowKind.THIRTY_DAYS)
ITALY = AbandonLimit(percent=3, of=Denominator.CONNECTED, window=WindowKind.CAMPAIGN)
CANADA = AbandonLimit(percent=5, of=Denominator.PLACED, window=WindowKind.MONTH)
COUNT = Tally(placed=1_000, connected=97, abandoned=3, machines=200)


@pytest.mark.parametrize(("limit", "percent"), [(US, 3.0), (ITALY, 300 / 97), (CANADA, 0.3)])
def test_the_same_calls_by_three_rules(limit: AbandonLimit, percent: float) -> None:
    assert abandoned_percent(limit, COUNT) == pytest.approx(percent)


@pytest.mark.parametrize(
    ("of", "percent"),
    [
        (Denominator.LIVE_ANSWERS, 2.8),
        (Denominator.TO_AGENTS, 28 / 9),
        (Denominator.CONNECTED, 2800 / 872),
    ],
)
def test_who_hung_up_before_anything_was_said_spoke_with_no_agent(
    of: Denominator, percent: float
) -> None:
    limit = AbandonLimit(percent=3, of=of, window=WindowKind.DAY)
    count = Tally(placed=2_000, connected=872, cut_off=100, abandoned=28)
    assert abandoned_percent(limit, count) == pytest.approx(percent)
    assert is_over(limit, count) == (of is not Denominator.LIVE_ANSWERS)


def test_a_machine_that_an_agent_heard_is_no_error_of_a_detector() -> None:
    count = Tally().plus(Result.MACHINE).plus(Result.MACHINE, was_heard=True)
    assert (count.placed, count.machines, count.detector_errors(0.5)) == (2, 1, 0.5)


def test_exactly_the_limit_is_not_over_it() -> None:
    assert not is_over(US, COUNT)
    assert is_over(ITALY, COUNT)
    assert is_over(US, Tally(placed=9, connected=9, abandoned=1))


def test_people_taken_for_machines_count_as_abandoned() -> None:
    """Of 200 machines an audit found one in a hundred to be a person: two more abandoned."""
    assert abandoned_percent(US, COUNT, error_share=0.01) == pytest.approx(100 * 5 / 102)
    leave_out = AbandonLimit(percent=3, window=WindowKind.DAY, detector_errors=False)
    assert abandoned_percent(leave_out, COUNT, error_share=0.01) == pytest.approx(3.0)


def test_a_window_has_its_own_calls_of_its_own_seller() -> None:
    calls = [
        Outcome(at=NOON + hours, campaign="spring", seller=seller, result=result)
        for hours, seller, result in (
            (-1, "a", Result.ABANDONED),
            (0, "a", Result.ABANDONED),
            (1, "a", Result.REFUSED),
            (2, "b", Result.ABANDONED),
            (3, "a", Result.MACHINE),
            (4, "a", Result.NO_ANSWER),
            (5, "a", Result.CUT_OFF),
            (6, "a", Result.ABANDONED),
        )
    ]
    found = tally(calls, Period(NOON, NOON + 6), seller="a")
    assert found == Tally(placed=5, connected=1, cut_off=1, abandoned=1, machines=1)
    assert tally(calls, Period(NOON, NOON + 6)).abandoned == 2


@pytest.mark.parametrize(("days", "first"), [(0.0, 0.0), (29.99, 0.0), (30.0, 30.0), (75.0, 60.0)])
def test_thirty_days_follow_on_thirty_days(days: float, first: float) -> None:
    window = window_since(WindowKind.THIRTY_DAYS, NOON, NOON + days * DAY)
    assert window == Period(NOON + first * DAY, NOON + (first + 30) * DAY)
    assert window_since(WindowKind.CAMPAIGN, NOON, NOON + days * DAY) == Period(NOON, None)
    assert window_since(WindowKind.MONTH, NOON, NOON) is None


def test_all_limits_hold_and_no_ring_is_shorter_than_the_floor() -> None:
    rules = (rule(CANADA, "CA.abandoned"), rule(US, "US.abandoned"), rule(RingFloor(seconds=9.0)))
    assert [name for name, _ in abandon_limits(rules)] == ["US.abandoned", "CA.abandoned"]
    assert ring_floor_seconds(rules) == 15.0
    assert ring_floor_seconds((rule(RingFloor(seconds=20.0)),)) == 20.0


LIMITS = st.builds(
    AbandonLimit,
    percent=st.sampled_from([0.5, 1.0, 3.0, 5.0]),
    of=st.sampled_from(Denominator),
    window=st.just(WindowKind.DAY),
)
TALLIES = st.builds(
    lambda connected, cut_off, abandoned, machines, rest: Tally(
        placed=connected + cut_off + abandoned + machines + rest,
        connected=connected,
        cut_off=cut_off,
        abandoned=abandoned,
        machines=machines,
    ),
    *(
        st.integers(0, 3_000),
        st.integers(0, 50),
        st.integers(0, 100),
        st.integers(0, 500),
        st.integers(0, 5_000),
    ),
)
ERRORS = st.sampled_from([0.0, 0.005, 0.05])


@settings(deadline=None)
@given(LIMITS, TALLIES, ERRORS)
def test_an_abandoned_call_never_lowers_the_share_and_a_conversation_never_raises_it(
    limit: AbandonLimit, count: Tally, errors: float
) -> None:
    percent = abandoned_percent(limit, count, errors)
    assert 0.0 <= percent <= 100.0
    worse = Tally(
        placed=count.placed + 1,
        connected=count.connected,
        cut_off=count.cut_off,
        abandoned=count.abandoned + 1,
        machines=count.machines,
    )
    better = Tally(
        placed=count.placed + 1,
        connected=count.connected + 1,
        cut_off=count.cut_off,
        abandoned=count.abandoned,
        machines=count.machines,
    )
    assert abandoned_percent(limit, worse, errors) >= percent - 1e-9
    assert abandoned_percent(limit, better, errors) <= percent + 1e-9
