"""Guessing PINs gets nobody far: after some wrong ones an agent's login is locked for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.ids import AgentId, Instant

WRONG_BEFORE_LOCK = 6
LOCK_SECONDS = 300.0


class PinGate:
    """Counts wrong PINs per agent. Lives in memory: a restart forgives."""

    def __init__(self) -> None:
        self._wrong: dict[AgentId, tuple[int, Instant]] = {}

    def is_locked(self, agent: AgentId, now: Instant) -> bool:
        """Tell whether the agent must wait before another try."""
        count, last = self._wrong.get(agent, (0, now))
        if count and now - last >= LOCK_SECONDS:
            self.forget(agent)
            return False
        return count >= WRONG_BEFORE_LOCK

    def note_wrong(self, agent: AgentId, now: Instant) -> None:
        """Count a wrong PIN."""
        count, _ = self._wrong.get(agent, (0, now))
        self._wrong[agent] = (count + 1, now)

    def forget(self, agent: AgentId) -> None:
        """Start counting anew: the right PIN was given."""
        self._wrong.pop(agent, None)
