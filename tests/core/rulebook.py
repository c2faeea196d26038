"""The house rules, read from a plan by somebody who has never seen the core.

Slow and plain: everything is searched for and nothing is kept, except what a caller's or an agent's
past is needed for. `lines_book.py` and `shifts_book.py` keep that past; `ledger.py`, which follows
what was decided, and `naive_routing.py`, which only hears what happened, ask here what should be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core.plan import Precedence
from ccengine.core.queues import Order, QueueSettings, Strategy
from ccengine.core.states import AgentState, CallState, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.plan import AgentSettings, Plan
    from ccengine.core.queues import Empty, RelaxStep

WITH_CLIENT = (AgentState.OFFERED, AgentState.ON_CALL, AgentState.WRAP_UP)
STANDS = (CallState.WAITING, CallState.OFFERED)
RETIRED = QueueSettings()
ROUNDING = 1e-6


@dataclass
class Caller:
    """What is known of a call."""

    id: str
    client: str
    caller: str
    waits_from: float
    state: CallState = CallState.IN_FLOW
    queue: str = ""
    visited: list[str] = field(default_factory=list)
    asked: int | None = None  #: priority
    skills: dict[str, int] = field(default_factory=dict)
    preferred: dict[str, int] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    scores: dict[str, int] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    only_until: float = 0.0
    rung: str | None = None  #: whose phone rang last for it, in this queue
    place: int = 0
    queued_at: float = 0.0
    lined_at: float = 0.0  #: into the first queue on this way
    waiting_since: float = 0.0
    relaxed: int = 0
    connected_at: float = 0.0
    kind: Kind = Kind.CALL
    by: str | None = None  #: the agent who called a colleague
    origin: str | None = None  #: whose call is asked about
    directed: str | None = None  #: the one agent it is for, until they talk
    back_to: str | None = None  #: who sent it there
    waited: float = 0.0  #: before the talk
    outside: str = ""  #: the leg of the client's staff who are rung
    arrived_at: float = 0.0


@dataclass
class Worker:
    """What is known of an agent."""

    id: str
    state: AgentState = AgentState.OFFLINE
    phone: str | None = None
    barred: str = ""
    client: str = ""
    idle: tuple[float, int] = (0.0, 0)
    since: float = 0.0
    busy_from: float | None = None
    spells: list[tuple[float, float]] = field(default_factory=list)
    retry_at: float = 0.0
    misses: int = 0
    calls: dict[str, tuple[int, float]] = field(default_factory=dict)  #: by queue: how many, last
    paused: set[str] = field(default_factory=set)  #: queues
    reason: str = ""
    limit_at: float | None = None  #: of the reason; None: none, or it has passed
    wraps_for: str = ""  #: queue
    wraps_until: float = 0.0  #: at the latest
    wraps_seconds: float = 0.0
    wants: tuple[AgentState, str] | None = None  #: asked for during a call, to be after it
    types_until: float = 0.0  #: an outcome, at the latest
    asks: bool = False  #: for help
    wrong_pins: int = 0

    @property
    def free(self) -> bool:
        return self.state is AgentState.AVAILABLE and not self.barred


class Rulebook:
    """A plan, and who is there."""

    def __init__(self, plan: Plan, judged_at: float) -> None:
        self.plan = plan
        self.judged_at = judged_at
        self.callers: dict[str, Caller] = {}
        self.workers: dict[str, Worker] = {}
        self.turns: dict[str, str] = {}
        self.held = True  #: the switch is away: nobody is rung
        self.lost: set[str] = set()
        self.own_calls: dict[str, set[str]] = {}

    def settings(self, queue: str) -> QueueSettings:
        return self.plan.queues.get(queue, RETIRED)  # type: ignore[call-overload,no-any-return]

    def known(self, agent: str) -> AgentSettings | None:
        return self.plan.agents.get(agent)  # type: ignore[call-overload,no-any-return]

    def priority(self, call: Caller) -> int:
        return self.settings(call.queue).priority if call.asked is None else call.asked

    # --- who may serve -------------------------------------------------------------------------

    def valid(self, agent: str, what: str, at: float) -> bool:
        period = self.plan.periods.get(agent, {}).get(what)  # type: ignore[call-overload]
        if period is None:
            return True
        begun = period.starts is None or period.starts <= at
        return begun and (period.ends is None or at < period.ends)

    def allowed(self, call: Caller, agent: str, at: float) -> bool:
        """Gates: approval and licences; nothing relaxes them."""
        has = self.known(agent)
        if has is None or call.client not in has.clients:
            return False
        licences = self.settings(call.queue).licences
        return self.valid(agent, f"client:{call.client}", at) and all(
            one in has.licences and self.valid(agent, f"licence:{one}", at) for one in licences
        )

    def may_ring(self, call: Caller, agent: str) -> bool:
        """All that nothing relaxes, as it was when everybody was judged."""
        has, gates = self.known(agent), self.settings(call.queue).gates
        able = has is not None and self.able(agent, {str(one): gates[one] for one in gates})
        return able and self.allowed(call, agent, self.judged_at)

    def able(self, agent: str, needs: dict[str, int], at: float | None = None) -> bool:
        """Whether the agent's skills that count then are enough."""
        at = self.judged_at if at is None else at
        has = {str(one): level for one, level in self.plan.agents[agent].skills.items()}  # type: ignore[index]
        has = {one: level for one, level in has.items() if self.valid(agent, f"skill:{one}", at)}
        return all(has.get(skill, 0) >= least for skill, least in needs.items())

    def passed(self, call: Caller, step: int | None) -> tuple[RelaxStep, ...]:
        return self.settings(call.queue).relax[: call.relaxed if step is None else step]

    def lenders(self, call: Caller, agent: str, step: int | None = None) -> list[str] | None:
        """Who must spare the agent: [] nobody, None if no group of theirs is asked for."""
        own, asked, lenders = self.plan.agents[agent].groups, self.settings(call.queue).groups, []  # type: ignore[index]
        if not asked or set(own) & set(asked):
            return []
        for one in self.passed(call, step):
            if set(own) & set(one.groups):
                if one.while_healthy is None:
                    return []
                lenders.append(str(one.while_healthy))
        return lenders or None

    def needs(self, call: Caller, step: int | None) -> dict[str, int]:
        settings = self.settings(call.queue)
        need = {skill: max(settings.skills.get(skill, 0), call.skills.get(skill, 0))  # type: ignore[call-overload]
                for skill in [*settings.skills, *call.skills]}  # fmt: skip
        for one in self.passed(call, step):
            for skill, least in one.lower.items():
                if skill in need:
                    need[skill] = min(need[skill], least)
            for skill in one.drop:
                need.pop(skill, None)
        for skill, least in settings.gates.items():
            need[skill] = max(need.get(skill, 0), least)
        return need

    def penalty(self, queue: str, agent: str) -> int | None:
        """The agent's penalty; None: not one of the queue's members."""
        members = self.settings(queue).members
        if not members:
            return 0
        return next((one.penalty for one in members if one.agent == agent), None)

    def qualifies(self, call: Caller, agent: str, step: int | None = None) -> bool:
        """At the instant at which everybody was judged."""
        if not self.allowed(call, agent, self.judged_at):
            return False
        penalty, most = self.penalty(call.queue, agent), self.settings(call.queue).max_penalty
        for one in self.passed(call, step):
            most = most if one.penalty is None else one.penalty
        if penalty is None or (
            most is not None and penalty > most and self.settings(call.queue).members
        ):
            return False
        able = self.able(agent, self.needs(call, step))
        mine = not call.only or agent in call.only
        return able and mine and self.lenders(call, agent, step) is not None

    def staffed(self, call: Caller, step: int) -> bool:
        there = (one.id for one in self.workers.values() if one.state is not AgentState.OFFLINE)
        return any(self.known(agent) and self.qualifies(call, agent, step) for agent in there)

    # --- house rules ---------------------------------------------------------------------------

    def forbids(self, call: Caller, agent: str, now: float) -> str:
        able = self.able(agent, self.needs(call, None), now)
        if not able or not self.allowed(call, agent, now):
            return "approval, licence or skill, and the timer is late"
        if call.queue in self.workers[agent].paused:
            return "paused"
        shares = self.plan.shares
        mine = shares.get(call.client)  # type: ignore[call-overload]
        if mine is not None and mine.ceiling is not None and self.busy(call.client) >= mine.ceiling:
            return "ceiling"
        for client, share in shares.items():
            serves = client in self.clients(agent) and client != call.client
            if serves and self.free_for(client) + self.busy(client) - 1 < share.floor:
                return f"floor of {client}"
        lenders = self.lenders(call, agent) or []
        return "" if not lenders or any(self.healthy(one, now) for one in lenders) else "lender"

    def clients(self, agent: str) -> list[str]:
        has = self.known(agent)
        named = () if has is None else has.clients
        return [one for one in named if self.valid(agent, f"client:{one}", self.judged_at)]

    def busy(self, client: str) -> int:
        busy = [one for one in self.workers.values() if one.state in WITH_CLIENT]
        return sum(one.client == client for one in busy)

    def free_for(self, client: str) -> int:
        return sum(one.free and client in self.clients(one.id) for one in self.workers.values())

    def line(self, queue: str) -> list[Caller]:
        return [one for one in self.callers.values() if one.queue == queue and one.state in STANDS]

    def healthy(self, queue: str, now: float) -> bool:
        health, line = self.settings(queue).health, self.line(queue)
        return len(line) <= health.waiting and all(
            now - one.queued_at <= health.wait_seconds for one in line
        )

    def is_empty(self, call: Caller, reasons: Iterable[Empty]) -> bool:
        words = {str(reason) for reason in reasons}
        only, call.only = call.only, ()
        members = [
            agent for agent in self.workers if self.known(agent) and self.qualifies(call, agent)
        ]
        call.only = only
        return all(words & self.absences(self.workers[agent], call.queue) for agent in members)

    def absences(self, worker: Worker, queue: str) -> set[str]:
        found = {str(worker.state)} if worker.state is not AgentState.AVAILABLE else set()
        if queue in worker.paused:
            found.add("not_ready")
        if worker.phone in self.lost:
            found.add("offline")
        if worker.phone is not None and self.own_calls.get(worker.phone):
            found.add("on_call")
        return found

    # --- whose turn it is ----------------------------------------------------------------------

    def overdue(self, call: Caller, now: float) -> bool:
        guard = self.settings(call.queue).longest_wait_seconds
        return guard is not None and now - call.queued_at >= guard

    def before(self, one: Caller, other: Caller, now: float) -> bool | None:
        """Whether one is served before the other; None: the rules do not say."""
        if self.overdue(one, now) != self.overdue(other, now):
            return self.overdue(one, now)
        if self.overdue(one, now):
            return _less((one.queued_at, one.place), (other.queued_at, other.place))
        if one.queue == other.queue and self.settings(one.queue).order is Order.NEWEST:
            return _less(self._newest(one), self._newest(other))
        mine, yours = self._merit(one, now), self._merit(other, now)
        if Order.NEWEST in {self.settings(call.queue).order for call in (one, other)}:
            mine, yours = mine[:1], yours[:1]  # whom a queue's newest stands for, nobody says
        for left, right in zip(mine, yours, strict=True):
            if abs(left - right) > ROUNDING:
                return left < right
            if left != right:
                return None  # equal but for rounding
        return None if len(mine) == 1 else _less((one.place,), (other.place,))

    def _newest(self, call: Caller) -> tuple[float, ...]:
        return (-self.priority(call), -call.waiting_since, -call.place)

    def _merit(self, call: Caller, now: float) -> tuple[float, ...]:
        settings, waited = self.settings(call.queue), now - call.waiting_since
        score = self.priority(call) + settings.ageing_per_minute * waited / 60
        left = 1e9
        if self.plan.precedence is Precedence.PROMISE and settings.promise_seconds is not None:
            left = settings.promise_seconds - waited
        return (-settings.weight, -score, left, -waited)

    def choice(self, call: Caller, free: list[str]) -> set[str]:
        """Of those who are free and may, whom the strategy takes; several: chance decides."""
        strategy = self.settings(call.queue).strategy
        if call.only and call.scores and call.only == call.agents:
            best = max(call.scores.get(agent, 0) for agent in free)
            alone = strategy in (Strategy.RING_ALL, Strategy.WEIGHTED_RANDOM)
            equals = [agent for agent in free if call.scores.get(agent, 0) == best]
            return self._taken(call, Strategy.LONGEST_IDLE if alone else strategy, equals)
        if call.only:
            own = [one for one in call.only if self.known(one) and self.qualifies(call, one)]
            return {_next_after(call.rung, own, free)}
        if strategy is Strategy.WEIGHTED_RANDOM:
            return set(free)
        lowest = min(self.penalty(call.queue, agent) or 0 for agent in free)
        asked = [agent for agent in free if (self.penalty(call.queue, agent) or 0) == lowest]
        return self._taken(call, strategy, asked)

    def _taken(self, call: Caller, strategy: Strategy, asked: list[str]) -> set[str]:
        """Of equals, whom the strategy takes."""
        if strategy in (Strategy.RANDOM, Strategy.RING_ALL):
            return set(asked)
        order = order_of(self.plan, call.queue)
        if strategy is Strategy.ROUND_ROBIN:
            return {_next_after(self.turns.get(call.queue), order, asked)}
        if strategy is Strategy.LINEAR:
            return {_next_after(call.rung, order, asked)}
        return {min(asked, key=lambda agent: self._rank(call, strategy, agent, order))}

    def _rank(
        self, call: Caller, strategy: Strategy, agent: str, order: list[str]
    ) -> tuple[float, ...]:
        worker, skills = self.workers[agent], self.plan.agents[agent].skills  # type: ignore[index]
        calls, last = worker.calls.get(call.queue, (0, 0.0))
        match strategy:
            case Strategy.LEAST_RECENT:
                return (last, order.index(agent))
            case Strategy.FEWEST_CALLS:
                return (calls, order.index(agent))
            case Strategy.LEAST_SKILLED:
                return (sum(skills.values()), *worker.idle)
            case Strategy.BEST_MATCH:
                return (-sum(skills.get(one, 0) for one in self._wanted(call)), *worker.idle)  # type: ignore[call-overload]
            case _:
                return worker.idle

    def _wanted(self, call: Caller) -> set[str]:
        preferred = {*self.settings(call.queue).preferred, *call.preferred}
        for one in self.passed(call, None):
            preferred -= set(one.drop)
        return {*self.needs(call, None), *preferred}


def _less(one: tuple[float, ...], other: tuple[float, ...]) -> bool | None:
    """Compare; None: both have the same place, as who asks to be called back under two numbers."""
    return None if one == other else one < other


def order_of(plan: Plan, queue: str) -> list[str]:
    members = plan.queues.get(queue, RETIRED).members  # type: ignore[call-overload]
    return [str(one.agent) for one in members] or [str(agent) for agent in plan.agents]


def _next_after(last: str | None, order: list[str], free: list[str]) -> str:
    start = order.index(last) + 1 if last in order else 0
    return next(agent for agent in order[start:] + order[:start] if agent in free)
