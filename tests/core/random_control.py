"""What agents may do with calls, for machines that throw everything at a center."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccengine.core import events
from ccengine.core.events import HoldBy, Party
from ccengine.core.ids import AgentId, ClientId, QueueId, client_of
from ccengine.core.states import CallState, Kind
from tests.core.builders import agent_dialled
from tests.core.plans import CLIENTS, NAMES, QUEUES

if TYPE_CHECKING:
    from random import Random

    from ccengine.core.calls import Call
    from ccengine.core.center import ContactCenter
    from ccengine.core.events import Event
    from ccengine.core.ids import CallId

DIALLED = (Kind.OUTBOUND, Kind.INTERNAL, Kind.CONSULT)


def dialled_by(call: CallId, agent: str, kind: Kind, chance: Random) -> Event:
    """Return that an agent dials somebody outside, or a colleague, who have no client."""
    client = ClientId(chance.choice(CLIENTS) if kind is Kind.OUTBOUND else "")
    return replace(agent_dialled(call, agent, kind), client=client)


def consulted_about(call: CallId, origin: Call, chance: Random) -> Event:
    """Return that who has a customer's call asks a colleague about it, or the client's staff."""
    by = origin.agent or AgentId(chance.choice(NAMES))
    made = agent_dialled(call, by, Kind.CONSULT, origin.id)
    outside = f"{call}.staff" if chance.random() < 0.2 else ""
    return replace(made, client=origin.client, outside=outside)


def consult_about(call: Call, center: ContactCenter) -> Call | None:
    """Return the consult about a call."""
    return next((one for one in center.calls.values() if one.origin == call.id), None)


def control_of(call: Call, center: ContactCenter, chance: Random) -> Event:
    """Return something that an agent may do with a call, or may not just now."""
    agent = call.agent or AgentId(chance.choice(NAMES))
    both: dict[str, Any] = {"call": call.id, "agent": agent}
    other = _somebody(center, chance)
    consult = consult_about(call, center)
    if call.state is CallState.SENT_OUT:
        return staff_said(call, chance)
    if consult is not None and chance.random() < 0.6:
        return _end_of_consult(call, consult, both, chance)
    same = [queue for queue in QUEUES if client_of(QueueId(queue)) == call.client]
    queue = QueueId(chance.choice(same if chance.random() < 0.9 and same else QUEUES))
    return chance.choice(
        (
            events.CallTransferred(**both, to_agent=other),
            events.CallTransferred(**both, to_agent=other),
            events.CallTransferred(**both, queue=queue),
            events.CallTransferred(**both, number="99555"),
            events.CallDirected(call=call.id, agent=other),
            events.HoldStarted(**both, how=HoldBy.CODE),
            events.HoldEnded(**both),
        )
    )


def _somebody(center: ContactCenter, chance: Random) -> AgentId:
    """Return an agent, mostly one who is free."""
    free = [agent.id for agent in center.agents() if agent.may_be_offered]
    return AgentId(chance.choice(free if free and chance.random() < 0.8 else NAMES))


def _end_of_consult(call: Call, consult: Call, both: dict[str, Any], chance: Random) -> Event:
    to = consult.agent or AgentId(chance.choice(NAMES))
    out = consult.outside and chance.random() < 0.8
    if out:
        return events.CallHandedOut(**both, consult=consult.id, channel="s", number="99")
    joined = {"call": consult.id, "agent": to}
    return chance.choice(
        (
            events.CallHandedOver(**both, to_agent=to, consult=consult.id),
            events.CallHandedOver(**both, to_agent=to, consult=consult.id),
            events.ConferenceStarted(**joined, bridge=call.bridge, channel="s"),  # type: ignore[arg-type]
            events.CallHandedOut(**both, consult=consult.id, channel="s", number="99"),
        )
    )


def staff_said(call: Call, chance: Random) -> Event:
    """Return what became of the client's staff who are rung."""
    if chance.random() < 0.4:
        return events.StaffAnswered(call=call.id, leg=call.outside, bridge="b")
    leg = call.outside if chance.random() < 0.9 else "stale"
    return events.StaffMissed(call=call.id, leg=leg, reason="busy")


def next_of_sent_out(call: Call) -> Event | None:
    """Return what comes next for a call that is with the client's staff, or rings them."""
    match call.state:
        case CallState.SENT_OUT:
            return events.StaffMissed(call=call.id, leg=call.outside, reason="no answer")
        case CallState.HANDED_OUT:
            return events.CallEnded(call=call.id, by=Party.CALLER, cause="hung up")
        case _:
            return None


def next_of_dialled(call: Call, center: ContactCenter) -> Event | None:
    """Return what comes next for a call that an agent made; None: as for a caller's."""
    if call.state is CallState.DIALING and call.agent is not None:
        return events.ConversationStarted(call=call.id, agent=call.agent, bridge="b")
    origin = None if call.origin is None else center.calls.get(call.origin)
    over = call.origin is not None and (origin is None or origin.agent != call.by)
    if call.kind is Kind.OUTBOUND or call.by is None or over or call.offers_made or call.queue:
        ended = call.state in (CallState.IN_FLOW, CallState.HANDED_OUT) or over
        return events.CallEnded(call=call.id, by=Party.AGENT, cause="over") if ended else None
    if call.state is not CallState.IN_FLOW or call.outside:
        return None
    return _aimed(call, center)


def _aimed(call: Call, center: ContactCenter) -> Event:
    """Return for whom it is: one who is free, now and then a queue."""
    free = [agent.id for agent in center.agents() if agent.may_be_offered]
    queues = [queue for queue in center.plan.queues if client_of(queue) == call.client]
    if queues and int(call.id[1:]) % 4 == 0:
        return events.CallQueued(call=call.id, queue=queues[0])
    if not free:
        return events.CallEnded(call=call.id, by=Party.ENGINE, cause="nobody is free")
    return events.CallDirected(call=call.id, agent=free[int(call.id[1:]) % len(free)])
