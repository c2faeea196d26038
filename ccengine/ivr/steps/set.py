"""Keep values under names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.ivr.references import SetName, StepName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    """Learn values: texts, or copies of others where a text is nothing but `{name}`."""

    set: Annotated[Mapping[SetName, Template], Field(min_length=1)]
    next: StepName
    secret: bool = False  #: they stay in memory: never in the journal, logs or on a screen
    shown: bool = False  #: to the agent who gets the call

    async def run(self, context: FlowContext) -> str:
        """Learn them and go on."""
        context.data.put_made(self.set, secret=self.secret)
        if self.shown:
            labels = {name.replace("_", " "): f"{{{name}}}" for name in self.set}
            context.data.show(labels)
        return self.next
