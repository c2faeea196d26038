"""An agent's call for help: supervisors who are free ring, the first to answer hears who asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.notices import Notice
from ccengine.core.events import HelpAnswered, HelpUnanswered
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.phones import Phones
    from ccengine.calls.wiring import Wiring
    from ccengine.core.commands import CallSupervisors
    from ccengine.core.ids import AgentId

log = structlog.get_logger()


class HelpCall:
    """One such call."""

    def __init__(self, wiring: Wiring, phones: Phones, asked: CallSupervisors) -> None:
        self._wiring = wiring
        self._phones = phones
        self._asked = asked
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Ring all of them; post who has answered, or that nobody did."""
        async with asyncio.TaskGroup() as group:
            for supervisor in self._asked.supervisors:
                group.create_task(self._ring(supervisor))
        if not self._answered.is_set():
            log.warning("help_unanswered", agent=self._asked.agent, call_id=self._asked.call)
            self._wiring.engine.post(HelpUnanswered(agent=self._asked.agent))

    async def _ring(self, supervisor: AgentId) -> None:
        notice = Notice(self._wiring, self._phones, supervisor)
        try:
            if not await notice.ring(self._answered):
                return
            words = self._words()
            if not self._answered.is_set():
                self._answered.set()
                event = HelpAnswered(agent=self._asked.agent, supervisor=supervisor)
                self._wiring.engine.post(event)
            await notice.say(*words)
        except AriError as error:
            log.warning("help_call_failed", agent=supervisor, cause=str(error))

    def _words(self) -> tuple[str, ...]:
        queue = self._asked.queue
        about = () if queue is None else (names.of_queue(queue),)
        return (names.of_agent(self._asked.agent), Confirmation.NEEDS_HELP, *about)
