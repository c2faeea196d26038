"""An agent as routing sees them, and all agents by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccengine.core.commands import ShowAgent
from ccengine.core.errors import UnknownAgent
from ccengine.core.ids import (
    AgentId,
    CallId,
    CampaignId,
    ClientId,
    CoachingId,
    Instant,
    OfferId,
    PhoneId,
    QueueId,
)
from ccengine.core.states import AgentState, AgentStep

PHONE_LOST = "phone not registered"
OWN_CALL = "own call"
COACHES = "coaches"
DIALS = "dials a lead"
RESTS = "rests"
PAUSED = "paused"
WRAP_UP_PREFIX = "wrap-up:"

Spell = tuple[float, float]
"""From when to when an agent was with a call: answer to the end of the wrap-up."""

IdleRank = tuple[float, int]
"""Since when idle, and a running number that breaks ties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An agent's calls of one queue."""

    calls: int = 0
    last_ended_at: Instant = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was said of a call."""

    disposition: str = ""  #: empty: only a form was filled in
    contact_reason: str = ""
    resolved: bool | None = None
    by: str = ""  #: empty: the agent
    form: str = ""  #: the version last filled in


NOTHING_SAID = Outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """One agent's part in one call."""

    call: CallId
    offer: OfferId  #: which part: an agent may have a call twice
    client: ClientId
    queue: QueueId | None
    outcome: Outcome = NOTHING_SAID
    owed: bool = False  #: required, and not given: the agent gets no other call
    closes_at: Instant | None = None  #: nothing may be said from then on; None: not known yet
    campaign: CampaignId | None = None  #: that dialed it; None: a caller's, or a colleague's


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent's present state. At most one offer and one customer call at any time."""

    id: AgentId
    state: AgentState = AgentState.OFFLINE
    phone: PhoneId | None = None
    reason: str = ""  #: why not ready
    call: CallId | None = None  #: offered, or on it, or wrapping it up
    offer: OfferId | None = None
    idle_rank: IdleRank = (0.0, 0)  #: kept when an offer is withdrawn: the turn is not lost
    finish: AgentStep = AgentStep.FINISH  #: what follows the wrap-up
    finish_reason: str = ""
    until: Instant | None = None  #: when wrap-up ends by itself, or a reason's limit passes
    overdue: bool = False  #: the reason's limit has passed, or the wrap-up wants an outcome
    wrap_up_by: Instant | None = None  #: wrap-up cannot be extended beyond
    paused: tuple[QueueId, ...] = ()  #: queues whose calls the agent does not want
    wrong_pins: int = 0  #: lately, one after the other
    locked_until: Instant | None = None  #: nobody logs in as the agent before
    asks_for_help: bool = False  #: and nobody has answered yet
    typing_until: Instant | None = (
        None  #: when the wrap-up would have ended, were it not for typing
    )
    debriefs: tuple[Debrief, ...] = ()  #: of the latest calls, the newest last
    client: ClientId | None = None  #: whose call it is, until the end of the wrap-up
    serves: QueueId | None = None  #: likewise, the queue it came from
    serves_since: Instant = 0.0  #: when the phone began to ring for it
    since: Instant = 0.0  #: logged in
    state_since: Instant = 0.0  #: since when the state is what it is
    misses: int = 0  #: offers missed in a row
    rests_until: Instant | None = None  #: available, and owed a rest
    retry_at: Instant = 0.0  #: after an offer missed: not rung before
    phone_lost: bool = False  #: available, and out of reach
    own_calls: tuple[str, ...] = ()  #: channels of calls the agent made or took by themself
    coaching: CoachingId | None = None  #: listens to another agent
    dials: CallId | None = None  #: a lead that they were shown is rung, and they are kept for it
    served: Mapping[QueueId, Served] = field(default_factory=dict)  #: since the log-in
    spells: Sequence[Spell] = field(default_factory=list)  #: with calls lately
    busy_since: Instant | None = None

    @property
    def may_be_offered(self) -> bool:
        """Nothing but house rules keeps the agent from the next call."""
        return (
            self.state is AgentState.AVAILABLE
            and self.rests_until is None
            and not self.phone_lost
            and not self.is_elsewhere
            and self.dials is None
        )

    @property
    def is_elsewhere(self) -> bool:
        """Whether the phone is in use, and not for a caller."""
        return bool(self.own_calls) or self.coaching is not None

    @property
    def barred(self) -> str:
        """Why an available agent is offered nothing; empty: they may be."""
        if self.state is not AgentState.AVAILABLE:
            return ""
        if self.phone_lost:
            return PHONE_LOST
        if self.own_calls:
            return OWN_CALL
        if self.coaching is not None:
            return COACHES
        if self.dials is not None:
            return DIALS
        return RESTS if self.rests_until is not None else ""

    def shown(self) -> ShowAgent:
        """Return what others are told of the agent."""
        return ShowAgent(
            agent=self.id,
            state=self.state,
            reason=self.reason,
            call=self.call,
            phone=self.phone,
            until=self.until,
            barred=self.barred,
            paused=self.paused,
            overdue=self.overdue,
            locked_until=self.locked_until,
        )


class Roster:
    """All agents of the plan, and which phone each is bound to."""

    def __init__(self) -> None:
        self._agents: dict[AgentId, Agent] = {}
        self._by_phone: dict[PhoneId, AgentId] = {}

    def all(self) -> list[Agent]:
        """Return all agents, in the order in which the plan brought them."""
        return list(self._agents.values())

    def has(self, agent: AgentId) -> bool:
        """Tell whether the agent is known."""
        return agent in self._agents

    def get(self, agent: AgentId) -> Agent:
        """Return the agent.

        Raises:
            UnknownAgent: the plan has no such agent.
        """
        try:
            return self._agents[agent]
        except KeyError:
            message = f"no agent '{agent}' in the plan"
            raise UnknownAgent(message) from None

    def on_phone(self, phone: PhoneId) -> Agent | None:
        """Return who is logged in on the phone."""
        agent = self._by_phone.get(phone)
        return None if agent is None else self._agents[agent]

    def add(self, agent: Agent) -> None:
        """Add an agent, with the phone they are bound to if any."""
        self._agents[agent.id] = agent
        if agent.phone is not None:
            self._by_phone[agent.phone] = agent.id

    def remove(self, agent: AgentId) -> None:
        """Forget an agent who is offline and no longer in the plan."""
        self.release(self._agents.pop(agent))

    def bind(self, agent: Agent, phone: PhoneId) -> None:
        """Bind the agent to a phone that nobody is bound to."""
        self.release(agent)
        agent.phone = phone
        self._by_phone[phone] = agent.id

    def release(self, agent: Agent) -> None:
        """Unbind the agent from the phone they have, if any."""
        if agent.phone is not None:
            del self._by_phone[agent.phone]
            agent.phone = None
