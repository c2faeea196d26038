"""More time for the work after a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import WrapUpExtended
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId


class Longer:
    """Extends the wrap-up, as far as the queue allows; the code for ready ends it."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Ask for longer."""
        del digits
        wraps_up = self._desk.wiring.engine.center.agent(self._agent).state is AgentState.WRAP_UP
        if self._desk.post(WrapUpExtended(agent=self._agent)):
            return (Confirmation.NO_LONGER if wraps_up else Confirmation.REFUSED,)
        return (Confirmation.LONGER,)
