"""Somebody says in a flow that they want no more calls: their number goes to the client's list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from ccengine.config.dialable import identity_of

if TYPE_CHECKING:
    from ccengine.config.clients import Client
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId, ClientId

log = structlog.get_logger()

NOTED_WITHIN_SECONDS: Final = 3.0
"""A caller waits no longer for a store that does not answer."""


class OptOuts(Protocol):
    """Numbers that want no more calls of a client."""

    async def add(self, number: str, client: ClientId, call: CallId) -> None:
        """Note a number for ever, with the call as evidence; noted twice it is noted once."""


async def opt_out(opt_outs: OptOuts | None, call: Call, client: Client) -> bool:
    """Note who is on the line; False: nobody knows their number, or it could not be noted in time.

    Args:
        opt_outs: where they are noted; None: nowhere.
        call: theirs. A lead's number is the one that was dialed.
        client: whose calls they do not want.
    """
    number = identity_of(call.caller, client) if call.lead is None else call.lead.number
    if opt_outs is None or not number:
        log.warning("opt_out_impossible", call_id=call.id, client=client.id)
        return False
    try:
        async with asyncio.timeout(NOTED_WITHIN_SECONDS):
            await opt_outs.add(number, client.id, call.id)
    except Exception:
        # The flow has a way for it, and tells them.
        log.exception("opt_out_not_noted", call_id=call.id, client=client.id)
        return False
    log.info("opted_out", call_id=call.id, client=client.id)
    return True
