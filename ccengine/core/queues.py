"""Rules of a waiting line: whom it asks for, in which order, and what happens in time.

These dataclasses are also the schema of the YAML that admins write, like those of `plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccengine.core.ids import AgentId, GroupId, LicenceId, QueueId, SkillId
from ccengine.core.measures import USUAL_MEASURE, Measure
from ccengine.core.outcome_rules import NO_RULES, OutcomeRules
from ccengine.core.surveys import Survey
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


class OnDemand(StrEnum):
    """Whether calls are recorded, beside yes and no."""

    ON_DEMAND = "on demand"  #: from when the agent asks for it


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

    @property
    def place(self) -> str:
        """What it is called, for people."""
        return self.queue or self.flow or self.number or "voicemail"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyExit:
    """Where a key leads a caller who waits. One of these, and what is said of it."""

    queue: QueueId | None = None  #: keeps the place in line
    flow: str | None = None
    voicemail: bool = False
    callback: bool = False  #: keeps the place, too, and hangs up
    prompt: str | None = None  #: tells callers of the key; left out: what is built in, if anything

    @property
    def overflow(self) -> Overflow:
        """Where it leads, as the core takes it."""
        return Overflow(queue=self.queue, flow=self.flow, voicemail=self.voicemail)


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


class PositionTold(StrEnum):
    """Whether callers are told how many are ahead of them. Words of app_queue."""

    NO = "no"
    LIMIT = "limit"  #: up to the limit; nothing while there are more
    MORE = "more"  #: beyond the limit that there are more than so many


class WaitTold(StrEnum):
    """Whether callers are told how long it will take. Words of app_queue."""

    NO = "no"
    YES = "yes"
    ONCE = "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """What a caller is told of the line, and how often. Cut the instant an agent answers."""

    every_seconds: float | None = None  #: from one's beginning to the next; None: nothing is told
    after_seconds: float = 0.0  #: of waiting, until the first
    gap_seconds: float = 15.0  #: of music between two, messages among them
    position: PositionTold = PositionTold.MORE  #: told earlier than due when it has changed
    position_limit: int = 10  #: callers ahead, up to which they are counted
    only_improved: bool = False  #: told again only when fewer callers are ahead than was told last
    wait: WaitTold = WaitTold.YES
    round_seconds: int = 60  #: waits are rounded up to these; from five minutes on to minutes
    wait_limit_minutes: int = 30  #: beyond it: more than so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What the client has to say to who waits: one at a time, one after the other."""

    prompts: tuple[str, ...] = ()
    every_seconds: float = 60.0  #: from one's beginning to the next
    after_seconds: float | None = None  #: of waiting, until the first; None: as `every_seconds`
    shuffled: bool = False  #: in another order for each caller and round


@dataclass(frozen=True, slots=True, kw_only=True)
class MissesBy:
    """How many, where the last of them came about in this way. None: as else; 0: it is no miss."""

    declined: int | None = None
    busy: int | None = None
    failed: int | None = None  #: Asterisk or the network could not ring the phone

    def at_most(self, how: str, usual: int) -> int:
        """Return how many are allowed whose last came about in this way, a `Miss`."""
        most: int | None = getattr(self, how, None)
        return usual if most is None else most


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
    misses_by: MissesBy = MissesBy()
    ring_seconds: float = 20.0  #: how long one agent's phone rings
    wrap_up_seconds: float = 15.0  #: after-call work before the agent is available again
    extension: str | None = None  #: digits by which agents send callers here
    wrap_up_extension_seconds: float = 30.0  #: what an agent who needs longer is given at a time
    wrap_up_at_most_seconds: float = 300.0  #: with all that
    agent_hears: str = ""  #: before the join: NAMES, or a prompt of the client's; empty: nothing
    outcome: OutcomeRules = NO_RULES
    music: str = "default"  #: class of musiconhold.conf
    music_in: Mapping[str, str] = field(default_factory=dict)  #: another one by the language spoken
    language: str | None = None  #: spoken to who waits; None: that of the number they dialed
    announcements: Announcements = Announcements()
    messages: Messages = Messages()
    keys: Mapping[str, KeyExit] = field(default_factory=dict)  #: ways out for who waits
    recorded: bool | OnDemand = True
    callback: CallbackRules | None = None  #: callers may ask for one
    survey: Survey | None = None  #: asked of who has talked with an agent
    voicemail_prompt: str | None = None  #: before the tone; None: what is built in
    messages_are_work: bool = False  #: who leaves one is served like a caller, in their place
    reclaim_seconds: float = 0.0  #: who hung up and calls again within gets the old place back
    measure: Measure = USUAL_MEASURE
