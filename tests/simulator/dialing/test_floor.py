"""A campaign's day: worked out by hand where that is possible, and conserved where it is not."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.config.campaigns import Detection
from ccengine.core.dialer.laws import PACED, PacingTerms, law_of
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.simulator.dialing.floor import Floor, Pause, Site
from tests.simulator.dialing.campaigns import CLOCKWORK, LIVELY, chance, exactly

if TYPE_CHECKING:
    from ccengine.core.dialer.purposes import Mode
    from ccengine.simulator.dialing.scenario import CampaignScenario

PROGRESSIVE = FixedRatio()


class Told(FixedRatio):
    """A law that writes down what it is told."""

    def __init__(self, ratio: float = 1.0) -> None:
        super().__init__(ratio)
        self.answered = self.unanswered = self.abandoned = self.machines = 0

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:  # noqa: ARG002
        self.answered += 1

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:  # noqa: ARG002
        self.unanswered += 1

    def call_abandoned(self, now_s: float) -> None:  # noqa: ARG002
        self.abandoned += 1

    def machine_heard(self, now_s: float) -> None:  # noqa: ARG002
        self.machines += 1


def test_an_agent_whom_everybody_answers() -> None:
    """5 s until the answer, 60 s of talk, 10 s of wrap-up: 48 rounds of 75 s in an hour."""
    day = Floor(Site(1, 1.0), chance(CLOCKWORK), PROGRESSIVE).live_day()
    assert (day.placed, day.live, day.connected, day.abandoned) == (48, 48, 48, 0)
    assert day.talk_s == pytest.approx(48 * 60)
    assert day.wrap_up_s == pytest.approx(48 * 10)
    assert day.idle_s == pytest.approx(48 * 5)
    assert day.wait_s() == pytest.approx(5)
    assert day.utilisation() == pytest.approx(70 / 75)


def test_two_calls_for_one_agent_abandon_the_other() -> None:
    """Both are answered at once: one talks, the other waits for two seconds."""
    day = Floor(Site(1, 1.0), chance(CLOCKWORK), FixedRatio(2.0)).live_day()
    assert (day.live, day.abandoned) == (96, 48)
    assert day.worst() == day.share() == 0.5


def test_who_answers_within_two_seconds_of_an_agents_freedom_is_not_abandoned() -> None:
    """Given wrap-ups and talks so short that the agent is back before patience ends."""
    brief = replace(CLOCKWORK, talk=exactly(1), wrap_up=exactly(0.5))
    day = Floor(Site(1, 0.5), chance(brief), FixedRatio(2.0)).live_day()
    assert day.abandoned == 0
    assert day.connected == day.live > 100


@pytest.mark.parametrize("seed", range(3))
def test_progressive_dialing_abandons_nobody(seed: int) -> None:
    """As long as no idle agent is taken away: no callers beside, no planned pauses."""
    alone = replace(LIVELY, callers_per_hour=0.0, pauses=())
    day = Floor(Site(4, 2.0), chance(alone, seed), PROGRESSIVE).live_day()
    assert day.abandoned == 0
    assert day.live > 50


def test_a_planned_pause_takes_agents_when_their_calls_are_over() -> None:
    """Given a pause at 10 s of all, then the call that began at 5 s goes on until 75 s."""
    site = Site(1, 0.5, pauses=(Pause(10.0, 600.0, 1.0),))
    day = Floor(site, chance(CLOCKWORK), PROGRESSIVE).live_day()
    assert day.pause_s == pytest.approx(610 - 75)
    assert day.staffed_s + day.pause_s == pytest.approx(1800)


def test_a_pause_that_is_over_before_the_call_is_none() -> None:
    """Nor does the agent leave after it, or come back twice."""
    site = Site(1, 0.5, pauses=(Pause(10.0, 20.0, 1.0),))
    floor = Floor(site, chance(CLOCKWORK), PROGRESSIVE)
    day = floor.live_day()
    assert day.pause_s == 0
    assert floor.staffed == 1
    assert day.connected == 24


def test_callers_come_first_and_nothing_is_dialed_while_one_waits() -> None:
    """Given more callers than the agent can serve, then the campaign rests."""
    scenario = replace(
        CLOCKWORK, callers_per_hour=600.0, caller_talk=exactly(60), caller_patience=exactly(3000)
    )
    day = Floor(Site(1, 0.5), chance(scenario), FixedRatio()).live_day()
    assert day.placed <= 2
    assert day.callers_left > 200
    assert day.callers == day.callers_lost + day.callers_left + day.connected - day.outcomes.get(
        AttemptOutcome.ANSWERED, 0
    )


def test_callers_hang_up_when_their_patience_ends() -> None:
    scenario = replace(
        CLOCKWORK, callers_per_hour=600.0, caller_talk=exactly(600), caller_patience=exactly(1)
    )
    day = Floor(Site(1, 0.5), chance(scenario), FixedRatio()).live_day()
    assert day.callers_left <= 2
    assert day.callers_lost > 200


@pytest.mark.parametrize("machines", Detection)
def test_a_machine_is_no_live_answer(machines: Detection) -> None:
    """Given machines only: agents hear them, or a detector does; the law is told either way."""
    scenario = replace(CLOCKWORK, answer_percent=0.0, machine_percent=100.0)
    law = Told()
    day = Floor(Site(2, 0.5), chance(scenario, machines=machines), law).live_day()
    assert day.live == day.abandoned == law.abandoned == 0
    assert day.outcomes[AttemptOutcome.MACHINE] > 50
    if machines is Detection.BEFORE:
        assert (law.answered, law.unanswered) == (0, day.outcomes[AttemptOutcome.MACHINE])
        assert day.talk_s == 0
    else:
        assert (law.answered, law.unanswered) == (day.outcomes[AttemptOutcome.MACHINE], 0)
        assert day.outcomes[AttemptOutcome.MACHINE] - law.machines in range(3)
        assert day.talk_s > 0


def test_a_machine_that_no_agent_heard_counts_as_an_abandoned_answer() -> None:
    """For nobody knows what it was."""
    scenario = replace(CLOCKWORK, answer_percent=0.0, machine_percent=100.0)
    day = Floor(Site(1, 0.5), chance(scenario), FixedRatio(2.0)).live_day()
    assert day.abandoned == day.live > 10


SCENARIOS = st.builds(
    lambda answers, machines, busy, callers, pause: replace(
        LIVELY,
        answer_percent=answers,
        machine_percent=(100 - answers) * machines,
        busy_percent=(100 - answers) * (1 - machines) * busy,
        failed_percent=0.0,
        callers_per_hour=callers,
        pause_percent=pause,
    ),
    st.floats(0, 100), st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.0, 20.0, 200.0]),
    st.floats(0, 100),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    scenario=SCENARIOS,
    agents=st.integers(1, 5),
    mode=st.sampled_from(PACED),
    seed=st.integers(0, 10**6),
    machines=st.sampled_from(Detection),
)
def test_nothing_is_lost(
    scenario: CampaignScenario, agents: int, mode: Mode, seed: int, machines: Detection
) -> None:
    """Every call ends in exactly one way, and agents' time adds up."""
    law = law_of(PacingTerms(mode=mode, ratio=2.0, limits=(Limit(0.03),), agents=agents))
    site = Site(agents, 0.2, pauses=(Pause(300.0, 180.0, 0.5),))
    day = Floor(site, chance(scenario, seed, machines), law).live_day()
    assert sum(day.outcomes.values()) + day.left_in_the_air == day.placed
    assert day.staffed_s + day.pause_s == pytest.approx(agents * 720)
    assert min(day.talk_s, day.wrap_up_s, day.idle_s, day.pause_s) >= 0
    assert sum(half.staffed_s for half in day.half_hours) == pytest.approx(day.staffed_s)
    assert sum(half.busy_s for half in day.half_hours) == pytest.approx(day.talk_s + day.wrap_up_s)
    assert sum(half.live for half in day.half_hours) == day.live
    assert sum(half.abandoned for half in day.half_hours) == day.abandoned
    ended = day.outcomes[AttemptOutcome.ANSWERED] + day.abandoned
    assert ended <= day.live <= ended + day.left_in_the_air
    answered = day.outcomes[AttemptOutcome.ANSWERED] + day.outcomes[AttemptOutcome.MACHINE]
    if machines is not Detection.BEFORE:
        served = day.callers - day.callers_lost - day.callers_left
        assert day.connected == answered + served


def test_laws_meet_the_same_chance() -> None:
    """What one kind draws does not move another's: the talks are those of the seed."""
    first, second = chance(LIVELY), chance(LIVELY)
    for _ in range(Random(1).randrange(5, 50)):
        first.call(0.0, None)
        first.pause_s()
    talks = [[one.wrap_up_s(), *next(one.callers())] for one in (first, second)]
    assert talks[0] == talks[1]
