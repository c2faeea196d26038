"""Log in with a PIN on any phone, and log out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.calls.codes.desk import TRIES
from ccengine.config.secret_files import SecretMissing
from ccengine.config.secrets import pin_matches
from ccengine.core.events import AgentLoggedIn, AgentLoggedOut, WrongPinGiven
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId, PhoneId

log = structlog.get_logger()

PIN_DIGITS = 6
AGENT_DIGITS = 12
HERE, OUTSIDE = "1", "2"


class LogIn:
    """Binds an agent to this phone, or to their own phone outside."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, digits: str) -> Words:
        """Find out who it is, ask for the PIN, log in."""
        agent = await who_is_here(self._desk, digits)
        if agent is None:
            return (Confirmation.UNKNOWN_AGENT,)
        refusal = await Pin(self._desk).refusal(agent)
        if refusal:
            return refusal
        phone = await self._where(agent)
        if phone is None:
            return (Confirmation.REFUSED,)
        self._desk.ensure_agent(agent)
        if self._desk.post(AgentLoggedIn(agent=agent, phone=phone)):
            return (Confirmation.REFUSED,)
        return (Confirmation.LOGGED_IN,)

    async def _where(self, agent: AgentId) -> PhoneId | None:
        """Return the phone to ring from now on; None: it was not said."""
        tenant = self._desk.tenant
        own = tenant.settings.agents[agent].phone
        if own is None or tenant.phone(own).external is None:
            return self._desk.phone
        for _ in range(TRIES):
            match await self._desk.ask(Confirmation.WHICH_PHONE, most=1):
                case key if key == HERE:
                    return self._desk.phone
                case key if key == OUTSIDE:
                    return own
                case _:
                    pass
        return None


class LogOut:
    """Lets the agent at this phone go; with a number and its PIN, one who sits elsewhere."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, digits: str) -> Words:
        """Log out, at once or after the call."""
        here = self._desk.agent
        agent = None if here is None else here.id
        if digits:
            agent = self._desk.tenant.agent_with_number(digits)
            if agent is None:
                return (Confirmation.UNKNOWN_AGENT,)
            refusal = await Pin(self._desk).refusal(agent)
            if refusal:
                return refusal
        if agent is None:
            return (Confirmation.NOT_LOGGED_IN,)
        if self._desk.post(AgentLoggedOut(agent=agent)):
            return (Confirmation.NOT_LOGGED_IN,)
        later = self._desk.wiring.engine.center.agent(agent).state is not AgentState.OFFLINE
        after = (Confirmation.AFTER_THE_CALL,) if later else ()
        return (Confirmation.LOGGED_OUT, *after)


async def who_is_here(desk: Desk, digits: str = "") -> AgentId | None:
    """Return whose number was dialed; else who usually sits here; else who is typed now."""
    if digits:
        return desk.tenant.agent_with_number(digits)
    usual = desk.tenant.agent_at(desk.phone)
    if usual is not None:
        return usual
    typed = await desk.ask(Confirmation.ENTER_NUMBER, most=AGENT_DIGITS)
    return desk.tenant.agent_with_number(typed)


class Pin:
    """Asks for an agent's PIN. The core counts wrong ones, wherever they are given."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def refusal(self, agent: AgentId) -> Words:
        """Return why it is not given; empty: it was."""
        for _ in range(TRIES):
            if self._is_locked(agent):
                log.warning("pin_locked", agent=agent, phone=self._desk.phone)
                return (Confirmation.LOCKED,)
            given = await self._desk.ask(Confirmation.ENTER_PIN, most=PIN_DIGITS)
            if not given:
                continue  # nobody guesses by saying nothing
            try:
                is_right = pin_matches(self._desk.wiring.paths, agent, given)
            except SecretMissing as missing:
                log.exception("pin_missing", agent=agent, cause=str(missing))
                return (Confirmation.UNAVAILABLE,)
            if is_right:
                return ()
            log.warning("pin_wrong", agent=agent, phone=self._desk.phone)
            self._desk.post(WrongPinGiven(agent=agent, phone=self._desk.phone))
            self._desk.forget_keys()  # what was typed beyond it is not the next try
            await self._desk.say(Confirmation.WRONG_PIN)
        return (Confirmation.LOCKED if self._is_locked(agent) else Confirmation.REFUSED,)

    def _is_locked(self, agent: AgentId) -> bool:
        return self._desk.wiring.engine.center.agent(agent).locked_until is not None
