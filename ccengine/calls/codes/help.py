"""Call a supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import HelpAsked
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId


class Help:
    """Has the supervisors of the agent's team rung; `ccengine.calls.help_calls` does it."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Ask, once until somebody has answered or nobody did."""
        del digits
        center = self._desk.wiring.engine.center
        if not center.agent(self._agent).asks_for_help:
            self._desk.ensure_agent(self._agent)
            if self._desk.post(HelpAsked(agent=self._agent)):
                return (Confirmation.NOBODY_TO_HELP,)
        return (Confirmation.HELP_IS_CALLED,)
