"""Whether agents' states tile their log-ins: no gap, and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from ccengine.core.ids import AgentId
from ccengine.reporting.instants import utc_text
from ccengine.reporting.kpis.facts import Ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.reporting.kpis.facts import Login, Stretch


@dataclass(frozen=True, slots=True)
class Fault:
    """Where one thing ended, and the next did not begin; printed for people."""

    agent: AgentId
    at: Ms  #: it ended
    then: Ms  #: the next began: later than that is a gap, earlier an overlap

    def is_within(self, begins: Ms, ends: Ms) -> bool:
        """Tell whether any of it is in a time."""
        return min(self.at, self.then) < ends and max(self.at, self.then) > begins

    @override
    def __str__(self) -> str:
        what = "nothing" if self.at < self.then else "two things at once"
        first, last = sorted((self.at, self.then))
        return f"{self.agent}: {what} from {utc_text(first / 1000)} to {utc_text(last / 1000)}"


class Tiling:
    """Looks at agents' time as it is told, and keeps no more than where each of them is."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []  #: each gap and each overlap
        self._until: dict[AgentId, Ms] = {}

    def between(self, begins: Ms, ends: Ms) -> list[str]:
        """Return the faults of a time: more of the journal is read than what is asked for."""
        return [str(one) for one in self.faults if one.is_within(begins, ends)]

    def forget_before(self, at: Ms) -> None:
        """Drop faults that are older: nobody asks for them any more."""
        self.faults = [one for one in self.faults if max(one.at, one.then) >= at]

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
            self.faults.append(Fault(agent, known, at))


def verdict(faults: Sequence[str]) -> str:
    """Return what a check comes to."""
    return f"{len(faults)} faults" if faults else "each millisecond once: no gap, no overlap"
