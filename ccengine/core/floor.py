"""The floor: the core's whole state, and the small moves every rule is made of.

Rules live beside it (`acd/offers.py`, `shifts.py`, `contacts.py`); they check first and move
afterwards, so that a refused event leaves nothing half done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.acd.matching import Matching
from ccengine.core.agents import Agent, Roster
from ccengine.core.ids import CallId, Instant, QueueId, TenantId
from ccengine.core.plan import Plan, QueueSettings
from ccengine.core.ranking import Ranking
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.commands import Command

NO_PLAN = Plan(tenant=TenantId(""), version="", agents={}, queues={})
RETIRED_QUEUE = QueueSettings()


class Floor:
    """All agents, calls, lines and deadlines."""

    def __init__(self) -> None:
        self.plan = NO_PLAN
        self.roster = Roster()
        self.calls: dict[CallId, Call] = {}
        self.matching = Matching({})
        self.deadlines: Ranking[str, tuple[Instant, int]] = Ranking()
        self.held = True  #: no offers and no deadlines: Asterisk is out of reach
        self.serial = 0  #: breaks every tie; counts up with each use
        self._commands: list[Command] = []

    def take_commands(self) -> list[Command]:
        """Return what has been asked for since the last time, in order."""
        commands, self._commands = self._commands, []
        return commands

    def ask(self, command: Command) -> None:
        """Add a command to what this event leads to."""
        self._commands.append(command)

    def next_serial(self) -> int:
        """Return a number greater than all before."""
        self.serial += 1
        return self.serial

    def set_deadline(self, what: str, due: Instant) -> None:
        """Have `what` fall due; a second one of the same name replaces the first."""
        self.deadlines.put(what, (due, self.next_serial()))

    def move_agent(self, agent: Agent, state: AgentState, now: Instant) -> None:
        """Set the agent's state and keep the idle list in step with it."""
        if state is AgentState.AVAILABLE:
            if agent.state not in (AgentState.OFFERED, AgentState.ON_CALL, AgentState.AVAILABLE):
                agent.idle_rank = (now, self.next_serial())
            self.matching.remove_agent(agent.id)
            self.matching.add_agent(agent)
        else:
            self.matching.remove_agent(agent.id)
        if state is not AgentState.NOT_READY:
            agent.reason = ""
        agent.state = state

    def show_agent(self, agent: Agent) -> None:
        """Tell whoever shows it what the agent's state is now."""
        self.ask(agent.shown())

    def move_call(self, call: Call, state: CallState) -> None:
        """Set the call's state, keep the line in step with it, and show it."""
        call.state = state
        if state is CallState.WAITING:
            self.matching.add_call(call)
        else:
            self.matching.remove_call(call.id)
        self.ask(call.shown())

    def queue_settings(self, queue: QueueId) -> QueueSettings:
        """Return the queue's rules; for one that a new plan dropped, the defaults."""
        return self.plan.queues.get(queue, RETIRED_QUEUE)

    def swap_plan(self, plan: Plan) -> None:
        """Take over another plan, for waiting callers too. Agents no longer in it still work."""
        self.plan = plan
        for call in self.calls.values():
            if call.queue is not None and call.queue in plan.queues:
                call.skills = plan.queues[call.queue].skills
        for agent_id in plan.agents:
            if not self.roster.has(agent_id):
                self.roster.add(Agent(id=agent_id))
        for agent in self.roster.all():
            if agent.state is AgentState.OFFLINE and agent.id not in plan.agents:
                self.roster.remove(agent.id)
        self.rebuild_matching()

    def let_go(self, agent: Agent) -> None:
        """Free the phone of an agent who is offline; forget them if the plan has."""
        self.roster.release(agent)
        if agent.id not in self.plan.agents:
            self.roster.remove(agent.id)

    def rebuild_matching(self) -> None:
        """Derive lines and idle lists from the states of calls and agents."""
        self.matching = Matching(self.plan.agents)
        for agent in self.roster.all():
            if agent.state is AgentState.AVAILABLE:
                self.matching.add_agent(agent)
        for call in self.calls.values():
            if call.state is CallState.WAITING:
                self.matching.add_call(call)
