"""How the service of a queue is judged. Routing does not look at it.

It stands in the plan, so that the journal says by which measure each call was judged at its time:
figures folded from it come out the same, whatever the configuration has become since.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

USUAL_TARGET_SECONDS = 20.0
USUAL_SHORT_ABANDON_SECONDS = 5.0


class Formula(StrEnum):
    """How a service level is counted, `early` being within the agreed seconds."""

    ANSWERED = "answered"  #: answered early / answered
    ANSWERED_AND_ABANDONED = "answered-and-abandoned"  #: (answered + abandoned) early / all
    OFFERED = "offered"  #: answered early / (answered + abandoned)
    OFFERED_LESS_EARLY = "offered-less-early-abandons"  #: the same without abandoned early
    OFFERED_LESS_SHORT = "offered-less-short-abandons"  #: the same without short abandons only


class ClockStart(StrEnum):
    """Since when a caller waits."""

    QUEUE = "queue"  #: entered this queue
    SYSTEM = "system"  #: the call arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """By what the service of one queue is judged. None: as the client's contract says."""

    target_seconds: float | None = None  #: answered within
    short_abandon_seconds: float | None = None  #: who gives up sooner was no chance to serve
    formula: Formula | None = None
    clock: ClockStart = ClockStart.QUEUE

    @property
    def target(self) -> float:
        """The seconds within which a call is to be answered."""
        return USUAL_TARGET_SECONDS if self.target_seconds is None else self.target_seconds

    @property
    def short(self) -> float:
        """The seconds before which an abandon is a short one."""
        given = self.short_abandon_seconds
        return USUAL_SHORT_ABANDON_SECONDS if given is None else given


USUAL_MEASURE = Measure()
