"""Asking the core for whom an agent wants to call or to send a caller to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.calls.directory import Colleague, Line, StaffMember
from ccengine.calls.staff import staff_leg_of
from ccengine.core.events import (
    AgentDialled,
    CallDirected,
    CallEnded,
    CallQueued,
    CallTransferred,
    Party,
)
from ccengine.core.ids import CallId
from ccengine.core.states import Kind

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.directory import Target
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId

log = structlog.get_logger()


def begin_consult(
    wiring: Wiring, origin: Call, agent: AgentId, side: Channel, target: Target
) -> Call | None:
    """Have the core reserve whom an agent wants to ask; None: they cannot be had."""
    engine = wiring.engine
    call = CallId(f"{origin.id}-c{engine.clock.now() * 1000:.0f}")
    dialled = AgentDialled(
        call=call,
        agent=agent,
        tenant=origin.tenant,
        client=origin.client,
        number=_name_of(target),
        channel=side.id,
        leg=side.id,
        kind=Kind.CONSULT,
        node=wiring.node,
        origin=origin.id,
        outside=staff_leg_of(call) if isinstance(target, StaffMember) else "",
    )
    if engine.post(dialled):
        return None
    return engine.center.calls[call] if aim(wiring, call, target) else None


def aim(wiring: Wiring, call: CallId, target: Target) -> bool:
    """Direct an agent's call to whom it is for; False: they cannot be had, and it is over."""
    engine = wiring.engine
    match target:
        case Colleague():
            rejection = engine.post(CallDirected(call=call, agent=target.agent))
        case Line():
            rejection = engine.post(CallQueued(call=call, queue=target.queue))
        case _:
            rejection = ""
    if rejection:
        log.info("call_refused", call_id=call, cause=rejection)
        engine.post(CallEnded(call=call, by=Party.ENGINE, cause=rejection))
    return not rejection


def _name_of(target: Target) -> str:
    match target:
        case Colleague():
            return target.agent
        case Line():
            return target.queue
        case _:
            return target.number


def transfer_of(call: CallId, agent: AgentId, target: Target) -> CallTransferred | None:
    """Return what is to be asked for to send a caller on; None: it cannot be."""
    match target:
        case Colleague():
            return CallTransferred(call=call, agent=agent, to_agent=target.agent)
        case Line():
            return CallTransferred(call=call, agent=agent, queue=target.queue)
        case StaffMember():
            return CallTransferred(call=call, agent=agent, number=target.number)
        case _:
            return None
