"""A feature code dialed on a phone: which class serves it, and what is said at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.codes.closure import Switch
from ccengine.calls.codes.desk import Desk
from ccengine.calls.codes.help import Help
from ccengine.calls.codes.log_in import LogIn, LogOut
from ccengine.calls.codes.longer import Longer
from ccengine.calls.codes.my_day import MyDay
from ccengine.calls.codes.outcome import Outcome
from ccengine.calls.codes.queues import Pause, Resume
from ccengine.calls.codes.readiness import NotReady, Ready
from ccengine.calls.scope import CallScope
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.codes.desk import Words
    from ccengine.calls.wiring import Wiring
    from ccengine.core.ids import AgentId

log = structlog.get_logger()


class Code(Protocol):
    """What stands behind a feature code."""

    async def run(self, digits: str) -> Words:
        """Do what the code says; `digits` are those dialed after it. Return what is said of it."""
        ...


BY_ANYBODY: Mapping[str, Callable[[Desk], Code]] = {
    "login": LogIn,
    "logout": LogOut,
    "closure": Switch,
}
"""Codes by the keys of `feature_codes`: those that need nobody who is logged in at the phone."""

BY_AGENTS: Mapping[str, Callable[[Desk, AgentId], Code]] = {
    "ready": Ready,
    "not_ready": NotReady,
    "longer": Longer,
    "my_day": MyDay,
    "help": Help,
    "outcome": Outcome,
    "pause": Pause,
    "resume": Resume,
}


class FeatureCall:
    """One feature code's short session."""

    def __init__(
        self, wiring: Wiring, channel: Channel, ensure_agent: Callable[[AgentId], None]
    ) -> None:
        self._wiring = wiring
        self._channel = channel
        self._ensure_agent = ensure_agent

    async def run(self, code: str, digits: str) -> None:
        """Do what the code says, say what came of it, hang up."""
        tenant = self._wiring.configuration.tenant
        if tenant is None:
            return
        desk = Desk(self._wiring, tenant, self._channel, self._ensure_agent)
        try:
            async with CallScope(self._channel.gone):
                await desk.say(*await self._said(desk, code, digits))
            desk.finish()
            await self._channel.hang_up()
        except AriError:
            log.exception("feature_code_failed", code=code, phone=desk.phone)
            desk.finish()

    async def _said(self, desk: Desk, code: str, digits: str) -> Words:
        if code in BY_ANYBODY:
            return await BY_ANYBODY[code](desk).run(digits)
        agent = desk.agent
        if agent is None:
            return (Confirmation.NOT_LOGGED_IN,)
        if code in BY_AGENTS:
            return await BY_AGENTS[code](desk, agent.id).run(digits)
        log.warning("feature_code_unknown", code=code, phone=desk.phone)
        return (Confirmation.REFUSED,)
