"""Go through another flow of the client's and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.ivr.outcomes import Enter
from ccengine.ivr.references import FlowName, ResultName, SetName, StepName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """Call a flow: it knows what it is given, and nothing else of this one's values."""

    call: FlowName
    give: Mapping[ResultName, Template] = field(default_factory=dict)  #: its `parameters`
    into: Mapping[SetName, ResultName] = field(default_factory=dict)
    """Our name for each value that we want of those it gives back."""
    next: StepName  #: the step after it has given back

    async def run(self, _context: FlowContext) -> Enter:
        """Return which flow to go through."""
        return Enter(self.call, self.give)
