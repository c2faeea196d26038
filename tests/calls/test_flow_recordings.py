"""Comments that a flow records, on a whole engine: also over its death, and to their limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriTimeout
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.record import RecordStep
from tests.calls.in_flows import END, KNOWN, ends, entered, flow, queued, write_wav

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake


async def test_a_comment_is_recorded_and_the_flow_knows_where(center: CenterOnFake) -> None:
    record = RecordStep(record=("greeting",), into="file", seconds_into="long", next="wait")
    wait = MenuStep(menu=("main-menu",), digits={"1": "end"}, no_input="end")
    center.set_flows(flow({"record": record, "wait": wait, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    await asyncio.sleep(2.5)
    center.asterisk.dial_digit(caller, "5")
    await center.until(lambda: "vip/wait" in entered(center))
    (name,) = center.asterisk.recordings
    (call,) = center.engine.center.calls.values()
    assert dict(call.data) == {"file": f"t:{name}.wav", "long": "n:2.0"}
    assert name.startswith("demo/dnipro/comments/")
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_recording_ends_with_the_flows_time(center: CenterOnFake) -> None:
    record = RecordStep(record=("greeting",), into="file", next="end", seconds=600)
    center.asterisk.world.voices.speaks_seconds = 500
    steps = {"record": record, "known": KNOWN, "end": END}
    center.set_flows(flow(steps, total_minutes=0.5, otherwise="known"))
    caller = center.caller()
    assert (await queued(center)).priority == 9
    (recording,) = center.asterisk.recordings.values()
    assert recording.state == "done"
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_who_says_nothing_goes_another_way(center: CenterOnFake) -> None:
    record = RecordStep(record=("greeting",), into="file", next="end", nothing="known", seconds=9)
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    center.asterisk.dial_digit(caller, "#")
    assert (await queued(center)).priority == 9
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_who_is_silent_into_a_recording_has_said_nothing(center: CenterOnFake) -> None:
    """Asterisk says that a second was talked, and that is how long the file is."""
    record = RecordStep(record=("greeting",), into="file", next="end", nothing="known")
    center.asterisk.world.voices.speaks_seconds = 0
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    (name,) = center.asterisk.recordings
    write_wav(center, name, seconds=1.2, level=40)
    assert (await queued(center)).priority == 9
    center.asterisk.hang_up(caller)
    await ends(center)


@pytest.mark.parametrize("ends_by", ["key", "silence"])
async def test_a_recording_that_ends_while_nobody_is_connected_is_found(
    center: CenterOnFake, ends_by: str
) -> None:
    record = RecordStep(record=("greeting",), into="file", next="known", seconds=600)
    center.asterisk.world.voices.speaks_seconds = 500 if ends_by == "key" else 3
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    (name,) = center.asterisk.recordings
    write_wav(center, name, seconds=2.5)
    await asyncio.sleep(2.5)
    center.asterisk.drop_connection(stay_down=True)
    if ends_by == "key":
        center.asterisk.dial_digit(caller, "#")
    await asyncio.sleep(5)
    center.asterisk.restore()
    since = asyncio.get_running_loop().time()
    assert (await queued(center)).priority == 9
    assert asyncio.get_running_loop().time() - since < 3
    (call,) = center.engine.center.calls.values()
    assert dict(call.data) == {"file": f"t:{name}.wav"}
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_recording_whose_end_is_never_told_takes_no_longer_than_it_may(
    center: CenterOnFake,
) -> None:
    record = RecordStep(record=("greeting",), into="file", next="end", nothing="known", seconds=9)
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    (recording,) = center.asterisk.recordings.values()
    recording.state = "lost"  # to us: it ends, and nothing is told
    since = asyncio.get_running_loop().time()
    assert (await queued(center)).priority == 9
    assert asyncio.get_running_loop().time() - since < 20
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_recording_does_not_outlive_the_engine_that_began_it(center: CenterOnFake) -> None:
    """Asterisk would keep the next engine's prompts until it ends."""
    record = RecordStep(record=("greeting",), into="file", next="known", seconds=600)
    center.asterisk.world.voices.speaks_seconds = 500
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    caller = center.caller()
    await center.until(lambda: center.asterisk.recordings)
    (first,) = center.asterisk.recordings.values()
    await center.restart(away_seconds=1)
    await center.until(lambda: len(entered(center)) == 2)
    assert first.state == "done"
    await center.until(lambda: next(iter(center.asterisk.recordings.values())) is not first)
    await asyncio.sleep(2.5)
    center.asterisk.dial_digit(caller, "#")
    assert (await queued(center)).priority == 9
    assert len(center.asterisk.recordings) == 1, "the second one took the first one's place"
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_recording_that_is_not_answered_for_does_not_go_on(center: CenterOnFake) -> None:
    record = RecordStep(record=("greeting",), into="file", next="end", nothing="known", seconds=600)
    center.asterisk.world.voices.speaks_seconds = 500
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    send, caller = center.asterisk.answer, center.caller()

    async def answer(request: Request) -> Response:
        response = await send(request)
        if request.path.endswith("/record"):
            message = "no answer"
            raise AriTimeout(message)
        return response

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(center.asterisk, "answer", answer)
        assert (await queued(center)).priority == 9
    (recording,) = center.asterisk.recordings.values()
    assert recording.state == "done"
    center.asterisk.hang_up(caller)
    await ends(center)


async def test_a_recording_that_a_drop_had_asked_for_twice_is_one(center: CenterOnFake) -> None:
    record = RecordStep(record=("greeting",), into="file", next="known", nothing="end", seconds=600)
    center.set_flows(flow({"record": record, "known": KNOWN, "end": END}))
    send, caller = center.asterisk.answer, center.caller()

    async def answer(request: Request) -> Response:
        if not request.path.endswith("/record") or center.asterisk.recordings:
            return await send(request)
        await send(request)
        center.asterisk.drop_connection()
        return await asyncio.Future()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(center.asterisk, "answer", answer)
        assert (await queued(center)).priority == 9
    center.asterisk.hang_up(caller)
    await ends(center)
