"""What a campaign's day came to: how agents spent their time, and how each call ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.windows import Tally


@dataclass(slots=True)
class HalfHour:
    """A half hour of it."""

    live: int = 0
    abandoned: int = 0
    busy_s: float = 0.0
    staffed_s: float = 0.0

    def utilisation(self) -> float | None:
        """Return the busy share of staffed time; None: nobody was there."""
        return self.busy_s / self.staffed_s if self.staffed_s else None

    def share(self) -> float | None:
        """Return abandoned calls over live answers; None: there were none."""
        return self.abandoned / self.live if self.live else None


@dataclass(slots=True)
class Day:
    """All of it. Agents' seconds are those after the warm-up, calls are all.

    A live answer is one by a person; a machine that nobody heard counts as one, too, for nobody
    knows what it was.
    """

    half_hours: list[HalfHour]
    outcomes: Counter[AttemptOutcome] = field(default_factory=Counter)
    placed: int = 0
    left_in_the_air: int = 0  #: ringing or waiting for an agent when the day was over
    live: int = 0
    connected: int = 0  #: to an agent, machines and callers of the queue included
    callers: int = 0  #: of the queue beside
    callers_lost: int = 0
    callers_left: int = 0  #: in line when the day was over
    callers_waited_s: float = 0.0
    talk_s: float = 0.0
    wrap_up_s: float = 0.0
    idle_s: float = 0.0
    pause_s: float = 0.0
    decisions: int = 0

    @property
    def abandoned(self) -> int:
        """Answered calls that got no agent in time."""
        return self.outcomes[AttemptOutcome.ABANDONED]

    @property
    def staffed_s(self) -> float:
        """Agents' time at work, without pauses."""
        return self.talk_s + self.wrap_up_s + self.idle_s

    def utilisation(self) -> float:
        """Return the share of staffed time in which agents talked or wrapped up."""
        return (self.talk_s + self.wrap_up_s) / self.staffed_s if self.staffed_s else 0.0

    def share(self) -> float:
        """Return abandoned calls over live answers."""
        return self.abandoned / self.live if self.live else 0.0

    def worst(self) -> float:
        """Return the same of the worst half hour."""
        return max((half.share() or 0.0 for half in self.half_hours), default=0.0)

    def wait_s(self) -> float:
        """Return how long agents waited for a call, in the mean."""
        return self.idle_s / max(1, self.connected)

    def tally(self) -> Tally:
        """Return what rules count."""
        return Tally(
            placed=self.placed,
            connected=self.outcomes[AttemptOutcome.ANSWERED],
            abandoned=self.abandoned,
            machines=self.outcomes[AttemptOutcome.MACHINE],
        )
