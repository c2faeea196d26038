"""The client's own staff: dialed by the same guards as any call outside (`partner-leg`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.ari.results import Originated
from ccengine.asterisk.channels import Gone
from ccengine.calls.insistence import insist

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import RingStaff

log = structlog.get_logger()

STAFF_CONTEXT = "partner-leg"
CONSULT_SECONDS = 60
SENT_SECONDS = 30
"""How long they ring for a caller who was sent to them: less, as nobody speaks with the caller."""

REASONS = {17: "busy", 18: "no answer", 19: "no answer", 21: "refused"}
"""Q.850 causes of a leg that was never answered, in words."""


def staff_leg_of(consult: str) -> str:
    """Return the channel id of the client's staff who are consulted."""
    return f"{consult}.staff"


async def dial_staff(leg: Channel, call: Call, number: str, seconds: int) -> str:
    """Dial them, and wait for the answer.

    Returns:
        Why they cannot be had; empty: they have answered.

    Raises:
        AriError: Asterisk refused, or does not say.
    """
    result = await leg.originate(
        endpoint=f"Local/{number}@{STAFF_CONTEXT}/n",
        app_args=("staff",),
        variables={"CC_ROLE": "staff", "CC_CALL_ID": call.id, "__CC_CLIENT": call.client},
        timeout_seconds=seconds,
    )
    return await answer_of(leg) if isinstance(result, Originated) else "not reached"


async def answer_of(leg: Channel) -> str:
    """Wait for the answer of staff who have been dialed; return as `dial_staff` does."""
    entered = await leg.entered()
    return REASONS.get(entered.cause, "not reached") if isinstance(entered, Gone) else ""


async def ring_staff(wiring: Wiring, call: Call, ring: RingStaff) -> str:
    """Ring them for a caller who was sent there, or take up the leg that is there already.

    Returns:
        Why they cannot be had; empty: they have answered.
    """
    leg = wiring.router.channel(ring.leg)
    if leg.confirmed:
        return await answer_of(leg)
    if not ring.number:
        leg.end(Gone(0, "lost while the engine was away"))
        return "lost"
    try:
        return await dial_staff(leg, call, ring.number, SENT_SECONDS)
    except AriDisconnected:
        raise
    except AriError as error:
        log.warning("staff_not_dialed", call_id=call.id, cause=str(error))
        await insist(leg.hang_up, f"end of {leg.id}")
        return "Asterisk refused"
