"""How long callers will wait: each estimator by hand, and all of them against chance."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.core import events
from ccengine.core.ids import CallId
from ccengine.core.plan import Share
from ccengine.core.queues import Limits, Overflow
from ccengine.core.waits import drained_seconds
from tests.core.builders import CLIENT, queue_named, queue_settings
from tests.core.random_line import RandomLine, Waited
from tests.core.stage import Stage, state_bytes
from tests.core.test_snapshots import through_the_journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.waits import LineHistory, WaitEstimate

BILLING = queue_named("billing")


def history(stage: Stage) -> LineHistory:
    return stage.center.snapshot().histories[BILLING]


def estimate(stage: Stage, call: str) -> WaitEstimate:
    found = stage.center.estimate(CallId(call), stage.now)
    assert found is not None
    return found


def serve(stage: Stage, call: str, ring: float, talk: float) -> None:
    """Have the call's offer ring, be answered and talked through, and the wrap-up pass."""
    stage.wait(ring)
    stage.accept(call)
    stage.bridge(call)
    stage.wait(talk)
    stage.hang_up(call)
    stage.wait(15)


def busy_stage(stage: Stage) -> Stage:
    """Anna has had a call of 5 + 80 + 15 s; c2 rings at her, c3 and c4 wait."""
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    serve(stage, "c1", ring=5, talk=80)
    for call in ("c2", "c3", "c4"):
        stage.queue(call, "billing")
        stage.wait(1)
    return stage


