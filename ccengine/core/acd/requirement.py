"""What a caller needs of an agent, and the first thing an agent lacks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.calls import Call
from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    GroupId,
    LicenceId,
    QueueId,
    SkillId,
    TenantId,
    client_of,
)
from ccengine.core.plan import RETIRED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.ids import Instant
    from ccengine.core.plan import AgentSettings, Plan
    from ccengine.core.queues import QueueSettings, RelaxStep

Levels = tuple[tuple[SkillId, int], ...]
"""Skills with levels, sorted, so that equal needs are equal values."""


class Lack(NamedTuple):
    """Why an agent does not qualify."""

    what: str  #: "approval", "licence", "member", "group", "skill" or "caller's own agents"
    name: str = ""
    has: int = 0
    least: int = 0


class Requirement(NamedTuple):
    """What a call in a queue needs now."""

    queue: QueueId
    client: ClientId
    skills: Levels
    licences: tuple[LicenceId, ...] = ()
    groups: tuple[GroupId, ...] = ()  #: one of these; empty: any
    lent: tuple[tuple[GroupId, QueueId], ...] = ()  #: or one of these, while the queue is healthy
    members: tuple[AgentId, ...] | None = None  #: one of these; None: anybody
    preferred: Levels = ()  #: wanted, never needed
    only: tuple[AgentId, ...] = ()  #: the caller's own agents, for a time; empty: anybody
    scores: tuple[int, ...] = ()  #: of these agents, higher is asked first; empty: in their order

    def lack_of(self, agent: AgentId, plan: Plan, now: Instant) -> Lack | None:
        """Return the first thing the agent lacks, None if they qualify."""
        has = plan.agents[agent]
        lack = self.bar_of(agent, plan, now) or self._not_asked_for(agent, has)
        lack = lack or self._not_able(skills_of(plan, agent, now))
        if lack is None and self.only and agent not in self.only:
            return Lack("caller's own agents", ", ".join(self.only))
        return lack

    def bar_of(self, agent: AgentId, plan: Plan, now: Instant) -> Lack | None:
        """Return the approval or licence the agent lacks now: nothing relaxes these."""
        has = plan.agents[agent]
        if self.client not in has.clients or not holds(plan, agent, f"client:{self.client}", now):
            return Lack("approval", self.client)
        for licence in self.licences:
            if licence not in has.licences or not holds(plan, agent, f"licence:{licence}", now):
                return Lack("licence", licence)
        return None

    def _not_asked_for(self, agent: AgentId, has: AgentSettings) -> Lack | None:
        if self.members is not None and agent not in self.members:
            return Lack("member", self.queue)
        if self.groups and not self._in_group(has):
            return Lack("group", " or ".join(self.groups))
        return None

    def _not_able(self, has: Mapping[SkillId, int]) -> Lack | None:
        for skill, least in self.skills:
            if has.get(skill, 0) < least:
                return Lack("skill", skill, has.get(skill, 0), least)
        return None

    def lenders_of(self, has: AgentSettings) -> tuple[QueueId, ...]:
        """Return the queues of which one must be healthy for this agent to count; empty: none."""
        if not self.lent or not self.groups or any(group in self.groups for group in has.groups):
            return ()
        return tuple(lender for group, lender in self.lent if group in has.groups)

    def _in_group(self, has: AgentSettings) -> bool:
        lent = (group for group, _ in self.lent)
        return any(group in has.groups for group in (*self.groups, *lent))


@dataclass(slots=True)
class _Needs:
    """A requirement in the making: relax steps take away from it."""

    skills: dict[SkillId, int]
    preferred: dict[SkillId, int]
    groups: list[GroupId]
    lent: list[tuple[GroupId, QueueId]]
    max_penalty: int | None

    def relax(self, step: RelaxStep) -> None:
        for skill, least in step.lower.items():
            if skill in self.skills:
                self.skills[skill] = min(self.skills[skill], least)
        for skill in step.drop:
            self.skills.pop(skill, None)
            self.preferred.pop(skill, None)
        # Where no group is asked for, everybody counts already.
        if self.groups and step.while_healthy is not None:
            lender = step.while_healthy
            self.lent += [(group, lender) for group in step.groups]
        elif self.groups:
            self.groups += step.groups
        if step.penalty is not None:
            self.max_penalty = step.penalty


class Requirements:
    """What calls need under a plan; worked out once for all who ask for the same."""

    def __init__(self, plan: Plan) -> None:
        self._queues = plan.queues
        self._known: dict[tuple[object, ...], Requirement] = {}

    def of(self, call: Call, step: int) -> Requirement:
        """Return what the queued call needs after `step` of its queue's relax steps."""
        if call.only:  # of these there are too many to keep
            return self._worked_out(call, step)
        skills, preferred = tuple(call.skills.items()), tuple(call.preferred.items())
        asked = (call.queue, call.client, step, skills, preferred)
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = self._worked_out(call, step)
        return known

    def queues_of(self, agent: AgentId, plan: Plan, now: Instant) -> list[QueueId]:
        """Return the queues whose usual callers the agent may get, at the latest in time."""
        if agent not in plan.agents:
            return []
        return [queue for queue, needed in self._latest if needed.lack_of(agent, plan, now) is None]

    @cached_property
    def _latest(self) -> list[tuple[QueueId, Requirement]]:
        """What usual callers need after all steps of their queues."""
        return [
            (queue, self.of(usual_caller(queue), len(settings.relax)))
            for queue, settings in self._queues.items()
        ]

    def usual(self, queue: QueueId) -> Requirement:
        """Return what somebody needs who asks for nothing of their own."""
        return self.of(usual_caller(queue), 0)

    def _worked_out(self, call: Call, step: int) -> Requirement:
        settings = RETIRED if call.queue is None else self._queues.get(call.queue, RETIRED)
        return requirement_of(call, settings, step)


