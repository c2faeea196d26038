"""Record what the caller says, and go on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.ivr.context import Take
from ccengine.ivr.references import PromptNames, SetName, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    """Ask, sound a tone, record until a key, a silence or the limit."""

    record: PromptNames  #: said before the tone; a key skips them
    into: SetName  #: the file, below the recordings folder
    seconds_into: SetName | None = None  #: how long it is
    next: StepName
    nothing: StepName | None = None  #: nothing was recorded; as `next` when left out
    seconds: Annotated[int, Field(ge=1, le=600)] = 120  #: at most
    silence_seconds: Annotated[int, Field(ge=1, le=60)] = 3  #: that end it

    async def run(self, context: FlowContext) -> str:
        """Record, keep where it is, go on."""
        await context.caller.play(context.media(self.record), until_digit=True)
        taken = await context.record(Take(self.seconds, self.silence_seconds))
        if taken is None:
            return self.nothing or self.next
        context.data.put({self.into: taken.file})
        if self.seconds_into is not None:
            context.data.put({self.seconds_into: Decimal(str(taken.seconds))})
        return self.next
