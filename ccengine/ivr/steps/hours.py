"""Go one way while it is open and another while it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.config.hours import is_open
from ccengine.ivr.references import HoursName, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursStep:
    """Ask the client's opening hours."""

    hours: HoursName
    open: StepName
    closed: StepName

    async def run(self, context: FlowContext) -> str:
        """Return the way for this moment."""
        return self.open if is_open(context.hours[self.hours], context.now()) else self.closed
