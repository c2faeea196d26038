"""Ask another program, a database or a table about the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.ivr.lookups import Result, question_of
from ccengine.ivr.references import LookupName, ResultName, SetName, StepName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupStep:
    """Ask, and go one of three ways, never later than at the lookup's deadline."""

    lookup: LookupName
    give: Mapping[ResultName, Template] = field(default_factory=dict)  #: what it asks with
    into: Mapping[SetName, ResultName] = field(default_factory=dict)
    """Our name for each value that we want of the answer. Without an answer nothing is known."""
    found: StepName
    none: StepName  #: who was asked knows of none
    otherwise: StepName  #: no answer, or not in time
    secret: bool = False  #: what is learned stays in memory

    async def run(self, context: FlowContext) -> str:
        """Ask, keep what was found, go on."""
        data = context.data
        answer = await context.lookup(question_of(self.lookup, self.give, data))
        data.forget(self.into)
        taken = {own: answer.values[one] for own, one in self.into.items() if one in answer.values}
        if taken:
            data.put(taken, secret=self.secret)
        match answer.result:
            case Result.FOUND:
                return self.found
            case Result.NOTHING:
                return self.none
            case Result.FAILED:
                return self.otherwise
