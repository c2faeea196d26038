"""Send the caller to the client's own staff or to somebody outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.ivr.outcomes import Transfer
from ccengine.ivr.references import StaffName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStep:
    """End the flow there. Whom nobody takes may leave a message."""

    transfer: StaffName  #: a code of the client's staff, or a number its outbound rules allow

    async def run(self, context: FlowContext) -> Transfer:
        """Return the number."""
        return Transfer(context.staff.get(self.transfer, self.transfer))
