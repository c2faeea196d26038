"""Random, late, doubled and impossible events: what must hold always, holds.

After every step the core's own invariants are checked, refused and ignored events must have left
no trace (`Stage`), and the books of an outsider must balance (`Ledger`). In between the center is
replaced by one restored from its snapshot; in the end the recorded steps are replayed from the
first one, and must give the same bytes. `CCENGINE_TEST_SIZE=full` looks for longer.
"""

from __future__ import annotations

import os
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall
from ccengine.core.errors import CoreError
from ccengine.core.events import Event, Party
from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId, QueueId
from ccengine.core.states import CallState
from tests.core.builders import agent_settings, call_arrived, call_missed, plan_of, queue_settings
from tests.core.ledger import Ledger
from tests.core.stage import NODE, Stage, state_bytes
from tests.core.test_snapshots import through_the_journal

FULL = os.environ.get("CCENGINE_TEST_SIZE") == "full"
BOTH = ("nova", "sirin")
NAMES = ("anna", "bob", "carl", "dora")
SKILLED = {
    "anna": agent_settings("billing:4 sales:2", BOTH),
    "bob": agent_settings("billing:2", ("nova",)),
    "carl": agent_settings("sales:5", BOTH),
    "dora": agent_settings("billing:5 sales:5", ("sirin",)),
}
LINES = {
    "nova/billing": queue_settings("billing:1"),
    "nova/vip": queue_settings("billing:3", priority=5, ring=5, wrap_up=0),
    "nova/any": queue_settings(wrap_up=5),
    "sirin/sales": queue_settings("sales:2", ring=10),
}
PLANS = (
    plan_of(SKILLED, LINES),
    plan_of(SKILLED, LINES, ready_at_login=False, version="not ready at login"),
    plan_of({n: SKILLED[n] for n in ("bob", "dora")}, LINES, version="two left"),
    plan_of(dict.fromkeys(NAMES, SKILLED["anna"]), LINES, version="all alike"),
    plan_of(
        {name: SKILLED[name] for name in reversed(NAMES)},
        {"nova/billing": queue_settings("billing:5"), "nova/any": queue_settings(priority=7)},
        version="fewer queues that need more",
    ),
)
CALLS = st.sampled_from([f"c{number}" for number in range(7)]).map(CallId)
AGENTS = st.sampled_from([*NAMES, "ghost"]).map(AgentId)
PHONES = st.sampled_from(["101", "102", "103", "104"]).map(PhoneId)
QUEUES = st.sampled_from([*LINES, "nova/none"]).map(QueueId)
PRIORITIES = st.sampled_from([None, None, None, 0, 5, -3])
SECONDS = st.sampled_from([0.0, 0.1, 1.0, 5.0, 15.0, 20.0, 60.0])
PARTIES = st.sampled_from(Party)


