"""A call as routing sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.commands import ShowCall
from ccengine.core.dialer.runs import LeadCall
from ccengine.core.events.cards import CardEntryEnded, CardField
from ccengine.core.events.causes import HoldBy
from ccengine.core.events.consents import ConsentAsked, ConsentKind
from ccengine.core.events.recording_health import RecordingGapFound
from ccengine.core.events.recordings import PauseReason
from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    Instant,
    OfferId,
    QueueId,
    SkillId,
    TenantId,
)
from ccengine.core.states import CallState, Kind
from ccengine.core.work_items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What each estimator of `waits` says, in seconds; None: it has nothing to go by."""

    last: float | None
    head: float | None
    length: float | None
    mixed: float | None

    def each(self) -> tuple[float | None, float | None, float | None]:
        """Return what the three say, in the order of the errors."""
        return (self.last, self.head, self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEntry:
    """A caller types a card."""

    id: str
    agent: AgentId | None  #: who waits meanwhile
    began: Instant
    typed: tuple[CardField, ...] = ()
    is_sent: bool = False  #: the payment program may have taken it
    is_over: bool = False  #: how it has ended is known; the two are still apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a caller was told, or has said, about being recorded."""

    rule: ConsentKind
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPause:
    """A recording gets silence instead of the call."""

    since: Instant
    until: Instant  #: it goes on by itself then
    by: str
    reason: PauseReason
    over: RecordingPause | None = None  #: whose place it has taken: that goes on after it


@dataclass(slots=True, kw_only=True)
class Call:
    """One call's present state, or that of another kind of work.

    One offer at a time; under ring-all others beside it, until the caller talks with somebody.
    """

    id: CallId
    tenant: TenantId
    client: ClientId
    number: str
    channel: str
    caller: str = ""  #: caller id, empty when withheld
    state: CallState = CallState.IN_FLOW
    flow: str = ""  #: the step to take up again after a restart
    step: str = ""
    flow_began: Instant = 0.0  #: when the first flow did
    flow_returns: tuple[str, ...] = ()  #: `flow/step` of the flows that wait for this one
    flow_pass: int = 0  #: how many steps have been entered, each counted once
    submitted: str = ""  #: key of the last submission
    data: Mapping[str, str] = field(default_factory=dict)  #: what flows have learned, but secrets
    shown_data: Mapping[str, str] = field(default_factory=dict)  #: of it, for the agent: by label
    language: str = ""  #: chosen by the caller; empty: they were not asked
    language_skills: Mapping[SkillId, int] = field(default_factory=dict)  #: which that asks for
    message_queue: QueueId | None = None  #: whose work a message is that a flow asked for
    queue: QueueId | None = None
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required by the call itself
    kind: Kind = Kind.CALL
    arrived_at: Instant = 0.0
    waits_from: Instant = 0.0  #: where earlier time counts: since it arrived, or talked last
    preferred: Mapping[SkillId, int] = field(default_factory=dict)  #: wanted, by the call itself
    only: tuple[AgentId, ...] = ()  #: the caller's own agents, for a time
    own_priority: int | None = None  #: None: the priority is that of the queue it is in
    priority: int = 0
    serial: int = 0  #: the place in line; kept until the call has talked
    queued_at: Instant = 0.0  #: into this queue
    lined_at: Instant | None = None  #: into the first one since it talked; None: not kept yet
    waiting_since: Instant = 0.0  #: as the order counts it: from an earlier queue or the arrival
    relaxed: int = 0  #: relax steps that have passed
    own_agents: tuple[AgentId, ...] = ()  #: named by the flow or the API, best first
    own_scores: Mapping[AgentId, int] = field(default_factory=dict)  #: of those, if they have any
    visited: tuple[QueueId, ...] = ()  #: queues it has been in since it talked last
    guess: Guess | None = None  #: of the wait in this queue, as it was entered
    promised_until: Instant | None = None  #: told to the caller: answered by then
    offers_made: int = 0
    rung: AgentId | None = None  #: whose phone rang last for it, in this queue
    others: dict[OfferId, AgentId] = field(default_factory=dict)  #: beside `offer`, under ring-all
    offer: OfferId | None = None
    agent: AgentId | None = None  #: offered to, or talking with
    directed: AgentId | None = None  #: the one agent it is for, until they talk
    back_to: AgentId | None = None  #: who sent it there, and gets it back if still free
    by: AgentId | None = None  #: the agent who calls
    origin: CallId | None = None  #: the customer's call that is consulted about
    waited_seconds: float = 0.0  #: before it was answered last
    held: HoldBy | None = None
    conference: bool = False  #: its two talk with the customer of `origin`
    outside: str = ""  #: the channel of the client's staff
    bridge: str = ""
    card: CardEntry | None = None  #: the caller types one now
    card_ended: CardEntryEnded | None = None  #: the last one's end
    asked: ConsentAsked | None = None  #: what the caller, alone, is told or asked now
    consent: Consent | None = None  #: to being recorded; None: nothing was needed or asked
    recording: str = ""  #: the one that goes on, paused or not
    recorded_channel: str = ""  #: whose sound goes there
    recorded_for: str = ""  #: who asked for it; empty: the rules did
    recording_parts: int = 0  #: names of files used up so far
    recording_lost: bool = False  #: it should be recorded, and is not
    to_be_recorded: bool = False  #: this talk, as it began, and nothing has ended that since
    recording_pause: RecordingPause | None = None
    recording_since: Instant = 0.0  #: when the one that goes on, or went on last, began
    recording_gaps: tuple[RecordingGapFound, ...] = ()  #: found in that one, or as there was none
    unheard: Mapping[str, Instant] = field(default_factory=dict)  #: channels, and since when
    identity: str = ""  #: who calls, as a number in international form; empty: nobody knows
    item: Item | None = None  #: of work that waits without a caller
    stands_for: CallId | None = None  #: a callback for the same number, which waits behind it
    became: CallId | None = None  #: the item that has this call's place
    lead: LeadCall | None = None  #: a campaign dialed them
    patience_until: Instant | None = None  #: likewise: they wait for an agent no longer than this

    @property
    def goes_by_scores(self) -> bool:
        """Whether the caller's own agents come first now, and have scores."""
        return bool(self.own_scores) and bool(self.only) and self.only == self.own_agents

    @property
    def is_apart(self) -> bool:
        """Whether the caller is held, types a card or is asked, and does not hear their agent."""
        return not (self.held is None and self.card is None and self.asked is None)

    def shown(self) -> ShowCall:
        """Return what others are told of the call."""
        return ShowCall(
            call=self.id,
            state=self.state,
            queue=self.queue,
            agent=self.agent,
            became=self.became,
        )


def queue_of(call: Call) -> QueueId:
    """Return the queue of a call that is in one.

    Raises:
        ValueError: it is in none.
    """
    if call.queue is None:
        message = f"call '{call.id}' is in no queue"
        raise ValueError(message)
    return call.queue


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPlace:
    """A place in line, also one that nobody stands in."""

    serial: int
    waiting_since: Instant
    waits_from: Instant
    lined_at: Instant | None

    @classmethod
    def of(cls, call: Call) -> LeftPlace:
        """Return the place of a call."""
        return cls(
            serial=call.serial,
            waiting_since=call.waiting_since,
            waits_from=call.waits_from,
            lined_at=call.lined_at,
        )


def take_place(call: Call, place: LeftPlace) -> None:
    """Let the call have a place where it is the better one."""
    call.serial = min(call.serial, place.serial)
    call.waiting_since = min(call.waiting_since, place.waiting_since)
    call.waits_from = min(call.waits_from, place.waits_from)
    if call.lined_at is not None and place.lined_at is not None:
        call.lined_at = min(call.lined_at, place.lined_at)
