"""One queue under seeded chance: Poisson arrivals, exponential handling and patience (M/M/n+M)."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from ccengine.core import events
from ccengine.core.calls import Guess
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId
from ccengine.core.waits import WaitEstimate
from tests.core.builders import (
    agent_settings,
    call_arrived,
    phone_named,
    plan_of,
    queue_named,
    queue_settings,
)
from tests.core.stage import NODE

if TYPE_CHECKING:
    from ccengine.core.commands import Command

HANDLING_SECONDS = 100.0
QUEUE = queue_named("line")


@dataclass(frozen=True)
class Waited:
    """A caller who had to wait and was answered, and what was said when they came."""

    seconds: float
    estimate: WaitEstimate
    guess: Guess
    app_queue: int  #: what app_queue would have announced: h = (3 h + new) >> 2, whole seconds


class RandomLine:
    """Runs the line, on the real core."""

    def __init__(self, agents: int, load: float, patience: float | None, seed: int) -> None:
        self.center = ContactCenter()
        self.waited: list[Waited] = []
        self._chance = Random(seed)
        self._arrivals = load * agents / HANDLING_SECONDS
        self._patience = patience
        self._handling = HANDLING_SECONDS
        self._due: list[tuple[float, int, str, Any]] = []
        self._said: dict[CallId, tuple[WaitEstimate | None, Guess | None, int]] = {}
        self._app_queue = 0
        named = {f"a{number}": agent_settings("") for number in range(agents)}
        plan = plan_of(named, {"line": queue_settings(ring=1e6, wrap_up=0)})
        self.center.handle(events.PlanLoaded(plan=plan), 0.0)
        self.center.handle(events.SwitchResynced(node=NODE), 0.0)
        for number, name in enumerate(named):
            phone = phone_named(str(number))
            self.center.handle(events.AgentLoggedIn(agent=AgentId(name), phone=phone), 0.0)

    def run(self, calls: int, *, slower_by: float = 1.0) -> None:
        """Have so many callers come; from the middle on calls take longer by this factor."""
        now = 0.0
        for number in range(calls):
            now += self._chance.expovariate(self._arrivals)
            if number == calls // 2:
                self._plan(now, "slow down", slower_by)
            self._plan(now, "arrive", CallId(f"c{number}"))
        while self._due:
            now, _, what, about = heapq.heappop(self._due)
            match what:
                case "arrive":
                    self._arrive(about, now)
                case "answer":
                    self._answer(about, now)
                case "slow down":
                    self._handling *= about
                case _:
                    self._end(about, now, what)

    def _plan(self, at: float, what: str, about: object) -> None:
        heapq.heappush(self._due, (at, len(self._said) * 10 + len(self._due), what, about))

    def _arrive(self, call: CallId, now: float) -> None:
        self.center.handle(call_arrived(call), now)
        estimate = self.center.estimate_queue(QUEUE, now)
        commands = self.center.handle(events.CallQueued(call=call, queue=QUEUE), now)
        self._said[call] = (estimate, self.center.calls[call].guess, self._app_queue)
        self._obey(commands, now)
        if self._patience is not None:
            self._plan(now + self._chance.expovariate(1 / self._patience), "lose patience", call)

    def _answer(self, offer: OfferCall, now: float) -> None:
        ids: Any = {"call": offer.call, "agent": offer.agent}
        self.center.handle(events.OfferAccepted(**ids, offer=offer.offer), now)
        self.center.handle(events.ConversationStarted(**ids, bridge="b"), now)

    def _end(self, call: CallId, now: float, what: str) -> None:
        known = self.center.calls.get(call)
        if known is not None and (what == "talk ends" or known.agent is None):
            end = events.CallEnded(call=call, by=Party.CALLER, cause="")
            self._obey(self.center.handle(end, now), now)

    def _obey(self, commands: list[Command], now: float) -> None:
        for offer in commands:
            if not isinstance(offer, OfferCall):
                continue
            seconds = now - self.center.calls[offer.call].queued_at
            estimate, guess, app_queue = self._said[offer.call]
            if seconds > 0 and estimate is not None and guess is not None:
                self.waited.append(Waited(seconds, estimate, guess, app_queue))
            self._app_queue = (3 * self._app_queue + int(seconds)) >> 2
            self._plan(now, "answer", offer)
            talk = self._chance.expovariate(1 / self._handling)
            self._plan(now + talk, "talk ends", offer.call)
