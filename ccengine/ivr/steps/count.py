"""Count how often something has happened."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ccengine.ivr.data import number_of
from ccengine.ivr.references import SetName, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStep:
    """Add one to a number, which is nought at first; `branch` with `at_least` goes by it."""

    count: SetName
    next: StepName

    async def run(self, context: FlowContext) -> str:
        """Count and go on."""
        counted = number_of(context.data.get(self.count)) or Decimal(0)
        context.data.put({self.count: counted + 1})
        return self.next
