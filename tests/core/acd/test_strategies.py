"""Whom each strategy takes: worked examples, in the sense of app_queue where the name is its."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from ccengine.core.commands import OfferCall
from ccengine.core.ids import AgentId
from ccengine.core.queues import Member, QueueSettings, Strategy
from tests.core.builders import agent_settings, queue_named, queue_settings, skills
from tests.core.stage import Stage

NAMES = ("anna", "bob", "carl", "dora")


def staffed(strategy: Strategy, **rules: Any) -> Stage:
    """Return four agents for a queue, in the plan's order; dora has been idle for longest."""
    stage = Stage()
    queue = queue_settings("billing:1", ring=10, wrap_up=0)
    stage.queues = {"line": replace(queue, strategy=strategy, **rules)}
    stage.agents = {name: agent_settings("billing:4") for name in NAMES}
    stage.plan()
    for name in reversed(NAMES):
        stage.log_in(name)
        stage.wait(1)
    return stage


def members(**penalties: int) -> tuple[Member, ...]:
    return tuple(Member(agent=AgentId(name), penalty=one) for name, one in penalties.items())


def talks(stage: Stage, count: int, seconds: float = 5.0) -> list[str]:
    """Have calls come and end one after the other; return who had each."""
    had = []
    for number in range(count):
        call = f"t{len(stage.steps)}-{number}"
        had.append(stage.talk(call, "line"))
        stage.wait(seconds)
        stage.hang_up(call)
        stage.wait(1)
    return had


def rung(stage: Stage, count: int) -> list[str]:
    """Have calls come at once; return whose phones ring, in order."""
    commands = [one for number in range(count) for one in stage.queue(f"r{number}", "line")]
    return [command.agent for command in commands if isinstance(command, OfferCall)]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.LONGEST_IDLE, "dora carl bob anna dora carl"),
        (Strategy.ROUND_ROBIN, "anna bob carl dora anna bob"),
        (Strategy.LINEAR, "anna anna anna anna anna anna"),
        (Strategy.LEAST_RECENT, "anna bob carl dora anna bob"),
        (Strategy.FEWEST_CALLS, "anna bob carl dora anna bob"),
        (Strategy.LEAST_SKILLED, "dora carl bob anna dora carl"),
        (Strategy.BEST_MATCH, "dora carl bob anna dora carl"),
    ],
)
def test_one_call_after_the_other(strategy: Strategy, expected: str) -> None:
    assert talks(staffed(strategy), 6) == expected.split()


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.LONGEST_IDLE, "dora carl bob anna"),
        (Strategy.ROUND_ROBIN, "anna bob carl dora"),
        (Strategy.LINEAR, "anna bob carl dora"),
        (Strategy.RING_ALL, "dora carl bob anna"),
    ],
)
def test_calls_at_once(strategy: Strategy, expected: str) -> None:
    assert (
        rung(staffed(strategy), 4 if strategy is not Strategy.RING_ALL else 1) == expected.split()
    )


PENALTIES = {"anna": 1, "bob": 0, "carl": 1, "dora": 0}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.LONGEST_IDLE, "dora bob carl anna"),
        (Strategy.ROUND_ROBIN, "bob dora anna carl"),
        (Strategy.LINEAR, "bob dora anna carl"),
        (Strategy.LEAST_RECENT, "bob dora anna carl"),
        (Strategy.FEWEST_CALLS, "bob dora anna carl"),
    ],
)
def test_a_lower_penalty_comes_first_under_every_strategy(
    strategy: Strategy, expected: str
) -> None:
    stage = staffed(strategy, members=members(**PENALTIES))
    assert rung(stage, 4) == expected.split()


def test_under_random_too_a_lower_penalty_comes_first() -> None:
    had = rung(staffed(Strategy.RANDOM, members=members(**PENALTIES)), 4)
    assert set(had[:2]) == {"bob", "dora"}


def test_round_robin_remembers_whom_it_rang_not_who_answered() -> None:
    stage = staffed(Strategy.ROUND_ROBIN, misses=9)
    assert rung(stage, 1) == ["anna"]
    stage.decline("r0", reason="busy")  # the call goes on to the next
    stage.accept("r0", "bob")
    stage.hang_up("r0")
    assert talks(stage, 1) == ["carl"]


def test_round_robin_goes_on_after_whom_it_rang_for_callers_with_other_needs() -> None:
    stage = staffed(Strategy.ROUND_ROBIN)
    for name in ("anna", "carl"):
        stage.settle_plan(name, skills=skills("billing:4 german:3"))
    stage.plan()
    assert rung(stage, 2) == ["anna", "bob"]
    stage.hang_up("r0")
    stage.queue("german", "line", skills=skills("german:1"))
    assert stage.offers["german"][-1].agent == "carl"


