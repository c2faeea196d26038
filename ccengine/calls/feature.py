"""A feature code dialed on a phone: log in with a PIN, log out, ready, not ready, outcome.

The same events as any other way to do it; a spoken prompt says what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.outcome_entry import OutcomeEntry
from ccengine.calls.scope import CallScope
from ccengine.config.secrets import pin_matches
from ccengine.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentWentNotReady,
    AgentWentReady,
    OutcomeEntryEnded,
)
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.outcome_words import OutcomeWord

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.pins import PinGate
    from ccengine.calls.wiring import Wiring
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import CallId
    from ccengine.ivr.outcome_words import Word

log = structlog.get_logger()

PIN_DIGITS = 6
PIN_ATTEMPTS = 3
DIGIT_SECONDS = 8.0
MAX_AGENT_DIGITS = 12


class FeatureCall:
    """One feature code's short session."""

    def __init__(
        self,
        wiring: Wiring,
        channel: Channel,
        pins: PinGate,
        ensure_agent: Callable[[AgentId], None],
    ) -> None:
        self._wiring = wiring
        self._channel = channel
        self._pins = pins
        self._ensure_agent = ensure_agent
        self._phone = PhoneId("")
        self._typing: tuple[AgentId, CallId] | None = None
        tenant = wiring.configuration.tenant
        self._language = "en" if tenant is None else tenant.language
        self._ear = CallerEar(channel, self._language)

    async def run(self, code: str, digits: str) -> None:
        """Do what the code says, say what came of it, hang up."""
        snapshot = self._channel.snapshot
        tenant = self._wiring.configuration.tenant
        if snapshot is None or tenant is None:
            return
        self._phone = PhoneId(snapshot.variables.get("CC_PHONE", ""))
        try:
            async with CallScope(self._channel.gone):
                await self._say(await self._do(tenant, code, digits))
            self._stop_typing()
            await self._channel.hang_up()
        except AriError:
            log.exception("feature_code_failed", code=code, phone=self._phone)
            self._stop_typing()

    async def _do(self, tenant: Tenant, code: str, digits: str) -> Word:
        if code == "login":
            return await self._log_in(tenant, digits)
        agent = self._agent_on_phone()
        if agent is None:
            return Confirmation.NOT_LOGGED_IN
        if code == "outcome":
            return await self._type_outcome(tenant, agent, digits)
        post = self._wiring.engine.post
        match code:
            case "logout":
                rejection = post(AgentLoggedOut(agent=agent))
                said = Confirmation.LOGGED_OUT
            case "ready":
                self._ensure_agent(agent)
                rejection = post(AgentWentReady(agent=agent))
                said = Confirmation.READY
            case "not_ready":
                rejection = post(AgentWentNotReady(agent=agent, reason=tenant.reason(digits)))
                said = Confirmation.NOT_READY
            case _:
                rejection, said = f"unknown feature code '{code}'", Confirmation.REFUSED
        if rejection and self._owes_outcome(agent):
            return OutcomeWord.OUTCOME_MISSING
        return self._unless_rejected(said, rejection, code)

    async def _type_outcome(self, tenant: Tenant, agent: AgentId, digits: str) -> Word:
        engine = self._wiring.engine
        debrief = engine.center.debrief(agent, engine.clock.now())
        client = None if debrief is None else tenant.clients.get(debrief.client)
        if debrief is None or client is None:
            return OutcomeWord.NO_CALL
        self._typing = (agent, debrief.call)
        said = await OutcomeEntry(self._wiring, self._ear, agent).run(client, debrief, digits)
        self._stop_typing()
        return said

    def _stop_typing(self) -> None:
        """Let the wrap-up go on; also after a hang-up midway, and not when the engine leaves."""
        if self._typing is not None:
            (agent, call), self._typing = self._typing, None
            self._wiring.engine.post(OutcomeEntryEnded(agent=agent, call=call))

    def _owes_outcome(self, agent: AgentId) -> bool:
        engine = self._wiring.engine
        debrief = engine.center.debrief(agent, engine.clock.now())
        return debrief is not None and debrief.owed

    async def _log_in(self, tenant: Tenant, digits: str) -> Confirmation:
        agent = tenant.agent_with_number(digits) if digits else tenant.agent_at(self._phone)
        if agent is None and not digits:
            await self._say(Confirmation.ENTER_NUMBER)
            agent = tenant.agent_with_number(await self._digits(MAX_AGENT_DIGITS))
        if agent is None:
            return Confirmation.UNKNOWN_AGENT
        if not await self._pin_given(agent):
            return Confirmation.REFUSED
        self._ensure_agent(agent)
        rejection = self._wiring.engine.post(AgentLoggedIn(agent=agent, phone=self._phone))
        return self._unless_rejected(Confirmation.LOGGED_IN, rejection, "login")

    async def _pin_given(self, agent: AgentId) -> bool:
        for _ in range(PIN_ATTEMPTS):
            now = self._wiring.engine.clock.now()
            if self._pins.is_locked(agent, now):
                log.warning("pin_locked", agent=agent, phone=self._phone)
                return False
            first = await self._ear.play([self._media(Confirmation.ENTER_PIN)], until_digit=True)
            given = await self._digits(PIN_DIGITS, first)
            if pin_matches(self._wiring.paths, agent, given):
                self._pins.forget(agent)
                return True
            self._pins.note_wrong(agent, self._wiring.engine.clock.now())
            log.warning("pin_wrong", agent=agent, phone=self._phone)
            await self._say(Confirmation.WRONG_PIN)
        return False

    async def _digits(self, most: int, first: str | None = None) -> str:
        digits = first or ""
        while len(digits) < most and not digits.endswith("#"):
            digit = await self._ear.digit(DIGIT_SECONDS)
            if digit is None:
                break
            digits += digit
        return digits.removesuffix("#")

    def _agent_on_phone(self) -> AgentId | None:
        for agent in self._wiring.engine.center.agents():
            if agent.phone == self._phone and agent.state is not AgentState.OFFLINE:
                return agent.id
        return None

    def _unless_rejected(self, said: Confirmation, rejection: str, code: str) -> Confirmation:
        if not rejection:
            return said
        log.warning("feature_code_refused", code=code, phone=self._phone, cause=rejection)
        return Confirmation.REFUSED

    async def _say(self, confirmation: Word) -> None:
        await self._ear.play([self._media(confirmation)], until_digit=False)

    def _media(self, confirmation: Word) -> str:
        return self._wiring.configuration.prompts.confirmation(confirmation, self._language)
