"""When an agent may have the next call: a minimum rest, and a ceiling on occupancy."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.agents import Spell
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Rest

REST_PREFIX = "rest:"
MINUTE = 60.0
MILLISECONDS = 1000.0
ROUNDING = 1e-3  # of a millisecond, as the search ends beside the instant
_HALVINGS = 40  # of a window: far below a microsecond


def occupancy(spells: Sequence[Spell], since: Instant, window_seconds: float, at: Instant) -> float:
    """Return the part of the window before `at` that was spent with calls.

    Who has been there for less than the window is judged by the time they were there.
    """
    start = max(since, at - window_seconds)
    if at <= start:
        return 0.0
    return sum(max(0.0, min(end, at) - max(begin, start)) for begin, end in spells) / (at - start)


def rested_at(spells: Sequence[Spell], since: Instant, rest: Rest, now: Instant) -> Instant:
    """Return when an agent who is free from now on may have the next call.

    Args:
        spells: with calls, oldest first.
        since: when they logged in.
        rest: the house rule.
        now: not before this.
    """
    due = now if not spells else max(now, spells[-1][1] + rest.seconds)
    window = rest.window_minutes * MINUTE
    if rest.occupancy >= 1.0 or occupancy(spells, since, window, due) <= rest.occupancy:
        return due
    too_early, enough = due, due + window
    for _ in range(_HALVINGS):
        middle = (too_early + enough) / 2
        if occupancy(spells, since, window, middle) <= rest.occupancy:
            enough = middle
        else:
            too_early = middle
    return ceil(enough * MILLISECONDS - ROUNDING) / MILLISECONDS


def recent(spells: Sequence[Spell], rest: Rest, now: Instant) -> list[Spell]:
    """Return the spells that still matter: the last one, and those in the window."""
    start = now - rest.window_minutes * MINUTE
    kept = [spell for spell in spells if spell[1] > start] if rest.occupancy < 1.0 else []
    return kept or list(spells[-1:])
