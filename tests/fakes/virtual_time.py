"""An event loop whose clock jumps instead of waiting.

When nothing is ready, the loop asks its selector to wait for the next timer; this selector looks
for ready files without waiting and moves the clock instead. An hour of ringing takes no time, and
in the same order each run. Only with in-process fakes: a real peer that needs 0.2 s is late by a
century here. `time.time` and friends are not touched: nothing but the clock may read them anyway.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

_Result = TypeVar("_Result")
_THREADS_SECONDS = 10.0  # real ones


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits; adds up what it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            # Nothing to wait for but another thread, such as a journal's: that takes real time.
            ready = super().select(_THREADS_SECONDS)
            if not ready:
                msg = "every task waits for something that nobody will ever do"
                raise RuntimeError(msg)
            return ready
        self.now += max(timeout, 0.0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop for tests of sessions: `time()` starts at 1000 and jumps."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    @override
    def time(self) -> float:
        """Return virtual seconds."""
        return 1000.0 + self._jumping.now


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine on a loop of its own in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
