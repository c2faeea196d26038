"""A circuit breaker: who fails again and again is left alone for a while. Pure.

As Nygard describes it (Release It!, 2007): closed, open, half-open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.config.lookup_sources import BreakerRules


class BreakerState(StrEnum):
    """Whether somebody is asked."""

    CLOSED = "closed"  #: yes
    OPEN = "open"  #: no
    HALF_OPEN = "half-open"  #: by one caller at a time, whose answer decides


class Breaker:
    """Of one lookup. Instants are seconds of any clock that never goes back."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._failures = 0
        self._opens_until: float | None = None
        self._is_tried = False

    def state(self, now: float) -> BreakerState:
        """Return the state at an instant."""
        if self._opens_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._opens_until else BreakerState.HALF_OPEN

    def allows(self, now: float) -> bool:
        """Tell whether to ask now; who may must say how it went, or that they gave up."""
        match self.state(now):
            case BreakerState.CLOSED:
                return True
            case BreakerState.OPEN:
                return False
            case BreakerState.HALF_OPEN:
                is_first = not self._is_tried
                self._is_tried = True
                return is_first

    def succeed(self) -> bool:
        """Note an answer; tell whether that has closed it."""
        was_closed = self._opens_until is None
        self._failures, self._opens_until, self._is_tried = 0, None, False
        return not was_closed

    def fail(self, now: float) -> bool:
        """Note that there was none; tell whether that has opened it."""
        before = self.state(now)
        self._is_tried = False
        self._failures += 1
        enough = before is BreakerState.HALF_OPEN or self._failures >= self._rules.failures
        if before is BreakerState.OPEN or not enough:  # asked before it opened: told already
            return False
        self._opens_until = now + self._rules.seconds
        return True

    def give_up(self) -> None:
        """Note that nobody waited for the answer: the next caller may try."""
        self._is_tried = False
