"""The part of a tenant's configuration that routing needs.

These dataclasses are also the schema of the YAML that admins write: `ccengine.config` validates
straight into them, so a fact has one definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.ids import (
    AgentId,
    CampaignId,
    ClientId,
    ClosureId,
    GroupId,
    LicenceId,
    PhoneId,
    QueueId,
    SkillId,
    TenantId,
)
from ccengine.core.outcome_rules import OutcomeRules
from ccengine.core.periods import Period
from ccengine.core.queues import QueueSettings
from ccengine.core.reasons import AfterLimit

PROFICIENCY_LOWEST = 1
PROFICIENCY_HIGHEST = 10
RETIRED = QueueSettings()
"""The rules of a queue that a new plan dropped, for those who still wait in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """From the beginning of a day to the end of another; None: without that end."""

    starts: date | None = None  #: first day
    until: date | None = None  #: last day


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """A person who answers."""

    name: str
    number: str  #: digits typed to log in on another's phone
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: proficiency, 1 to 10
    skill_days: Mapping[SkillId, Days] = field(
        default_factory=dict
    )  #: of those that count for a time
    clients: tuple[ClientId, ...] = ()  #: approved for these, and for no other
    approvals: Mapping[ClientId, Days] = field(default_factory=dict)  #: those that hold for a time
    licences: Mapping[LicenceId, Days] = field(default_factory=dict)
    groups: tuple[GroupId, ...] = ()  #: queues may ask for these
    team: str | None = None
    phone: PhoneId | None = None  #: the phone they usually sit at
    email: str | None = None  #: to which invitations go


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an agent may be not ready."""

    name: str
    minutes: float | None = None  #: for so long at most
    then: AfterLimit = AfterLimit.REMIND  #: what happens when that has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many agents a client may count on, and how many it may take."""

    floor: int = 0  #: so many of those who may serve it stay free for it or are with it
    ceiling: int | None = None  #: at most so many are with its callers at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What agents are owed between calls."""

    seconds: float = 0.0  #: at least so long from one call's end, wrap-up included, to the next
    occupancy: float = 1.0  #: at most this part of the window is spent with calls
    window_minutes: float = 30.0


class Precedence(StrEnum):
    """Which caller a free agent serves first over all queues, at equal weight and priority."""

    SCORE = "score"  #: who has waited for longest
    PROMISE = "promise"  #: who has the least time left to their queue's promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who may answer what. Loaded whole, swapped whole."""

    tenant: TenantId
    version: str  #: hash of the files it was read from
    agents: Mapping[AgentId, AgentSettings]
    queues: Mapping[QueueId, QueueSettings]
    ready_at_login: bool = True  #: False: an agent who logs in is not ready until they say so
    precedence: Precedence = Precedence.SCORE
    shares: Mapping[ClientId, Share] = field(default_factory=dict)
    outcomes: Mapping[ClientId, OutcomeRules] = field(default_factory=dict)
    """What may be said of a client's calls that came from no queue."""
    usual_queues: Mapping[ClientId, QueueId] = field(default_factory=dict)
    """Where a client's calls wait that came from no queue, and were sent on in vain."""
    rest: Rest = Rest()
    dialled_wrap_up_seconds: float = 15.0  #: after a call outside that an agent dialled
    periods: Mapping[AgentId, Mapping[str, Period]] = field(default_factory=dict)
    """When approvals (`client:nova`), licences (`licence:loans`) and skills hold; else: always."""
    openings: Mapping[QueueId, tuple[Period, ...]] = field(default_factory=dict)
    """When customers may be dialed, in order, for some weeks ahead; left out: always."""
    reasons: Mapping[str, Reason] = field(default_factory=dict)  #: for being not ready, by name
    reason_required: bool = False  #: no other is accepted, and none is not
    supervisors: Mapping[str, tuple[AgentId, ...]] = field(default_factory=dict)  #: by team
    closures: tuple[ClosureId, ...] = ()  #: those that can be closed
    campaigns: Mapping[CampaignId, CampaignPlan] = field(default_factory=dict)


def supervisors_of(plan: Plan, agent: AgentId) -> tuple[AgentId, ...]:
    """Return who leads the agent's team, in its order and without the agent."""
    settings = plan.agents.get(agent)
    team = None if settings is None else settings.team
    named = () if team is None else plan.supervisors.get(team, ())
    return tuple(one for one in named if one != agent)


def order_in(plan: Plan, queue: QueueId) -> list[AgentId]:
    """Return the agents of a queue in its order: that of its members, or of all in the plan."""
    settings = plan.queues.get(queue)
    named = () if settings is None else settings.members
    return [one.agent for one in named] or list(plan.agents)


def client_of(queue: QueueId) -> ClientId:
    """Return the client whose queue this is."""
    return ClientId(queue.partition("/")[0])
