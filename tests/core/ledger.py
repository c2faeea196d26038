"""Keeps books on what the core was told and asked for, and nothing else; finds what is unfair.

It knows the rules of the house but none of the core's insides: an agent has one call, a call ends
once, the first caller who qualifies goes first, the agent who is idle for longest is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import (
    Command,
    Connect,
    OfferCall,
    ShowAgent,
    ShowCall,
    WithdrawOffer,
)
from ccengine.core.states import AgentState, CallState
from tests.core.builders import plan_of

if TYPE_CHECKING:
    from ccengine.core.events import Event
    from ccengine.core.plan import Plan
    from ccengine.core.queues import QueueSettings

KEEPS_TURN = (AgentState.AVAILABLE, AgentState.OFFERED, AgentState.ON_CALL)


class Ledger:
    """The books. `enter` raises AssertionError at the first entry that cannot be."""

    def __init__(self) -> None:
        self.plan: Plan = plan_of({}, {})
        self.clients: dict[str, str] = {}  #: of calls that are alive
        self.arrived = 0
        self.ended = 0
        self.held = True
        self.needs: dict[str, QueueSettings] = {}
        self.queues: dict[str, str] = {}
        self.places: dict[str, tuple[int, int]] = {}
        self.call_states: dict[str, CallState] = {}
        self.agent_states: dict[str, AgentState] = {}
        self.phones: dict[str, str | None] = {}
        self.idle_since: dict[str, int] = {}
        self.ringing: dict[str, tuple[str, str]] = {}
        self.has: dict[str, str] = {}  #: the call an agent is offered or on
        self.numbers: set[str] = set()
        self.count = 0

    def enter(self, event: Event | None, commands: list[Command]) -> None:
        """Enter one step that was neither refused nor ignored; event None: deadlines."""
        if event is not None:
            self._happened(event)
        self.shown_at: dict[str, int] = {}
        for at, command in enumerate(commands):
            self._asked(event, at, command)
        for at, command in enumerate(commands):
            if isinstance(command, OfferCall):
                self._was_fair(at, command)

    def close(self) -> None:
        """Check, when all callers have gone, that nobody was forgotten."""
        assert not self.clients
        assert self.arrived == self.ended
        assert not self.ringing
        assert not self.has

    def _happened(self, event: Event) -> None:
        match event:
            case events.PlanLoaded():
                self._planned(event.plan)
            case events.SwitchLost() | events.SwitchResynced():
                self.held = isinstance(event, events.SwitchLost)
            case events.CallArrived() | events.CallMissed():  # this one for as long as the step
                assert event.call not in self.clients
                self.clients[event.call] = event.client
                self.numbers -= {n for n in self.numbers if n.startswith(f"{event.call}.")}
                self.arrived += 1
            case events.CallQueued():
                self._queued(event)
            case events.OfferDeclined():
                call, agent = self.ringing.pop(event.offer)
                assert (call, agent) == (event.call, event.agent)
                del self.has[agent]
            case events.ConversationEnded() | events.ConversationFailed():
                assert self.has.pop(event.agent) == event.call
            case events.CallEnded() if self.call_states[event.call] is CallState.TALKING:
                self._free_who_has(event.call)
            case _:
                pass

    def _planned(self, plan: Plan) -> None:
        self.plan = plan
        for call, queue in self.queues.items():
            self.needs[call] = plan.queues.get(queue, self.needs[call])

    def _queued(self, event: events.CallQueued) -> None:
        settings = self.plan.queues[event.queue]
        priority = settings.priority if event.priority is None else event.priority
        self.count += 1
        self.queues[event.call] = event.queue
        self.needs[event.call] = settings
        self.places[event.call] = (-priority, self.count)

    def _asked(self, event: Event | None, at: int, command: Command) -> None:
        match command:
            case OfferCall():
                assert not self.held, "offered while the switch was away"
                assert command.call in self.clients, "offered a call that is over"
                assert command.call not in self.has.values(), "offered to two agents"
                assert command.agent not in self.has, "offered a second call"
                assert command.offer not in self.numbers, "an offer's number was used before"
                assert command.phone == self.phones[command.agent], "rings an empty chair"
                self.numbers.add(command.offer)
                self.ringing[command.offer] = (command.call, command.agent)
                self.has[command.agent] = command.call
            case WithdrawOffer():
                assert self.has.pop(command.agent) == command.call
                self.ringing.pop(command.offer, None)  # not ringing: it was just answered
            case Connect():
                assert isinstance(event, events.OfferAccepted)
                assert self.ringing.pop(command.offer) == (command.call, command.agent)
            case ShowAgent():
                self._showed_agent(event, at, command)
            case ShowCall():
                self.shown_at[command.call] = at
                self.call_states[command.call] = command.state
                if command.state is CallState.ENDED:
                    self._ended(command.call)

    def _showed_agent(self, event: Event | None, at: int, command: ShowAgent) -> None:
        before = self.agent_states.get(command.agent, AgentState.OFFLINE)
        came = isinstance(event, events.AgentLoggedIn) and event.agent == command.agent
        if command.state is AgentState.AVAILABLE and (came or before not in KEEPS_TURN):
            self.count += 1
            self.idle_since[command.agent] = self.count
        if command.state is AgentState.AVAILABLE:
            self.shown_at[command.agent] = at
        self.agent_states[command.agent] = command.state
        self.phones[command.agent] = command.phone

    def _ended(self, call: str) -> None:
        del self.clients[call]  # fails if it ended before
        self.ended += 1
        self.queues.pop(call, None)
        assert call not in self.has.values(), "ended with an agent still on it"

    def _free_who_has(self, call: str) -> None:
        (agent,) = (agent for agent, has in self.has.items() if has == call)
        del self.has[agent]

    def _fits(self, call: str, agent: str) -> bool:
        settings = self.plan.agents.get(agent)
        if settings is None or self.clients.get(call) not in settings.clients:
            return False
        needs = self.needs[call].skills.items()
        return all(settings.skills.get(skill, 0) >= least for skill, least in needs)

    def _was_fair(self, at: int, offer: OfferCall) -> None:
        if offer.call in self.clients:
            assert self._fits(offer.call, offer.agent), "offered to who does not qualify"
        for call, state in self.call_states.items():
            was_there = self.shown_at.get(call, -1) < at
            if state is CallState.WAITING and was_there and self._fits(call, offer.agent):
                assert self.places[offer.call] < self.places[call], f"{offer.call} overtook {call}"
        for agent, doing in self.agent_states.items():
            was_there = self.shown_at.get(agent, -1) < at
            if doing is AgentState.AVAILABLE and was_there and self._fits(offer.call, agent):
                assert self.idle_since[offer.agent] < self.idle_since[agent], (
                    f"{agent} was idle for longer than {offer.agent}"
                )
