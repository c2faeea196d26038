"""Close the numbers of a closure by one switch, or open them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.calls.codes.desk import TRIES
from ccengine.calls.codes.log_in import Pin, who_is_here
from ccengine.core.events import NumbersClosed, NumbersOpened
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import ClosureId

log = structlog.get_logger()

CONFIRMED = "1"
BY_PHONE = "by phone"


class Switch:
    """Needs nobody logged in, but the PIN of an agent who may: phones stand about unattended."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, digits: str) -> Words:
        """Ask who it is, say how things are, and switch once that is confirmed."""
        closure = self._desk.tenant.closure_of(digits)
        if closure is None:
            return (Confirmation.NO_SUCH_CLOSURE,)
        here = self._desk.agent
        agent = await who_is_here(self._desk) if here is None else here.id
        if agent is None:
            return (Confirmation.UNKNOWN_AGENT,)
        if agent not in self._desk.tenant.settings.closures[closure].agents:
            log.warning("closure_refused", closure=closure, agent=agent, phone=self._desk.phone)
            return (Confirmation.NOT_ALLOWED,)
        refusal = await Pin(self._desk).refusal(agent)
        return refusal or await self._switch(closure, str(agent))

    async def _switch(self, closure: ClosureId, by: str) -> Words:
        engine = self._desk.wiring.engine
        is_closed = closure in engine.center.closed(engine.clock.now())
        asked = Confirmation.NUMBERS_ARE_CLOSED if is_closed else Confirmation.NUMBERS_ARE_OPEN
        for _ in range(TRIES):
            if await self._desk.ask(asked, most=1) == CONFIRMED:
                break
        else:
            return (Confirmation.NOTHING_CHANGED,)
        refused = ""
        if is_closed != (closure in engine.center.closed(engine.clock.now())):
            log.info("closure_switched_meanwhile", closure=closure, agent=by)
        elif is_closed:
            refused = self._desk.post(NumbersOpened(closure=closure, by=by))
        else:
            refused = self._desk.post(NumbersClosed(closure=closure, by=by, reason=BY_PHONE))
        if refused:
            return (Confirmation.REFUSED,)
        return (Confirmation.NUMBERS_OPENED if is_closed else Confirmation.NUMBERS_CLOSED,)
