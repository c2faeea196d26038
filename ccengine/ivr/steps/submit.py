"""Have something done by another program or in a database, sooner or later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.ivr.lookups import question_of
from ccengine.ivr.references import ResultName, StepName, SubmissionName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitStep:
    """Put it into the outbox, which outlives the engine; the caller does not wait for the rest."""

    submit: SubmissionName
    give: Mapping[ResultName, Template] = field(default_factory=dict)  #: what it is done with
    next: StepName
    otherwise: StepName  #: it cannot be kept, so it will not be done

    async def run(self, context: FlowContext) -> str:
        """Keep it and go on."""
        kept = context.submit(question_of(self.submit, self.give, context.data))
        return self.next if kept else self.otherwise
