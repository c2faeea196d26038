"""The core's whole state as plain data, so that a replay need not begin at the first event.

To copy 10,000 agents and as many calls takes too long for the calls that go on meanwhile. So an
imprint comes first, taken at once and in little time; a snapshot is made of it bit by bit.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ccengine.core.agents import Agent
from ccengine.core.calls import Call, LeftPlace
from ccengine.core.closed_numbers import Closed
from ccengine.core.coachings import Coaching
from ccengine.core.dialer.runs import NO_RUNS, RunsSnapshot
from ccengine.core.dialing import recalled
from ccengine.core.ids import AgentId, CallId, ClosureId, Instant, OfferId, PhoneId, QueueId
from ccengine.core.plan import Plan
from ccengine.core.waits import LineHistory
from ccengine.core.work_items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.floor import Floor

_AGENT = tuple(one.name for one in fields(Agent))
_CALL = tuple(one.name for one in fields(Call))
_agent_values = attrgetter(*_AGENT)
_call_values = attrgetter(*_CALL)


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
    closed: dict[ClosureId, Closed] = field(default_factory=dict)
    coachings: list[Coaching] = field(default_factory=list)
    dialing: RunsSnapshot = NO_RUNS  #: campaigns that run
    now: Instant = 0.0  #: qualifications were judged at this instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """The state at an instant. Nothing in it changes any more, whatever happens to the center."""

    frame: CenterSnapshot  #: all but agents, calls and deadlines
    agent_values: list[Any]  #: one after the other: that is thrice as fast as one by one
    call_values: list[Any]
    deadline_values: list[tuple[tuple[Instant, int], str]]
    others: dict[CallId, dict[OfferId, AgentId]]
    items: dict[CallId, Item]

    def __len__(self) -> int:
        """Count agents and calls: what it costs to go on with."""
        return len(self.agent_values) // len(_AGENT) + len(self.call_values) // len(_CALL)

    def agents(self) -> Iterator[Agent]:
        """Make the agents, one after the other."""
        for values in _rows(self.agent_values, len(_AGENT)):
            yield Agent(**dict(zip(_AGENT, values, strict=True)))

    def calls(self) -> Iterator[Call]:
        """Make the calls, one after the other."""
        for values in _rows(self.call_values, len(_CALL)):
            call = Call(**dict(zip(_CALL, values, strict=True)))
            call.others = self.others.get(call.id, {})
            call.item = self.items.get(call.id)
            yield call

    def deadlines(self) -> Iterator[DeadlineSnapshot]:
        """Make what will fall due, in order."""
        for (due, serial), what in sorted(self.deadline_values):
            yield DeadlineSnapshot(what=what, due=due, serial=serial)

    def snapshot(self) -> CenterSnapshot:
        """Make the whole snapshot."""
        return replace(
            self.frame,
            agents=list(self.agents()),
            calls=list(self.calls()),
            deadlines=list(self.deadlines()),
        )


def imprint(floor: Floor) -> Imprint:
    """Take the floor's state: values that are replaced, and never changed, but for those copied."""
    agents, calls = floor.roster.all(), list(floor.calls.values())
    return Imprint(
        frame=_frame(floor),
        agent_values=list(chain.from_iterable(map(_agent_values, agents))),
        call_values=list(chain.from_iterable(map(_call_values, calls))),
        deadline_values=floor.deadlines.entries(),
        others={call.id: dict(call.others) for call in calls if call.others},
        items={call.id: copy(call.item) for call in calls if call.item is not None},
    )


def _rows(values: list[Any], width: int) -> Iterator[tuple[Any, ...]]:
    return zip(*[iter(values)] * width, strict=True)


def _frame(floor: Floor) -> CenterSnapshot:
    return CenterSnapshot(
        plan=floor.plan,
        agents=[],
        calls=[],
        deadlines=[],
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
        left=dict(floor.items.left),
        closed=dict(floor.closed),
        coachings=[copy(one) for one in floor.coachings.values()],
        dialing=floor.runs.snapshot(),
        now=floor.matching.now,
    )


def restore(floor: Floor, snapshot: CenterSnapshot) -> None:
    """Put the copied state into an empty floor."""
    floor.plan = snapshot.plan
    floor.held = snapshot.held
    floor.serial = snapshot.serial
    for agent in snapshot.agents:
        floor.roster.add(copy(agent))
        floor.waits.count(agent)
    for call in snapshot.calls:
        floor.calls[call.id] = _copy_of_call(call)
        if call.origin is not None:
            floor.consults[call.origin] = call.id
    for deadline in snapshot.deadlines:
        floor.deadlines.put(deadline.what, (deadline.due, deadline.serial))
    floor.turns = dict(snapshot.turns)
    floor.acquaintances = dict(snapshot.acquaintances)
    floor.waits.restore(snapshot.histories)
    floor.lost_phones = set(snapshot.lost_phones)
    floor.own_calls = dict(snapshot.own_calls)
    floor.items.callbacks = {(one.queue, one.number): one.call for one in snapshot.callbacks}
    floor.items.left = dict(snapshot.left)
    floor.closed = dict(snapshot.closed)
    floor.coachings = {one.id: copy(one) for one in snapshot.coachings}
    _restore_dialing(floor, snapshot.dialing)
    floor.rebuild(snapshot.now)
    floor.runs.stirred = False  # nothing has happened since


def _restore_dialing(floor: Floor, dialing: RunsSnapshot) -> None:
    runs = floor.runs
    for one in dialing.runs:
        runs.known[one.campaign] = recalled(one, floor.plan.campaigns[one.campaign])
    runs.air, runs.closing = dict(dialing.air), dict(dialing.closing)
    runs.closed = {agent: dict(calls) for agent, calls in dialing.closed.items()}
    runs.previews = dict(dialing.previews)
    runs.turn = dialing.turn
    runs.asked, runs.over = dict(dialing.asked), set(dialing.over)


def _copy_of_call(call: Call) -> Call:
    copied = copy(call)
    copied.others = dict(call.others)
    copied.item = copy(call.item)
    return copied
