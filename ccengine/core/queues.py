"""Rules of a waiting line: whom it asks for, in which order, and what happens in time.

These dataclasses are also the schema of the YAML that admins write, like those of `plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccengine.core.ids import AgentId, GroupId, LicenceId, QueueId, SkillId
from ccengine.core.outcome_rules import NO_RULES, OutcomeRules
from ccengine.core.work_items import CallbackRules


class Strategy(StrEnum):
    """Whom of those who qualify and are free. Names and meanings of app_queue where it has them."""

    LONGEST_IDLE = "longest-idle"  #: over all queues
    BEST_MATCH = "best-match"  #: highest sum of the levels asked for; then longest idle
    LEAST_SKILLED = "least-skilled"  #: fewest points of skill in all, so that experts stay free
    ROUND_ROBIN = "round-robin"  #: the next in the plan's order after whom was rung last (rrmemory)
    LEAST_RECENT = "least-recent"  #: whose last call of this queue ended longest ago
    FEWEST_CALLS = "fewest-calls"  #: with the fewest finished calls of this queue
    LINEAR = "linear"  #: for each caller from the first, on to the next, in the plan's order
    RANDOM = "random"
    WEIGHTED_RANDOM = "weighted-random"  #: random, weighed by penalty as app_queue's wrandom
    RING_ALL = "ring-all"  #: all of them at once; the first to answer has the call


NAMES = "names"
"""What an agent may hear of a caller before the join: the client's name and the queue's."""


class Order(StrEnum):
    """Which caller of a line is served first, at equal priority."""

    OLDEST = "oldest"
    NEWEST = "newest"  #: for leads, which go cold


class Empty(StrEnum):
    """Why an agent of the queue does not count as being there (app_queue's joinempty)."""

    OFFLINE = "offline"
    NOT_READY = "not_ready"  #: paused
    OFFERED = "offered"  #: ringing
    ON_CALL = "on_call"  #: inuse
    WRAP_UP = "wrap_up"  #: wrapup


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agent who is named to a queue, which then knows no others."""

    agent: AgentId
    penalty: int = 0  #: lower is asked first; the weight of weighted-random


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxStep:
    """What a line asks for less after a time. Steps add up; nothing touches the gates."""

    after_seconds: float  #: of waiting in this queue
    lower: Mapping[SkillId, int] = field(default_factory=dict)  #: new minimum of required skills
    drop: tuple[SkillId, ...] = ()  #: required or preferred skills no longer asked for
    groups: tuple[GroupId, ...] = ()  #: agents of these groups count from now on, too
    penalty: int | None = None  #: members up to this penalty count (app_queue's penaltychange)
    while_healthy: QueueId | None = None  #: the groups are lent only while this queue is healthy


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """When a queue can spare its agents."""

    waiting: int = 0  #: at most so many wait
    wait_seconds: float = 10.0  #: and nobody for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """Agents whom a caller knows come first, for a time."""

    same_agent_seconds: float = 0.0  #: wait so long for whom they talked with last
    preferred_seconds: float = 0.0  #: wait so long for those named by flow or API


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Where a caller goes whom the line does not take or keep. One of these."""

    queue: QueueId | None = None  #: keeps the place in line
    flow: str | None = None
    number: str | None = None
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many and how long; what then happens is the overflow's."""

    waiting: int | None = None  #: at most so many wait (maxlen)
    wait_seconds: float | None = None  #: for at most so long
    join_empty: tuple[Empty, ...] = ()  #: refuse whoever comes while every agent is one of these
    leave_empty: tuple[Empty, ...] = ()  #: send waiting callers away while every agent is
    partner_percent: int = 0  #: of the calls go to an outside partner at once
    partner: str | None = None  #: the partner's number; None: the overflow's
    overflow: Overflow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Rules of one waiting line."""

    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required, minimum proficiency
    preferred: Mapping[SkillId, int] = field(default_factory=dict)  #: wanted, and never needed
    gates: Mapping[SkillId, int] = field(default_factory=dict)  #: required, and nothing relaxes it
    licences: tuple[LicenceId, ...] = ()  #: required and valid today; nothing relaxes it
    groups: tuple[GroupId, ...] = ()  #: agents of these groups only; empty: of any
    members: tuple[Member, ...] = ()  #: these agents only; empty: all who qualify
    max_penalty: int | None = None  #: members up to this penalty count until a step says more
    relax: tuple[RelaxStep, ...] = ()
    strategy: Strategy = Strategy.LONGEST_IDLE
    affinity: Affinity = Affinity()
    priority: int = 0  #: higher goes first, over all queues
    ageing_per_minute: float = 0.0  #: points of priority for each minute waited
    counts_earlier_seconds: bool = False  #: time in the flow and in earlier queues counts as waited
    order: Order = Order.OLDEST
    weight: int = 0  #: a free agent serves the heavier queue first, whatever the priorities
    promise_seconds: float | None = None  #: answered within, as promised to the client
    longest_wait_seconds: float | None = None  #: who waits longer goes first, whatever the weights
    health: Health = Health()
    limits: Limits = Limits()
    misses: int = 1  #: offers an agent may miss in a row before they are not ready
    ring_seconds: float = 20.0  #: how long one agent's phone rings
    wrap_up_seconds: float = 15.0  #: after-call work before the agent is available again
    extension: str | None = None  #: digits by which agents send callers here
    wrap_up_extension_seconds: float = 30.0  #: what an agent who needs longer is given at a time
    wrap_up_at_most_seconds: float = 300.0  #: with all that
    agent_hears: str = ""  #: before the join: NAMES, or a prompt of the client's; empty: nothing
    outcome: OutcomeRules = NO_RULES
    music: str = "default"  #: class of musiconhold.conf
    recorded: bool = True
    callback: CallbackRules | None = None  #: callers may ask for one
    messages_are_work: bool = False  #: who leaves one is served like a caller, in their place
    reclaim_seconds: float = 0.0  #: who hung up and calls again within gets the old place back
