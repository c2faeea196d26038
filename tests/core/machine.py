"""A contact center that is told everything, and whose every step is checked: to be driven.

`test_properties` drives it by rules that may come at any time, `test_random_days` by dice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis.stateful import RuleBasedStateMachine

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall
from ccengine.core.errors import CoreError
from ccengine.core.events import Party
from ccengine.core.ids import CallId
from ccengine.core.states import CallState
from tests.core.builders import call_arrived
from tests.core.ledger import Ledger
from tests.core.random_control import DIALLED, next_of_dialled, next_of_sent_out
from tests.core.random_items import next_of_item
from tests.core.stage import Stage, state_bytes

if TYPE_CHECKING:
    from ccengine.core.agents import Debrief
    from ccengine.core.calls import Call
    from ccengine.core.events import Event
    from ccengine.core.ids import AgentId, QueueId

CALLERS = 8
ALL_CALLS = [CallId(f"c{number}") for number in range(CALLERS)]
"""Who may be on the telephone at the same time. Each of their calls has an id of its own."""

BEGINNINGS = (
    events.CallArrived
    | events.CallMissed
    | events.AgentDialled
    | events.CallbackAsked
    | events.MessageLeft
)


class Machine(RuleBasedStateMachine):
    """A contact center in the hands of chance."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(connected=False)
        self.ledger = Ledger()
        self.offers: list[OfferCall] = []
        self.happened: list[Event] = []
        self.twin: ContactCenter | None = None
        self.went_wrong = False
        self.begun: set[CallId] = set()  #: ids of all calls that came
        self.agents_calls = 0  #: that were made
        self.lives: dict[CallId, int] = {}  #: how often callers called

    def tell(self, event: Event) -> None:
        """Post an event, whether or not it makes sense, and enter it in the books."""
        if isinstance(event, BEGINNINGS) and self.is_over(event.call):
            return
        ignored = self.stage.center.ignored
        self.happened.append(event)
        try:
            commands = self.stage.post(event)
        except CoreError:
            return
        if self.twin is not None:
            self.compare(self.twin.handle(event, self.stage.now), commands)
        if self.stage.center.ignored == ignored:
            if isinstance(event, BEGINNINGS):
                self.begun.add(event.call)
            self.enter(event, commands)

    def advance(self, now: float) -> None:
        commands = self.stage.advance(now)
        if self.twin is not None:
            self.compare(self.twin.advance(now), commands)
        self.enter(None, commands)

    def compare(self, twins: list[Any], commands: list[Any]) -> None:
        """Check that a center restored from a snapshot goes on as the first does."""
        assert self.twin is not None
        same = orjson.dumps(twins) == orjson.dumps(commands)
        assert same, self.stage.told(f"restored from a snapshot it would be {twins}")
        assert state_bytes(self.twin) == state_bytes(self.stage.center), self.stage.told(
            "restored from a snapshot, the state would be another"
        )

    def enter(self, event: Event | None, commands: list[Any]) -> None:
        self.offers += [command for command in commands if isinstance(command, OfferCall)]
        try:
            self.ledger.enter(event, commands, self.stage.now)
        except (AssertionError, KeyError, ValueError) as wrong:
            self.went_wrong = True
            raise AssertionError(self.stage.told(f"the books: {wrong!r}")) from wrong

    # --- names ---------------------------------------------------------------------------------

    def named(self, slot: CallId) -> CallId:
        """Return the id of a caller's latest call."""
        life = self.lives.get(slot, 1)
        return slot if life == 1 else CallId(f"{slot}-{life}")

    def coming(self, slot: CallId) -> CallId:
        """Return the id of a call that comes: another one if the caller's latest is over."""
        call = self.named(slot)
        if self.is_over(call):
            self.lives[slot] = self.lives.get(slot, 1) + 1
        return self.named(slot)

    @staticmethod
    def slot_of(call: CallId) -> CallId:
        """Return whose call it is."""
        return CallId(call.partition("-")[0])

    def is_over(self, call: CallId) -> bool:
        """Tell whether there was a call of this id, and is no more: it never comes again."""
        return call in self.begun and call not in self.stage.center.calls

    def is_free(self, slot: CallId) -> bool:
        """Tell whether this caller is on no call."""
        return self.named(slot) not in self.stage.center.calls

    # --- what comes next -----------------------------------------------------------------------

    def come(self, slot: CallId, queue: QueueId, earlier: float = 0.0, **wishes: Any) -> None:
        """Have a caller call, and stand in line."""
        call = self.coming(slot)
        self.tell(self.arrival_of(call, queue.partition("/")[0], earlier))
        self.tell(events.CallQueued(call=call, queue=queue, **wishes))

    def arrival_of(self, call: CallId, client: str, earlier: float) -> Event:
        """Return an arrival by one of few callers, so that they come again."""
        caller = "" if call.startswith("c0") else f"+49{ord(call[1]) % 3}"
        arrived_at = self.stage.now - earlier
        return replace(call_arrived(call, client), caller=caller, arrived_at=arrived_at)

    def next_of(self, call: CallId) -> Event | None:
        known = self.stage.center.calls.get(call)
        if known is None:
            return self.arrival_of(self.coming(self.slot_of(call)), "nova", 0.0)
        if known.became is not None or (known.item is not None and not known.item.is_live):
            return next_of_item(known)
        event = next_of_sent_out(known)
        if event is None and known.kind in DIALLED:
            event = next_of_dialled(known, self.stage.center)
        return event or self.next_of_caller(known)

    def dialled(self) -> CallId:
        """Return the id of a call that an agent makes."""
        self.agents_calls += 1
        return CallId(f"x{self.agents_calls}")

    def next_of_caller(self, known: Call) -> Event | None:
        call = known.id
        both: dict[str, Any] = {"call": call, "agent": known.agent}
        match known.state:
            case CallState.IN_FLOW if known.kind not in DIALLED:
                plan = self.stage.center.plan
                return events.CallQueued(call=call, queue=next(iter(plan.queues)))
            case CallState.OFFERED:  # under ring-all, who was rung last
                offer, agent = next(reversed(known.others.items()), (known.offer, known.agent))
                assert offer is not None
                assert agent is not None
                return events.OfferAccepted(call=call, offer=offer, agent=agent)
            case CallState.CONNECTING:
                return events.ConversationStarted(**both, bridge="b")
            case CallState.TALKING:
                return events.ConversationEnded(**both, by=Party.AGENT)
        return None

    def debriefs(self) -> list[tuple[AgentId, Debrief]]:
        center, now = self.stage.center, self.stage.now
        found = [(agent.id, center.debrief(agent.id, now)) for agent in center.agents()]
        return [(agent, debrief) for agent, debrief in found if debrief is not None]

    # --- time ----------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        until = self.stage.now + seconds
        while (due := self.stage.center.next_deadline()) is not None and due <= until:
            self.advance(max(due, self.stage.now))
        self.stage.now = until

    def teardown(self) -> None:
        """All hang up; nobody is left over; a replay of all that happened gives the same bytes."""
        if self.went_wrong:
            return
        for call in list(self.stage.center.calls):
            self.tell(events.CallEnded(call=call, by=Party.ENGINE, cause="test over"))
        try:
            self.ledger.close()
        except AssertionError as wrong:
            raise AssertionError(self.stage.told(f"the books: {wrong!r}")) from wrong
        replayed = ContactCenter()
        for (now, event), said in zip(self.stage.steps, self.stage.said, strict=True):
            again = replayed.advance(now) if event is None else replayed.handle(event, now)
            assert orjson.dumps(again) == said, self.stage.told(f"replayed differently: {event}")
        assert state_bytes(replayed) == state_bytes(self.stage.center)
