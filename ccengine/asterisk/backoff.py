"""How long to wait before the next try."""

import random


class Backoff:
    """Doubling delays with jitter, so that many engines don't return in step."""

    def __init__(
        self,
        *,
        first_seconds: float = 0.1,
        longest_seconds: float = 5.0,
        jitter: float = 0.5,
        chance: random.Random | None = None,
    ) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._jitter = jitter
        self._chance = chance or random.Random()
        self._ceiling = first_seconds

    def next_delay(self) -> float:
        """Seconds to wait now: at most the ceiling, at least (1 - jitter) of it."""
        ceiling = self._ceiling
        self._ceiling = min(self._longest, ceiling * 2)
        return ceiling * (1 - self._jitter * self._chance.random())

    def reset(self) -> None:
        """Start over: the last connection has proved steady."""
        self._ceiling = self._first
