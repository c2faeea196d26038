"""A day's course, for plots: who waits and what agents do over time, and how long people waited."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState
from ccengine.simulator.ledger import Fate
from ccengine.simulator.results import service_level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import Instant
    from ccengine.simulator.ledger import Ledger, Visit
    from ccengine.simulator.results import Promises

FINE_SECONDS = 300.0
COARSE_SECONDS = 1800.0
SHOWN_STATES = (
    AgentState.ON_CALL,
    AgentState.WRAP_UP,
    AgentState.OFFERED,
    AgentState.AVAILABLE,
    AgentState.NOT_READY,
)
WAITS = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1800, 3600)
"""Seconds from which on a wait counts in the next class: the same for all days, to compare them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """Calls that entered a queue in one half hour."""

    minute: int  #: since the day began
    offered: int
    abandoned: int
    service_level: float | None  #: percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How many calls waited how long, by classes; the last one has no end."""

    from_seconds: tuple[int, ...]
    answered: list[int]
    abandoned: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One day's course."""

    step_seconds: float  #: of `waiting` and `agents`
    waiting: list[float]  #: mean number of callers in all queues
    agents: Mapping[str, list[float]]  #: mean number of agents by state
    half_hours: list[HalfHour]
    waits: Waits


def timeline(ledger: Ledger, promises: Promises, starts: Instant, ends: Instant) -> Timeline:
    """Return the course of the day from `starts` to `ends`."""
    waiting = _Course(starts, ends)
    for visit in ledger.visits:
        waiting.add(visit.entered, visit.left)
    agents = {state: _Course(starts, ends) for state in SHOWN_STATES}
    for spell in ledger.spells:
        agents[spell.state].add(spell.starts, spell.ends)
    return Timeline(
        step_seconds=FINE_SECONDS,
        waiting=waiting.means(),
        agents={state.value: course.means() for state, course in agents.items()},
        half_hours=_half_hours(ledger.stays, promises, starts, ends),
        waits=_waits(ledger.stays),
    )


class _Course:
    """How many there are over time, as the mean of each step."""

    def __init__(self, starts: Instant, ends: Instant) -> None:
        self._starts = starts
        self._seconds = [0.0] * max(1, -int(-(ends - starts) // FINE_SECONDS))

    def add(self, begins: Instant, ends: Instant) -> None:
        """Add one who is there from then to then."""
        at, end = begins - self._starts, ends - self._starts
        place = max(0, int(at // FINE_SECONDS))
        while place < len(self._seconds) and place * FINE_SECONDS < end:
            lowest = max(at, place * FINE_SECONDS)
            self._seconds[place] += min(end, (place + 1) * FINE_SECONDS) - lowest
            place += 1

    def means(self) -> list[float]:
        """Return the mean number in each step."""
        return [round(seconds / FINE_SECONDS, 3) for seconds in self._seconds]


def _half_hours(
    stays: Sequence[Visit], promises: Promises, starts: Instant, ends: Instant
) -> list[HalfHour]:
    parts: list[list[Visit]] = [[] for _ in range(max(1, -int(-(ends - starts) // COARSE_SECONDS)))]
    for stay in stays:
        place = int((stay.entered - starts) // COARSE_SECONDS)
        if 0 <= place < len(parts):
            parts[place].append(stay)
    return [
        HalfHour(
            minute=int(place * COARSE_SECONDS // 60),
            offered=len(part),
            abandoned=sum(stay.fate is Fate.ABANDONED for stay in part),
            service_level=service_level(part, promises),
        )
        for place, part in enumerate(parts)
    ]


def _waits(stays: Sequence[Visit]) -> Waits:
    counts = {fate: [0] * len(WAITS) for fate in (Fate.ANSWERED, Fate.ABANDONED)}
    for stay in stays:
        if stay.fate in counts:
            counts[stay.fate][bisect_right(WAITS, stay.seconds) - 1] += 1
    return Waits(
        from_seconds=WAITS, answered=counts[Fate.ANSWERED], abandoned=counts[Fate.ABANDONED]
    )
