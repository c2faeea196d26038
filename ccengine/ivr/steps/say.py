"""Say prompts and values and go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.phrases import Phrase
from ccengine.ivr.references import Sayings, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep:
    """Say prompts with values in them to their end; digits wait for the next step."""

    say: Sayings
    next: StepName
    otherwise: StepName | None = None  #: where it cannot be said; as `next`, after an apology

    async def run(self, context: FlowContext) -> str:
        """Say it, then go on; nobody waits longer than a breath for the sound of it."""
        media = await context.said(self.say)
        if media is None and self.otherwise is not None:
            return self.otherwise
        if media is None:
            media = context.phrases((Phrase.CANNOT_BE_SAID,))
        await context.caller.play(media, until_digit=False)
        return self.next
