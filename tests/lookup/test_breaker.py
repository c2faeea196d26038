"""The circuit breaker, by instants."""

from __future__ import annotations

from ccengine.config.lookup_sources import BreakerRules
from ccengine.lookup.breaker import Breaker, BreakerState

RULES = BreakerRules(failures=3, seconds=30)


def opened(at: float = 100.0) -> Breaker:
    breaker = Breaker(RULES)
    told = [breaker.fail(at) for _ in range(3)]
    assert told == [False, False, True]
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(RULES)
    for _ in range(5):
        assert not breaker.fail(1)
        assert not breaker.fail(2)
        assert not breaker.succeed()  # a row is broken by one answer
    assert breaker.state(3) is BreakerState.CLOSED
    assert opened().state(100) is BreakerState.OPEN


def test_while_it_is_open_nobody_is_asked() -> None:
    breaker = opened()
    assert not breaker.allows(100)
    assert not breaker.allows(129.9)


def test_half_open_one_at_a_time_may_try() -> None:
    breaker = opened()
    assert breaker.state(130) is BreakerState.HALF_OPEN
    assert breaker.allows(130)
    assert not breaker.allows(130)
    breaker.give_up()
    assert breaker.allows(131)


def test_the_answer_to_that_one_decides() -> None:
    breaker = opened()
    assert breaker.allows(130)
    assert breaker.fail(131)
    assert breaker.state(160) is BreakerState.OPEN
    assert breaker.allows(161)
    assert breaker.succeed()
    assert breaker.state(161) is BreakerState.CLOSED
    assert not breaker.fail(162)


def test_who_was_asked_before_it_opened_changes_nothing() -> None:
    breaker = opened()
    assert not breaker.fail(129)
    assert breaker.state(130) is BreakerState.HALF_OPEN
