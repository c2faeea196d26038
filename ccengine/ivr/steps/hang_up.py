"""End the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.outcomes import HangUp, HangUpCause

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpStep:
    """End the flow and the call."""

    hang_up: HangUpCause  #: what the caller's network is told

    async def run(self, _context: FlowContext) -> HangUp:
        """Return the end."""
        return HangUp(self.hang_up)
