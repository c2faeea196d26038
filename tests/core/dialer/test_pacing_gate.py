"""Whatever the far end does, the gate's bound holds."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
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
