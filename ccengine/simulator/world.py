"""A virtual world around the core: a clock that jumps, callers, and agents' phones.

It does what Asterisk and the sessions do in real life: posts the same events in the same order and
obeys the same commands. Who comes and how they behave is said by `People`.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import Connect, DivertCall, OfferCall, ShowAgent
from ccengine.core.errors import CoreError
from ccengine.core.states import AgentState, AgentStep, CallState
from ccengine.reporting.rows import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ccengine.core.commands import Command
    from ccengine.core.events import Event
    from ccengine.core.ids import AgentId, CallId, Instant, QueueId

NODE = "simulator"
JourneyEvent = events.FlowStepEntered | events.CallQueued | events.CallEnded
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED, CallState.IN_FLOW})
_STEPS_PER_TICK = 2_000


class Caller(Protocol):
    """Somebody who calls once."""

    @property
    def arrival(self) -> events.CallArrived:
        """The call, with the instant at which it comes."""
        ...

    def enter(self, flow: str | None, now: Instant) -> Sequence[tuple[float, JourneyEvent]]:
        """Return what follows, each so many seconds after `now`.

        Args:
            flow: where a queue sent the caller; None: what the dialed number leads to.
            now: when that begins.
        """
        ...

    def patience_seconds(self, queue: QueueId) -> float:
        """Return after how long in lines they hang up; may be infinite."""
        ...

    def talk_seconds(self, queue: QueueId) -> float:
        """Return how long the conversation takes."""
        ...

    def wrap_up_seconds(self, queue: QueueId) -> float | None:
        """Return how long the agent wraps up; None, or too long: as long as the queue gives."""
        ...


class People(Protocol):
    """All who call and work on one day."""

    def callers(self) -> Iterable[Iterator[Caller]]:
        """Return callers, from each source in the order in which they come."""
        ...

    def movements(self) -> Iterable[tuple[Instant, Event]]:
        """Return what agents, phones and admins do of themselves."""
        ...

    def reaction_seconds(self, agent: AgentId) -> float | None:
        """Return after how long the agent answers the phone; None: never."""
        ...

    @property
    def away_seconds(self) -> float:
        """After how long an agent who missed calls is ready again."""
        ...


@dataclass(slots=True)
class _Present:
    """A caller who is here."""

    caller: Caller
    impatient: bool = False  #: it is decided when they hang up


class World:
    """One day. `watch` is shown each step of the core."""

    def __init__(self, people: People, watch: Callable[[Step], None]) -> None:
        self.center = ContactCenter()
        self.now: Instant = 0.0
        self.steps = 0
        self.refused: Counter[str] = Counter()  #: events that were impossible
        self._people = people
        self._watch = watch
        self._here: dict[CallId, _Present] = {}
        self._asked_away: set[AgentId] = set()
        self._agenda: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._entries = 0

    def run(
        self,
        opening: Sequence[Event],
        starts: Instant,
        ends: Instant,
        tick: Callable[[Instant], None] | None = None,
    ) -> None:
        """Play the day.

        Args:
            opening: what happens before all else, such as the loading of a plan.
            starts: first instant.
            ends: what happens after it is not played.
            tick: is told the time now and then.
        """
        self.now = starts
        for event in opening:
            self._post(event)
        self._post(events.SwitchResynced(node=NODE))
        for at, event in self._people.movements():
            self._at(at, self._move, event)
        for source in self._people.callers():
            self._await_next(source)
        while self._step(ends):
            self.steps += 1
            if tick is not None and self.steps % _STEPS_PER_TICK == 0:
                tick(self.now)

    # --- time ----------------------------------------------------------------------------------

    def _step(self, ends: Instant) -> bool:
        due = self.center.next_deadline()
        if self._agenda and (due is None or self._agenda[0][0] < due):
            at, _, happens, what = heapq.heappop(self._agenda)
            if at > ends:
                return False
            self.now = at
            happens(what)
            return True
        if due is None or due > ends:
            return False
        self.now = max(self.now, due)
        commands = self.center.advance(self.now)
        self._watch(Step(None, self.now, commands))
        self._obey(commands, None)
        return True

    def _at(self, at: Instant, happens: Callable[[Any], None], what: object) -> None:
        self._entries += 1
        heapq.heappush(self._agenda, (max(at, self.now), self._entries, happens, what))

    def _post(self, event: Event) -> None:
        try:
            commands = self.center.handle(event, self.now)
        except CoreError as error:
            self.refused[f"{type(event).__name__}: {error}"] += 1
            self._watch(Step(event, self.now, (), str(error) or type(error).__name__))
            return
        self._watch(Step(event, self.now, commands))
        self._obey(commands, event)

    # --- callers -------------------------------------------------------------------------------

    def _await_next(self, source: Iterator[Caller]) -> None:
        caller = next(source, None)
        if caller is not None:
            self._at(caller.arrival.arrived_at, self._arrive, (caller, source))

    def _arrive(self, what: tuple[Caller, Iterator[Caller]]) -> None:
        caller, source = what
        self._await_next(source)
        self._here[caller.arrival.call] = _Present(caller)
        self._post(caller.arrival)
        self._follow(caller.enter(None, self.now))

    def _follow(self, journey: Sequence[tuple[float, JourneyEvent]]) -> None:
        for seconds, event in journey:
            if seconds > 0:
                self._at(self.now + seconds, self._go_on, event)
            else:
                self._go_on(event)

    def _go_on(self, event: JourneyEvent) -> None:
        call = event.call
        here = self._here.get(call)
        if here is None:
            return
        if isinstance(event, events.CallQueued) and not here.impatient:
            here.impatient = True
            patience = here.caller.patience_seconds(event.queue)
            if patience < float("inf"):
                self._at(self.now + patience, self._give_up, call)
        if isinstance(event, events.CallEnded):
            del self._here[call]
        self._post(event)

    def _give_up(self, call: CallId) -> None:
        known = self.center.calls.get(call)
        if known is not None and known.state in IN_LINE:
            self._end(call, events.Party.CALLER, "hung up")

    def _end(self, call: CallId, by: events.Party, cause: str) -> None:
        self._here.pop(call, None)
        self._post(events.CallEnded(call=call, by=by, cause=cause))

    # --- what the core asks for ----------------------------------------------------------------

    def _obey(self, commands: Sequence[Command], event: Event | None) -> None:
        for command in commands:
            match command:
                case OfferCall():
                    self._ring(command)
                case Connect():
                    self._at(self.now, self._talk, command)
                case DivertCall():
                    self._at(self.now, self._divert, command)
                case ShowAgent(state=AgentState.WRAP_UP):
                    self._wrap_up(command)
                case ShowAgent(state=AgentState.NOT_READY):
                    self._miss(command, event)
                case _:
                    pass

    def _ring(self, offer: OfferCall) -> None:
        seconds = self._people.reaction_seconds(offer.agent)
        if seconds is not None and seconds < offer.ring_seconds:
            accepted = events.OfferAccepted(call=offer.call, agent=offer.agent, offer=offer.offer)
            self._at(self.now + seconds, self._post, accepted)

    def _talk(self, pair: Connect) -> None:
        here = self._here.get(pair.call)
        if here is not None:
            call, agent = pair.call, pair.agent
            self._post(events.ConversationStarted(call=call, agent=agent, bridge=call))
            seconds = here.caller.talk_seconds(pair.queue)
            self._at(self.now + seconds, self._part, pair)

    def _part(self, pair: Connect) -> None:
        by = events.Party.CALLER
        rules = self.center.plan.queues[pair.queue].outcome
        if rules.required:  # agents do it in time; what they say plays no part here
            said = rules.dispositions[0]
            self._post(events.OutcomeSet(call=pair.call, agent=pair.agent, disposition=said))
        self._post(events.ConversationEnded(call=pair.call, agent=pair.agent, by=by))
        self._end(pair.call, by, "hung up")

    def _divert(self, where: DivertCall) -> None:
        here = self._here.get(where.call)
        if here is None:
            return
        if where.flow is not None:
            self._follow(here.caller.enter(where.flow, self.now))
        else:
            cause = "voicemail" if where.voicemail else "sent to a number"
            self._end(where.call, events.Party.ENGINE, cause)

    # --- agents --------------------------------------------------------------------------------

    def _move(self, event: Event) -> None:
        match event:
            case events.AgentWentNotReady() | events.AgentLoggedOut():
                self._asked_away.add(event.agent)
            case events.AgentWentReady() | events.AgentLoggedIn():
                self._asked_away.discard(event.agent)
            case _:
                pass
        self._post(event)

    def _miss(self, shown: ShowAgent, event: Event | None) -> None:
        """Have an agent whom the core has made not ready come back, unless they asked for it."""
        if shown.agent not in self._asked_away and not isinstance(event, events.AgentLoggedIn):
            self._at(self.now + self._people.away_seconds, self._come_back, shown.agent)

    def _come_back(self, agent: AgentId) -> None:
        is_away = self.center.agent(agent).state is AgentState.NOT_READY
        if is_away and agent not in self._asked_away:
            self._post(events.AgentWentReady(agent=agent))

    def _wrap_up(self, shown: ShowAgent) -> None:
        call = None if shown.call is None else self.center.calls.get(shown.call)
        here = None if shown.call is None else self._here.get(shown.call)
        if call is None or here is None or call.queue is None or shown.until is None:
            return
        seconds = here.caller.wrap_up_seconds(call.queue)
        if seconds is not None and self.now + seconds < shown.until:
            self._at(self.now + seconds, self._finish_wrap_up, (shown.agent, shown.call))

    def _finish_wrap_up(self, what: tuple[AgentId, CallId]) -> None:
        agent = self.center.agent(what[0])
        is_theirs = agent.state is AgentState.WRAP_UP and agent.call == what[1]
        if is_theirs and agent.finish is AgentStep.FINISH:
            self._post(events.AgentWentReady(agent=agent.id))
