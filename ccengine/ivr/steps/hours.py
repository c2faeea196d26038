"""Go one way while it is open and another while it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.config.timetable import is_open
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
        """Return the way for when the caller came: nobody is let in and then found too late."""
        at = context.now().timestamp() if context.began is None else context.began
        return self.open if is_open(context.hours[self.hours], at) else self.closed