def test_nobody_was_answered_yet_so_nothing_is_known(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    assert stage.center.estimate(CallId("c1"), stage.now) is None
    assert stage.center.estimate_queue(BILLING, stage.now) is None
    assert stage.center.estimate(CallId("c9"), stage.now) is None


def test_a_free_agent_means_no_wait_but_for_the_phone(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    serve(stage, "c1", ring=5, talk=80)
    found = stage.center.estimate_queue(BILLING, stage.now)
    assert found is not None
    assert (found.low_seconds, found.likely_seconds, found.high_seconds) == (0.0, 5.0, 5.0)


def test_a_free_agent_whom_a_rule_keeps_from_the_queue_ends_no_wait(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    serve(stage, "c1", ring=5, talk=80)
    stage.house = {"shares": {CLIENT: Share(ceiling=1)}}
    stage.plan()
    stage.queue("c2", "billing")
    found = stage.center.estimate_queue(BILLING, stage.now)
    assert found is not None
    assert found.likely_seconds > 5.0


def test_each_estimator_by_hand(stage: Stage) -> None:
    busy_stage(stage)
    guess = estimate(stage, "c4").guess
    # Only c3 is ahead of c4: c2 rings. The one agent needs 100 s a call, and 5 s to answer.
    assert guess.length == 5 + 2 * 100
    assert guess.last == 5  # as c1 waited
    assert guess.head == 3  # as c2 has waited so far
    first = estimate(stage, "c3").guess  # half of the line was there before
    assert (first.length, first.last, first.head) == (5 + 100, 2.5, 1.5)
    assert estimate(stage, "c2").likely_seconds == 5  # it rings
    assert guess.mixed is not None
    assert min(guess.head, guess.length) < guess.mixed < guess.length


@pytest.mark.parametrize(("priority", "ahead"), [(None, 2), (-1, 2), (5, 0)])
def test_a_guess_at_the_entry_is_of_the_place_that_the_caller_gets(
    stage: Stage, priority: int | None, ahead: int
) -> None:
    busy_stage(stage)
    stage.queue("c5", "billing", priority)
    guess = stage.center.calls[CallId("c5")].guess
    assert guess is not None
    assert guess.length == 5 + (ahead + 1) * 100


def test_offers_in_vain_cost_agents_time(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.wait(20)  # not answered
    stage.ready("anna")
    serve(stage, "c1", ring=0, talk=65)
    cycle = history(stage).cycle_seconds()
    assert cycle == pytest.approx(100, rel=0.01)  # 20 in vain, 65 of talk, 15 of wrap-up


def test_who_leaves_makes_the_line_shorter(stage: Stage) -> None:
    busy_stage(stage)
    stage.wait(100)
    stage.hang_up("c4")
    stage.queue("c5", "billing")
    before = estimate(stage, "c5").guess.length
    stage.hang_up("c3")
    after = estimate(stage, "c5").guess.length
    assert before is not None
    assert after is not None
    assert after < before
    assert history(stage).left > 1.9
    assert isclose(history(stage).leaving_rate(), 2 / (5 + 20 + 101 + 102), rel_tol=0.2)


def test_who_is_sent_elsewhere_has_left_the_line_too(stage: Stage) -> None:
    limits = Limits(wait_seconds=30.0, overflow=Overflow(queue=queue_named("other")))
    stage.staff(anna="billing:4")
    stage.queues["billing"] = queue_settings("billing:1")
    stage.queues["other"] = queue_settings("other:1")
    stage.queues["billing"] = replace(stage.queues["billing"], limits=limits)
    stage.plan()
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.wait(31)
    assert stage.center.calls[CallId("c1")].queue == queue_named("other")
    assert history(stage).left == 1
    assert history(stage).waited_seconds == 30


@given(
    freed=st.floats(0.001, 10),
    leaving=st.one_of(st.just(0.0), st.floats(1e-6, 0.1)),
    ahead=st.integers(0, 300),
)
def test_the_sum_over_the_line_is_found_without_adding_up(
    freed: float, leaving: float, ahead: int
) -> None:
    exact = sum(1 / (freed + place * leaving) for place in range(ahead + 1))
    assert isclose(drained_seconds(freed, leaving, ahead), exact, rel_tol=0.001)


def test_a_restored_center_says_the_same(stage: Stage) -> None:
    busy_stage(stage)
    again = through_the_journal(stage.center)
    assert again.estimate(CallId("c4"), stage.now) == estimate(stage, "c4")


def test_asking_changes_nothing(stage: Stage) -> None:
    busy_stage(stage)
    before = state_bytes(stage.center)
    estimate(stage, "c4")
    stage.center.estimate_queue(BILLING, stage.now)
    stage.center.estimate_queue(queue_named("none"), stage.now)
    assert state_bytes(stage.center) == before


def test_a_promise_is_kept_with_the_call_until_it_is_answered(stage: Stage) -> None:
    busy_stage(stage)
    promised = events.WaitPromised(call=CallId("c2"), low_seconds=10.0, high_seconds=30.0)
    assert stage.post(promised) == []
    call = stage.center.calls[CallId("c2")]
    assert call.promised_until == stage.now + 30
    stage.accept("c2")
    assert call.promised_until is None
    stage.post(promised)  # the caller was told as the agent answered: no harm
    assert call.promised_until is None


def test_a_promise_is_over_when_the_caller_is_sent_elsewhere(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    limits = Limits(wait_seconds=30.0, overflow=Overflow(voicemail=True))
    stage.queues["billing"] = replace(queue_settings("billing:1"), limits=limits)
    stage.plan()
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.post(events.WaitPromised(call=CallId("c1"), low_seconds=1.0, high_seconds=60.0))
    stage.wait(31)
    assert stage.call_state("c1") == "in_flow"
    assert stage.center.calls[CallId("c1")].promised_until is None


def test_nobody_can_be_promised_anything_before_they_came(stage: Stage) -> None:
    stage.post(events.WaitPromised(call=CallId("c9"), low_seconds=1.0, high_seconds=2.0))
    assert stage.center.ignored == 1


def error(waited: list[Waited], says: Callable[[Waited], float | None]) -> float:
    """Return the root of the mean squared error of what was said."""
    squares = [(said - one.seconds) ** 2 for one in waited if (said := says(one)) is not None]
    return sqrt(sum(squares) / len(squares))


@pytest.mark.parametrize(
    ("agents", "load", "patience", "slower_by"),
    [(5, 0.95, None, 1.0), (20, 1.2, 200.0, 1.0), (50, 1.1, 300.0, 1.0), (20, 0.9, 200.0, 1.5)],
    ids=["5 agents", "20 agents, overload", "50 agents, overload", "20 agents, calls get longer"],
)
def test_the_mixture_is_as_good_as_the_best_estimator(
    agents: int, load: float, patience: float | None, slower_by: float
) -> None:
    line = RandomLine(agents, load, patience, seed=1)
    line.run(5_000, slower_by=slower_by)
    waited = line.waited[len(line.waited) // 10 :]  # it learns from the first
    singles = {
        "last": error(waited, lambda one: one.guess.last),
        "head": error(waited, lambda one: one.guess.head),
        "length": error(waited, lambda one: one.guess.length),
    }
    mixed = error(waited, lambda one: one.guess.mixed)
    naive = error(waited, lambda one: one.app_queue)
    story = f"{singles}, mixed {mixed:.1f}, app_queue {naive:.1f}, of {len(waited)} callers"
    assert mixed <= 1.06 * min(singles.values()), story
    assert mixed < 0.85 * naive, story
    below = sum(one.seconds < one.estimate.low_seconds for one in waited) / len(waited)
    above = sum(one.seconds > one.estimate.high_seconds for one in waited) / len(waited)
    assert 0.15 < below < 0.27, (below, above)
    assert 0.15 < above < 0.27, (below, above)