def usual_caller(queue: QueueId) -> Call:
    """Return somebody who waits in a queue and asks for nothing of their own."""
    return Call(
        id=CallId(""),
        tenant=TenantId(""),
        client=client_of(queue),
        number="",
        channel="",
        queue=queue,
    )


def requirement_of(call: Call, settings: QueueSettings, step: int) -> Requirement:
    """Return what the call needs after `step` of its queue's relax steps.

    Args:
        call: in a queue.
        settings: the queue's.
        step: 0 for the full requirement, then one for each relax step that has passed.
    """
    if call.queue is None:
        message = f"call '{call.id}' needs nobody: it is in no queue"
        raise ValueError(message)
    needs = _Needs(
        skills=dict(_strictest(settings.skills, call.skills)),
        preferred={**settings.preferred, **call.preferred},
        groups=list(settings.groups),
        lent=[],
        max_penalty=settings.max_penalty,
    )
    for relaxed in settings.relax[:step]:
        needs.relax(relaxed)
    return Requirement(
        queue=call.queue,
        client=call.client,
        skills=_levels(_strictest(needs.skills, settings.gates)),
        licences=settings.licences,
        groups=tuple(dict.fromkeys(needs.groups)),
        lent=tuple(dict.fromkeys(needs.lent)),
        members=_members(settings, needs.max_penalty),
        preferred=_levels(needs.preferred),
        only=call.only,
        scores=_scores(call) if call.goes_by_scores else (),
    )


def _scores(call: Call) -> tuple[int, ...]:
    return tuple(call.own_scores.get(agent, 0) for agent in call.only)


def _members(settings: QueueSettings, max_penalty: int | None) -> tuple[AgentId, ...] | None:
    named = settings.members
    if not named:
        return None
    return tuple(one.agent for one in named if max_penalty is None or one.penalty <= max_penalty)


def _strictest(
    skills: Mapping[SkillId, int], others: Mapping[SkillId, int]
) -> Mapping[SkillId, int]:
    if not others:
        return skills
    return {one: max(skills.get(one, 0), others.get(one, 0)) for one in {**skills, **others}}


def _levels(skills: Mapping[SkillId, int]) -> Levels:
    return tuple(sorted(skills.items()))


def skills_of(plan: Plan, agent: AgentId, now: Instant) -> Mapping[SkillId, int]:
    """Return the agent's levels of those skills that count now."""
    skills, periods = plan.agents[agent].skills, plan.periods.get(agent)
    if periods is None:
        return skills
    return {skill: skills[skill] for skill in skills if holds(plan, agent, f"skill:{skill}", now)}


def holds(plan: Plan, agent: AgentId, what: str, now: Instant) -> bool:
    """Tell whether an approval, a licence or a skill the agent has is valid now."""
    periods = plan.periods.get(agent)
    period = None if periods is None else periods.get(what)
    return period is None or period.holds(now)