def test_round_robin_follows_the_order_of_the_members() -> None:
    stage = staffed(Strategy.ROUND_ROBIN, members=members(carl=0, anna=0, dora=0))
    assert talks(stage, 4) == ["carl", "anna", "dora", "carl"]


def test_least_recent_counts_the_calls_of_this_queue_alone() -> None:
    stage = staffed(Strategy.LEAST_RECENT)
    stage.queues["other"] = queue_settings("billing:1", wrap_up=0)
    stage.plan()
    assert talks(stage, 4) == list(NAMES)
    stage.talk("other", "other")
    stage.wait(1)
    stage.hang_up("other")
    assert talks(stage, 1) == ["anna"]


def test_fewest_calls_evens_out() -> None:
    stage = staffed(Strategy.FEWEST_CALLS)
    assert talks(stage, 2) == ["anna", "bob"]
    for name in ("carl", "dora"):
        stage.not_ready(name)
    assert talks(stage, 2) == ["anna", "bob"]
    for name in ("carl", "dora"):
        stage.ready(name)
    assert talks(stage, 5) == ["carl", "dora", "carl", "dora", "anna"]
    counts = {agent.id: agent.served[queue_named("line")].calls for agent in stage.center.agents()}
    assert counts == {"anna": 3, "bob": 2, "carl": 2, "dora": 2}


def test_calls_are_counted_anew_from_the_log_in() -> None:
    stage = staffed(Strategy.FEWEST_CALLS)
    talks(stage, 4)
    stage.log_out("bob")
    stage.log_in("bob")
    assert talks(stage, 2) == ["bob", "anna"]


def test_best_match_adds_up_what_is_required_and_wanted() -> None:
    stage = staffed(Strategy.BEST_MATCH, preferred=skills("german:1"))
    has = {"anna": "billing:9", "bob": "billing:4 german:4", "carl": "billing:2 german:8"}
    for name, what in has.items():
        stage.settle_plan(name, skills=skills(what))
    stage.plan()
    assert rung(stage, 4) == ["carl", "anna", "bob", "dora"]


def test_least_skilled_leaves_the_experts_free() -> None:
    stage = staffed(Strategy.LEAST_SKILLED)
    has = {
        "anna": "billing:9",
        "bob": "billing:2 german:4",
        "carl": "billing:3",
        "dora": "german:9",
    }
    for name, what in has.items():
        stage.settle_plan(name, skills=skills(what))
    stage.plan()
    assert rung(stage, 3) == ["carl", "bob", "anna"]


def shares_of(strategy: Strategy, calls: int, **rules: Any) -> Counter[str]:
    stage = staffed(strategy, **rules)
    had: Counter[str] = Counter()
    for number in range(calls):
        stage.queue(f"c{number}", "line")
        had[stage.offers[f"c{number}"][-1].agent] += 1
        stage.hang_up(f"c{number}")
    return had


def test_random_takes_everybody_alike() -> None:
    had = shares_of(Strategy.RANDOM, 600)
    assert set(had) == set(NAMES)
    assert all(110 < count < 190 for count in had.values()), had  # 150, deviation 11


def test_weighted_random_draws_from_zero_to_a_thousand_times_penalty_plus_one() -> None:
    """With penalties 0 and 1: the first wins 3 of 4 draws, P(U1 < 2 U2) for U in (0, 1)."""
    had = shares_of(Strategy.WEIGHTED_RANDOM, 600, members=members(anna=0, bob=1))
    assert 405 < had["anna"] < 495, had  # 450, deviation 11


def test_chance_is_the_same_in_a_replay() -> None:
    assert shares_of(Strategy.RANDOM, 50) == shares_of(Strategy.RANDOM, 50)


def test_the_number_of_the_offer_changes_the_draw() -> None:
    stage = staffed(Strategy.RANDOM, misses=99)
    stage.queue("c1", "line")
    for _ in range(40):
        stage.wait(10)
    assert len({offer.agent for offer in stage.offers["c1"]}) == 4


@pytest.mark.parametrize("max_penalty", [0, 1])
def test_who_is_beyond_the_highest_penalty_is_not_asked_even_if_that_leaves_nobody(
    max_penalty: int,
) -> None:
    stage = staffed(Strategy.LINEAR, members=members(anna=2, bob=3), max_penalty=max_penalty)
    assert rung(stage, 1) == []


def test_settings_of_all_strategies_are_told_in_the_reason() -> None:
    for strategy in Strategy:
        stage = staffed(strategy)
        stage.queue("c1", "line")
        assert stage.offers["c1"][0].why.strategy == strategy


def test_longest_idle_is_the_default() -> None:
    assert QueueSettings().strategy is Strategy.LONGEST_IDLE
