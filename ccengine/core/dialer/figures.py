"""How a campaign goes: counts of its calls, and how busy its agents were."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import Instant


@dataclass(slots=True, kw_only=True)
class Figures:
    """Since the campaign was started; pauses count for nothing."""

    dialed: int = 0
    live: int = 0  #: somebody answered, machines left out that were heard
    abandoned: int = 0  #: of these, for whom no agent came in time
    unanswered: int = 0
    machines: int = 0  #: that were taken for people first
    busy_seconds: float = 0.0  #: of agents, in talks and wrap-ups
    staffed_seconds: float = 0.0  #: of agents at work

    @property
    def utilisation(self) -> float | None:
        """Talk and wrap-up over staffed time, 0 to 1; None: nobody was there."""
        return self.busy_seconds / self.staffed_seconds if self.staffed_seconds else None


@dataclass(slots=True, kw_only=True)
class WindowCount:
    """What a limit has counted in its window so far."""

    live: int = 0
    abandoned: int = 0
    ends_at: Instant | None = None  #: None: nobody knows

    @property
    def share(self) -> float | None:
        """Abandoned calls over live answers, 0 to 1; None: nobody has answered."""
        return self.abandoned / self.live if self.live else None
