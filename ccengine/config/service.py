"""Who may answer a queue: judged by the core's own rules, so that there is no second opinion."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ccengine.config.lookups import unknown
from ccengine.config.queue_names import with_full_names
from ccengine.core.acd.requirement import requirement_of
from ccengine.core.calls import Call
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId, SkillId, TenantId
from ccengine.core.plan import Plan, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt
    from ccengine.config.tenant import Tenant
    from ccengine.core.queues import QueueSettings

NO_SKILLS: Final[Mapping[SkillId, int]] = MappingProxyType({})
ANY_DAY: Final = 0.0  # approvals and licences are taken to hold: days come and go


def qualified(
    tenant: Tenant, queue: QueueId, settings: QueueSettings, step: int = 0
) -> tuple[AgentId, ...]:
    """Return the agents who may answer the queue after `step` of its relax steps."""
    return tuple(_found(tenant, queue, settings, step))


def can_be_answered(
    tenant: Tenant, queue: QueueId, settings: QueueSettings, skills: Mapping[SkillId, int]
) -> bool:
    """Tell whether anybody may ever answer a caller who needs these skills beside the queue's."""
    steps = range(len(settings.relax) + 1)
    return any(any(_found(tenant, queue, settings, step, skills)) for step in steps)


def _found(
    tenant: Tenant,
    queue: QueueId,
    settings: QueueSettings,
    step: int,
    skills: Mapping[SkillId, int] = NO_SKILLS,
) -> Iterator[AgentId]:
    plan = Plan(tenant=tenant.id, version="", agents=tenant.settings.agents, queues={})
    requirement = requirement_of(_caller(tenant.id, queue, skills), settings, step)
    for agent in plan.agents:
        if requirement.lack_of(agent, plan, ANY_DAY) is None:
            yield agent


def check_service(tenant: Tenant, queue: QueueAt, *, is_sound: bool) -> Iterator[Problem]:
    """Yield what is wrong with members, and a queue that nobody can ever answer.

    Args:
        tenant: with the agents.
        queue: to be looked at.
        is_sound: nothing else is wrong with it.
    """
    members = list(_members(tenant, queue))
    yield from members
    if members or not is_sound or not queue.documents.all_agents:
        return
    settings = with_full_names(queue.client, queue.settings)
    if not can_be_answered(tenant, queue.id, settings, NO_SKILLS):
        message = f"nobody can answer queue '{queue.name}'"
        yield queue.document.problem(queue.place, message, _remedy(queue.client, settings))


def _members(tenant: Tenant, queue: QueueAt) -> Iterator[Problem]:
    agents = tenant.settings.agents
    known = queue.documents.names("agents")
    seen: set[AgentId] = set()
    for number, member in enumerate(queue.settings.members):
        agent = member.agent
        place = queue.at("members", number, "agent")
        yield from unknown(queue.document, place, "agent", [agent], known)
        if agent in seen:
            message = f"agent '{agent}' is a member twice"
            yield queue.problem(("members", number), message, "remove one of the two")
        seen.add(agent)
        if agent in agents and queue.client not in agents[agent].clients:
            message = f"its member '{agent}' is not approved for client '{queue.client}'"
            remedy = f"add '{queue.client}' to the agent's 'clients', or remove the member"
            yield queue.problem(("members", number, "agent"), message, remedy)


def _remedy(client: ClientId, settings: QueueSettings) -> str:
    wanted = []
    skills = {**settings.skills, **settings.gates}
    if skills:
        levels = (f"{skill}: {least}" for skill, least in skills.items())
        wanted.append(f"the skills {', '.join(levels)}")
    if settings.licences:
        wanted.append(f"the licences {', '.join(settings.licences)}")
    if settings.groups:
        wanted.append(f"one of the groups {', '.join(settings.groups)}")
    who = "one of its members" if settings.members else "an agent"
    having = f" with {' and '.join(wanted)}, or ask for less" if wanted else ""
    return f"approve {who} for client '{client}'{having}"


def _caller(tenant: TenantId, queue: QueueId, skills: Mapping[SkillId, int]) -> Call:
    client = client_of(queue)
    return Call(
        id=CallId(""),
        tenant=tenant,
        client=client,
        number="",
        channel="",
        queue=queue,
        skills=skills,
    )
