"""Without room for recordings: calls go on and it is told, or the client's callers are refused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.config.keeping import DiskFull, KeepingRules
from ccengine.core.events import (
    CallEnded,
    CallQueued,
    ConversationStarted,
    RecordingFailed,
    RecordingStarted,
)
from ccengine.core.ids import ClientId
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

REFUSE = KeepingRules(disk_full=DiskFull.REFUSE)
TALK_SECONDS = 5


def fill_disk(center: CenterOnFake, *, full: bool = True) -> None:
    center.wiring.has_room = lambda: not full


async def test_calls_go_on_unrecorded_and_it_is_told_once(center: CenterOnFake) -> None:
    fill_disk(center)
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await asyncio.sleep(TALK_SECONDS)
    assert center.asterisk.manager.of(caller) == []
    (failed,) = center.journal.events(RecordingFailed)
    assert isinstance(failed, RecordingFailed)
    assert failed.reason == "the disk is full"
    assert not center.ended()
    fill_disk(center, full=False)  # and it begins by itself
    await center.until(lambda: center.journal.events(RecordingStarted))
    assert len(center.asterisk.manager.of(caller)) == 1
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_what_is_being_recorded_is_ended_whole_and_goes_on_in_a_second_part(
    center: CenterOnFake,
) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    fill_disk(center)
    recordings = center.sessions.talks.recordings
    recordings.make_room()
    recordings.make_room()  # each look at the disk says so again
    await asyncio.sleep(TALK_SECONDS)
    assert center.asterisk.manager.of(caller) == []
    assert len(center.journal.events(RecordingFailed)) == 1
    fill_disk(center, full=False)
    await center.until(lambda: len(center.journal.events(RecordingStarted)) == 2)
    first, second = center.journal.events(RecordingStarted)
    assert isinstance(first, RecordingStarted)
    assert isinstance(second, RecordingStarted)
    assert first.recording != second.recording
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_client_that_refuses_has_its_callers_told_and_in_no_line(
    center: CenterOnFake,
) -> None:
    center.set_client(keeping=REFUSE)
    fill_disk(center)
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.ended())
    assert not center.journal.events(CallQueued, ConversationStarted)
    sorry = center.configuration.prompts.phrase(ClientId("dnipro"), Phrase.SORRY, "uk")
    assert [media for heard, media in center.asterisk.played if heard == caller] == [sorry]
    (ended,) = center.journal.events(CallEnded)
    assert isinstance(ended, CallEnded)
    assert ended.cause == "the disk is full"
    center.assert_nothing_left()


async def test_who_waits_already_is_served(center: CenterOnFake) -> None:
    center.set_client(keeping=REFUSE)
    caller = center.caller()
    await center.until(lambda: center.journal.events(CallQueued))
    fill_disk(center)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_queues_that_are_not_recorded_are_served(center: CenterOnFake) -> None:
    center.set_client(keeping=REFUSE)
    center.set_queue(recorded=False)
    fill_disk(center)
    caller = center.caller()
    await center.until(lambda: center.journal.events(CallQueued))
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()
