"""Who is told what of a call: not everybody who sees it sees all that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.events import CoachingEvent, QualityEvent

if TYPE_CHECKING:
    from ccengine.reporting.rows import What


@dataclass(frozen=True, slots=True)
class CallReader:
    """Somebody who sees a call. Plain: stories are told in other processes, too."""

    sees_coaching: bool = True  #: that somebody listened; whoever was coached is not to know
    judged: frozenset[str] | None = None  #: agents whose scores and measures are seen; None: all

    def sees(self, what: What) -> bool:
        """Tell whether it is told to them."""
        if isinstance(what, CoachingEvent):
            return self.sees_coaching
        if isinstance(what, QualityEvent):
            return self.judged is None or what.agent in self.judged
        return True


ALL_SEEING = CallReader()
