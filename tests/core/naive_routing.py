"""Who gets which call, worked out from what happened alone.

Told the plan and every event with its time, and nothing of what was decided, it keeps the books
(`lines_book.py`, `shifts_book.py`) and, when asked, looks through all who wait and all who are free
for the one offer that the rules of the house (`rulebook.py`) ask for next. Its time passes where
the timer's does: nothing rings out, wraps up, rests or relaxes in the course of another event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.plan import Rest
from ccengine.core.queues import Limits, Order, Strategy
from ccengine.core.states import AgentState, CallState
from tests.core.lines_book import IN_LINE, Lines
from tests.core.rulebook import Rulebook
from tests.core.shifts_book import Shifts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ccengine.core.events import AgentEvent, Event, OfferAccepted, OfferDeclined
    from ccengine.core.plan import Plan
    from tests.core.rulebook import Caller, Worker

SAYS_NOTHING = (
    events.FlowEvent
    | events.WaitPromised
    | events.OfferRinging
    | events.RecordingEvent
    | events.RecordingHealthEvent
)
OF_WRAP_UPS = events.OutcomeEntryStarted | events.OutcomeEntryEnded
CHANCE = (Strategy.RANDOM, Strategy.WEIGHTED_RANDOM, Strategy.RING_ALL)


class NotFollowed(Exception):
    """Something happened, or a plan says something, that is not worked out here."""


@dataclass(frozen=True)
class Due:
    """The offer that should be made now, and what it was chosen from."""

    call: str
    agent: str
    callers: tuple[str, ...]  #: who wait and whom this agent could serve
    agents: tuple[str, ...]  #: who are free and could serve this caller
    relaxed: int  #: steps after which the caller asks for less


@dataclass(frozen=True)
class Ring:
    """A phone that rings."""

    call: str
    agent: str
    until: float


class NaiveRouting:
    """The floor as somebody sees it who only hears what happened."""

    def __init__(
        self,
        plan: Plan,
        now: float,
        *,
        turns: Mapping[str, str] | None = None,
        lost: Collection[str] = (),
    ) -> None:
        """Begin at an instant at which nobody is logged in and no call is up.

        Args:
            plan: what the YAML says.
            now: that instant.
            turns: whom each queue rang last.
            lost: phones that cannot be rung.
        """
        _can_be_followed(plan)
        self.rules = Rulebook(plan, now)
        self.rules.turns, self.rules.lost = dict(turns or {}), set(lost)
        self.shifts = Shifts(self.rules)
        self.lines = Lines(self.rules)
        self.lines.replan(plan)
        self.now = now
        self.timer = now  #: when the timer was last acted on
        self.held = False
        self.has: dict[str, str] = {}  #: the call an agent is offered or on
        self.made: dict[str, int] = {}  #: offers of each call
        self.rings: dict[str, Ring] = {}  #: by offer
        self.wraps_up: dict[str, float] = {}  #: until when
        self.afterwards: dict[str, AgentState] = {}  #: what agents asked for during a call

    # --- what happened -------------------------------------------------------------------------

    def hear(self, event: Event | None, now: float) -> None:
        """Take in what happened; None: the timer."""
        self.now = self.lines.now = now
        self.shifts.begin_step(event, now)
        match event:
            case None:
                self._time_passed()
            case events.SwitchLost():
                self.held = True
            case events.SwitchResynced():
                self.held = False
                self._time_passed()
            case events.CallArrived():
                self.lines.arrived(event)
            case _ if hasattr(event, "call") and not isinstance(event, OF_WRAP_UPS):
                self._happened_to_call(event)
            case _:
                self._happened_to_agent(event)
        for worker in self.rules.workers.values():
            worker.barred = self._barred(worker)

    def _happened_to_call(self, event: Event) -> None:
        caller = self.rules.callers.get(getattr(event, "call", ""))
        if caller is None or isinstance(event, SAYS_NOTHING):
            return
        match event:
            case events.CallQueued():
                self.lines.number(event)
                self.lines.enter(caller, event.queue)
                caller.state = CallState.WAITING
            case events.OfferAccepted() | events.OfferDeclined():
                if self._still_rings(event):
                    self._answered(event)
            case events.ConversationStarted() | events.ConversationEnded():
                if self.has.get(event.agent) == caller.id:
                    self._talked(caller, event)
            case events.CallEnded():
                self._ended(caller)
            case _:
                raise NotFollowed(str(event))

    def _talked(
        self, caller: Caller, event: events.ConversationStarted | events.ConversationEnded
    ) -> None:
        if isinstance(event, events.ConversationStarted):
            self.lines.met(caller, event.agent)
            caller.state = CallState.TALKING
        else:
            self._talk_ended(caller)
            caller.state = CallState.IN_FLOW

    def _still_rings(self, event: OfferAccepted | OfferDeclined) -> bool:
        ring = self.rings.get(event.offer)
        return ring is not None and (ring.call, ring.agent) == (event.call, event.agent)

    def _answered(self, event: OfferAccepted | OfferDeclined) -> None:
        if isinstance(event, events.OfferDeclined):
            self._missed(event.offer, event.how)
            return
        del self.rings[event.offer]
        self.shifts.answered(event.agent)
        self._move(event.agent, AgentState.ON_CALL)
        self.rules.callers[event.call].state = CallState.CONNECTING

    def _missed(self, offer: str, how: events.Miss) -> None:
        ring = self._unring(offer)
        caller = self.rules.callers[ring.call]
        self.shifts.missed(ring.agent, caller.queue, how)
        again = self.shifts.missed_now[ring.agent]
        self._move(ring.agent, AgentState.AVAILABLE if again else AgentState.NOT_READY)

    def _unring(self, offer: str) -> Ring:
        ring = self.rings.pop(offer)
        self.rules.callers[ring.call].state = CallState.WAITING
        del self.has[ring.agent]
        return ring

    def _talk_ended(self, caller: Caller) -> None:
        agent = self._with(caller)
        del self.has[agent]
        self.shifts.talked(agent, caller.queue)
        self._move(agent, AgentState.WRAP_UP)
        seconds = self.rules.settings(caller.queue).wrap_up_seconds
        self.wraps_up[agent] = self.now + seconds
        if not seconds:
            self._wrapped_up(agent)

    def _wrapped_up(self, agent: str) -> None:
        del self.wraps_up[agent]
        self._move(agent, self.afterwards.pop(agent, AgentState.AVAILABLE))

    def _ended(self, caller: Caller) -> None:
        if caller.state is CallState.TALKING:
            self._talk_ended(caller)
        elif caller.state in (CallState.OFFERED, CallState.CONNECTING):
            agent = self._with(caller)
            for offer in [one for one, ring in self.rings.items() if ring.call == caller.id]:
                del self.rings[offer]
            del self.has[agent]
            self._move(agent, self.afterwards.pop(agent, AgentState.AVAILABLE))
        del self.rules.callers[caller.id]

    def _with(self, caller: Caller) -> str:
        (agent,) = (agent for agent, call in self.has.items() if call == caller.id)
        return agent

    # --- agents --------------------------------------------------------------------------------

    def _happened_to_agent(self, event: Event) -> None:
        match event:
            case events.AgentLoggedIn():
                self._logged_in(event)
            case events.AgentLoggedOut() | events.AgentWentReady() | events.AgentWentNotReady():
                self._asked(event)
            case events.PhoneLost():
                self._phone_was_lost(event)
            case events.PhoneFound() | events.OwnCallStarted() | events.OwnCallEnded():
                pass  # the shifts' book has it
            case _:
                raise NotFollowed(str(event))

    def _move(self, agent: str, state: AgentState, *, came: bool = False) -> None:
        self.shifts.went(self.rules.workers[agent], state, came=came)
        self.rules.workers[agent].state = state  # who has left is another entry

    def _logged_in(self, event: events.AgentLoggedIn) -> None:
        for other in list(self.rules.workers.values()):
            if other.phone == event.phone and other.id != event.agent:
                self._move(other.id, AgentState.OFFLINE)
        self.wraps_up.pop(event.agent, None)
        ready = self.rules.plan.ready_at_login
        self._move(event.agent, AgentState.AVAILABLE if ready else AgentState.NOT_READY, came=True)
        self.rules.workers[event.agent].phone = event.phone

    def _asked(self, event: AgentEvent) -> None:
        agent = event.agent
        wanted = AgentState.AVAILABLE
        if isinstance(event, events.AgentLoggedOut):
            wanted = AgentState.OFFLINE
        elif isinstance(event, events.AgentWentNotReady):
            wanted = AgentState.NOT_READY
        match self.rules.workers[agent].state:
            case AgentState.ON_CALL:
                self.afterwards[agent] = wanted
            case AgentState.OFFERED if wanted is AgentState.AVAILABLE:
                pass
            case state:
                if state is AgentState.OFFERED:
                    self._unring(self._rung_by(agent))
                self.wraps_up.pop(agent, None)
                self.afterwards.pop(agent, None)
                self._move(agent, wanted)

    def _phone_was_lost(self, event: events.PhoneLost) -> None:
        for worker in list(self.rules.workers.values()):
            if worker.phone == event.phone and worker.state is AgentState.OFFERED:
                self._unring(self._rung_by(worker.id))
                self._move(worker.id, AgentState.AVAILABLE)

    def _rung_by(self, agent: str) -> str:
        (offer,) = (offer for offer, ring in self.rings.items() if ring.agent == agent)
        return offer

    def _barred(self, worker: Worker) -> str:
        if worker.phone in self.rules.lost:
            return "phone not registered"
        if worker.phone is not None and self.rules.own_calls.get(worker.phone):
            return "own call"
        return "rests" if worker.retry_at > self.timer else ""

    # --- time ----------------------------------------------------------------------------------

    def _time_passed(self) -> None:
        self.timer = self.now
        due = [(ring.until, offer) for offer, ring in self.rings.items()]
        due += [(until, agent) for agent, until in self.wraps_up.items()]
        for _, who in sorted(one for one in due if one[0] <= self.now):
            if who in self.rings:
                self._missed(who, events.Miss.NO_ANSWER)
            else:
                self._wrapped_up(who)
        self.lines.time_passed()

    def late(self, now: float) -> float:
        """For how many seconds the timer has not been acted on, though something is due."""
        return max((now - due for due in self._due_times() if due <= now), default=0.0)

    def _due_times(self) -> Iterator[float]:
        yield from (ring.until for ring in self.rings.values())
        yield from self.wraps_up.values()
        for worker in self.rules.workers.values():
            if worker.state is AgentState.AVAILABLE and worker.retry_at > self.timer:
                yield worker.retry_at
        for call in self.rules.callers.values():
            steps = self.rules.settings(call.queue).relax if call.state in IN_LINE else ()
            yield from (call.queued_at + step.after_seconds for step in steps[call.relaxed :])
            if call.state in IN_LINE and call.only:
                yield call.only_until

    # --- what should be ------------------------------------------------------------------------

    def due(self) -> Due | None:
        """Return the offer that should be made next, None if there is none."""
        rules = self.rules
        waiting = [one for one in rules.callers.values() if one.state is CallState.WAITING]
        for call in waiting:
            self.lines.skip(call)
        may = {call.id: [] if self.held else self._who_may(call) for call in waiting}
        served = [call for call in waiting if may[call.id]]
        if not served:
            return None
        firsts = [
            one for one in served
            if all(other is one or rules.before(one, other, self.now) for other in served)
        ]  # fmt: skip
        if len(firsts) != 1:
            message = f"who of {[call.id for call in served]} is first"
            raise NotFollowed(message)
        (agent,) = rules.choice(firsts[0], may[firsts[0].id])
        callers = tuple(call.id for call in served if agent in may[call.id])
        return Due(
            firsts[0].id, agent, callers, tuple(may[firsts[0].id]), relaxed=firsts[0].relaxed
        )

    def _who_may(self, call: Caller) -> list[str]:
        rules = self.rules
        return [
            worker.id for worker in rules.workers.values()
            if worker.free and rules.qualifies(call, worker.id)
            and not rules.forbids(call, worker.id, self.now)
        ]  # fmt: skip

    def offered(self, call: str, agent: str) -> str:
        """Enter that the offer was made; return its number."""
        caller, number = self.rules.callers[call], self.made.get(call, 0) + 1
        self.made[call] = number
        offer = f"{call}.{number}"
        ring_seconds = self.rules.settings(caller.queue).ring_seconds
        self.rings[offer] = Ring(call, agent, self.now + ring_seconds)
        self.has[agent] = call
        self.rules.turns[caller.queue] = caller.rung = agent
        self._move(agent, AgentState.OFFERED)
        self.rules.workers[agent].client = caller.client
        caller.state = CallState.OFFERED
        return offer

    def told(self) -> str:
        """Tell what everybody does at this moment, a line each."""
        told = []
        for call in self.rules.callers.values():
            if call.state in IN_LINE:
                waited = f"waits {self.now - call.waiting_since:.3f} s, relaxed {call.relaxed}"
                told.append(f"call {call.id}: {call.state}, {call.queue}, {waited}")
        for one in self.rules.workers.values():
            doing = f"{one.state} {one.barred} {self.has.get(one.id, '')}".strip()
            calls = {queue: count for queue, (count, _) in one.calls.items()}
            told.append(f"agent {one.id}: {doing}, idle since {one.idle[0]:.3f}, calls {calls}")
        told.append(f"rung last: {self.rules.turns}")
        return "\n".join(f"    {line}" for line in told)


def _can_be_followed(plan: Plan) -> None:
    """Say at once which rules of a plan are not worked out here."""
    odd = [
        name for name, queue in plan.queues.items() if queue.strategy in CHANCE
        or queue.order is Order.NEWEST or queue.limits != Limits() or queue.outcome.required
    ]  # fmt: skip
    if odd or plan.rest != Rest() or plan.periods:
        message = f"chance, newest first, limits, outcomes, rest or periods: {odd or plan.rest}"
        raise NotFollowed(message)
