"""An agent as routing sees them, and all agents by name."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.commands import ShowAgent
from ccengine.core.errors import UnknownAgent
from ccengine.core.ids import AgentId, CallId, Instant, OfferId, PhoneId
from ccengine.core.states import AgentState, AgentStep

IdleRank = tuple[float, int]
"""Since when idle, and a running number that breaks ties."""


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
    until: Instant | None = None  #: when wrap-up ends by itself

    def shown(self) -> ShowAgent:
        """Return what others are told of the agent."""
        return ShowAgent(
            agent=self.id,
            state=self.state,
            reason=self.reason,
            call=self.call,
            phone=self.phone,
            until=self.until,
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
