"""Whatever the far end does, the gate's bound holds."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.laws import PacingTerms, law_of, limit_of
from ccengine.core.dialer.pacing.budgets import LEAK, Limit, Tuning, Window
from ccengine.core.dialer.pacing.gated import Gated
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import AbandonLimit, Denominator, WindowKind
from tests.core.dialer.far_end import FarEnd
from tests.sizes import by_size

MOODS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.02, 0.2, 1.0]), st.integers(min_value=1, max_value=120)),
    min_size=1,
    max_size=8,
)


def law(share: float, *, strict: bool, agents: int) -> LookAhead:
    limit = Limit(share, strict=strict)
    return LookAhead(LookAheadSettings(limits=(limit,), even_half_hours=False), agents)


@given(
    moods=MOODS,
    agents=st.integers(min_value=1, max_value=24),
    share=st.sampled_from([0.01, 0.03, 0.05, 0.3]),
    room=st.integers(0, 3),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=by_size(small=15, full=400), deadline=None)
def test_abandoned_calls_stay_within_the_share_and_what_was_in_the_air_as_the_gate_closed(
    moods: list[tuple[float, int]], agents: int, share: float, room: int, seed: int
) -> None:
    paced = law(share, strict=True, agents=agents)
    live = 1000
    abandoned = int(share * live) - room
    floor = FarEnd(paced, agents, Random(seed), live=live, abandoned=abandoned)
    paced.open_window(0, live, abandoned)
    in_the_air, was_open = 0, False
    for answering, seconds in moods:
        for _ in range(seconds):
            before = floor.in_the_air
            floor.live_second(answering)
            is_open = not paced.is_closed(floor.now_s)
            if was_open and not is_open:
                in_the_air = before
            was_open = is_open
            allowed = share * floor.live + (0 if is_open else in_the_air)
            assert floor.abandoned <= allowed + 1e-9


@given(moods=MOODS, agents=st.integers(min_value=1, max_value=24), seed=st.integers(0, 2**32))
@settings(max_examples=by_size(small=8, full=200), deadline=None)
def test_a_closed_gate_means_no_more_calls_than_idle_agents(
    moods: list[tuple[float, int]], agents: int, seed: int
) -> None:
    paced = law(0.01, strict=True, agents=agents)
    floor = FarEnd(paced, agents, Random(seed))
    for answering, seconds in moods:
        for _ in range(seconds):
            floor.live_second(answering)
            if paced.is_closed(floor.now_s):
                situation = floor.situation()
                covered = max(0, situation.idle - situation.waiting - len(situation.ringing))
                assert paced.decide(situation).calls <= covered


@pytest.mark.parametrize("seed", range(by_size(small=2, full=40)))
def test_grace_is_given_back_before_the_window_ends(seed: int) -> None:
    """Given a window of an hour, when it ends, then the share is kept."""
    settings_ = LookAheadSettings(limits=(Limit(0.03),), ends_s=3600.0)
    paced = LookAhead(settings_, 6)
    floor = FarEnd(paced, 6, Random(seed))
    for _ in range(3600):
        floor.live_second(0.02)
    assert floor.live > 100
    assert floor.abandoned <= 0.03 * floor.live


HOUR_S = 3600.0
SHARE = 0.03
BIG_TEAM = 20


def overdrawn(
    mode: Mode,
    window: Window,
    *,
    work: float | None,
    ends: float | None,
    agents: int = BIG_TEAM,
) -> bool:
    """Whether the gate is closed a minute before an hour of work ends, as one more is too many."""
    terms = PacingTerms(mode=mode, ratio=3.0, limits=(Limit(SHARE, window),), agents=agents)
    paced = law_of(terms)
    assert isinstance(paced, LookAhead | Gated)
    floor = FarEnd(paced, agents, Random(1), work_ends_s=work)
    for now_s in range(0, 59 * 60, 10):
        paced.call_answered(now_s, 5.0, None)
    floor.now_s = 59 * 60
    paced.open_window(0, 700, 21, ends)
    paced.decide(floor.situation())
    return paced.is_closed(floor.now_s)


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.POWER])
@pytest.mark.parametrize("window", [Window.DAY, Window.THIRTY_DAYS])
def test_the_plan_ends_with_the_days_work_and_not_at_midnight(mode: Mode, window: Window) -> None:
    """Answers that nobody will be there to take pay nothing back."""
    assert overdrawn(mode, window, work=HOUR_S, ends=15 * HOUR_S)
    assert not overdrawn(mode, window, work=8 * HOUR_S, ends=15 * HOUR_S)


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.POWER])
def test_without_hours_nothing_is_lent_to_a_day(mode: Mode) -> None:
    """Given a campaign at any hour, nobody knows when the day's last answer comes."""
    assert overdrawn(mode, Window.DAY, work=None, ends=15 * HOUR_S)
    assert overdrawn(mode, Window.DAY, work=None, ends=None)
    assert overdrawn(mode, Window.DAY, work=900 * HOUR_S, ends=15 * HOUR_S)
    assert not overdrawn(mode, Window.THIRTY_DAYS, work=None, ends=15 * HOUR_S)


def test_a_small_team_is_lent_nothing_for_a_day() -> None:
    lent = {"work": 8 * HOUR_S, "ends": 15 * HOUR_S}
    assert overdrawn(Mode.PREDICTIVE, Window.DAY, agents=14, **lent)
    assert not overdrawn(Mode.PREDICTIVE, Window.THIRTY_DAYS, agents=14, **lent)


RULES = st.builds(
    AbandonLimit,
    percent=st.sampled_from([1.0, 3.0, 5.0]),
    of=st.sampled_from(Denominator),
    window=st.sampled_from(WindowKind),
)


@given(
    moods=MOODS,
    agents=st.sampled_from([1, 5, 14, 20]),
    rule=RULES,
    mode=st.sampled_from([Mode.PREDICTIVE, Mode.POWER]),
    work_s=st.sampled_from([None, 300.0, 8 * HOUR_S]),
    room=st.integers(0, 3),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=by_size(small=20, full=400), deadline=None)
def test_the_bound_holds_by_the_limits_that_campaigns_get(
    moods: list[tuple[float, int]],
    agents: int,
    rule: AbandonLimit,
    mode: Mode,
    work_s: float | None,
    room: int,
    seed: int,
) -> None:
    """A small team's day never lends; else what answers of the day's rest pay for comes on top."""
    limit = limit_of(rule)
    terms = PacingTerms(mode=mode, ratio=3.0, limits=(limit,), agents=agents)
    paced = law_of(terms)
    assert isinstance(paced, LookAhead | Gated)
    live = 1000
    abandoned = int(limit.share * live) - room
    floor = FarEnd(paced, agents, Random(seed), live=live, abandoned=abandoned, work_ends_s=work_s)
    paced.open_window(0, live, abandoned, 15 * HOUR_S)
    never_lends = rule.window is WindowKind.DAY and (agents < 15 or work_s is None)
    in_the_air = most_in_the_air = 0
    was_open = False
    for answering, seconds in moods:
        for _ in range(seconds):
            before = floor.in_the_air
            most_in_the_air = max(most_in_the_air, before)
            floor.live_second(answering)
            is_open = not paced.is_closed(floor.now_s)
            if was_open and not is_open:
                in_the_air = before
            was_open = is_open
            allowed = limit.share * floor.live + (0 if is_open else in_the_air)
            if not never_lends:
                lent = Tuning().grace * max(1.0, sqrt((floor.live - live) / 30))
                allowed = limit.share * floor.live + lent + LEAK + most_in_the_air
            assert floor.abandoned <= allowed + 1e-9