class RandomCenter(RuleBasedStateMachine):
    """A contact center to which anything may happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(connected=False)
        self.ledger = Ledger()
        self.offers: list[OfferCall] = []
        self.happened: list[Event] = []

    def tell(self, event: Event) -> None:
        """Post an event, whether or not it makes sense, and enter it in the books."""
        ignored = self.stage.center.ignored
        self.happened.append(event)
        try:
            commands = self.stage.post(event)
        except CoreError:
            return
        if self.stage.center.ignored == ignored:
            self.enter(event, commands)

    def enter(self, event: Event | None, commands: list[Any]) -> None:
        self.offers += [command for command in commands if isinstance(command, OfferCall)]
        try:
            self.ledger.enter(event, commands, self.stage.now)
        except (AssertionError, KeyError) as wrong:
            raise AssertionError(self.stage.told(f"the books: {wrong!r}")) from wrong

    # --- what makes sense ----------------------------------------------------------------------

    @initialize(plan=st.integers(0, 1), present=st.sets(st.sampled_from(NAMES), min_size=1))
    def open_doors(self, plan: int, present: set[str]) -> None:
        self.tell(events.PlanLoaded(plan=PLANS[plan]))
        self.tell(events.SwitchResynced(node=NODE))
        for phone, name in enumerate(sorted(present)):
            phone_id = PhoneId(str(101 + phone))
            self.tell(events.AgentLoggedIn(agent=AgentId(name), phone=phone_id))
            self.tell(events.AgentWentReady(agent=AgentId(name)))

    @rule(call=CALLS, client=st.sampled_from(BOTH), queue=QUEUES, priority=PRIORITIES)
    def call_comes_in(
        self, call: CallId, client: str, queue: QueueId, priority: int | None
    ) -> None:
        self.tell(call_arrived(call, client))
        self.tell(events.CallQueued(call=call, queue=queue, priority=priority))

    @rule(calls=st.lists(CALLS, min_size=1, max_size=5), seconds=SECONDS)
    def calls_go_on(self, calls: list[CallId], seconds: float) -> None:
        """Let each call take the step that comes next if nothing goes wrong."""
        for call in calls:
            event = self.next_of(call)
            if event is not None:
                self.tell(event)
        self.pass_time(seconds)

    def next_of(self, call: CallId) -> Event | None:
        known = self.stage.center.calls.get(call)
        if known is None:
            return call_arrived(call, "nova")
        both: dict[str, Any] = {"call": call, "agent": known.agent}
        match known.state:
            case CallState.IN_FLOW:
                return events.CallQueued(call=call, queue=QueueId("nova/billing"))
            case CallState.OFFERED:
                return events.OfferAccepted(**both, offer=known.offer)
            case CallState.CONNECTING:
                return events.ConversationStarted(**both, bridge="b")
            case CallState.TALKING:
                return events.ConversationEnded(**both, by=Party.AGENT)
        return None

    @rule()
    def all_get_ready(self) -> None:
        for agent in self.stage.center.agents():
            self.tell(events.AgentWentReady(agent=agent.id))

    @rule(call=CALLS)
    def the_bridge_fails(self, call: CallId) -> None:
        known = self.stage.center.calls.get(call)
        if known is not None and known.agent is not None:
            self.tell(events.ConversationFailed(call=call, agent=known.agent))

    # --- what may come at any time -------------------------------------------------------------

    @rule(agent=AGENTS, phone=PHONES)
    def agent_logs_in(self, agent: AgentId, phone: PhoneId) -> None:
        self.tell(events.AgentLoggedIn(agent=agent, phone=phone))

    @rule(agent=AGENTS)
    def agent_goes_ready(self, agent: AgentId) -> None:
        self.tell(events.AgentWentReady(agent=agent))

    @rule(agent=AGENTS, leaves=st.booleans())
    def agent_wants_a_rest(self, agent: AgentId, *, leaves: bool) -> None:
        if leaves:
            self.tell(events.AgentLoggedOut(agent=agent))
        else:
            self.tell(events.AgentWentNotReady(agent=agent, reason="lunch"))

    @rule(call=CALLS, client=st.sampled_from(BOTH))
    def a_missed_call_is_found(self, call: CallId, client: str) -> None:
        self.tell(call_missed(call, client))

    @rule(call=CALLS, by=PARTIES)
    def caller_hangs_up(self, call: CallId, by: Party) -> None:
        self.tell(events.CallEnded(call=call, by=by, cause="hung up"))

    @rule(call=CALLS, returns=st.booleans())
    def caller_strays_or_returns(self, call: CallId, *, returns: bool) -> None:
        if returns:
            self.tell(events.CallerReturned(call=call, channel=f"{call}-again"))
        else:
            self.tell(events.CallerStrayed(call=call))

    @rule(plan=st.integers(0, len(PLANS) - 1))
    def plan_is_swapped(self, plan: int) -> None:
        self.tell(events.PlanLoaded(plan=PLANS[plan]))

    @rule(back=st.booleans())
    def switch_goes_or_comes(self, *, back: bool) -> None:
        known = events.SwitchResynced(node=NODE) if back else events.SwitchLost(node=NODE)
        self.tell(known)

    @rule(call=CALLS, agent=AGENTS, by=PARTIES, kind=st.integers(0, 4))
    def nonsense(self, call: CallId, agent: AgentId, by: Party, kind: int) -> None:
        made = OfferId(f"{call}.{kind}")
        senseless: list[Event] = [
            events.OfferAccepted(call=call, agent=agent, offer=made),
            events.OfferDeclined(call=call, agent=agent, offer=made, reason="late"),
            events.ConversationStarted(call=call, agent=agent, bridge="x"),
            events.ConversationFailed(call=call, agent=agent),
            events.ConversationEnded(call=call, agent=agent, by=by),
        ]
        self.tell(senseless[kind])

    @precondition(lambda self: self.offers)
    @rule(data=st.data(), agent=st.none() | AGENTS, accepts=st.booleans())
    def some_offer_is_answered(
        self, data: st.DataObject, agent: AgentId | None, *, accepts: bool
    ) -> None:
        offer = data.draw(st.sampled_from(self.offers[-12:]))
        ids: dict[str, Any] = {
            "call": offer.call,
            "agent": offer.agent if agent is None else agent,
            "offer": offer.offer,
        }
        if accepts:
            self.tell(events.OfferAccepted(**ids))
        else:
            self.tell(events.OfferDeclined(**ids, reason="busy"))

    @precondition(lambda self: self.happened)
    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        self.tell(data.draw(st.sampled_from(self.happened[-20:])))

    # --- time ----------------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        until = self.stage.now + seconds
        while (due := self.stage.center.next_deadline()) is not None and due <= until:
            self.enter(None, self.stage.advance(max(due, self.stage.now)))
        self.stage.now = until

    @rule(seconds=SECONDS)
    def the_timer_is_late(self, seconds: float) -> None:
        self.stage.now += seconds

    @rule(seconds=SECONDS)
    def the_timer_was_late(self, seconds: float) -> None:
        self.enter(None, self.stage.advance(self.stage.now + seconds))

    # --- the engine ----------------------------------------------------------------------------

    @rule()
    def engine_restarts(self) -> None:
        self.stage.center = through_the_journal(self.stage.center)

    def teardown(self) -> None:
        """All hang up; nobody is left over; a replay of all that happened gives the same bytes."""
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


TestRandomCenter = pytest.mark.timeout(3600 if FULL else 300)(RandomCenter.TestCase)
TestRandomCenter.settings = settings(
    max_examples=3000 if FULL else 300,
    stateful_step_count=120 if FULL else 60,
    derandomize=not FULL,  # the small run is the same for everybody; the full one explores
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
