"""Leave the calls of one queue out, and take them in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.codes.desk import TRIES
from ccengine.core.events import AgentPaused, AgentResumed
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId, QueueId

QUEUE_DIGITS = 8


class Pause:
    """No more calls of a queue."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Pause for the queue whose extension was dialed, or is typed now."""
        queue = await _queue(self._desk, digits)
        if queue is None:
            return (Confirmation.REFUSED,)
        if self._desk.post(AgentPaused(agent=self._agent, queue=queue)):
            return (Confirmation.REFUSED,)
        return (Confirmation.PAUSED, names.of_queue(queue))


class Resume:
    """Calls of the queue again."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Resume for the queue whose number was dialed, or is typed now."""
        queue = await _queue(self._desk, digits)
        if queue is None:
            return (Confirmation.REFUSED,)
        if self._desk.post(AgentResumed(agent=self._agent, queue=queue)):
            return (Confirmation.REFUSED,)
        return (Confirmation.RESUMED, names.of_queue(queue))


async def _queue(desk: Desk, digits: str) -> QueueId | None:
    """Return the queue; None: no number of one was typed."""
    for _ in range(TRIES):
        if digits:
            queue = desk.tenant.queue_with_extension(digits)
            if queue is not None:
                return queue
            await desk.say(Confirmation.UNKNOWN_QUEUE)
        digits = await desk.ask(Confirmation.ENTER_QUEUE, most=QUEUE_DIGITS)
    return None
