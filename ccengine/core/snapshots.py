"""The core's whole state as plain data, so that a replay need not begin at the first event."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core.agents import Agent
from ccengine.core.calls import Call, LeftPlace
from ccengine.core.ids import AgentId, CallId, Instant, PhoneId, QueueId
from ccengine.core.plan import Plan
from ccengine.core.waits import LineHistory

if TYPE_CHECKING:
    from ccengine.core.floor import Floor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSnapshot:
    """One thing that will fall due."""

    what: str
    due: Instant
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSnapshot:
    """A number that waits to be called back."""

    queue: QueueId
    number: str
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterSnapshot:
    """Everything `ContactCenter.from_snapshot` needs."""

    plan: Plan
    agents: list[Agent]
    calls: list[Call]
    deadlines: list[DeadlineSnapshot]
    held: bool
    serial: int
    turns: dict[QueueId, AgentId] = field(default_factory=dict)
    acquaintances: dict[str, AgentId] = field(default_factory=dict)
    histories: dict[QueueId, LineHistory] = field(default_factory=dict)  #: what waits were lately
    lost_phones: list[PhoneId] = field(default_factory=list)
    own_calls: dict[PhoneId, tuple[str, ...]] = field(default_factory=dict)
    callbacks: list[CallbackSnapshot] = field(default_factory=list)
    left: dict[str, LeftPlace] = field(default_factory=dict)
    now: Instant = 0.0  #: qualifications were judged at this instant


def take(floor: Floor) -> CenterSnapshot:
    """Copy the floor's state."""
    deadlines = [
        DeadlineSnapshot(what=what, due=rank[0], serial=rank[1])
        for what in floor.deadlines
        if (rank := floor.deadlines.rank(what)) is not None
    ]
    return CenterSnapshot(
        plan=floor.plan,
        agents=[_copy_of_agent(agent) for agent in floor.roster.all()],
        calls=[_copy_of_call(call) for call in floor.calls.values()],
        deadlines=deadlines,
        held=floor.held,
        serial=floor.serial,
        turns=dict(floor.turns),
        acquaintances=dict(floor.acquaintances),
        histories={queue: copy(one) for queue, one in floor.waits.histories.items()},
        lost_phones=sorted(floor.lost_phones),
        own_calls=dict(floor.own_calls),
        callbacks=[
            CallbackSnapshot(queue=queue, number=number, call=call)
            for (queue, number), call in floor.items.callbacks.items()
        ],
        left=dict(floor.left),
        now=floor.matching.now,
    )


def restore(floor: Floor, snapshot: CenterSnapshot) -> None:
    """Put the copied state into an empty floor."""
    floor.plan = snapshot.plan
    floor.held = snapshot.held
    floor.serial = snapshot.serial
    for agent in snapshot.agents:
        floor.roster.add(_copy_of_agent(agent))
        floor.waits.count(agent)
    for call in snapshot.calls:
        floor.calls[call.id] = _copy_of_call(call)
    for deadline in snapshot.deadlines:
        floor.deadlines.put(deadline.what, (deadline.due, deadline.serial))
    floor.turns = dict(snapshot.turns)
    floor.acquaintances = dict(snapshot.acquaintances)
    floor.waits.restore(snapshot.histories)
    floor.lost_phones = set(snapshot.lost_phones)
    floor.own_calls = dict(snapshot.own_calls)
    floor.items.callbacks = {(one.queue, one.number): one.call for one in snapshot.callbacks}
    floor.left = dict(snapshot.left)
    floor.rebuild(snapshot.now)


def _copy_of_agent(agent: Agent) -> Agent:
    copied = copy(agent)
    copied.served, copied.spells = dict(agent.served), list(agent.spells)
    return copied


def _copy_of_call(call: Call) -> Call:
    copied = copy(call)
    copied.others = dict(call.others)
    copied.item = copy(call.item)
    return copied
