"""Reads a running engine's journal without holding up its calls."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccengine.reporting.rows import JournalRow

STEPS_AT_ONCE = 40  #: some milliseconds, for which the event loop may have to wait
PAUSE_SECONDS = 0.01
AFTER_START_SECONDS = 3.0
"""An engine that starts takes up calls first: nothing is read meanwhile, unless it is asked for."""


def gently(steps: Iterable[Sequence[JournalRow]]) -> Iterator[Sequence[JournalRow]]:
    """Yield steps, with pauses: for a thread beside the event loop."""
    never = threading.Event()
    for number, step in enumerate(steps, 1):
        yield step
        if number % STEPS_AT_ONCE == 0:
            never.wait(PAUSE_SECONDS)
