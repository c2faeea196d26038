"""Whoever came this way wants no more calls of the client: noted before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.references import PromptNames, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutStep:
    """Put the caller's number on the client's do-not-call list; it counts from now on."""

    opt_out: PromptNames  #: said once it is noted
    next: StepName
    otherwise: StepName  #: it cannot be noted: nobody knows their number, or the store is away

    async def run(self, context: FlowContext) -> str:
        """Note it, say so, go on."""
        if not await context.opt_out():
            return self.otherwise
        await context.caller.play(context.media(self.opt_out), until_digit=False)
        return self.next
