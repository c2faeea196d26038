"""End a flow that another one has called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.outcomes import GiveBack
from ccengine.ivr.references import ResultName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBackStep:
    """Go on where this flow was called; `{}` gives nothing back."""

    give_back: Mapping[ResultName, Template]

    async def run(self, _context: FlowContext) -> GiveBack:
        """Return what the calling flow may take."""
        return GiveBack(self.give_back)
