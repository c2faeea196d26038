"""The reducer as a whole: the switch's absence, refusals, ties and replays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, WithdrawOffer
from ccengine.core.errors import CoreError, DuplicateCall
from ccengine.core.events import Event
from ccengine.core.ids import AgentId, CallId, ClosureId, OfferId, PhoneId, QueueId
from ccengine.core.queues import Overflow
from ccengine.core.work_items import CallbackRules, Failure, Mode
from tests.core.builders import (
    call_arrived,
    call_missed,
    callback_asked,
    card_events,
    coaching_events,
    control_events,
    message_left,
    plan_of,
    queue_named,
    queue_settings,
)
from tests.core.dialing_stage import dialing_events
from tests.core.stage import NODE, Like, Stage, state_bytes


def test_nothing_is_offered_before_the_switch_is_there() -> None:
    stage = Stage(connected=False)
    stage.staff(anna="billing:4", bob="billing:4")
    stage.expect(stage.queue("c1", "billing"))
    stage.expect(stage.queue("c2", "billing", priority=1))
    stage.expect(
        stage.resynced(),
        Like(OfferCall, call="c2", agent="anna"),
        Like(OfferCall, call="c1", agent="bob"),
    )


def test_no_offers_and_no_deadlines_while_the_switch_is_lost(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.queue("c1", "billing")
    stage.lost()
    assert stage.center.next_deadline() is None
    assert stage.advance(stage.now + 60) == []
    stage.expect(stage.queue("c2", "billing"))
    stage.expect(
        stage.resynced(),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c1", agent="bob"),
    )


def test_who_loses_an_offer_by_the_resync_is_not_overtaken(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.not_ready("bob")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.lost()
    stage.ready("bob")
    stage.wait(60)
    stage.expect(
        stage.resynced(),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c1", agent="bob"),
    )
    assert stage.line() == ["c2"]


def test_who_loses_an_offer_by_the_resync_does_not_overtake(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.not_ready("bob")
    stage.queue("c1", "billing")
    stage.lost()
    stage.ready("bob")
    stage.queue("c2", "billing", priority=5)
    stage.wait(60)
    stage.expect(
        stage.resynced(),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c2", agent="bob"),
    )
    assert stage.line() == ["c1"]


def test_an_answer_found_by_the_resync_counts_though_its_time_was_over(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.lost()
    stage.wait(60)
    stage.accept("c1")
    stage.resynced()
    assert stage.advance(stage.now) == []
    assert stage.call_state("c1") == "connecting"


def test_who_left_while_the_switch_was_lost_is_not_offered(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.lost()
    stage.expect(stage.ready("anna"))
    stage.hang_up("c1", events.Party.LOST)
    stage.expect(stage.resynced(), Like(OfferCall, call="c2", agent="anna"))


def test_wrap_up_that_passed_while_the_switch_was_lost_ends_at_once(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.lost()
    stage.hang_up("c1")
    stage.wait(60)
    stage.queue("c2", "billing")
    assert stage.state("anna") == "wrap_up"
    stage.expect(stage.resynced(), Like(OfferCall, call="c2", agent="anna"))


def test_a_refused_event_leads_to_nothing_now_or_later(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    with pytest.raises(DuplicateCall):
        stage.arrive("c1")
    assert stage.ring("c1") == []


OF_ANNA: dict[str, Any] = {"call": CallId("c1"), "agent": AgentId("anna")}
SAMPLES: dict[type, Event] = {
    type(event): event
    for event in (
        call_arrived("c1"),
        call_missed("c1"),
        events.FlowStepEntered(call=CallId("c1"), flow="main", step="menu"),
        events.FlowDataSet(call=CallId("c1"), values={"order": "t:4711"}, shown={"Order": "4711"}),
        events.LanguageChosen(call=CallId("c1"), language="en", skills={"english": 3}),
        events.SubmissionMade(call=CallId("c1"), submission="order", key="c1.main.menu.1"),
        events.SurveyAsked(call=CallId("c1"), queue="nova/billing", agent=AgentId("a")),
        events.SurveyAnswered(call=CallId("c1"), queue="nova/billing", agent=AgentId("a"), score=2),
        events.SurveyLow(
            call=CallId("c1"), queue="nova/billing", agent=AgentId("a"), score=2, owner="maya"
        ),
        events.TalkMeasured(
            **OF_ANNA, began=1.0, seconds=60.0, silence_seconds=6.0, talk_over_seconds=1.5
        ),
        events.ReviewPublished(**OF_ANNA, review="r1", by="rita", score_percent=87.5),
        events.ReviewDisputed(**OF_ANNA, review="r1"),
        events.DisputeAnswered(
            **OF_ANNA,
            review="r1",
            by="rita",
            accepted=True,
            published_at=1.0,
            before_percent=87.5,
            score_percent=90.0,
        ),
        events.MessageAsked(call=CallId("c1"), queue="nova/billing"),
        events.CallQueued(call=CallId("c1"), queue="nova/billing"),
        events.WaitPromised(call=CallId("c1"), low_seconds=30.0, high_seconds=60.0),
        events.ExitChosen(call=CallId("c1"), key="1", to=Overflow(voicemail=True)),
        events.CallerStrayed(call=CallId("c1")),
        events.CallerReturned(call=CallId("c1"), channel="x"),
        events.OfferRinging(call=CallId("c1"), agent=AgentId("anna"), offer=OfferId("c1.1")),
        events.OfferAccepted(call=CallId("c1"), agent=AgentId("anna"), offer=OfferId("c1.1")),
        events.OfferDeclined(
            call=CallId("c1"), agent=AgentId("anna"), offer=OfferId("c1.1"), reason="busy"
        ),
        events.ConversationStarted(call=CallId("c1"), agent=AgentId("anna"), bridge="b"),
        events.ConversationFailed(call=CallId("c1"), agent=AgentId("anna")),
        events.ConversationEnded(call=CallId("c1"), agent=AgentId("anna"), by=events.Party.CALLER),
        events.RecordingStarted(call=CallId("c1"), recording="r"),
        events.RecordingFailed(call=CallId("c1"), recording="r", reason="disk full"),
        events.RecordingStopped(call=CallId("c1"), recording="r", reason="survey"),
        events.RecordingPaused(
            call=CallId("c1"),
            recording="r",
            by="anna",
            reason=events.PauseReason.AGENT,
            limit_seconds=300.0,
        ),
        events.RecordingResumed(call=CallId("c1"), recording="r", by="anna"),
        events.RecordingGapFound(
            call=CallId("c1"), recording="r", kind=events.GapKind.NO_FILE, seconds=12.0
        ),
        events.PartyUnheard(
            call=CallId("c1"), party=events.Party.AGENT, channel="ch", seconds=20.0
        ),
        events.PartyHeard(call=CallId("c1"), party=events.Party.AGENT, channel="ch", seconds=30.0),
        events.CallEnded(call=CallId("c1"), by=events.Party.CALLER, cause="hung up"),
        callback_asked("c1", "+4930", queue_named("billing")),
        message_left("c1", queue_named("billing"), 0.0),
        events.CallbackDialed(call=CallId("c1-cb"), leg="c1-cb.c1"),
        events.CallbackAnswered(call=CallId("c1-cb"), leg="c1-cb.c1"),
        events.CallbackConfirmed(call=CallId("c1-cb")),
        events.CallbackFailed(call=CallId("c1-cb"), leg="c1-cb.c1", how=Failure.BUSY),
        events.PlaceReclaimed(call=CallId("c1")),
        *dialing_events("l1"),
        *control_events("c1", "anna"),
        *card_events("c1", "anna"),
        *coaching_events("c1", "anna", "bob"),
        events.CallMovedByHand(call=CallId("c1"), queue=QueueId("nova/sales"), by="olga"),
        events.CallReprioritised(call=CallId("c1"), priority=9, by="olga"),
        events.AgentLoggedIn(agent=AgentId("anna"), phone=PhoneId("101")),
        events.AgentLoggedOut(agent=AgentId("anna")),
        events.AgentWentReady(agent=AgentId("anna")),
        events.AgentWentNotReady(agent=AgentId("anna"), reason="lunch"),
        events.AgentPaused(agent=AgentId("anna"), queue=QueueId("nova/billing")),
        events.AgentResumed(agent=AgentId("anna"), queue=QueueId("nova/billing")),
        events.WrapUpExtended(agent=AgentId("anna")),
        events.WrongPinGiven(agent=AgentId("anna"), phone=PhoneId("101")),
        events.NumbersClosed(closure=ClosureId("building"), by="olga", until=1e5),
        events.NumbersOpened(closure=ClosureId("building"), by="olga"),
        events.HelpAsked(agent=AgentId("anna")),
        events.HelpAnswered(agent=AgentId("anna"), supervisor=AgentId("bob")),
        events.HelpUnanswered(agent=AgentId("anna")),
        events.PhoneLost(phone=PhoneId("101")),
        events.PhoneFound(phone=PhoneId("101")),
        events.OwnCallStarted(phone=PhoneId("101"), channel="own"),
        events.OwnCallEnded(phone=PhoneId("101"), channel="own"),
        events.OutcomeSet(call=CallId("c1"), agent=AgentId("anna"), disposition="sold"),
        events.FormFilled(call=CallId("c1"), agent=AgentId("anna"), form="nova/order@1#0"),
        events.LeadCallbackBooked(call=CallId("c1"), agent=AgentId("anna"), due_at=1e5),
        events.OutcomeEntryStarted(call=CallId("c1"), agent=AgentId("anna")),
        events.OutcomeEntryEnded(call=CallId("c1"), agent=AgentId("anna")),
        events.PlanLoaded(plan=plan_of({}, {})),
        events.SwitchLost(node=NODE),
        events.SwitchResynced(node=NODE),
        events.DiskLevelChanged(node=NODE, level=events.DiskLevel.FULL, used_percent=96.0),
    )
}
PLACES = [
    "empty",
    "in flow",
    "waiting",
    "offered",
    "connecting",
    "talking",
    "wrap-up",
    "to be called back",
    "dialed",
    "dialed first",
    "postponed",
    "message",
]
MODES = {"dialed first": Mode.CUSTOMER_FIRST}


def stage_at(place: str) -> Stage:
    stage = Stage()
    if place == "empty":
        return stage
    stage.staff(anna="billing:4")
    stage.queues["billing"] = replace(
        stage.queues["billing"], callback=CallbackRules(mode=MODES.get(place, Mode.AGENT_FIRST))
    )
    stage.plan()
    stage.arrive("c1")
    if place in PLACES[PLACES.index("to be called back") :]:
        return item_at(stage, place)
    if place == "waiting":
        stage.not_ready("anna")
    if place != "in flow":
        stage.queue("c1", "billing")
    if place in ("connecting", "talking", "wrap-up"):
        stage.accept("c1")
    if place in ("talking", "wrap-up"):
        stage.bridge("c1")
    if place == "wrap-up":
        stage.end_talk("c1")
    return stage


def item_at(stage: Stage, place: str) -> Stage:
    stage.queue("c1", "billing")
    if place == "message":
        stage.hang_up("c1")
        stage.leave_message("c1", "billing")
        return stage
    stage.ask_callback("c1", "+4930")
    if place in ("dialed", "postponed"):
        stage.accept("c1-cb")
    if place != "to be called back":
        stage.dial("c1-cb")
    if place == "postponed":
        stage.customer_fails("c1-cb")
    return stage


def test_there_is_a_sample_of_every_event() -> None:
    assert set(SAMPLES) == set(get_args(Event))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
def test_every_event_at_every_place_is_taken_ignored_or_refused(place: str, kind: type) -> None:
    stage = stage_at(place)
    for _ in range(2):
        try:
            stage.post(SAMPLES[kind])
        except CoreError:
            continue
    stage.wait(1000)


def test_ties_are_broken_by_order_and_never_by_name_or_chance() -> None:
    stories = []
    for calls in (["x", "a", "m"], ["a", "m", "x"]):
        stage = Stage()
        stage.queues = {"billing": queue_settings("billing:1")}
        stage.staff(zoe="billing:4", bob="billing:4", anna="billing:4")
        stage.lost()
        for call in calls:
            stage.queue(call, "billing")
        offers = [c for c in stage.resynced() if isinstance(c, OfferCall)]
        stories.append([(offer.call, offer.agent) for offer in offers])
    assert stories == [
        [("x", "zoe"), ("a", "bob"), ("m", "anna")],
        [("a", "zoe"), ("m", "bob"), ("x", "anna")],
    ]


def test_a_replay_gives_the_same_bytes(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4 sales:2")
    stage.queue("c1", "billing")
    stage.queue("c2", "sales")
    stage.wait(20)
    stage.ready("anna")
    stage.accept("c1")
    replayed = ContactCenter()
    told = [
        orjson.dumps(replayed.advance(now) if event is None else replayed.handle(event, now))
        for now, event in stage.steps
    ]
    assert told == stage.said
    assert state_bytes(replayed) == state_bytes(stage.center)
    assert orjson.loads(state_bytes(replayed))["calls"][0]["id"] == "c1"
