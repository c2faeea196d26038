"""What a pacing law sees when it decides, what it answers, and what it is told in between."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

Saved: TypeAlias = Mapping[str, "float | Sequence[float] | Saved"]
"""A law's memory as plain data, as JSON keeps it."""

Memory: TypeAlias = Mapping[str, tuple[float, ...]]
"""All that a law has in mind at an instant, to the last bit."""


class Ringing(NamedTuple):
    """A call that was placed and has not ended yet in any way."""

    placed_s: float
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A campaign's floor at one instant. Times in seconds, on the clock that gives `now_s`.

    `now_s` counts from the start of a half hour by the wall clock, so that half hours can be told.
    """

    now_s: float
    #: agents who can take a call at once
    idle: int
    #: answered calls that wait for an agent
    waiting: int
    #: agents at work: idle, talking or wrapping up
    staffed: int
    trunks_free: int
    ringing: Collection[Ringing]
    #: when each talk began
    talking: Collection[float]
    #: when each wrap-up began
    wrapping: Collection[float]
    #: scores of the records that may be dialled now, in the list's order; empty without scores
    scores: Sequence[float] = ()
    #: when the day's work ends, by the campaign's hours; None: nobody knows
    work_ends_s: float | None = None


class Decision(NamedTuple):
    """How many calls to place now, and which records of `Situation.scores` to take for them.

    `picks` are positions; empty means the first records in the list's order.
    """

    calls: int
    picks: tuple[int, ...] = ()


class PacingPolicy(Protocol):
    """A pacing law: told what happens, asked at each event and each second how many calls to place.

    Ages and durations in seconds. An answered call is told when it is answered; if nobody takes it
    in time it is told again, as abandoned.
    """

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        ...

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn that a person answered a call, `age_s` after it was placed."""
        ...

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn that a call ended without a person: failed, busy, a machine, nobody."""
        ...

    def call_abandoned(self, now_s: float) -> None:
        """Learn that an answered call got no agent in time, or that a detector hung up on one."""
        ...

    def machine_heard(self, now_s: float) -> None:
        """Learn that an answer was no person's: its agent says so, or a detector beside them."""
        ...

    def talk_ended(self, duration_s: float) -> None:
        """Learn how long a talk lasted."""
        ...

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn how long a wrap-up lasted, and whether the agent went into a pause after it."""
        ...

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Begin the window of a limit, or take its counts from what is stored."""
        ...

    def saved(self) -> Saved:
        """Return what the law has learned, as plain data."""
        ...

    def restore(self, saved: Saved) -> None:
        """Take back what another life of this law has learned."""
        ...

    def memory(self) -> Memory:
        """Return all the law has in mind, as numbers."""
        ...

    def recall(self, memory: Memory) -> None:
        """Go on exactly as the law would have that had this in mind."""
        ...
