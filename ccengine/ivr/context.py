"""What a running flow has at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ccengine.config.hours import Hours
from ccengine.core.ids import ClientId
from ccengine.ivr.caller import Caller
from ccengine.ivr.prompts import Prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowContext:
    """One call in one flow."""

    client: ClientId
    caller: Caller
    prompts: Prompts
    hours: Mapping[str, Hours]  #: the client's
    now: Callable[[], datetime]  #: UTC

    def media(self, names: tuple[str, ...]) -> list[str]:
        """Return what Asterisk plays for the prompts, in the caller's language."""
        language = self.caller.language
        return [self.prompts.media(self.client, name, language) for name in names]
