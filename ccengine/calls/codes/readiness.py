"""Ready, and not ready for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.codes.desk import TRIES
from ccengine.core.events import AgentWentNotReady, AgentWentReady
from ccengine.core.states import AgentState
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId


class Ready:
    """The agent wants calls; in wrap-up, that it ends now."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Go ready."""
        del digits
        self._desk.ensure_agent(self._agent)
        if self._desk.post(AgentWentReady(agent=self._agent)):
            return self._desk.refusal(self._agent)
        return (Confirmation.READY, *_when(self._desk, self._agent))


class NotReady:
    """The agent wants no calls; during one, after it."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Go not ready for the reason that was dialed, or is chosen now."""
        reason = self._desk.tenant.reason(digits)
        if reason is None:
            reason = await self._chosen(is_wrong=bool(digits))
        if reason is None:
            return (Confirmation.REFUSED,)
        if self._desk.post(AgentWentNotReady(agent=self._agent, reason=reason)):
            return self._desk.refusal(self._agent)
        return (Confirmation.NOT_READY, *_when(self._desk, self._agent))

    async def _chosen(self, *, is_wrong: bool) -> str | None:
        reasons = self._desk.tenant.settings.reasons
        choices = [names.of_choice(digit) for digit in reasons]
        for _ in range(TRIES):
            wrong = (Confirmation.UNKNOWN_REASON,) if is_wrong else ()
            key = await self._desk.ask(*wrong, Confirmation.WHY_NOT_READY, *choices, most=1)
            if key in reasons:
                return reasons[key].name
            is_wrong = bool(key)
        return None


def _when(desk: Desk, agent: AgentId) -> Words:
    is_talking = desk.wiring.engine.center.agent(agent).state is AgentState.ON_CALL
    return (Confirmation.AFTER_THE_CALL,) if is_talking else ()
