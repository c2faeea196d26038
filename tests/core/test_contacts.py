"""The life of a call: places are kept, each call ends once, nobody is left behind."""

from __future__ import annotations

import pytest

from ccengine.core import events
from ccengine.core.calls import RecordingPause
from ccengine.core.commands import OfferCall, ShowCall, WithdrawOffer
from ccengine.core.errors import DuplicateCall, IllegalTransition, UnknownQueue
from ccengine.core.ids import CallId
from ccengine.core.states import CallState
from tests.core.builders import call_missed
from tests.core.stage import Like, Stage, state_bytes

STAGES = ["in flow", "waiting", "strayed", "offered", "connecting", "talking", "after the talk"]


def bring_to(stage: Stage, place: str) -> None:
    """Bring call c1 to a place in its life."""
    stage.arrive("c1")
    if place in ("waiting", "strayed"):
        stage.not_ready("anna")
    if place != "in flow":
        stage.queue("c1", "billing")
    if place == "strayed":
        stage.stray("c1")
    if place in ("connecting", "talking", "after the talk"):
        stage.accept("c1")
    if place in ("talking", "after the talk"):
        stage.bridge("c1")
    if place == "after the talk":
        stage.end_talk("c1")


@pytest.mark.parametrize("place", STAGES)
def test_a_caller_may_hang_up_at_any_stage(stage: Stage, place: str) -> None:
    stage.staff(anna="billing:4")
    bring_to(stage, place)
    shown = stage.hang_up("c1")
    assert [c for c in shown if isinstance(c, ShowCall)] == [
        Like(ShowCall, call="c1", state=CallState.ENDED, agent=None)
    ]
    assert not stage.center.calls
    assert stage.hang_up("c1") == []
    assert stage.center.ignored == 1
    if stage.state("anna") in ("not_ready", "wrap_up"):
        stage.ready("anna")
    stage.expect(stage.queue("c2", "billing"), Like(OfferCall, call="c2", agent="anna"))


def test_a_call_arrives_once(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.arrive("c1")
    with pytest.raises(DuplicateCall):
        stage.arrive("c1")


def test_a_missed_call_is_shown_to_be_over_and_leaves_nothing(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    before = state_bytes(stage.center)
    for _ in range(2):  # whoever tells it twice is told the same
        assert stage.post(call_missed("c1")) == [
            Like(ShowCall, call="c1", state=CallState.ENDED, queue=None, agent=None)
        ]
    assert state_bytes(stage.center) == before


def test_a_call_that_is_alive_was_not_missed(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.arrive("c1")
    with pytest.raises(DuplicateCall):
        stage.post(call_missed("c1"))
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, call="c1", agent="anna"))


def test_a_line_that_does_not_exist(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.arrive("c1")
    with pytest.raises(UnknownQueue):
        stage.queue("c1", "nowhere")
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, call="c1"))


