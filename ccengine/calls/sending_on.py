"""An agent gives the caller away: sent on unasked, or handed over to whom they have consulted.

Each act asks the core first: what it refuses changes nothing, and is said at once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.results import TransferOutcome
from ccengine.calls.asking import transfer_of
from ccengine.calls.insistence import insist
from ccengine.calls.race import first_of
from ccengine.core.events import CallHandedOut, CallHandedOver
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import ChannelTransfer
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import ConsultCall
    from ccengine.calls.directory import Target
    from ccengine.calls.talk import Talk
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

WITH_STAFF = "with the client's own staff"
TOLD_SECONDS: Final = 0.2
"""Until a phone has been told what became of its REFER. Asterisk sends that NOTIFY by a thread of
its own (`res_pjsip_refer`), which the end of the line may overtake: seen 4 ms after the REFER."""


async def refer(talk: Talk, event: ChannelTransfer, consult: ConsultCall | None) -> bool:
    """Do what the phone's REFER asks for, and tell the phone; True: the caller has gone on."""
    asked_on = talk.wiring.router.find(event.channel.id) or talk.leg
    leg = talk.leg
    if event.consulted is None:
        is_done = await send_on(talk, talk.find(event.destination), asked_on)
    else:
        pair = {event.channel.id, event.consulted.id}
        ours = consult is not None and pair == {leg.id, consult.side.id}
        is_done = consult is not None and ours and await complete(talk, consult, asked_on)
    if is_done:
        await insist(leg.hang_up, f"end of {leg.id}")
    else:
        await asked_on.report_transfer(TransferOutcome.REFUSED)
    return is_done


async def send_on(talk: Talk, target: Target | None, asked_on: Channel | None = None) -> bool:
    """Send the caller on; False: it cannot be, the agent keeps them."""
    agent = talk.agent
    if agent is None or target is None:
        return False
    event = transfer_of(talk.call.id, agent, target)
    rejection = "" if event is None else talk.engine.post(event)
    if event is None or rejection:
        log.info("transfer_refused", call_id=talk.call.id, cause=rejection)
        return False
    if asked_on is not None:
        await asked_on.report_transfer(TransferOutcome.DONE)
        await first_of(asked_on.wait_gone(), asyncio.sleep(TOLD_SECONDS, result=True))
    return True


async def complete(talk: Talk, consult: ConsultCall, asked_on: Channel | None = None) -> bool:
    """Let whom was consulted have the caller; who has not answered yet is sent the caller.

    Args:
        talk: the customer's.
        consult: with whom.
        asked_on: the line of the phone's REFER, which is answered before its lines are ended.
    """
    leg, agent = consult.leg, talk.agent
    if agent is None:
        return False
    if leg is None or consult.call.state not in (CallState.TALKING, CallState.IN_FLOW):
        consult.stop("sent on")
        await consult.ended.wait()
        return await send_on(talk, consult.target, asked_on)
    event = _hand_over_of(talk, consult, leg, agent)
    rejection = talk.engine.post(event)
    if rejection:
        log.info("hand_over_refused", call_id=talk.call.id, cause=rejection)
        return False
    if isinstance(event, CallHandedOut):
        await talk.recordings.end(talk.call, WITH_STAFF)
    consult.has_left = True  # before the music ends: none may begin from here on
    before = await talk.change_to(leg)
    if asked_on is not None:
        await asked_on.report_transfer(TransferOutcome.DONE)
    consult.hand_over()
    await insist(before.hang_up, f"end of {before.id}")
    return True


def _hand_over_of(
    talk: Talk, consult: ConsultCall, leg: Channel, agent: AgentId
) -> CallHandedOver | CallHandedOut:
    colleague = consult.call.agent
    if colleague is None:
        return CallHandedOut(
            call=talk.call.id,
            agent=agent,
            consult=consult.call.id,
            channel=leg.id,
            number=consult.call.number,
        )
    return CallHandedOver(
        call=talk.call.id, agent=agent, to_agent=colleague, consult=consult.call.id
    )
