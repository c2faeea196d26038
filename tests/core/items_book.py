"""The books on callbacks and messages, of an outsider: whose place they have, who may be dialed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ccengine.core import events
from ccengine.core.states import CallState
from ccengine.core.work_items import CallbackRules, Mode
from tests.core.rulebook import Caller

if TYPE_CHECKING:
    from ccengine.core.events import Event
    from tests.core.rulebook import Rulebook

AHEAD = (CallState.WAITING, CallState.POSTPONED)
LEASE_SECONDS = 30.0


@dataclass
class Waits:
    """What is known of an item."""

    to: str
    asked_in: str
    message: bool = False
    attempts: int = 0
    leg: str = ""
    live: bool = False
    behind: str = ""
    agent_first: bool = True
    slot: float | None = None
    not_before: float = 0.0


def have_earlier(call: Caller, other: Caller) -> None:
    """Give a call the place of another where that is the better one."""
    call.place = min(call.place, other.place)
    call.waiting_since = min(call.waiting_since, other.waiting_since)
    call.waits_from = min(call.waits_from, other.waits_from)
    call.lined_at = min(call.lined_at, other.lined_at)


class ItemsBook:
    """Items by their call's name."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.items: dict[str, Waits] = {}
        self.left: dict[tuple[str, str], Caller] = {}

    def is_bodiless(self, call: str) -> bool:
        """Whether it waits without anybody at a telephone."""
        item = self.items.get(call)
        return item is not None and not item.live

    def begin(
        self, event: events.CallbackAsked | events.MessageLeft, now: float, count: int
    ) -> None:
        """Enter a new item; one that was merged is given the better place instead."""
        callers = self.rules.callers
        message = isinstance(event, events.MessageLeft)
        origin = callers.get(event.origin) or Caller(
            event.origin, event.client, event.caller, waits_from=getattr(event, "left_at", now)
        )
        in_line = origin.state in (CallState.WAITING, CallState.OFFERED) and origin.queue
        queue = event.queue if message or not in_line else origin.queue
        place = replace(origin, id=event.call, queue=queue, state=CallState.IN_FLOW)
        place.rung = place.directed = place.back_to = None
        place.visited = list(origin.visited) if in_line and queue == origin.queue else [queue]
        if not (in_line and queue == origin.queue):
            place.queued_at = now
        if not origin.place or (origin.state is CallState.IN_FLOW and not message):
            place.place = count
            place.lined_at = min(origin.waits_from, now) if message else now
        earlier = self.rules.settings(queue).counts_earlier_seconds
        place.waiting_since = min(place.waits_from, place.lined_at) if earlier else place.lined_at
        pending = None if message else self.pending(queue, event.to)
        if origin.id in callers and not message:
            self.stand_aside(origin.id)
        if pending is not None:
            twin = callers[pending]
            have_earlier(twin, place)
            self._book(self.items[pending], event)
            return
        callers[event.call] = place
        mode = self._rules(place).mode
        item = Waits(event.to, queue, message, agent_first=message or mode is Mode.AGENT_FIRST)
        self.items[event.call] = item
        self._book(item, event)

    @staticmethod
    def _book(item: Waits, event: events.CallbackAsked | events.MessageLeft) -> None:
        slot = None if isinstance(event, events.MessageLeft) else event.slot
        if slot not in (None, item.slot):
            item.slot = item.not_before = slot

    def pending(self, queue: str, number: str) -> str | None:
        """The callback that waits for this number, and has nobody at the telephone."""
        return next((name for name in self.items if self._waits_for(name, queue, number)), None)

    def _waits_for(self, name: str, queue: str, number: str) -> bool:
        item = self.items[name]
        given_up = self.rules.callers[name].state is CallState.IN_FLOW
        same = (item.asked_in, item.to) == (queue, number)
        return same and not (item.message or item.live or given_up)

    def meet(self, call: Caller, identity: str) -> None:
        """Give a caller the place of the callback that waits for them."""
        name = self.pending(call.queue, identity) if identity else None
        if name is None or call.id in self.items:
            return
        item, twin = self.items[name], self.rules.callers[name]
        if twin.state in AHEAD and not item.leg and item.behind in ("", call.id):
            item.behind = call.id
            have_earlier(call, twin)

    def stand_aside(self, call: str) -> None:
        for item in self.items.values():
            if item.behind == call:
                item.behind = ""

    def attempt(self, event: Event, now: float) -> None:
        """Check that a customer may be dialed, and keep count."""
        match event:
            case events.CallbackDialed():
                self._dialed(event, now)
            case events.CallbackAnswered():
                call = self.rules.callers[event.call]
                self.items[event.call].live = call.state is CallState.CONNECTING
                call.connected_at = now
            case events.CallbackConfirmed():
                self.items[event.call].live = True
            case events.CallbackFailed():
                self._failed(event, now)
            case _:
                pass

    def _failed(self, event: events.CallbackFailed, now: float) -> None:
        call, item = event.call, self.items[event.call]
        item.leg, item.live = "", False
        if not item.message:
            rules = self._rules(self.rules.callers[call])
            item.not_before = now + rules.retry_seconds.after(event.how)
        same = [name for name in self.items if name != call]
        twins = [name for name in same if self._waits_for(name, item.asked_in, item.to)]
        if twins and not item.message:  # asked for again meanwhile: that one has the place
            have_earlier(self.rules.callers[twins[0]], self.rules.callers[call])
            self.items[twins[0]].behind = ""

    def _dialed(self, event: events.CallbackDialed, now: float) -> None:
        item, call = self.items[event.call], self.rules.callers[event.call]
        rules = self._rules(call)
        assert not item.leg, "dialed by two legs"
        periods: Any = self.rules.plan.openings.get(call.queue)  # type: ignore[call-overload]
        assert periods is None or any(one.holds(now) for one in periods), "dialed outside hours"
        item.attempts += 1
        item.leg = event.leg
        assert item.message or item.attempts <= rules.attempts, "dialed too often"
        call.connected_at = now + rules.ring_seconds

    def _rules(self, call: Caller) -> CallbackRules:
        return self.rules.settings(call.queue).callback or CallbackRules()

    def shown(self, call: str, state: CallState) -> None:
        """An agent's leg that failed has taken the customer's with it."""
        if call in self.items and state is CallState.WAITING and not self.items[call].live:
            self.items[call].leg = ""
        if state is CallState.ENDED:
            self.items.pop(call, None)
            self.stand_aside(call)

    def check_times(self, now: float) -> None:
        """Nobody waits before their time, nor is put off when it has come; the timer is right."""
        for name, item in self.items.items():
            state = self.rules.callers[name].state
            its_time = not item.behind and self._may_come(name, item, now)
            if state is CallState.WAITING and not item.live:
                assert its_time, f"{name} waits before its time"
            if state is CallState.POSTPONED and item.agent_first:
                assert not its_time, f"{name} is put off, and its time has come"

    def _may_come(self, name: str, item: Waits, now: float) -> bool:
        periods = self.rules.plan.openings.get(self.rules.callers[name].queue)  # type: ignore[call-overload]
        is_open = item.message or periods is None or any(one.holds(now) for one in periods)
        return is_open and item.not_before <= now

    def check(self) -> None:
        """No number waits twice; who waits behind another is not offered."""
        waiting: list[tuple[str, str]] = []
        for name, item in self.items.items():
            state = self.rules.callers[name].state
            if state is CallState.WAITING and not item.live and not item.message:
                waiting.append((item.asked_in, item.to))
                assert not item.behind, f"{name} waits although {item.behind} does"
        assert len(waiting) == len(set(waiting)), f"a number waits twice: {waiting}"
