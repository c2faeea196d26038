"""Let the caller leave a message for the agents of a queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.ids import queue_id
from ccengine.ivr.outcomes import LeaveMessage
from ccengine.ivr.references import PromptName, QueueName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailStep:
    """End the flow and the call by a message, which becomes work in one of the client's queues."""

    voicemail: QueueName
    prompt: PromptName | None = None  #: before the tone; the queue's when left out, or ours

    async def run(self, context: FlowContext) -> LeaveMessage:
        """Return whose work the message is."""
        return LeaveMessage(queue_id(context.client, self.voicemail), self.prompt)
