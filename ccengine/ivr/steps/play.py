"""Say something and go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.references import PromptNames, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStep:
    """Play prompts to their end; digits wait for the next step."""

    play: PromptNames
    next: StepName

    async def run(self, context: FlowContext) -> str:
        """Play, then go on."""
        await context.caller.play(context.media(self.play), until_digit=False)
        return self.next
