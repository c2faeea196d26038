"""The recording of a call follows the caller, is paused and goes on, and begins anew if lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import (
    ConversationStarted,
    PauseReason,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from ccengine.core.ids import CallId
from ccengine.core.queues import OnDemand
from tests.fakes.asterisk_manager import RECORDINGS

if TYPE_CHECKING:
    from ccengine.calls.call_recording import CallRecording
    from ccengine.core.calls import Call
    from tests.calls.center_on_fake import CenterOnFake
    from tests.fakes.asterisk_manager import FakeMonitor

CALL = CallId("node1-1-1")
LEG = f"{CALL}.1"


async def talking(center: CenterOnFake, *, recorded: bool = True) -> str:
    """Somebody talks with olena."""
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert bool(center.asterisk.manager.of(caller)) == recorded
    return caller


def call_of(center: CenterOnFake) -> Call:
    return center.engine.center.calls[CALL]


def recording_of(center: CenterOnFake) -> CallRecording:
    return center.sessions.talks.recordings.of(call_of(center))


def recorded(center: CenterOnFake, caller: str) -> FakeMonitor:
    (monitor,) = center.asterisk.manager.of(caller)
    return monitor


def press(center: CenterOnFake, code: str) -> None:
    center.asterisk.dial_digits(LEG, code)


async def over(center: CenterOnFake, caller: str) -> None:
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


# --- who is recorded, and how long ------------------------------------------------------------


async def test_it_begins_before_the_two_hear_each_other(center: CenterOnFake) -> None:
    caller = await talking(center)
    started, talk = center.journal.events(RecordingStarted, ConversationStarted)
    assert isinstance(started, RecordingStarted)
    assert isinstance(talk, ConversationStarted)
    assert (started.channel, started.by) == (caller, "")
    await over(center, caller)


async def test_a_queue_that_is_not_recorded_is_not(center: CenterOnFake) -> None:
    center.set_queue(recorded=False)
    caller = await talking(center, recorded=False)
    press(center, "*9")
    await asyncio.sleep(5)
    assert not center.journal.events(RecordingStarted)
    assert "refused" in center.said_on(LEG)
    await over(center, caller)


async def test_it_goes_on_while_the_caller_waits_and_with_the_next_agent(
    center: CenterOnFake,
) -> None:
    caller = await talking(center)
    first = recorded(center, caller)
    center.set_queue("billing", extension="801")
    center.asterisk.phone_refers(LEG, "801")
    await center.log_in("taras", answers_after=3.0)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    assert recorded(center, caller) is first
    assert len(center.journal.events(RecordingStarted)) == 1
    await over(center, caller)


async def test_it_ends_where_the_next_queue_is_not_recorded(center: CenterOnFake) -> None:
    center.set_queue("billing", recorded=False)
    caller = await talking(center)
    center.set_queue("billing", extension="801")
    center.asterisk.phone_refers(LEG, "801")
    await center.log_in("taras", answers_after=3.0)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    assert center.asterisk.manager.of(caller) == []
    (stopped,) = center.journal.events(RecordingStopped)
    assert isinstance(stopped, RecordingStopped)
    assert stopped.reason == "this queue's calls are not recorded"
    await over(center, caller)


async def test_one_that_was_asked_for_goes_on_where_agents_may_choose(
    center: CenterOnFake,
) -> None:
    center.set_queue(recorded=OnDemand.ON_DEMAND)
    center.set_queue("billing", recorded=OnDemand.ON_DEMAND)
    caller = await talking(center, recorded=False)
    press(center, "*9")
    await center.until(lambda: center.journal.events(RecordingStarted))
    (started,) = center.journal.events(RecordingStarted)
    assert isinstance(started, RecordingStarted)
    assert started.by == "olena"
    await center.until(lambda: "recording-on" in center.said_on(LEG))
    await asyncio.sleep(2)
    center.set_queue("billing", extension="801")
    center.asterisk.phone_refers(LEG, "801")
    await center.log_in("taras", answers_after=3.0)
    await center.until(lambda: len(center.journal.events(ConversationStarted)) == 2)
    assert recorded(center, caller)
    await over(center, caller)


async def test_an_agent_ends_what_they_asked_for_and_no_more(center: CenterOnFake) -> None:
    center.set_queue(recorded=OnDemand.ON_DEMAND)
    caller = await talking(center, recorded=False)
    for _ in range(2):
        press(center, "*9")
        await center.until(lambda: center.asterisk.manager.of(caller))
        await asyncio.sleep(2)
        press(center, "*9")
        await center.until(lambda: not center.asterisk.manager.of(caller))
        await asyncio.sleep(2)
    files = [one.file.rpartition("/")[2] for one in center.asterisk.manager.monitors]
    assert files == [f"{CALL}.raw", f"{CALL}-2.raw"]  # none is written over
    await over(center, caller)


async def test_what_the_rules_record_no_agent_ends(center: CenterOnFake) -> None:
    caller = await talking(center)
    press(center, "*9")
    await center.until(lambda: "refused" in center.said_on(LEG))
    assert recorded(center, caller)
    await over(center, caller)


# --- pauses --------------------------------------------------------------------------------------


async def test_an_agent_pauses_and_goes_on(center: CenterOnFake) -> None:
    caller = await talking(center)
    press(center, "*7")
    await center.until(lambda: recorded(center, caller).muted)
    await center.until(lambda: "recording-paused" in center.said_on(LEG))
    await asyncio.sleep(20)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    press(center, "*7")
    await center.until(lambda: not recorded(center, caller).muted)
    (paused,) = center.journal.events(RecordingPaused)
    (resumed,) = center.journal.events(RecordingResumed)
    assert isinstance(paused, RecordingPaused)
    assert isinstance(resumed, RecordingResumed)
    assert (paused.by, paused.reason) == ("olena", PauseReason.AGENT)
    assert (resumed.by, resumed.guard) == ("olena", False)
    await over(center, caller)


async def test_a_pause_that_nobody_ends_is_ended(center: CenterOnFake) -> None:
    caller = await talking(center)
    assert await recording_of(center).pause("boss", PauseReason.API, limit_seconds=60.0) == ""
    await asyncio.sleep(59)
    assert recorded(center, caller).muted
    await asyncio.sleep(1.1)
    assert not recorded(center, caller).muted
    (resumed,) = center.journal.events(RecordingResumed)
    assert isinstance(resumed, RecordingResumed)
    assert (resumed.guard, resumed.by) == (True, "")
    await over(center, caller)


@pytest.mark.parametrize("away", [10.0, 70.0])
async def test_the_guard_survives_the_engine(center: CenterOnFake, away: float) -> None:
    caller = await talking(center)
    began = asyncio.get_running_loop().time()
    await recording_of(center).pause("olena", PauseReason.AGENT, limit_seconds=60.0)
    await center.restart(away_seconds=away)
    await center.until(lambda: center.journal.events(RecordingResumed))
    lasted = asyncio.get_running_loop().time() - began
    assert lasted == pytest.approx(max(60.0, away), abs=1.0)
    assert not recorded(center, caller).muted
    await over(center, caller)


async def test_a_card_takes_the_place_of_an_agents_pause(center: CenterOnFake) -> None:
    caller = await talking(center)
    recording = recording_of(center)
    assert await recording.pause("olena", PauseReason.AGENT, limit_seconds=10.0) == ""
    assert await recording.pause("olena", PauseReason.AGENT) == "the recording is paused already"
    assert await recording.pause("olena", PauseReason.CARD, limit_seconds=300.0) == ""
    assert await recording.pause("olena", PauseReason.AGENT) == "the recording is paused already"
    assert await recording.resume("olena") == "the data of a card are being taken"
    press(center, "*7")
    await asyncio.sleep(60)
    assert recorded(center, caller).muted
    assert await recording.resume("olena", of=PauseReason.CARD) == ""
    assert not recorded(center, caller).muted
    await over(center, caller)


async def test_what_is_not_recorded_is_not_paused(center: CenterOnFake) -> None:
    center.set_queue(recorded=False)
    caller = await talking(center, recorded=False)
    press(center, "*7")
    await center.until(lambda: "refused" in center.said_on(LEG))
    assert not center.journal.events(RecordingPaused)
    await over(center, caller)


async def test_a_pause_that_asterisk_does_not_confirm_is_none(center: CenterOnFake) -> None:
    """Whoever takes a card must know; what was half done is put right."""
    caller = await talking(center)
    center.asterisk.manager.say_nothing()
    refused = await recording_of(center).pause("olena", PauseReason.CARD)
    assert refused == "the recording cannot be changed now"
    assert recorded(center, caller).muted
    await center.until(lambda: not recorded(center, caller).muted)
    assert not center.journal.events(RecordingPaused)
    await over(center, caller)


async def test_the_end_of_a_pause_is_tried_until_it_is_done(center: CenterOnFake) -> None:
    caller = await talking(center)
    recording = recording_of(center)
    await recording.pause("olena", PauseReason.AGENT, limit_seconds=5.0)
    center.asterisk.manager.go_away()
    await asyncio.sleep(30)
    assert recorded(center, caller).muted
    assert not center.journal.events(RecordingResumed)
    center.asterisk.manager.come_back()
    await center.until(lambda: center.journal.events(RecordingResumed))
    assert not recorded(center, caller).muted
    await over(center, caller)


# --- what goes wrong -----------------------------------------------------------------------------


async def test_without_the_manager_the_call_goes_on_and_is_recorded_once_it_is_back(
    center: CenterOnFake,
) -> None:
    center.asterisk.manager.go_away()
    caller = await talking(center, recorded=False)
    assert center.asterisk.hears(caller) == f"talk:{LEG}"
    (failed,) = center.journal.events(RecordingFailed)
    assert isinstance(failed, RecordingFailed)
    assert failed.reason == "Asterisk's manager is away"
    await asyncio.sleep(20)
    assert len(center.journal.events(RecordingFailed)) == 1
    center.asterisk.manager.come_back()
    began = asyncio.get_running_loop().time()
    await center.until(lambda: center.journal.events(RecordingStarted))
    assert asyncio.get_running_loop().time() - began < 1.0
    assert recorded(center, caller)
    await over(center, caller)


async def test_a_start_without_an_answer_leaves_no_two_that_write_over_each_other(
    center: CenterOnFake,
) -> None:
    center.asterisk.manager.say_nothing()
    caller = await talking(center)
    await center.until(lambda: center.journal.events(RecordingStarted))
    monitor = recorded(center, caller)
    assert monitor.file.endswith(f"/{CALL}-2.raw")
    assert len(center.asterisk.manager.monitors) == 2
    await over(center, caller)


async def test_a_file_that_is_not_written_is_told_and_another_begun(center: CenterOnFake) -> None:
    center.asterisk.manager.writes = False
    caller = await talking(center)
    await center.until(lambda: center.journal.events(RecordingFailed))
    center.asterisk.manager.writes = True
    (failed,) = center.journal.events(RecordingFailed)
    assert isinstance(failed, RecordingFailed)
    assert failed.reason == "nothing is written to the file"
    assert recorded(center, caller).file.endswith(f"/{CALL}-2.raw")
    assert call_of(center).recording_parts == 2
    await over(center, caller)


async def test_what_was_lost_is_begun_anew(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.asterisk.manager.lose(caller)
    await recording_of(center).begin_anew("the file does not grow")
    await asyncio.sleep(0.1)
    first, second = center.journal.events(RecordingStarted)
    assert isinstance(first, RecordingStarted)
    assert isinstance(second, RecordingStarted)
    assert (first.recording[:-4] + "-2.raw", second.channel) == (second.recording, caller)
    await over(center, caller)


async def test_nothing_is_begun_anew_in_a_pause(center: CenterOnFake) -> None:
    caller = await talking(center)
    recording = recording_of(center)
    await recording.pause("olena", PauseReason.CARD)
    await recording.begin_anew("the file does not grow")
    assert recorded(center, caller).muted
    assert len(center.journal.events(RecordingStarted)) == 1
    await over(center, caller)


async def test_a_wideband_caller_is_not_recorded_wrongly_and_that_is_told(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    center.asterisk.manager.formats[caller] = "(ulaw|g722)"
    await center.until(lambda: center.journal.events(ConversationStarted))
    (failed,) = center.journal.events(RecordingFailed)
    assert "wideband" in failed.reason  # type: ignore[attr-defined]
    assert not center.asterisk.manager.monitors
    center.asterisk.manager.formats[caller] = "(ulaw)"  # both ends have agreed on another
    await center.until(lambda: center.journal.events(RecordingStarted))


async def test_a_caller_who_hangs_up_first_is_no_lost_recording(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    recording = recording_of(center)
    await recording.pause("olena", PauseReason.AGENT)
    center.asterisk.hang_up(caller)
    await recording.resume("olena")
    await recording.begin_anew("late")
    await center.until(lambda: center.ended())
    assert not center.journal.events(RecordingFailed)
    center.assert_nothing_left()


async def test_a_manager_who_refuses_is_asked_less_and_less_often(center: CenterOnFake) -> None:
    for _ in range(400):
        center.asterisk.manager.refuse()
    caller = await talking(center, recorded=False)
    before = len(center.asterisk.manager.asked)
    await asyncio.sleep(60)
    assert 20 < len(center.asterisk.manager.asked) - before < 60
    await over(center, caller)


async def test_what_fails_while_a_recording_is_attended_to_ends_nothing_else(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await talking(center)

    async def fails(_file: object) -> int:
        raise OSError

    recording = recording_of(center)
    monkeypatch.setattr(center.wiring, "size_of", fails)
    await asyncio.sleep(10)
    assert await recording.pause("olena", PauseReason.AGENT, limit_seconds=5.0) == ""
    await center.until(lambda: center.journal.events(RecordingResumed), seconds=20)
    await over(center, caller)


# --- the engine dies -----------------------------------------------------------------------------


async def test_a_recording_that_died_with_nobody_there_begins_anew(center: CenterOnFake) -> None:
    caller = await talking(center)
    await center.kill()
    center.asterisk.manager.lose(caller)
    await center.start()
    await center.until(lambda: len(center.journal.events(RecordingStarted)) == 2)
    (failed,) = center.journal.events(RecordingFailed)
    assert isinstance(failed, RecordingFailed)
    assert failed.reason == "nothing records the channel"
    await over(center, caller)


async def test_a_pause_that_an_engine_died_over_before_it_was_noted_is_ended(
    center: CenterOnFake,
) -> None:
    """The agent was not told that it is paused: the journal has it that it is not."""
    caller = await talking(center)
    await center.wiring.recorder.pause(caller)
    await center.restart()
    await center.until(lambda: not recorded(center, caller).muted)
    await over(center, caller)


async def test_a_start_that_an_engine_died_over_is_not_doubled(center: CenterOnFake) -> None:
    await center.log_in("olena")
    caller = center.caller()
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    await center.wiring.recorder.start(caller, "demo/dnipro/orphan.raw")
    await center.restart()
    center.asterisk.pick_up(center.leg("olena"))
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert recorded(center, caller).file != f"{RECORDINGS}/demo/dnipro/orphan.raw"
    await over(center, caller)


async def test_what_an_engine_began_and_did_not_live_to_note_is_ended(
    center: CenterOnFake,
) -> None:
    center.set_queue(recorded=OnDemand.ON_DEMAND)
    caller = await talking(center, recorded=False)
    await center.wiring.recorder.start(caller, f"demo/dnipro/1970/01/01/{CALL}.raw")
    center.asterisk.manager.go_away()
    await center.restart()
    await asyncio.sleep(5)
    center.asterisk.manager.come_back()
    await center.until(lambda: not center.asterisk.manager.of(caller))
    press(center, "*9")
    await center.until(lambda: center.journal.events(RecordingStarted))
    await over(center, caller)


async def test_what_could_not_begin_is_tried_by_the_next_engine(center: CenterOnFake) -> None:
    center.asterisk.manager.go_away()
    caller = await talking(center, recorded=False)
    await center.restart(away_seconds=2)
    center.asterisk.manager.come_back()
    await center.until(lambda: center.journal.events(RecordingStarted))
    assert recorded(center, caller)
    await over(center, caller)
