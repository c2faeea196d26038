"""What the look-ahead law learns, and that it keeps it."""

from __future__ import annotations

import dataclasses
import json
from random import Random

import pytest

from ccengine.core.dialer.pacing.answer_rate import AnswerRate
from ccengine.core.dialer.pacing.budgets import Budget, Limit
from ccengine.core.dialer.pacing.durations import Durations, lognormal_cells
from ccengine.core.dialer.pacing.free_times import FreeTimes
from ccengine.core.dialer.pacing.half_hours import LEAST_RISK, HalfHours, most_times
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.pacing.policies import POLICIES, policy
from ccengine.core.dialer.pacing.ring_times import RingTimes
from ccengine.core.dialer.pacing.scores import ScoreWeights
from ccengine.core.dialer.pacing.situation import Ringing, Situation
from tests.core.dialer.far_end import FarEnd


def settled(rate: AnswerRate, chance: float, calls: int, random: Random, start_s: float) -> float:
    now_s = start_s
    for _ in range(calls):
        now_s += 1.0
        rate.resolved(now_s, 1.0, answered=random.random() < chance)
        rate.look(0.0)
    return now_s


def test_the_answer_rate_is_found() -> None:
    rate = AnswerRate()
    settled(rate, 0.2, 500, Random(1), 0.0)
    assert rate.chance == pytest.approx(0.2, abs=0.07)


def test_calls_that_have_just_been_placed_do_not_lower_the_rate() -> None:
    """Given many fresh calls, their exposure is next to nothing, and so is their weight."""
    rate = AnswerRate()
    settled(rate, 0.3, 500, Random(1), 0.0)
    before = rate.chance
    assert rate.look(100 * RingTimes().heard(0.5)) == pytest.approx(before, rel=0.01)
    assert rate.look(100.0) < 0.8 * before


def test_a_jump_upwards_is_seen_within_a_minute() -> None:
    rate, random = AnswerRate(), Random(2)
    now_s = settled(rate, 0.1, 400, random, 0.0)
    settled(rate, 0.8, 40, random, now_s)
    assert rate.chance > 0.5


def test_a_fall_is_waited_out() -> None:
    rate, random = AnswerRate(), Random(3)
    now_s = settled(rate, 0.6, 400, random, 0.0)
    settled(rate, 0.1, 20, random, now_s)
    assert rate.chance > 0.4


def test_who_still_rings_after_failures_is_likelier_to_answer() -> None:
    ring_times = RingTimes()
    before = ring_times.chances(4.0, 0.3)[-1]
    for _ in range(200):
        ring_times.unanswered(2.0)
        ring_times.unanswered(22.0)
    ring_times.rebuild()
    assert ring_times.chances(4.0, 0.3)[-1] > 1.3 * before


def test_durations_are_learned_and_survive_as_cells() -> None:
    durations = Durations(lognormal_cells(30.0, 0.5, 100, 1.0))
    for _ in range(1000):
        durations.add(50.5)
    survival = durations.survival()
    assert survival[0] == 1.0
    assert survival[50] > 0.95
    assert survival[51] < 0.05
    other = Durations(lognormal_cells(30.0, 0.5, 100, 1.0))
    other.restore(durations.saved())
    assert other.survival() == pytest.approx(survival, abs=1e-4)


def test_an_agent_in_long_wrap_up_is_sooner_free_than_one_in_talk() -> None:
    free_times = FreeTimes()
    free_times.rebuild([3.0, 10.0])
    rows = list(free_times.rows(100.0, [95.0], [70.0]))
    (talking, _), (wrapping, _) = rows
    assert wrapping[0] > talking[0]
    assert wrapping[1] > wrapping[0]


def test_a_score_that_says_nothing_is_found_out() -> None:
    """Given scores without any relation to answers, all weigh about the same in the end."""
    weights, random = ScoreWeights(), Random(4)
    for _ in range(6000):
        score = random.choice([0.1, 0.6])
        weights.resolved(score, 0.3, answered=random.random() < 0.3)
    assert weights.weight(0.1) == pytest.approx(weights.weight(0.6), rel=0.25)


def test_a_good_score_is_believed_from_the_start() -> None:
    assert ScoreWeights().weight(0.6) > 3 * ScoreWeights().weight(0.1)
    assert ScoreWeights().weight(None) == 1.0


def test_a_half_hour_has_its_own_measure() -> None:
    half_hours = HalfHours(0.01, 5)
    for second in range(600):
        half_hours.answered(float(second * 3))
    assert half_hours.left(1799.0, 5) == pytest.approx(most_times(5) * 6, rel=0.05)
    half_hours.lost(1799.0)
    assert half_hours.left(1799.0, 5) == pytest.approx(most_times(5) * 6 - 1, rel=0.05)
    after_s = half_hours.left(1801.0, 5)
    assert after_s > half_hours.left(1799.0, 5)  # the one that was lost is another half hour's


def half_hour(live: int, lost: int, now_s: float) -> HalfHours:
    """A half hour at 0.01 that has had so many answers, evenly until now."""
    half_hours = HalfHours(0.01, 100)
    for number in range(live):
        half_hours.answered(now_s * (number + 1) / live)
    for _ in range(lost):
        half_hours.lost(now_s)
    return half_hours


def test_a_half_hour_that_goes_well_leaves_the_risk_alone() -> None:
    assert half_hour(600, 4, 900.0).risk_within(0.02, 900.0, 100) == 0.02


