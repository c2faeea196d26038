"""The books on agents: who is there, since when they are idle, and what rest they are owed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import ShowAgent
from ccengine.core.states import AgentState
from tests.core.desk_book import Desks
from tests.core.rulebook import Worker

if TYPE_CHECKING:
    from ccengine.core.commands import CallSupervisors, RemindAgent
    from ccengine.core.events import Event, Miss
    from ccengine.core.plan import Plan
    from tests.core.rulebook import Rulebook

RETRY_SECONDS = 5.0
WITH_CALL = (AgentState.ON_CALL, AgentState.WRAP_UP)
KEEPS_TURN = (AgentState.AVAILABLE, AgentState.OFFERED, AgentState.ON_CALL)
ROUNDING = 1e-3


class Shifts:
    """What agents did, as far as the rules ask for it."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.desks = Desks(rules)
        self.now = 0.0
        self.count = 0
        self.forgets_before = 0.0  #: what an earlier plan did not ask for was not kept
        self.ended_talk: set[str] = set()  #: in this step
        self.missed_now: dict[str, bool] = {}  #: in this step: whether they may be asked again

    def begin_step(self, event: Event | None, now: float) -> None:
        self.now, self.ended_talk, self.missed_now = now, set(), {}
        rules = self.rules
        self.desks.begin_step(event, now)
        match event:
            case events.PhoneLost():
                rules.lost.add(event.phone)
            case events.PhoneFound():
                rules.lost.discard(event.phone)
            case events.OwnCallStarted():
                rules.own_calls.setdefault(event.phone, set()).add(event.channel)
            case events.OwnCallEnded():
                rules.own_calls.get(event.phone, set()).discard(event.channel)
            case events.AgentWentReady() if event.agent in rules.workers:
                rules.workers[event.agent].retry_at = 0.0
            case _:
                pass

    def replan(self, plan: Plan) -> None:
        if plan.rest != self.rules.plan.rest:
            self.forgets_before = self.now

    # --- calls ---------------------------------------------------------------------------------

    def answered(self, agent: str) -> None:
        worker = self.rules.workers[agent]
        worker.misses, worker.busy_from = 0, self.now

    def dials(self, worker: Worker, client: str) -> None:
        """Have an agent be busy by their own doing; after it they are what they were."""
        if worker.state is AgentState.NOT_READY:
            worker.wants = (AgentState.NOT_READY, worker.reason)
        if worker.busy_from is not None:  # it ends a wrap-up
            worker.spells.append((worker.busy_from, self.now))
        worker.busy_from, worker.client, worker.retry_at = self.now, client, 0.0

    def talked(self, agent: str, queue: str, seconds: float | None = None) -> None:
        """Have the agent wrap up a call; seconds None: for as long as the queue says."""
        worker = self.rules.workers[agent]
        if queue:
            worker.calls[queue] = (worker.calls.get(queue, (0, 0.0))[0] + 1, self.now)
        self.ended_talk.add(agent)
        rules = self.rules.settings(queue)
        self.desks.talked(agent, queue, rules.wrap_up_seconds if seconds is None else seconds)

    def missed(self, agent: str, queue: str, how: Miss = events.Miss.NO_ANSWER) -> None:
        """Who missed fewer than the queue says stays; a phone out of reach is not their doing."""
        worker = self.rules.workers[agent]
        rules = self.rules.settings(queue)
        most = getattr(rules.misses_by, how.value, None)
        most = rules.misses if most is None else most
        counts = how is not events.Miss.UNREACHABLE and most > 0
        if counts:
            worker.misses += 1
            self.count += 1
            worker.idle = (self.now, self.count)
        again = not counts or worker.misses < most
        self.missed_now[agent] = again
        if again:
            worker.retry_at = self.now + RETRY_SECONDS
        else:
            worker.misses = 0

    # --- what is shown -------------------------------------------------------------------------

    def told(self, event: Event | None, command: ShowAgent | RemindAgent | CallSupervisors) -> None:
        if isinstance(command, ShowAgent):
            self.showed(event, command)
        else:
            self.desks.asked(command)

    def showed(self, event: Event | None, command: ShowAgent) -> None:
        worker = self.rules.workers.setdefault(command.agent, Worker(command.agent))
        came = isinstance(event, events.AgentLoggedIn) and event.agent == command.agent
        self.desks.showed(worker, command)
        self.desks.keeps_word(worker, event, command)
        self.went(worker, command.state, came=came)
        worker.state, worker.phone = command.state, command.phone
        rested, worker.barred = worker.barred, command.barred
        again = self.missed_now.pop(worker.id, None)
        if again is not None and self.rules.known(worker.id):
            expected = AgentState.AVAILABLE if again else AgentState.NOT_READY
            assert command.state is expected, f"{worker.id} has missed {worker.misses}"
        if worker.state is AgentState.AVAILABLE:
            # A rest ends with a deadline: one that is late leaves it as it was for an event.
            late = event is not None and rested == command.barred
            self._is_barred_for_a_reason(worker, may_be_over=late)

    def went(self, worker: Worker, state: AgentState, *, came: bool = False) -> None:
        """The agent's state will be this; nothing of who leaves is kept but how idle they were."""
        fresh = came or worker.state not in KEEPS_TURN or worker.id in self.ended_talk
        if state is AgentState.AVAILABLE and fresh:
            self.count += 1
            worker.idle = (self.now, self.count)
        if worker.state is AgentState.OFFLINE:
            worker.since = self.now
        if state not in WITH_CALL and worker.busy_from is not None:
            worker.spells.append((worker.busy_from, self.now))
            worker.busy_from = None
        if state not in (*WITH_CALL, AgentState.OFFERED):
            worker.client = ""
        if state is AgentState.OFFLINE:
            kept = replace(Worker(worker.id), idle=worker.idle, wrong_pins=worker.wrong_pins)
            self.rules.workers[worker.id] = kept
            if not self.rules.known(worker.id):
                del self.rules.workers[worker.id]

    def _is_barred_for_a_reason(self, worker: Worker, *, may_be_over: bool) -> None:
        lost = worker.phone in self.rules.lost
        own = worker.phone is not None and bool(self.rules.own_calls.get(worker.phone))
        expected = "phone not registered" if lost else "own call" if own else ""
        if expected:
            assert worker.barred == expected
        elif worker.barred:
            assert worker.barred == "rests"
            # While the switch is away no deadline passes: a rest is over when it is back.
            may_be_over = may_be_over or self.rules.held
            owed = may_be_over or self._is_owed_rest(worker, ROUNDING)
            assert owed, f"{worker.id} rests for no reason"

    def may_have(self, agent: str) -> None:
        """Check that an agent who is offered a call has had their rest."""
        worker = self.rules.workers[agent]
        assert not worker.barred, f"{agent} is offered a call: {worker.barred}"
        kept = [spell for spell in worker.spells if spell[1] >= self.forgets_before]
        assert not self._is_owed_rest(replace(worker, spells=kept), -ROUNDING), "no rest"

    def _is_owed_rest(self, worker: Worker, slack: float) -> bool:
        rest, now = self.rules.plan.rest, self.now
        if worker.retry_at > now - slack:
            return True
        ended = worker.spells[-1][1] if worker.spells else -rest.seconds
        if rest.seconds > 0 and ended + rest.seconds > now - slack:
            return True
        start = max(worker.since, now - rest.window_minutes * 60)
        if rest.occupancy >= 1 or now <= start:
            return False
        busy = sum(max(0.0, min(end, now) - max(begin, start)) for begin, end in worker.spells)
        return busy / (now - start) > rest.occupancy - slack
