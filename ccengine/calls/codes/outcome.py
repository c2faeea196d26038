"""How the last call went, typed on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.outcome_entry import OutcomeEntry
from ccengine.core.events import OutcomeEntryEnded
from ccengine.ivr.outcome_words import OutcomeWord

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId


class Outcome:
    """Asks for the outcome of the agent's latest call; the wrap-up waits for it."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Ask for all of it; who hangs up midway has said nothing."""
        desk, agent = self._desk, self._agent
        debrief = desk.debrief(agent)
        client = None if debrief is None else desk.tenant.clients.get(debrief.client)
        if debrief is None or client is None:
            return (OutcomeWord.NO_CALL,)
        ended = OutcomeEntryEnded(agent=agent, call=debrief.call)
        desk.at_the_end(lambda: desk.wiring.engine.post(ended))
        said = await OutcomeEntry(desk.wiring, desk.ear, agent).run(client, debrief, digits)
        desk.finish()
        return (said,)