def test_a_half_hour_is_slowed_down_before_its_gate_falls_shut() -> None:
    """Given abandoned calls that come too fast, then the more of them, the less risk."""
    risks = [half_hour(600, lost, 900.0).risk_within(0.02, 900.0, 100) for lost in (8, 10, 11)]
    assert risks == sorted(risks, reverse=True)
    assert 0.02 > risks[0] > risks[-1] > LEAST_RISK


@pytest.mark.parametrize("lost", [13, 17])
def test_behind_a_closed_gate_a_trace_of_risk_is_left_within_the_budget(lost: int) -> None:
    """Given less than one more abandoned call for the half hour, or none."""
    closed = half_hour(600, lost, 900.0)
    assert closed.risk_within(0.02, 900.0, 100) == LEAST_RISK
    assert closed.risk_within(0.0, 900.0, 100) == 0.0


def test_the_smallest_risk_of_all_limits_counts() -> None:
    """Given one limit that is spent, another with plenty left changes nothing."""
    spent, rich = Budget(Limit(0.03, strict=True), 10), Budget(Limit(0.03, strict=True), 10)
    spent.open_window(100, 3, None)
    rich.open_window(10_000, 3, None)
    assert spent.theta(0.0) == 0.0
    assert rich.theta(0.0) > 0.0
    limits = (Limit(0.03, strict=True), Limit(0.03, strict=True))
    law = LookAhead(LookAheadSettings(limits=limits), 10)
    law.open_window(1, live=10_000, abandoned=3)
    assert law.is_closed(0.0)


def test_what_was_learned_survives_as_json() -> None:
    law = LookAhead(LookAheadSettings(), 8)
    floor = FarEnd(law, 8, Random(5))
    for _ in range(1200):
        floor.live_second(0.03)
    saved = json.loads(json.dumps(law.saved()))
    again = LookAhead(LookAheadSettings(), 8)
    again.restore(saved)
    assert again.saved() == law.saved()


def test_a_law_that_was_restored_does_not_ramp_up_again() -> None:
    law = LookAhead(LookAheadSettings(), 8)
    floor = FarEnd(law, 8, Random(5))
    for _ in range(1200):
        floor.live_second(0.03)
    again = LookAhead(LookAheadSettings(), 8)
    again.restore(law.saved())
    again.open_window(0, live=10_000, abandoned=3)
    situation = Situation(0.0, 1, 0, 8, 1000, [Ringing(-19.0)], [-300.0] * 7, [])
    assert again.decide(situation).calls > 0
    assert LookAhead(LookAheadSettings(), 8).decide(situation).calls == 0


def test_memory_of_another_kind_is_refused() -> None:
    with pytest.raises((KeyError, TypeError)):
        LookAhead(LookAheadSettings(), 8).restore({"ring_times": 3.0})


@pytest.mark.parametrize("name", POLICIES)
def test_each_law_calls_for_idle_agents_and_within_its_trunks(name: str) -> None:
    law = policy(name, 0.03, 10)
    assert 4 <= law.decide(Situation(0.0, 4, 0, 10, 1000, [], [0.0] * 6, [])).calls <= 12
    assert law.decide(Situation(1.0, 4, 0, 10, 2, [], [0.0] * 6, [])).calls <= 2


@pytest.mark.parametrize("name", POLICIES)
def test_no_law_calls_for_nobody(name: str) -> None:
    assert policy(name, 0.03, 10).decide(Situation(0.0, 0, 0, 0, 1000, [], [], [])).calls == 0


def test_with_scores_the_likeliest_record_goes_to_an_idle_agent() -> None:
    law = policy("look-ahead", 0.03, 3)
    decision = law.decide(Situation(0.0, 1, 0, 3, 100, [], [0.0, 0.0], [], scores=[0.2, 0.7, 0.1]))
    assert decision.picks == (1,)


def test_no_record_is_taken_twice() -> None:
    law = policy("look-ahead", 0.03, 3)
    decision = law.decide(Situation(0.0, 3, 0, 3, 100, [], [], [], scores=[0.2, 0.7, 0.1]))
    assert sorted(decision.picks) == [0, 1, 2]


def test_a_call_in_the_air_covers_an_idle_agent_at_the_start() -> None:
    law = policy("look-ahead", 0.03, 3)
    situation = Situation(1.0, 3, 0, 3, 100, [Ringing(0.0), Ringing(0.0)], [], [])
    assert law.decide(situation).calls == 1


@pytest.mark.parametrize("name", POLICIES)
def test_with_its_memory_a_law_goes_on_to_the_last_bit(name: str) -> None:
    """Given a copy made in the middle of a day, both say the same from then on."""
    law = policy(name, 0.03, 8)
    floor = FarEnd(law, 8, Random(5))
    for _ in range(700):
        floor.live_second(0.03)
    again = policy(name, 0.03, 8)
    memory = {key: tuple(one) for key, one in json.loads(json.dumps(law.memory())).items()}
    again.recall(memory)
    assert again.memory() == law.memory()
    situation = Situation(701.0, 2, 0, 8, 1000, [Ringing(690.0)], [500.0] * 4, [690.0] * 2)
    for second in range(300):
        now = dataclasses.replace(situation, now_s=701.0 + second)
        assert again.decide(now) == law.decide(now)
        for one in (law, again):
            one.call_answered(701.0 + second, 8.0, None)
            one.talk_ended(30.0 + second)
            one.call_unanswered(701.0 + second, 20.0, None)
            if second % 20 == 0:
                one.call_abandoned(701.0 + second)
    assert again.memory() == law.memory()
