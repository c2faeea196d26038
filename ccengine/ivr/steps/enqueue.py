"""Let the caller wait for an agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.core.ids import queue_id
from ccengine.ivr.outcomes import Enqueue
from ccengine.ivr.references import QueueName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueStep:
    """End the flow in one of the client's queues."""

    enqueue: QueueName
    priority: Annotated[int, Field(ge=-1000, le=1000)] | None = (
        None  #: the queue's own when left out
    )

    async def run(self, context: FlowContext) -> Enqueue:
        """Return the queue."""
        return Enqueue(queue_id(context.client, self.enqueue), self.priority)
