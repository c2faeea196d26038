"""What another plan would do to those who wait and those who are logged in.

The plan is put before a copy of the center, so that what is told is what would happen; nothing here
decides anything a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from ccengine.core.acd.requirement import Requirement, Requirements
from ccengine.core.calls import Call
from ccengine.core.center import ContactCenter
from ccengine.core.commands import DivertCall, OfferCall, WithdrawOffer
from ccengine.core.events import PlanLoaded
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.plan import Plan, client_of
from ccengine.core.states import IN_LINE, AgentState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.core.agents import Agent
    from ccengine.core.commands import Command
    from ccengine.core.ids import Instant

NOW: Final = "now"
AFTER_THE_CALL: Final = "after the call"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChange:
    """What would change for somebody who waits."""

    call: CallId
    queue: QueueId  #: before
    waited_seconds: float  #: in that queue
    queue_gone: bool
    needs: tuple[str, ...]  #: each need that changes, as `skills: billing 5 → billing 7`
    qualified_before: int  #: agents who may serve the call
    qualified_after: int
    logged_in_before: int  #: of these
    logged_in_after: int
    gains: tuple[AgentId, ...]  #: agents who may serve it then and may not now
    loses: tuple[AgentId, ...]
    outcome: str  #: what happens at once, such as `is offered to bob`; empty: waits on


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """What would change for somebody who is logged in."""

    agent: AgentId
    state: AgentState
    logged_out: str  #: `now`, `after the call`, or empty
    changed: tuple[str, ...]  #: settings that differ, such as `skills`
    gains: tuple[QueueId, ...]  #: queues they may answer then and may not now
    loses: tuple[QueueId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges:
    """All of it."""

    version_before: str
    version_after: str
    waiting: int
    logged_in: int
    queues_new: tuple[QueueId, ...]
    queues_changed: tuple[QueueId, ...]
    queues_gone: tuple[QueueId, ...]
    calls: tuple[CallChange, ...]
    agents: tuple[AgentChange, ...]


def changes_of(center: ContactCenter, plan: Plan, now: Instant) -> PlanChanges:
    """Return what the plan would change at this moment. The center stays as it is."""
    center = ContactCenter.from_snapshot(center.snapshot())
    center.advance(now)  # what time alone changes is not the plan's doing
    after = ContactCenter.from_snapshot(center.snapshot())
    commands = after.handle(PlanLoaded(plan=plan), now)
    before = center.plan
    waiting = [call for call in center.calls.values() if call.state in IN_LINE and call.queue]
    here = [agent for agent in center.agents() if agent.state is not AgentState.OFFLINE]
    common = before.queues.keys() & plan.queues.keys()
    changed = {name for name in common if before.queues[name] != plan.queues[name]}
    present = {agent.id for agent in here}
    judges = _Judge(before, now, present), _Judge(plan, now, present)
    calls = (
        _call_change(call, after.calls.get(call.id, call), judges, commands) for call in waiting
    )
    states = {agent.id: agent.state for agent in after.agents()}
    agents = (
        _agent_change(agent, states.get(agent.id, AgentState.OFFLINE), judges, changed)
        for agent in here
    )
    return PlanChanges(
        version_before=before.version,
        version_after=plan.version,
        waiting=len(waiting),
        logged_in=len(here),
        queues_new=tuple(sorted(plan.queues.keys() - common)),
        queues_changed=tuple(sorted(changed)),
        queues_gone=tuple(sorted(before.queues.keys() - common)),
        calls=tuple(change for change in calls if change is not None),
        agents=tuple(change for change in agents if change is not None),
    )


# ---- calls -----------------------------------------------------------------------------------


class _Judge:
    """Tells who may serve whom under one plan; asked once for callers with the same needs."""

    def __init__(self, plan: Plan, now: Instant, present: set[AgentId]) -> None:
        self.plan = plan
        self.now = now
        self._present = present
        self._requirements = Requirements(plan)
        self._answerers: dict[QueueId, frozenset[AgentId]] = {}
        self._known: dict[Requirement | None, tuple[frozenset[AgentId], int]] = {}

    def needs_of(self, call: Call) -> Requirement | None:
        return None if call.queue is None else self._requirements.of(call, call.relaxed)

    def qualified(self, needs: Requirement | None) -> tuple[frozenset[AgentId], int]:
        """Return who qualifies, and how many of them are logged in."""
        if needs not in self._known:
            found = frozenset(self._found(needs)) if needs is not None else frozenset[AgentId]()
            self._known[needs] = found, len(self._present & found)
        return self._known[needs]

    def answerers(self, queue: QueueId) -> frozenset[AgentId]:
        """Return who qualifies for a caller who has just entered the queue."""
        if queue not in self._answerers:
            self._answerers[queue] = self.qualified(self._needs_at_first(queue))[0]
        return self._answerers[queue]

    def _needs_at_first(self, queue: QueueId) -> Requirement | None:
        if queue not in self.plan.queues:
            return None
        caller = Call(
            id=CallId(""),
            tenant=self.plan.tenant,
            client=client_of(queue),
            number="",
            channel="",
            queue=queue,
        )
        return self.needs_of(caller)

    def _found(self, needs: Requirement) -> Iterator[AgentId]:
        for agent in self.plan.agents:
            if needs.lack_of(agent, self.plan, self.now) is None:
                yield agent


def _call_change(
    call: Call, then: Call, judges: tuple[_Judge, _Judge], commands: Sequence[Command]
) -> CallChange | None:
    before, after = judges
    queue = call.queue
    if queue is None:
        return None
    needed, needs = before.needs_of(call), after.needs_of(then)
    could, could_here = before.qualified(needed)
    can, can_here = after.qualified(needs)
    change = CallChange(
        call=call.id,
        queue=queue,
        waited_seconds=after.now - call.queued_at,
        queue_gone=queue not in after.plan.queues,
        needs=tuple(_differences(needed, needs)),
        qualified_before=len(could),
        qualified_after=len(can),
        logged_in_before=could_here,
        logged_in_after=can_here,
        gains=tuple(sorted(can - could)),
        loses=tuple(sorted(could - can)),
        outcome="; ".join(_outcomes(call, then, commands)),
    )
    is_same = could == can and not change.needs and not change.queue_gone
    return None if is_same and not change.outcome else change


def _differences(before: Requirement | None, after: Requirement | None) -> Iterator[str]:
    if before is None or after is None:
        return
    for name in ("skills", "licences", "groups", "lent", "members", "preferred", "only"):
        was, becomes = _shown(getattr(before, name)), _shown(getattr(after, name))
        if was != becomes:
            yield f"{name}: {was} → {becomes}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown_item(item) for item in value) or "any"
    return str(value)


def _shown_item(item: object) -> str:
    return " ".join(str(part) for part in item) if isinstance(item, tuple) else str(item)


def _outcomes(call: Call, then: Call, commands: Sequence[Command]) -> Iterator[str]:
    for command in commands:
        match command:
            case OfferCall(call=call.id):
                yield f"is offered to {command.agent}"
            case WithdrawOffer(call=call.id):
                yield f"rings no longer at {command.agent}"
            case DivertCall(call=call.id):
                to = command.number or command.flow or "voicemail"
                yield f"is sent to {to} ({command.reason})"
            case _:
                pass
    if then.queue is not None and then.queue != call.queue:
        yield f"goes on to {then.queue}"


# ---- agents ----------------------------------------------------------------------------------


def _agent_change(
    agent: Agent,
    then: AgentState,
    judges: tuple[_Judge, _Judge],
    queues_changed: set[QueueId],
) -> AgentChange | None:
    before, after = (judge.plan for judge in judges)
    changed = tuple(_settings_changed(agent.id, before, after))
    names = before.queues.keys() | after.queues.keys() if changed else queues_changed
    names |= before.queues.keys() ^ after.queues.keys()
    gains, loses = [], []
    for name in sorted(names):
        could, can = (agent.id in judge.answerers(name) for judge in judges)
        if can and not could:
            gains.append(name)
        elif could and not can:
            loses.append(name)
    logged_out = ""
    if agent.id not in after.agents:
        logged_out = NOW if then is AgentState.OFFLINE else AFTER_THE_CALL
    if not (changed or gains or loses or logged_out):
        return None
    return AgentChange(
        agent=agent.id,
        state=agent.state,
        logged_out=logged_out,
        changed=changed,
        gains=tuple(gains),
        loses=tuple(loses),
    )


def _settings_changed(agent: AgentId, before: Plan, after: Plan) -> Iterator[str]:
    was, becomes = before.agents.get(agent), after.agents.get(agent)
    if was is None or becomes is None:
        return
    for one in fields(was):
        if getattr(was, one.name) != getattr(becomes, one.name):
            yield one.name
    if before.periods.get(agent, {}) != after.periods.get(agent, {}):
        yield "days"
