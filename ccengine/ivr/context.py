"""What a running flow has at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ccengine.config.timetable import Timetable
from ccengine.core.ids import ClientId, Instant, QueueId
from ccengine.ivr.caller import Caller
from ccengine.ivr.prompts import Prompts


async def offer_nothing(_queue: QueueId) -> bool:
    """Offer no callback, where there is nobody to make it."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowContext:
    """One call in one flow."""

    client: ClientId
    caller: Caller
    prompts: Prompts
    hours: Mapping[str, Timetable]  #: the client's
    now: Callable[[], datetime]  #: UTC
    began: Instant | None = None
    """When the caller came to this flow: whether it is open is judged for then. None: now."""
    offer_callback: Callable[[QueueId], Awaitable[bool]] = offer_nothing
    """Asks the caller for a number; True when they are going to be called back."""

    def media(self, names: tuple[str, ...]) -> list[str]:
        """Return what Asterisk plays for the prompts, in the caller's language."""
        language = self.caller.language
        return [self.prompts.media(self.client, name, language) for name in names]
