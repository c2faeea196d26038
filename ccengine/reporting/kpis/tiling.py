"""Whether agents' states tile their log-ins: no gap, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import AgentId
    from ccengine.reporting.kpis.facts import Login, Ms, Stretch


class Tiling:
    """Looks at agents' time as it is told, and keeps no more than where each of them is."""

    def __init__(self) -> None:
        self.faults: list[str] = []  #: each gap and each overlap
        self._until: dict[AgentId, Ms] = {}

    def log_in(self, login: Login) -> None:
        """Take note that an agent is there."""
        self._until[login.agent] = login.begins

    def spend(self, stretch: Stretch) -> None:
        """Take note of an agent's time."""
        if stretch.agent in self._until:  # else the log-in is another's to look at
            self._expect(stretch.agent, stretch.begins)
            self._until[stretch.agent] = stretch.ends

    def log_out(self, login: Login) -> None:
        """Take note that an agent has left; all their time was told."""
        if login.ends is not None:
            self._expect(login.agent, login.ends)
        self._until.pop(login.agent, None)

    def _expect(self, agent: AgentId, at: Ms) -> None:
        known = self._until.get(agent, at)
        if known != at:
            self.faults.append(fault(agent, known, at))


def fault(agent: AgentId, at: Ms, then: Ms) -> str:
    """Return what is wrong where one thing ended, and the next began."""
    what = "nothing" if at < then else "two things at once"
    first, last = sorted((at, then))
    return f"{agent}: {what} from {utc_text(first / 1000)} to {utc_text(last / 1000)}"


def verdict(faults: Sequence[str]) -> str:
    """Return what a check comes to."""
    return f"{len(faults)} faults" if faults else "each millisecond once: no gap, no overlap"