def test_a_call_stands_in_one_line(stage: Stage) -> None:
    stage.staff(anna="billing:4 sales:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    with pytest.raises(IllegalTransition):
        stage.queue("c1", "sales")


@pytest.mark.parametrize("place", ["in flow", "waiting", "offered"])
def test_nobody_talks_who_was_not_answered(stage: Stage, place: str) -> None:
    stage.staff(anna="billing:4")
    bring_to(stage, place)
    ids = {"call": CallId("c1"), "agent": "anna"}
    for event in (
        events.ConversationStarted(**ids, bridge="b"),
        events.ConversationFailed(**ids),
        events.ConversationEnded(**ids, by=events.Party.AGENT),
    ):
        if place == "offered":
            with pytest.raises(IllegalTransition):
                stage.post(event)
        else:
            assert stage.post(event) == []


@pytest.mark.parametrize("place", ["offered", "connecting", "talking"])
def test_a_conversation_of_somebody_else_is_none(stage: Stage, place: str) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    bring_to(stage, place)
    event = events.ConversationEnded(call=CallId("c1"), agent="bob", by=events.Party.AGENT)
    assert stage.post(event) == []
    assert stage.center.ignored == 1


def test_a_call_whose_agent_hung_up_goes_on_in_its_flow(stage: Stage) -> None:
    stage.staff(anna="billing:4", bob="billing:4")
    stage.talk("c1", "billing")
    stage.end_talk("c1")
    assert (stage.call_state("c1"), stage.state("anna")) == ("in_flow", "wrap_up")
    assert stage.end_talk("c1") == []
    stage.expect(stage.queue("c1", "billing"), Like(OfferCall, offer="c1.2", agent="bob"))


def test_who_has_talked_queues_anew(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.queue("c2", "billing")
    stage.end_talk("c1")
    stage.queue("c1", "billing")
    assert stage.line() == ["c2", "c1"]


def test_strayed_callers_keep_their_place_and_get_no_offers(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    for call in ("c1", "c2", "c3"):
        stage.queue(call, "billing")
    stage.stray("c1")
    assert stage.line() == ["c2", "c3"]
    stage.come_back("c1")
    assert stage.line() == ["c1", "c2", "c3"]
    assert stage.center.calls[CallId("c1")].channel == "c1-again"
    stage.stray("c1")
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c2"))
    stage.expect(stage.decline("c2"))
    stage.come_back("c1")
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c1"))


def test_a_caller_who_returns_is_offered_to_who_is_free(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.queue("c1", "billing")
    stage.stray("c1")
    stage.expect(stage.ready("anna"))
    stage.expect(stage.come_back("c1"), Like(OfferCall, call="c1", agent="anna"))


def test_who_strays_while_the_phone_rings_is_withdrawn(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    stage.expect(
        stage.stray("c1"),
        Like(WithdrawOffer, call="c1", agent="anna"),
        Like(OfferCall, call="c2", agent="anna"),
    )
    stage.decline("c2")
    stage.come_back("c1")
    assert stage.line() == ["c1", "c2"]


def test_straying_and_returning_in_a_flow_is_no_affair_of_routing(stage: Stage) -> None:
    stage.arrive("c1")
    assert stage.stray("c1") == []
    assert stage.come_back("c1") == []
    assert stage.center.calls[CallId("c1")].channel == "c1-again"


@pytest.mark.parametrize("place", ["connecting", "talking", "strayed"])
def test_nobody_strays_out_of_a_conversation_or_twice(stage: Stage, place: str) -> None:
    stage.staff(anna="billing:4")
    bring_to(stage, place)
    with pytest.raises(IllegalTransition):
        stage.stray("c1")


def test_where_a_flow_is_and_what_is_recorded_is_remembered(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    call = stage.center.calls[CallId("c1")]
    stage.post(events.FlowStepEntered(call=call.id, flow="main", step="menu"))
    stage.post(events.RecordingStarted(call=call.id, recording="a/b.wav"))
    assert (call.flow, call.step, call.recording) == ("main", "menu", "a/b.wav")
    stage.post(events.RecordingFailed(call=call.id, recording="a/b.wav", reason="disk full"))
    assert (call.recording, call.recording_parts) == ("", 1)


def test_the_core_knows_what_is_recorded_and_what_is_paused(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    call = stage.center.calls[CallId("c1")]
    paused = events.RecordingPaused(
        call=call.id, recording="a", by="anna", reason=events.PauseReason.AGENT, limit_seconds=9.0
    )
    stage.post(paused)
    assert (call.recording_pause, stage.center.ignored) == (None, 1)  # nothing is recorded
    stage.post(events.RecordingStarted(call=call.id, recording="a", channel="ch"))
    stage.post(paused)
    assert call.recording_pause == RecordingPause(
        since=stage.now, until=stage.now + 9.0, by="anna", reason=events.PauseReason.AGENT
    )
    stage.post(events.RecordingResumed(call=call.id, recording="another", by="anna"))
    assert call.recording_pause is not None
    stage.post(events.RecordingResumed(call=call.id, recording="a", by="anna"))
    assert (call.recording_pause, call.recorded_channel) == (None, "ch")
    stage.post(events.RecordingStopped(call=call.id, recording="a", reason="survey"))
    stage.post(events.RecordingStarted(call=call.id, recording="a-2", channel="ch"))
    assert (call.recording, call.recording_parts) == ("a-2", 2)


def test_events_about_calls_that_are_over_are_counted(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    late = [
        lambda: stage.accept("c1"),
        lambda: stage.decline("c1"),
        lambda: stage.bridge("c1"),
        lambda: stage.fail("c1"),
        lambda: stage.end_talk("c1"),
        lambda: stage.stray("c1"),
        lambda: stage.come_back("c1"),
        lambda: stage.hang_up("c1"),
        lambda: stage.post(events.FlowStepEntered(call=CallId("c1"), flow="f", step="s")),
        lambda: stage.post(events.CallQueued(call=CallId("c1"), queue="nova/billing")),
        lambda: stage.post(events.RecordingStarted(call=CallId("c1"), recording="r")),
    ]
    for post in late:
        assert post() == []
    assert stage.center.ignored == len(late)
