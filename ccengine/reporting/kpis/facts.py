"""What key figures are made of: stays in queues, agents' parts in calls, stretches of their time.

Times are whole milliseconds since the epoch, rounded once from the journal's seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from ccengine.core.ids import AgentId, CallId, ClientId, QueueId
from ccengine.core.measures import USUAL_MEASURE, Measure
from ccengine.core.states import Kind

if TYPE_CHECKING:
    from ccengine.core.events import DisputeAnswered, ReviewDisputed, ReviewPublished
    from ccengine.core.ids import Instant

NOBODY = ClientId("")
"""Whose time is nobody's alone."""
Ms = int
"""Whole milliseconds, since the epoch or of a time."""


class Grain(IntEnum):
    """How fine time is counted."""

    MILLISECOND = 1
    SECOND = 1000  #: as app_queue and the readers of a queue_log count: by the clock's seconds

    def of(self, at: Instant) -> Ms:
        """Return the instant as it is counted."""
        whole = round(at * 1000)
        return whole - whole % self.value


class Doing(StrEnum):
    """What an agent's time goes to. At each instant of a log-in exactly one of these."""

    AVAILABLE = "available"
    NOT_READY = "not_ready"
    RINGING = "ringing"
    CONNECTING = "connecting"  #: answered or dialled, and not bridged yet
    TALKING = "talking"
    HOLDING = "holding"
    CONSULTING = "consulting"  #: asked by a colleague about a customer's call
    INTERNAL = "internal"  #: a call between colleagues
    WRAP_UP = "wrap_up"


class Fate(StrEnum):
    """How a stay in a queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  #: the caller hung up, or was found gone
    LEFT = "left"  #: by the queue's limits, a key, an agent or the engine
    CALLBACK = "callback"  #: the caller took a callback


class LeadStep(StrEnum):
    """What becomes of a call that a campaign dials."""

    DIALED = "dialed"
    ANSWERED = "answered"
    ABANDONED = "abandoned"  #: nobody came in time


@dataclass(slots=True, kw_only=True)
class CallFacts:
    """What is known of a call while it is alive."""

    call: CallId
    client: ClientId
    number: str  #: that was dialed
    kind: Kind
    arrived: Ms
    customer: str = ""  #: in international form; empty: nobody knows
    queue: QueueId | None = None  #: the last one
    followed_up: bool = False  #: whether it was looked for as a repeated call
    is_contact: bool = False  #: an agent has talked with the customer
    campaign: str = ""  #: that has dialed it


@dataclass(slots=True, kw_only=True)
class Visit:
    """A stay in one queue."""

    call: CallFacts
    queue: QueueId
    entered: Ms
    waits_since: Ms  #: by the queue's measure
    measure: Measure = USUAL_MEASURE
    accepted: Ms | None = None  #: when an agent answered, who may still be lost before the bridge
    fate: Fate | None = None
    left: Ms = 0
    agent: AgentId | None = None  #: who answered
    team: str = ""  #: theirs

    @property
    def wait(self) -> Ms:
        """How long the caller waited, ringing included; of one that is over."""
        end = self.left if self.accepted is None else self.accepted
        return end - self.waits_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a caller who was asked thinks of an agent's part."""

    reason: str = ""  #: why they called, as the agent said
    score: int | None = None  #: None: they were asked and have not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found in the recording of a talk."""

    seconds: Ms = 0  #: hold and pauses left out
    silence: Ms = 0
    talk_over: Ms = 0


@dataclass(slots=True, kw_only=True)
class Part:
    """One agent's part in a call: from the bridge to its end, and the wrap-up after it."""

    call: CallFacts
    agent: AgentId
    team: str
    queue: QueueId | None
    started: Ms
    row: int
    ended: Ms | None = None
    held: Ms = 0
    held_since: Ms | None = None
    sent_on: str = ""  #: `blind`, `attended`, `queue`: how the agent passed the caller on
    wrap_up: Ms = 0
    resolved: bool | None = None
    disposition: str = ""
    reason: str = ""  #: why the caller called, as the agent said
    opinion: Opinion | None = None  #: None: the caller was not asked
    measured: dict[Ms, Measured] = field(default_factory=dict)  #: by when the talk began

    @property
    def talk(self) -> Ms:
        """How long they heard each other; of one that is over."""
        return 0 if self.ended is None else self.ended - self.started - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some of an agent's time, spent with one thing."""

    agent: AgentId
    team: str
    doing: Doing
    begins: Ms
    ends: Ms
    row: int  #: by which it began
    reason: str = ""  #: why not ready
    client: ClientId = NOBODY  #: empty: nobody's alone
    queue: QueueId | None = None
    number: str = ""
    call: CallId | None = None
    campaign: str = ""
    approved: tuple[ClientId, ...] = ()  #: clients whom the agent may serve

    @property
    def length(self) -> Ms:
        """How long it lasted."""
        return self.ends - self.begins


@dataclass(slots=True, kw_only=True)
class Login:
    """From when to when an agent was there."""

    agent: AgentId
    begins: Ms
    ends: Ms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A phone that was rung."""

    call: CallFacts
    agent: AgentId
    team: str
    queue: QueueId | None
    at: Ms


class Book:
    """Is told what happens, in order. Takes no note of what a subclass does not."""

    def enter(self, visit: Visit) -> None:
        """Take note that a caller has entered a queue."""

    def leave(self, visit: Visit) -> None:
        """Take note of how a stay ended."""

    def refuse(self, call: CallFacts, queue: QueueId, at: Ms) -> None:
        """Take note that a queue did not take a call."""

    def talk(self, part: Part) -> None:
        """Take note that agent and customer have talked."""

    def wrap_up(self, part: Part, length: Ms) -> None:
        """Take note of time after a talk."""

    def say(self, part: Part, *, before: bool | None) -> None:
        """Take note of what is said of a part; `before` was said of its being resolved."""

    def judge(self, part: Part, *, before: Opinion | None) -> None:
        """Take note of what the caller thinks of a part; `before` is what was known of that."""

    def measure(self, part: Part, found: Measured, *, before: Measured | None) -> None:
        """Take note of what a talk was like; `before` was found in it before."""

    def review(self, event: ReviewPublished, client: ClientId, at: Ms) -> None:
        """Take note that an agent's part was scored."""

    def dispute(self, event: ReviewDisputed, client: ClientId, at: Ms) -> None:
        """Take note that an agent does not agree with a review."""

    def settle(self, event: DisputeAnswered, client: ClientId, at: Ms) -> None:
        """Take note that a dispute is over."""

    def ring(self, ring: Ring) -> None:
        """Take note that a phone rings."""

    def miss(self, ring: Ring) -> None:
        """Take note that an agent did not take an offer."""

    def spend(self, stretch: Stretch) -> None:
        """Take note of an agent's time."""

    def log_in(self, login: Login) -> None:
        """Take note that an agent is there."""

    def log_out(self, login: Login) -> None:
        """Take note that an agent has left."""

    def lead(self, call: CallFacts, step: LeadStep, at: Ms) -> None:
        """Take note of what becomes of a call that a campaign dials."""

    def arrive(self, call: CallFacts, *, missed: bool) -> None:
        """Take note of a call, or of one that no engine took."""
