"""Offer the caller to be called back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.core.ids import queue_id
from ccengine.ivr.outcomes import CalledBack
from ccengine.ivr.references import QueueName, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


KEY_SECONDS: Final = 5.0
"""To press the first key. Who presses none wants none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStep:
    """Ask for a number, or a time; the callback waits in one of the client's queues."""

    callback: QueueName
    otherwise: StepName  #: where a caller goes who wants none, also by silence, or cannot have one

    async def run(self, context: FlowContext) -> str | CalledBack:
        """Return the end of the call, or the way for who goes on."""
        asked = await context.offer_callback(queue_id(context.client, self.callback))
        return CalledBack() if asked else self.otherwise
