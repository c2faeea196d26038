"""Random, late, doubled and impossible events: what must hold always, holds.

After every step the core's own invariants are checked, refused and ignored events must have left
no trace (`Stage`), and the books of an outsider must balance (`Ledger`). In between the center is
replaced by one restored from its snapshot; in the end the recorded steps are replayed from the
first one, and must give the same bytes. `CCENGINE_TEST_SIZE=full` looks for longer.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccengine.core import events
from ccengine.core.events import Event, Miss, Party
from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId, QueueId
from ccengine.core.queues import Overflow
from tests.core.builders import call_missed
from tests.core.controlled import AGENTS, DICE, Controlled
from tests.core.machine import ALL_CALLS
from tests.core.plans import CLIENTS, DISPOSITIONS, NAMES, QUEUES, plan_number, skills_of
from tests.core.random_items import NUMBERS, asked, left, mishap
from tests.core.stage import NODE
from tests.core.test_snapshots import through_the_journal
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from ccengine.core.plan import Plan

CALLS = st.sampled_from(ALL_CALLS)
PHONES = st.sampled_from(["101", "102", "103", "104", "105"]).map(PhoneId)
LINES = st.sampled_from([*QUEUES, "nova/none"]).map(QueueId)
PLANS = st.integers(0, 999_999 if FULL else 499).map(plan_number)
LEVELS = st.integers(0, 99).map(lambda seed: skills_of(Random(seed), 1))
SECONDS = st.sampled_from([0.0, 0.1, 1.0, 5.0, 15.0, 20.0, 60.0])
PARTIES = st.sampled_from(Party)
NUMBERS_DIALED = st.sampled_from(NUMBERS)
EXITS = st.sampled_from([Overflow(voicemail=True), Overflow(flow="closed")]) | LINES.map(
    lambda queue: Overflow(queue=queue)
)
OWN = st.lists(AGENTS, max_size=2, unique=True).map(tuple)


class RandomCenter(Controlled):
    """A contact center to which anything may happen at any time."""

    # --- what makes sense ----------------------------------------------------------------------

    @initialize(plan=PLANS, present=st.sets(st.sampled_from(NAMES), min_size=1))
    def open_doors(self, plan: Plan, present: set[str]) -> None:
        self.tell(events.PlanLoaded(plan=plan))
        self.tell(events.SwitchResynced(node=NODE))
        for phone, name in enumerate(sorted(present)):
            phone_id = PhoneId(str(101 + phone))
            self.tell(events.AgentLoggedIn(agent=AgentId(name), phone=phone_id))
            self.tell(events.AgentWentReady(agent=AgentId(name)))

    @rule(calls=st.lists(CALLS, min_size=1, max_size=3), queue=LINES, earlier=SECONDS)
    def calls_come_in(self, calls: list[CallId], queue: QueueId, earlier: float) -> None:
        for call in calls:
            self.come(call, queue, earlier)

    @rule(
        call=CALLS,
        queue=LINES,
        priority=st.sampled_from([None, 0, 5, -3]),
        skills=LEVELS,
        preferred=LEVELS,
        agents=OWN,
        score=st.sampled_from([None, 50, 90]),
    )
    def a_call_comes_in_with_wishes(
        self,
        call: CallId,
        queue: QueueId,
        agents: tuple[AgentId, ...],
        score: int | None,
        **wishes: Any,
    ) -> None:
        scores = {} if score is None else dict.fromkeys(agents[1:], score) | {"anna": 50}
        self.come(call, queue, agents=agents, scores=scores, **wishes)

    @rule(calls=st.lists(CALLS, min_size=1, max_size=5), seconds=SECONDS)
    def calls_go_on(self, calls: list[CallId], seconds: float) -> None:
        """Let each call take the step that comes next if nothing goes wrong."""
        for call in calls:
            event = self.next_of(self.named(call))
            if event is not None:
                self.tell(event)
        self.pass_time(seconds)

    # --- callbacks and messages ----------------------------------------------------------------

    @rule(call=CALLS, queue=LINES, to=NUMBERS_DIALED, known=st.booleans())
    def a_caller_with_a_number_comes(
        self, call: CallId, queue: QueueId, to: str, *, known: bool
    ) -> None:
        self.come(call, queue, identity=to if known else "")

    @rule(call=CALLS, queue=LINES, to=NUMBERS_DIALED, again=st.booleans())
    def a_callback_is_asked_for(
        self, call: CallId, queue: QueueId, to: str, *, again: bool
    ) -> None:
        """Also by a customer who has been called back, and waits: `again`."""
        call = CallId(f"{self.named(call)}-cb") if again else self.named(call)
        known = self.stage.center.calls.get(call)
        queue = queue if known is None or known.queue is None else known.queue
        self.tell(asked(call, to or "+493", queue, self.stage.center, self.stage.now))

    @rule(call=CALLS, queue=LINES)
    def a_message_is_left(self, call: CallId, queue: QueueId) -> None:
        self.tell(left(self.named(call), queue, self.stage.now))

    @rule(call=CALLS)
    def a_place_is_reclaimed(self, call: CallId) -> None:
        self.tell(events.PlaceReclaimed(call=self.named(call)))

    @rule(dice=DICE, rounds=st.integers(1, 4))
    def items_go_on(self, dice: int, rounds: int) -> None:
        chance = Random(dice)
        for _ in range(rounds):
            for call in list(self.stage.center.calls.values()):
                if call.item is not None:
                    event = self.next_of(call.id) if chance.random() < 0.8 else mishap(call, chance)
                    if event is not None and not isinstance(event, events.CallQueued):
                        self.tell(event)
            self.pass_time(chance.choice((0.5, 5.0)))

    @rule(said=st.sampled_from([*DISPOSITIONS, "nonsense"]), resolved=st.none() | st.booleans())
    def all_say_how_it_went(self, said: str, resolved: bool | None) -> None:  # noqa: FBT001
        for agent, debrief in self.debriefs():
            ids: dict[str, Any] = {"agent": agent, "call": debrief.call}
            self.tell(events.OutcomeSet(**ids, disposition=said, resolved=resolved))

    @rule(
        call=CALLS,
        agent=AGENTS,
        said=st.sampled_from([*DISPOSITIONS, ""]),
        by=st.sampled_from(["", "boss"]),
    )
    def something_is_said_of_a_call(self, call: CallId, agent: AgentId, said: str, by: str) -> None:
        ids: dict[str, Any] = {"agent": agent, "call": self.named(call)}
        if said:
            self.tell(events.OutcomeSet(**ids, disposition=said, by=by))
        else:
            self.tell(events.FormFilled(**ids, form="nova/order@1#0", values={"a": "b"}, by=by))

    @rule(over=st.booleans(), seconds=SECONDS)
    def outcomes_are_typed(self, *, over: bool, seconds: float) -> None:
        for agent, debrief in self.debriefs():
            ids: dict[str, Any] = {"agent": agent, "call": debrief.call}
            event = events.OutcomeEntryEnded if over else events.OutcomeEntryStarted
            self.tell(event(**ids))
        self.pass_time(seconds)

    @rule(queues=st.lists(LINES, min_size=2, max_size=5), dice=DICE)
    def a_busy_while(self, queues: list[QueueId], dice: int) -> None:
        """Calls come, phones are answered or not, talks end: what most of a day is made of."""
        chance = Random(dice)
        free = [one for one in ALL_CALLS if self.is_free(one)]
        for call, queue in zip(free, queues, strict=False):
            self.come(call, queue)
        for _ in range(6):
            for call in list(self.stage.center.calls):
                event = self.next_of(call) if chance.random() < 0.6 else None
                if event is not None and not isinstance(event, events.CallQueued):
                    self.tell(event)
            self.pass_time(chance.choice((0.5, 1.0, 4.0)))

    @rule(call=CALLS)
    def the_bridge_fails(self, call: CallId) -> None:
        known = self.stage.center.calls.get(self.named(call))
        if known is not None and known.agent is not None:
            self.tell(events.ConversationFailed(call=known.id, agent=known.agent))

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

    @rule(agent=AGENTS, reason=st.sampled_from(["lunch", "training", "no answer", "nap"]))
    def agent_says_why(self, agent: AgentId, reason: str) -> None:
        self.tell(events.AgentWentNotReady(agent=agent, reason=reason))

    @rule(agent=AGENTS, queue=LINES, back=st.booleans())
    def agent_leaves_a_queue_out(self, agent: AgentId, queue: QueueId, *, back: bool) -> None:
        again = events.AgentResumed(agent=agent, queue=queue)
        self.tell(again if back else events.AgentPaused(agent=agent, queue=queue))

    @rule(agent=AGENTS, times=st.integers(1, 4))
    def agent_needs_longer(self, agent: AgentId, times: int) -> None:
        for _ in range(times):
            self.tell(events.WrapUpExtended(agent=agent))

    @rule(agent=AGENTS, times=st.integers(1, 6))
    def somebody_guesses_a_pin(self, agent: AgentId, times: int) -> None:
        for _ in range(times):
            self.tell(events.WrongPinGiven(agent=agent, phone=PhoneId("101")))

    @rule(agent=AGENTS, other=AGENTS, what=st.integers(0, 3))
    def agent_asks_for_help(self, agent: AgentId, other: AgentId, what: int) -> None:
        answers: list[Event] = [
            events.HelpAnswered(agent=agent, supervisor=other),
            events.HelpUnanswered(agent=agent),
        ]
        self.tell(answers[what] if what < len(answers) else events.HelpAsked(agent=agent))

    @rule(call=CALLS, client=st.sampled_from(CLIENTS))
    def a_missed_call_is_found(self, call: CallId, client: str) -> None:
        self.tell(call_missed(self.coming(call), client))

    @rule(call=CALLS, by=PARTIES)
    def caller_hangs_up(self, call: CallId, by: Party) -> None:
        self.tell(events.CallEnded(call=self.named(call), by=by, cause="hung up"))

    @rule(call=CALLS, to=EXITS)
    def caller_leaves_by_key(self, call: CallId, to: Overflow) -> None:
        self.tell(events.ExitChosen(call=self.named(call), key="1", to=to))

    @rule(call=CALLS, queue=LINES)
    def supervisor_moves(self, call: CallId, queue: QueueId) -> None:
        self.tell(events.CallMovedByHand(call=call, queue=queue, by="olga"))

    @rule(call=CALLS, priority=st.sampled_from([0, 5, -3]))
    def supervisor_gives_a_priority(self, call: CallId, priority: int) -> None:
        self.tell(events.CallReprioritised(call=call, priority=priority, by="olga"))

    @rule(call=CALLS, returns=st.booleans())
    def caller_strays_or_returns(self, call: CallId, *, returns: bool) -> None:
        call = self.named(call)
        if returns:
            self.tell(events.CallerReturned(call=call, channel=f"{call}-again"))
        else:
            self.tell(events.CallerStrayed(call=call))

    @rule(plan=PLANS, seldom=st.integers(0, 3))
    def plan_is_swapped(self, plan: Plan, seldom: int) -> None:
        if not seldom:
            self.tell(events.PlanLoaded(plan=plan))

    @rule(phone=PHONES, found=st.booleans())
    def a_phone_is_lost_or_found(self, phone: PhoneId, *, found: bool) -> None:
        self.tell(events.PhoneFound(phone=phone) if found else events.PhoneLost(phone=phone))

    @rule(phone=PHONES, channel=st.sampled_from(["own1", "own2"]), over=st.booleans())
    def an_agent_has_a_call_of_their_own(self, phone: PhoneId, channel: str, *, over: bool) -> None:
        started = events.OwnCallStarted(phone=phone, channel=channel)
        self.tell(events.OwnCallEnded(phone=phone, channel=channel) if over else started)

    @rule(back=st.booleans())
    def switch_goes_or_comes(self, *, back: bool) -> None:
        known = events.SwitchResynced(node=NODE) if back else events.SwitchLost(node=NODE)
        self.tell(known)

    @rule(call=CALLS, agent=AGENTS, by=PARTIES, kind=st.integers(0, 4))
    def nonsense(self, call: CallId, agent: AgentId, by: Party, kind: int) -> None:
        call = self.named(call)
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
    @rule(
        data=st.data(),
        agent=st.none() | st.none() | AGENTS,
        accepts=st.booleans(),
        how=st.sampled_from(Miss),
    )
    def some_offer_is_answered(
        self, data: st.DataObject, agent: AgentId | None, how: Miss, *, accepts: bool
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
            self.tell(events.OfferDeclined(**ids, reason="busy", how=how))

    @precondition(lambda self: self.happened)
    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        self.tell(data.draw(st.sampled_from(self.happened[-20:])))

    # --- time ----------------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule(seconds=SECONDS)
    def the_timer_is_late(self, seconds: float) -> None:
        self.stage.now += seconds

    @rule(seconds=SECONDS)
    def the_timer_was_late(self, seconds: float) -> None:
        self.advance(self.stage.now + seconds)

    # --- the engine ----------------------------------------------------------------------------

    @rule()
    def engine_restarts(self) -> None:
        self.stage.center = through_the_journal(self.stage.center)

    @rule()
    def a_twin_is_restored(self) -> None:
        """From here on a second center, restored from a snapshot, is told the same."""
        self.twin = through_the_journal(self.stage.center)


pytestmark = pytest.mark.long

TestRandomCenter = pytest.mark.timeout(3600 if FULL else 300)(RandomCenter.TestCase)
TestRandomCenter.settings = settings(
    max_examples=by_size(small=200, full=3000),
    stateful_step_count=100 if FULL else 50,
    derandomize=not FULL,  # the small run is the same for everybody; the full one explores
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
