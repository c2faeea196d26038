"""Agents, callers, leads and far ends in the hands of chance: what must hold always, holds.

After every step the core's invariants are checked (`Stage`). In between the center is replaced by
one restored from its snapshot; in the end a replay of all that happened gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from typing_extensions import override

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.dialer import answer_scores
from ccengine.core.dialer.campaigns import AfterPreview
from ccengine.core.dialer.leads import AttemptOutcome, Lead, LeadState
from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.gated import Gated
from ccengine.core.dialer.pacing.look_ahead import LookAhead
from ccengine.core.dialer.purposes import Mode
from ccengine.core.errors import CoreError
from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId
from ccengine.core.periods import Period
from ccengine.core.states import CallState, Kind
from tests.core.builders import agent_settings, call_arrived, queue_named, queue_settings
from tests.core.dialing_stage import RENEWALS, SURVEY, DialingStage, campaign, dialing_events
from tests.core.stage import NODE, state_bytes
from tests.core.test_snapshots import through_the_journal
from tests.sizes import by_size

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import Event

NAMES = ("anna", "bob", "carl", "dora")
DICE = st.integers(0, 2**32)
MODES = st.sampled_from(Mode)
HOURS = (Period(0.0, 60.0), Period(90.0, 400.0))
CAMPAIGNS = st.sampled_from([RENEWALS, SURVEY])


def some_promised(one: Lead) -> Lead:
    """Have one of five leads be promised a call, some of them by an agent."""
    if one.key % 5:
        return one
    agents = (*(AgentId(name) for name in NAMES), None)
    agent = agents[one.key // 5 % len(agents)]
    return replace(one, state=LeadState.CALLBACK, due_at=4.0 * one.key, agent=agent)


class RandomDialing(RuleBasedStateMachine):
    """Two campaigns and callers, who share agents."""

    def __init__(self) -> None:
        super().__init__()
        self.learning = patch.object(answer_scores, "CALLS_BEFORE", 5)
        self.learning.start()
        self.stage = DialingStage(300)
        self.callers = 0

    @initialize(first=MODES, second=MODES, planned=st.booleans())
    def open_doors(self, first: Mode, second: Mode, *, planned: bool) -> None:
        stage = self.stage
        stage.agents = {name: agent_settings("sales:4 care:2") for name in NAMES}
        stage.agents["dora"] = agent_settings("sales:1")
        stage.queues = {"sales": queue_settings("sales:1"), "care": queue_settings("care:1")}
        stage.fresh = [some_promised(one) for one in stage.fresh]
        rules: dict[str, Any] = {"ratio": 2.0, "calls_at_most": 6, "own_callback_seconds": 60.0}
        hours: dict[str, Any] = {"periods": HOURS, "ends_at": 400.0, "starts_itself": True}
        stage.with_campaigns(
            renewals=campaign(first, **rules, preview_then=AfterPreview.DIAL),
            survey=campaign(second, "care", **rules, **(hours if planned else {})),
        )
        for phone, name in enumerate(NAMES):
            self.tell(events.AgentLoggedIn(agent=AgentId(name), phone=PhoneId(str(101 + phone))))
        stage.start(RENEWALS)
        if not planned:
            stage.start(SURVEY)

    def tell(self, event: Event) -> None:
        try:
            self.stage.post(event)
        except CoreError:
            return

    @rule(name=st.sampled_from(NAMES), way=st.integers(0, 4))
    def an_agent_comes_or_goes(self, name: str, way: int) -> None:
        agent = AgentId(name)
        ways: list[Event] = [
            events.AgentWentReady(agent=agent),
            events.AgentLoggedIn(agent=agent, phone=PhoneId(str(101 + NAMES.index(name)))),
            events.AgentWentNotReady(agent=agent, reason="tea"),
            events.AgentLoggedOut(agent=agent),
            events.AgentPaused(agent=agent, queue=queue_named("sales")),
        ]
        self.tell(ways[way])

    @rule(name=CAMPAIGNS, way=st.integers(0, 5))
    def a_campaign_is_started_or_stopped(self, name: Any, way: int) -> None:
        who: dict[str, Any] = {"campaign": name, "by": "olga"}
        kinds = (events.CampaignPaused, events.CampaignFinished)
        kind = kinds[way] if way < len(kinds) else events.CampaignStarted
        self.tell(kind(**who))

    @rule(queue=st.sampled_from(["sales", "care"]))
    def a_caller_comes(self, queue: str) -> None:
        self.callers += 1
        call = CallId(f"c{self.callers}")
        self.tell(call_arrived(call))
        self.tell(events.CallQueued(call=call, queue=queue_named(queue)))

    @rule(dice=DICE, answering=st.sampled_from([0.0, 0.3, 1.0]))
    def phones_ring(self, dice: int, answering: float) -> None:
        """Have each call in the air go on, or end in some way."""
        chance = Random(dice)
        for call, lead in list(self.stage.center.in_air.items()):
            if call not in self.stage.placed:
                continue
            if not lead.attempt:
                way = self.stage.held_back if chance.random() < 0.1 else self.stage.dialed
                way(call)
            elif chance.random() < answering:
                self.stage.lead_answers(call)
            elif chance.random() < 0.4:
                self.stage.lead_fails(call, chance.choice(list(AttemptOutcome)))

    @rule(dice=DICE)
    def agents_look_at_leads(self, dice: int) -> None:
        chance = Random(dice)
        for agent, preview in list(self.stage.center.previews.items()):
            of: dict[str, Any] = {
                "campaign": preview.campaign,
                "lead": preview.lead.key,
                "agent": agent,
            }
            if chance.random() < 0.5:
                number = preview.lead.to_dial or ""
                self.tell(events.LeadAccepted(**of, number=number))
            elif chance.random() < 0.3:
                self.tell(events.LeadSkipped(**of, reason="later"))
            elif chance.random() < 0.2:
                self.tell(events.PreviewHeldBack(**of, rule="US.hours"))

    @rule(dice=DICE)
    def calls_go_on(self, dice: int) -> None:
        chance = Random(dice)
        for call in list(self.stage.center.calls.values()):
            event = _next_of(call, chance)
            if event is not None and chance.random() < 0.7:
                self.tell(event)

    @rule(dice=DICE)
    def something_late_is_told(self, dice: int) -> None:
        chance = Random(dice)
        known = [*self.stage.center.calls, *self.stage.center.in_air, "l1"]
        late = chance.choice(dialing_events(chance.choice(known)))
        if isinstance(late, events.LeadAnswered | events.LeadUnanswered | events.LeadHeldBack):
            self.stage.placed.pop(late.call, None)
        if not isinstance(late, events.LeadsClaimed):
            self.tell(late)

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 10.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        self.stage.wait(seconds)

    @rule()
    def the_switch_is_lost_and_found(self) -> None:
        self.tell(events.SwitchLost(node=NODE))
        self.tell(events.SwitchResynced(node=NODE))

    @rule()
    def the_engine_is_restarted(self) -> None:
        again = through_the_journal(self.stage.center)
        assert state_bytes(again) == state_bytes(self.stage.center)
        self.stage.center = again

    @override
    def teardown(self) -> None:
        """All hang up; a replay of all that happened gives the same bytes."""
        try:
            self.all_is_the_same_again()
        finally:
            self.learning.stop()

    def all_is_the_same_again(self) -> None:
        for call in list(self.stage.center.calls):
            self.stage.hang_up(call)
        replayed = ContactCenter()
        for (now, event), said in zip(self.stage.steps, self.stage.said, strict=True):
            again = replayed.advance(now) if event is None else replayed.handle(event, now)
            assert orjson.dumps(again) == said, self.stage.told(f"replayed differently: {event}")
        assert state_bytes(replayed) == state_bytes(self.stage.center)


def _next_of(call: Call, chance: Random) -> Event | None:
    both: dict[str, Any] = {"call": call.id, "agent": call.agent}
    ended = events.CallEnded(call=call.id, by=events.Party.CALLER, cause="hung up")
    is_late = chance.random() < 0.3
    late = events.LeadAbandoned(call=call.id, reason="late", is_late=is_late)
    if call.kind is Kind.LEAD and chance.random() < 0.2:
        return late
    if call.state is CallState.IN_FLOW or chance.random() < 0.1:
        hears = call.lead is not None and call.lead.flow and not call.lead.abandoned
        is_first = call.state is CallState.IN_FLOW and call.queue is None
        return _next_in_flow(call, chance) if hears and is_first else ended
    match call.state:
        case CallState.OFFERED:
            return events.OfferAccepted(**both, offer=call.offer or OfferId(""))
        case CallState.CONNECTING:
            return events.ConversationStarted(**both, bridge="b")
        case CallState.TALKING:
            return events.ConversationEnded(**both, by=events.Party.AGENT)
        case _:
            return None


def _next_in_flow(call: Call, chance: Random) -> Event:
    """Whoever hears a flow goes on in it, to a queue, or hangs up."""
    if chance.random() < 0.3:
        return events.CallEnded(call=call.id, by=events.Party.CALLER, cause="hung up")
    if not call.step:
        return events.FlowStepEntered(call=call.id, flow="news", step="menu")
    return events.CallQueued(call=call.id, queue=queue_named(chance.choice(["sales", "care"])))


TestRandomDialing = RandomDialing.TestCase
TestRandomDialing.settings = settings(
    max_examples=by_size(small=8, full=300),
    stateful_step_count=by_size(small=30, full=60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

MOODS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.integers(1, 40)), min_size=1, max_size=4
)


@given(
    moods=MOODS,
    agents=st.integers(1, 8),
    mode=st.sampled_from([Mode.POWER, Mode.PREDICTIVE]),
    room=st.integers(0, 3),
    seed=DICE,
)
@settings(max_examples=by_size(small=6, full=200), deadline=None)
def test_abandoned_calls_stay_within_the_share_and_what_was_in_the_air_as_the_gate_closed(
    moods: list[tuple[float, int]], agents: int, mode: Mode, room: int, seed: int
) -> None:
    """Whatever the far end does; agents stay, and callers stay away."""
    share, live = 0.03, 1000
    day = FarDay(mode, agents, share, Random(seed))
    day.open_window(live, int(share * live) - room)
    for answering, seconds in moods:
        for _ in range(seconds):
            day.live_second(answering)
            allowed = share * day.live + (0 if day.is_open else day.closed_with)
            assert day.abandoned <= allowed + 1e-9, day.stage.told("more than may be")


class FarDay:
    """A campaign's day: agents who do their work, and a far end of changing moods."""

    def __init__(self, mode: Mode, agents: int, share: float, chance: Random) -> None:
        self.stage, self.chance = DialingStage(3000), chance
        names = [f"a{number}" for number in range(agents)]
        self.stage.agents = {name: agent_settings("sales:1") for name in names}
        self.stage.queues = {"sales": queue_settings("sales:1", wrap_up=5)}
        limits = (Limit(share, strict=True),)
        self.stage.with_campaigns(renewals=campaign(mode, ratio=3.0, limits=limits))
        for name in names:
            self.stage.log_in(name)
        self.stage.start()
        self.live = self.abandoned = 0
        self.is_open, self.closed_with = False, 0  #: calls that were in the air then

    def open_window(self, live: int, abandoned: int) -> None:
        self.live, self.abandoned = live, abandoned
        self.stage.post(
            events.AbandonWindowOpened(
                campaign=RENEWALS, limit=0, live=live, abandoned=abandoned, ends_at=None
            )
        )
        self._look_at_the_gate()

    @property
    def in_the_air(self) -> int:
        """Calls that ring, or whose lead waits for an agent."""
        center = self.stage.center
        return len(center.in_air) + sum(one.agent is None for one in center.calls.values())

    def _look_at_the_gate(self) -> None:
        """After each event: between two of them calls are placed, and others are abandoned."""
        run = self.stage.center.campaigns[RENEWALS]
        assert isinstance(run.law, Gated | LookAhead)
        was_open, self.is_open = self.is_open, not run.law.is_closed(self.stage.now - run.zero)
        if was_open and not self.is_open:
            self.closed_with = self.in_the_air

    def live_second(self, answering: float) -> None:
        for call in self.stage.all_dialed():
            if self.chance.random() < answering:
                self.live += 1
                self.stage.lead_answers(call)
                self._take(self.stage.center.calls[call])
                self._look_at_the_gate()
            elif self.chance.random() < 0.1:
                self.stage.lead_fails(call)
        self.stage.wait(1)
        self._look_at_the_gate()
        for known in list(self.stage.center.calls.values()):
            self._go_on(known)

    def _take(self, call: Call) -> None:
        if call.state is CallState.OFFERED:
            self.stage.agent_takes(call.id)

    def _go_on(self, call: Call) -> None:
        self._take(call)
        if call.state is CallState.IN_FLOW:
            self.abandoned += 1
            self.stage.abandoned(call.id)
            self.stage.hang_up(call.id)
            self._look_at_the_gate()
        elif call.state is CallState.TALKING and self.chance.random() < 0.1:
            self.stage.hang_up(call.id)
