"""The floor: the core's whole state, and the small moves every rule is made of.

Rules live beside it (`acd/offers.py`, `shifts.py`, `contacts.py`); they check first and move
afterwards, so that a refused event leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ccengine.core.acd.lines import rank_in_line
from ccengine.core.acd.matching import Matching
from ccengine.core.acd.positions import Positions
from ccengine.core.acd.requirement import Requirements
from ccengine.core.acd.rest import REST_PREFIX, recent, rested_at
from ccengine.core.acd.shares import Shares
from ccengine.core.agents import PAUSED, Agent, Roster
from ccengine.core.calls import queue_of
from ccengine.core.dialer.runs import Runs
from ccengine.core.ids import CallId, Instant, QueueId, TenantId
from ccengine.core.item_lists import ItemLists
from ccengine.core.plan import RETIRED, Plan
from ccengine.core.queues import Order, Strategy
from ccengine.core.ranking import Ranking
from ccengine.core.states import WITH_CALLS, AgentState, CallState
from ccengine.core.waits import SERVING, Waits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.calls import Call
    from ccengine.core.closed_numbers import Closed
    from ccengine.core.coachings import Coaching
    from ccengine.core.commands import Command
    from ccengine.core.ids import AgentId, ClosureId, CoachingId, PhoneId
    from ccengine.core.queues import QueueSettings

Watcher = Callable[[CallId, "AgentId", Instant], None]
"""Is called before each offer is made. Must only look."""

NO_PLAN = Plan(tenant=TenantId(""), version="", agents={}, queues={})
PERIODS_PREFIX = "periods:"
LIMIT_PREFIX = "limit:"
PIN_PREFIX = "pin:"
HELP_PREFIX = "help:"
KEEPS_TURN = frozenset({AgentState.OFFERED, AgentState.ON_CALL, AgentState.AVAILABLE})
"""Who comes from there and is available again has the turn they had."""


class Floor:
    """All agents, calls, lines and deadlines."""

    def __init__(self) -> None:
        self.plan = NO_PLAN
        self.roster = Roster()
        self.calls: dict[CallId, Call] = {}
        self.requirements = Requirements(NO_PLAN)
        self.matching = Matching(NO_PLAN, 0.0)
        self.shares = Shares(NO_PLAN, 0.0)
        self.waits = Waits()
        self.positions = Positions()
        self.deadlines: Ranking[str, tuple[Instant, int]] = Ranking()
        self.turns: dict[QueueId, AgentId] = {}  #: whom each queue rang last
        self.acquaintances: dict[str, AgentId] = {}  #: whom callers talked with last
        self.held_back: dict[Requirement, str] = {}  #: somebody is free; the rule that keeps them
        self.open_lines: set[Requirement] = set()  #: that may have got somebody to serve
        self.open_agents: set[AgentId] = set()  #: who got free
        self.lost_phones: set[PhoneId] = set()  #: that cannot be rung
        self.own_calls: dict[PhoneId, tuple[str, ...]] = {}  #: channels that are not ours
        self.items = ItemLists()
        self.coachings: dict[CoachingId, Coaching] = {}
        self.consults: dict[CallId, CallId] = {}  #: customers' calls, and what is asked about them
        self.moved: set[AgentId] = set()  #: whose coaches may have to hear something else now
        self.closed: dict[ClosureId, Closed] = {}  #: numbers that are closed by one switch
        self.leavable: list[QueueId] = []  #: queues that send callers away when empty
        self.runs = Runs()  #: campaigns, and their calls in the air
        self._moves = 0  #: of agents and calls, as far as they may leave a queue empty
        self._moves_seen = 0
        self.now: Instant = 0.0  #: of the latest event or deadline
        self._changes_seen = 0  #: the shares' changes that were last looked at
        self.held = True  #: no offers and no deadlines: Asterisk is out of reach
        self.serial = 0  #: breaks every tie; counts up with each use
        self.ignored = 0  #: late events about calls or offers that are over
        self.watcher: Watcher | None = None  #: is told of each offer before it is made
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

    # --- agents --------------------------------------------------------------------------------

    def move_agent(self, agent: Agent, state: AgentState, now: Instant) -> None:
        """Set the agent's state and keep what depends on it in step."""
        self._note_spell(agent, state, now)
        if state is AgentState.AVAILABLE and agent.state not in KEEPS_TURN:
            agent.idle_rank = (now, self.next_serial())
        if state is not AgentState.NOT_READY:
            self.give_reason(agent, "", now)
        if state is not AgentState.WRAP_UP:
            agent.wrap_up_by = None
        if state not in SERVING:
            agent.client = None
        was, agent.state = agent.state, state
        if was is not state:
            self.runs.note_agent(agent.id, was, state, now - agent.state_since)
            agent.state_since = now
        if (was is AgentState.OFFLINE) != (state is AgentState.OFFLINE):
            self.matching.note_presence(agent.id, present=state is not AgentState.OFFLINE)
        call = None if agent.call is None else self.calls.get(agent.call)
        self.waits.note_agent(agent, was, None if call is None else call.queue, now)
        self._rest(agent, now)
        self.place_agent(agent)

    def give_reason(self, agent: Agent, reason: str, now: Instant) -> None:
        """Note why the agent is not ready, for as long as that may last; empty: they are not."""
        if agent.state is AgentState.NOT_READY:
            agent.until, agent.overdue = None, False
        agent.reason = reason
        rule = self.plan.reasons.get(reason)
        if rule is None or rule.minutes is None:
            self.deadlines.discard(LIMIT_PREFIX + agent.id)
        else:
            agent.until = now + rule.minutes * 60
            self.set_deadline(LIMIT_PREFIX + agent.id, agent.until)

    def place_agent(self, agent: Agent) -> None:
        """Keep the idle in step with the agent's state."""
        was_idle = self.matching.is_idle(agent.id)
        self.matching.remove_agent(agent.id)
        if not agent.may_be_offered:
            self.open_agents.discard(agent.id)
        else:
            self.matching.add_agent(agent)
            if not was_idle:
                self.open_agents.add(agent.id)
        self.shares.note_agent(agent)
        self._moves += 1
        self.runs.stirred = True
        self.moved.add(agent.id)

    def let_rest(self, agent: Agent, until: Instant) -> None:
        """Keep the agent from offers until then, once available: one is about to end in nothing."""
        agent.retry_at = until

    def wake(self, agent: Agent) -> None:
        """End the agent's rest."""
        agent.rests_until = None
        self.deadlines.discard(REST_PREFIX + agent.id)
        self.place_agent(agent)

    def show_agent(self, agent: Agent) -> None:
        """Tell whoever shows it what the agent's state is now."""
        self.ask(agent.shown())

    def seat(self, agent: Agent, phone: PhoneId) -> None:
        """Bind the agent to a phone that nobody is bound to, with what is known of it."""
        self.roster.bind(agent, phone)
        agent.phone_lost = phone in self.lost_phones
        agent.own_calls = self.own_calls.get(phone, ())

    def let_go(self, agent: Agent) -> None:
        """Free the phone of an agent who is offline; forget them if the plan has."""
        self.roster.release(agent)
        agent.served, agent.spells, agent.misses = {}, [], 0
        agent.phone_lost, agent.own_calls, agent.retry_at = False, (), 0.0
        agent.paused, agent.asks_for_help = (), False
        self.deadlines.discard(HELP_PREFIX + agent.id)
        self.forget_if_retired(agent)

    def forget_if_retired(self, agent: Agent) -> None:
        """Forget an agent who is offline and whom the plan has no more.

        Who still coaches, or is coached, is known until that is over: its session has to end it.
        """
        is_gone = agent.state is AgentState.OFFLINE and agent.id not in self.plan.agents
        if is_gone and not self._is_in_coaching(agent):
            self.deadlines.discard(PIN_PREFIX + agent.id)
            self.roster.remove(agent.id)

    def _is_in_coaching(self, agent: Agent) -> bool:
        is_coached = any(one.agent == agent.id for one in self.coachings.values())
        return is_coached or agent.coaching is not None

    # --- calls ---------------------------------------------------------------------------------

    def consult_of(self, call: CallId) -> Call | None:
        """Return the consult about a customer's call, if there is one."""
        consult = self.consults.get(call)
        return None if consult is None else self.calls.get(consult)

    def note_talk(self, call: Call) -> None:
        """Take note that something has changed of who talks with whom in a call."""
        origin = None if call.origin is None else self.calls.get(call.origin)
        for one in (call, origin, self.consult_of(call.id)):
            if one is not None and one.agent is not None:
                self.moved.add(one.agent)

    def move_call(self, call: Call, state: CallState) -> None:
        """Set the call's state, keep the line in step with it, and show it."""
        call.state = state
        self.place_call(call)
        self.note_talk(call)
        self.ask(call.shown())

    def place_call(self, call: Call) -> None:
        """Keep the lines in step with the call's state and needs."""
        if call.state is CallState.WAITING:
            requirement = self.requirement_of(call)
            self.matching.add_call(call, requirement)
            self.open_lines.add(requirement)
        elif call.state is CallState.OFFERED and self.rings_all(call):
            requirement = self.requirement_of(call)
            self.matching.share_call(call, requirement)
            self.open_lines.add(requirement)
        else:
            self.matching.remove_call(call.id)
        self.shares.note_call(call)
        self.waits.note_call(call)
        if call.queue is not None:
            self.positions.forget(call.queue)
        self._moves += 1
        self.runs.stirred = True
        self.items.place(call)

    def rings_all(self, call: Call) -> bool:
        """Tell whether the queued call is offered to all at once, now."""
        if call.queue is None:
            return False  # for one agent alone
        is_shared = self.queue_settings(call.queue).strategy is Strategy.RING_ALL
        is_for_all = not call.only and call.directed is None
        return is_shared and is_for_all and call.patience_until is None

    def rung_before(self, call: Call) -> AgentId | None:
        """Return after whom a turn goes on that is offered the queued call; None: it begins."""
        queue = queue_of(call)
        by_order = bool(call.only) and not call.goes_by_scores
        is_own = by_order or self.queue_settings(queue).strategy is Strategy.LINEAR
        return call.rung if is_own else self.turns.get(queue)

    def ahead_of(self, call: Call) -> int:
        """Count who is served before the queued call, as far as its own queue goes."""
        queue = queue_of(call)
        settings, line = self.queue_settings(queue), self.shares.line(queue)
        is_new = call.id not in line and len(call.visited) == 1
        is_last = call.waiting_since == call.queued_at and call.priority == settings.priority
        if is_new and is_last and settings.order is Order.OLDEST:
            return self.waiting_in(queue)
        mine = rank_in_line(call, settings)
        others = (self.calls[one] for one in line if one != call.id)
        return sum(
            other.state is CallState.WAITING and rank_in_line(other, settings) < mine
            for other in others
        )

    def waiting_in(self, queue: QueueId) -> int:
        """Count who waits in the queue, those left out whose agent's phone rings."""
        return self.shares.waiting(queue) - self.waits.ringing(queue)

    def requirement_of(self, call: Call) -> Requirement:
        """Return what the queued call needs now."""
        return self.requirements.of(call, call.relaxed)

    def queue_settings(self, queue: QueueId) -> QueueSettings:
        """Return the queue's rules; for one that a new plan dropped, the defaults."""
        return self.plan.queues.get(queue, RETIRED)

    def penalties(self, queue: QueueId) -> Mapping[AgentId, int]:
        """Return the penalties of those who are named to the queue."""
        return {one.agent: one.penalty for one in self.queue_settings(queue).members}

    # --- who may serve whom --------------------------------------------------------------------

    def rule_against(self, agent: AgentId, requirement: Requirement, now: Instant) -> str:
        """Return the rule that keeps a free agent who qualifies from a call; empty if none does."""
        if requirement.queue in self.roster.get(agent).paused:
            return PAUSED
        rule = self.shares.forbids(agent, requirement, now)
        edge = self.deadlines.rank(PERIODS_PREFIX)
        if not rule and edge is not None and edge[0] <= now:  # the timer is late
            lack = requirement.lack_of(agent, self.plan, now)
            return "" if lack is None else f"{lack.what} {lack.name}"
        return rule

    def is_open(self) -> bool:
        """Tell whether something may have come of what has changed since it was last looked at."""
        return (
            bool(self.open_lines or self.open_agents)
            or self.matching.staffing_changed
            or (bool(self.held_back) and self._changes_seen != self.shares.changes)
            or (bool(self.leavable) and self._moves_seen != self._moves)
        )

    def reopen_held_back(self) -> None:
        """Open the lines that a house rule kept from somebody, if rules may say otherwise now."""
        self._moves_seen = self._moves
        if self._changes_seen != self.shares.changes:
            self._changes_seen = self.shares.changes
            self.open_lines.update(self.held_back)
            self.held_back = {}

    def open_all(self) -> None:
        """Have all lines looked at."""
        self.open_lines.update(self.matching.lines())

    def close(self) -> None:
        """Forget what is open."""
        self.open_lines.clear()
        self.open_agents.clear()

    # --- the plan ------------------------------------------------------------------------------

    def judge(self, now: Instant) -> None:
        """Judge at this instant who qualifies, until an approval or a licence begins or ends."""
        self._watch_periods(now)
        items = set(self.items.open)
        self.rebuild(now)
        self.items.open |= items  # whose time has come at this very instant, too

    def rebuild(self, now: Instant) -> None:
        """Derive lines and idle lists from the states of calls and agents.

        What is derived must not depend on what happened before: a snapshot does not hold it.
        """
        self.requirements = Requirements(self.plan)
        self.matching, self.shares = Matching(self.plan, now), Shares(self.plan, now)
        self.positions = Positions()
        limits = {queue: one.limits for queue, one in self.plan.queues.items()}
        self.leavable = [name for name, one in limits.items() if one.leave_empty and one.overflow]
        self.held_back = {}
        self.close()
        for agent in self.roster.all():
            if agent.state is not AgentState.OFFLINE:
                self.matching.note_presence(agent.id, present=True)
            self.place_agent(agent)
        for call in self.calls.values():
            if call.queue is not None:
                self.place_call(call)
        self.open_agents.clear()  # all lines are open: that says as much
        self.items.open.clear()
        self.open_all()
        self._changes_seen = self._moves_seen = -1

    def _watch_periods(self, now: Instant) -> None:
        edges = {
            edge
            for periods in self.plan.periods.values()
            for period in periods.values()
            for edge in (period.starts, period.ends)
            if edge is not None and edge > now
        }
        if edges:
            self.set_deadline(PERIODS_PREFIX, min(edges))
        else:
            self.deadlines.discard(PERIODS_PREFIX)

    def _note_spell(self, agent: Agent, state: AgentState, now: Instant) -> None:
        if state in WITH_CALLS and agent.busy_since is None:
            agent.busy_since = now
        elif state not in WITH_CALLS and agent.busy_since is not None:
            spells = [*agent.spells, (agent.busy_since, now)]
            agent.spells, agent.busy_since = recent(spells, self.plan.rest, now), None

    def rest_anew(self, agent: Agent, now: Instant) -> None:
        """Have an available agent rest as the plan says now."""
        before, agent.rests_until = agent.rests_until, None
        self._rest(agent, now)
        if agent.rests_until != before:
            self.place_agent(agent)
            self.show_agent(agent)

    def _rest(self, agent: Agent, now: Instant) -> None:
        if agent.state is not AgentState.AVAILABLE:
            agent.rests_until = None
            self.deadlines.discard(REST_PREFIX + agent.id)
        elif agent.rests_until is None:
            due = max(rested_at(agent.spells, agent.since, self.plan.rest, now), agent.retry_at)
            if due > now:
                agent.rests_until = due
                self.set_deadline(REST_PREFIX + agent.id, due)
            else:
                self.deadlines.discard(REST_PREFIX + agent.id)
