"""Who has answered an unattended call hears the campaign's flow, as a caller hears a number's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.dialing.lease import Lease
from ccengine.calls.inbound import InboundCall
from ccengine.calls.outside import Outside

if TYPE_CHECKING:
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.lead_leg import LeadLeg
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call


async def hear_flow(wiring: Wiring, talks: Talks, leg: LeadLeg, call: Call) -> None:
    """Serve somebody who is out of the dialplan, to their end or until the dialplan has them again.

    Args:
        wiring: engine and configuration.
        talks: all talks: the flow may lead to a queue, and so to an agent.
        leg: theirs, of which only the dialplan's limit was taken care of so far.
        call: as the core knows it; the flow begins, or goes on where an earlier engine was.
    """
    lease = Lease(leg, call)
    outside = Outside(wiring, call, lease.end)
    session = InboundCall(
        wiring, talks, leg.channel, call, resumed=bool(call.step), outside=outside
    )
    async with asyncio.TaskGroup() as beside:
        lending = beside.create_task(lease.run(), name=f"lease {call.id}")
        left = await session.run()
        lending.cancel()
    if left is not None:
        await left.follow()
