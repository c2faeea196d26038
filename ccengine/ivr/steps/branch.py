"""Go one way or another by what is known of the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.ivr.data import number_of, text_of
from ccengine.ivr.references import DataName, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep:
    """Compare a value: as it stands, by how it begins, then as a number."""

    branch: DataName
    equals: Mapping[str, StepName] = field(default_factory=dict)  #: the value's whole text
    begins: Mapping[str, StepName] = field(default_factory=dict)  #: the longest that fits counts
    at_least: Mapping[Annotated[Decimal, Field(allow_inf_nan=False)], StepName] = field(
        default_factory=dict
    )  #: the greatest that fits counts
    empty: StepName | None = None  #: nothing is known by that name, or it is an empty text
    otherwise: StepName

    async def run(self, context: FlowContext) -> str:
        """Return the first way that fits."""
        value = context.data.get(self.branch)
        text = text_of(value)
        if not text:
            return self.empty or self.equals.get("", self.otherwise)
        if text in self.equals:
            return self.equals[text]
        begun = [start for start in self.begins if text.startswith(start)]
        if begun:
            return self.begins[max(begun, key=len)]
        number = number_of(value)
        reached = [least for least in self.at_least if number is not None and least <= number]
        return self.at_least[max(reached)] if reached else self.otherwise
