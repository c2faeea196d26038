"""What another plan would do to those who wait and those who are logged in.

The plan is put before a copy of the center, so that what is told is what would happen; nothing here
decides anything a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from ccengine.core.acd.requirement import Requirement, requirement_of
from ccengine.core.calls import Call
from ccengine.core.center import ContactCenter
from ccengine.core.commands import DivertCall, OfferCall, WithdrawOffer
from ccengine.core.events import PlanLoaded
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.plan import Plan, client_of
from ccengine.core.queues import QueueSettings
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.core.agents import Agent
    from ccengine.core.commands import Command
    from ccengine.core.ids import Instant

IN_LINE: Final = frozenset({CallState.WAITING, CallState.OFFERED, CallState.STRAYED})
RETIRED: Final = QueueSettings()
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
    qualified_before: tuple[AgentId, ...]
    qualified_after: tuple[AgentId, ...]
    logged_in_before: int  #: of the qualified
    logged_in_after: int
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
    after = ContactCenter.from_snapshot(center.snapshot())
    commands = after.handle(PlanLoaded(plan=plan), now)
    before = center.plan
    waiting = [call for call in center.calls.values() if call.state in IN_LINE and call.queue]
    here = [agent for agent in center.agents() if agent.state is not AgentState.OFFLINE]
    common = before.queues.keys() & plan.queues.keys()
    changed = {name for name in common if before.queues[name] != plan.queues[name]}
    present = {agent.id for agent in here}
    calls = (_call_change(call, (center, after), present, commands, now) for call in waiting)
    agents = (_agent_change(agent, (center, after), changed, now) for agent in here)
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


def _call_change(
    call: Call,
    centers: tuple[ContactCenter, ContactCenter],
    present: set[AgentId],
    commands: Sequence[Command],
    now: Instant,
) -> CallChange | None:
    before, after = centers
    queue = call.queue
    if queue is None:
        return None
    then = after.calls.get(call.id, call)
    needed = _requirement(call, before.plan)
    needs = _requirement(then, after.plan)
    qualified_before = _qualified(needed, before.plan, now)
    qualified_after = _qualified(needs, after.plan, now)
    change = CallChange(
        call=call.id,
        queue=queue,
        waited_seconds=now - call.queued_at,
        queue_gone=queue not in after.plan.queues,
        needs=tuple(_differences(needed, needs)),
        qualified_before=qualified_before,
        qualified_after=qualified_after,
        logged_in_before=len(present.intersection(qualified_before)),
        logged_in_after=len(present.intersection(qualified_after)),
        outcome="; ".join(_outcomes(call, then, commands)),
    )
    same = qualified_before == qualified_after and not change.needs
    return None if same and not change.queue_gone and not change.outcome else change


def _requirement(call: Call, plan: Plan) -> Requirement | None:
    if call.queue is None:
        return None
    return requirement_of(call, plan.queues.get(call.queue, RETIRED), call.relaxed)


def _qualified(needs: Requirement | None, plan: Plan, now: Instant) -> tuple[AgentId, ...]:
    if needs is None:
        return ()
    return tuple(agent for agent in plan.agents if needs.lack_of(agent, plan, now) is None)


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
    centers: tuple[ContactCenter, ContactCenter],
    queues_changed: set[QueueId],
    now: Instant,
) -> AgentChange | None:
    before, after = (center.plan for center in centers)
    changed = tuple(_settings_changed(agent.id, before, after))
    names = before.queues.keys() | after.queues.keys() if changed else queues_changed
    names |= before.queues.keys() ^ after.queues.keys()
    gains, loses = [], []
    for name in sorted(names):
        could, can = (_may_answer(agent.id, name, plan, now) for plan in (before, after))
        if can and not could:
            gains.append(name)
        elif could and not can:
            loses.append(name)
    logged_out = ""
    if agent.id not in after.agents:
        there = {one.id: one.state for one in centers[1].agents()}
        stays = there.get(agent.id, AgentState.OFFLINE) is not AgentState.OFFLINE
        logged_out = AFTER_THE_CALL if stays else NOW
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


def _may_answer(agent: AgentId, queue: QueueId, plan: Plan, now: Instant) -> bool:
    """Tell whether the agent qualifies for a caller who has just entered."""
    settings = plan.queues.get(queue)
    if settings is None or agent not in plan.agents:
        return False
    caller = Call(
        id=CallId(""),
        tenant=plan.tenant,
        client=client_of(queue),
        number="",
        channel="",
        queue=queue,
    )
    return requirement_of(caller, settings, 0).lack_of(agent, plan, now) is None
