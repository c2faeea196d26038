"""A recording that somebody breaks is found out and begun anew; a healthy one is left in peace."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import orjson
import pytest

from ccengine.config.secrets import api_token
from ccengine.core.events import (
    GapKind,
    Party,
    PartyHeard,
    PartyUnheard,
    RecordingGapFound,
    RecordingHealthEvent,
    RecordingStarted,
)
from ccengine.phone.sounds import Silence
from tests.e2e.behind_our_back import end_recording, mute_recording
from tests.e2e.talks import hears, now, talking
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import CallId
    from tests.e2e.stage import Stage
    from tests.e2e.talks import Talk

WITHIN_SECONDS = 60.0
"""The issue's; these systems look each second, so it takes less."""
HEALTHY_SECONDS = 2.5
"""More than two looks."""

What = TypeVar("What")


def told(stage: Stage, call: CallId, kind: type[What]) -> list[What]:
    """What the journal tells of a call, of one kind."""
    stage.system.ledger.read()
    return [row.what for row in stage.system.ledger.rows[call] if isinstance(row.what, kind)]


def health(stage: Stage, call: CallId) -> list[object]:
    stage.system.ledger.read()
    rows = stage.system.ledger.rows[call]
    return [row.what for row in rows if isinstance(row.what, RecordingHealthEvent)]


async def recorded(stage: Stage) -> tuple[Talk, CallId, RecordingStarted]:
    """Two talk, and are recorded."""
    talk = await talking(stage)
    call = talk.caller.call_id
    assert call is not None
    started = await until("a recording", partial(told, stage, call, RecordingStarted))
    return talk, call, started[0]


async def gap_of(stage: Stage, call: CallId, number: int = 1) -> RecordingGapFound:
    """Wait for the alarm."""

    def found() -> RecordingGapFound | None:
        gaps = told(stage, call, RecordingGapFound)
        return gaps[number - 1] if len(gaps) >= number else None

    return await until("a gap is found", found, seconds=WITHIN_SECONDS)


async def another_part(stage: Stage, call: CallId, number: int) -> RecordingStarted:
    def begun() -> RecordingStarted | None:
        parts = told(stage, call, RecordingStarted)
        return parts[number - 1] if len(parts) >= number else None

    return await until("it is recorded anew", begun)


async def counted(stage: Stage, kind: GapKind) -> float:
    """How many gaps Prometheus is told of."""
    headers = {"Authorization": f"Bearer {api_token(stage.system.paths)}"}
    url = f"{stage.system.settings.api_url}/metrics"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        assert response.status == 200
        lines = (await response.text()).splitlines()
    found = [line for line in lines if line.startswith("ccengine_recording_gaps_total{")]
    return sum(float(line.split()[-1]) for line in found if f'kind="{kind}"' in line)


def logged(stage: Stage, call: CallId, action: str) -> list[dict[str, object]]:
    """The engine's log lines of one kind about a call."""
    lines = stage.system.paths.engine_log.read_bytes().splitlines()
    found = [orjson.loads(line) for line in lines if call.encode() in line]
    return [line for line in found if line["action"] == action]


def file_of(stage: Stage, recording: str) -> Path:
    return stage.system.paths.recordings / recording


@pytest.mark.timeout(150)
async def test_a_recording_that_ends_behind_our_back_is_found_out(stage: Stage) -> None:
    """By event, log and metric, and the rest of the talk is recorded; then once more its file."""
    async with stage:
        talk, call, first = await recorded(stage)
        before = await counted(stage, GapKind.FILE_SHORT)
        await end_recording(stage.system, first.channel)
        gap = await gap_of(stage, call)
        assert (gap.kind, gap.recording) == (GapKind.FILE_SHORT, first.recording)
        assert await counted(stage, GapKind.FILE_SHORT) == before + 1
        (line,) = await until("a log line", partial(logged, stage, call, "recording_gap_found"))
        assert (line["kind"], line["level"]) == ("file_short", "error")
        second = await another_part(stage, call, 2)
        assert second.recording != first.recording
        await until("it is written", lambda: file_of(stage, second.recording).exists())
        await asyncio.sleep(2.0)  # until the recording itself has seen that it is written
        file_of(stage, second.recording).unlink()
        gap = await gap_of(stage, call, 2)
        assert (gap.kind, gap.recording) == (GapKind.NO_FILE, second.recording)
        await another_part(stage, call, 3)
        await talk.caller.hangs_up()
        gaps = orjson.loads((await talk.caller.record())["recording_gaps"])
        assert [one["kind"] for one in gaps] == ["file_short", "no_file"]


@pytest.mark.timeout(150)
async def test_where_nothing_can_be_written_it_is_told_and_goes_on_later(stage: Stage) -> None:
    async with stage:
        talk, call, first = await recorded(stage)
        folder = file_of(stage, first.recording).parent
        mode = folder.stat().st_mode & 0o7777
        folder.chmod(0o555)
        try:
            await end_recording(stage.system, first.channel)
            assert (await gap_of(stage, call)).kind is GapKind.FILE_SHORT
            assert (await gap_of(stage, call, 2)).kind is GapKind.NO_FILE
            await hears(talk.caller.call, talk.olena.tone_hz, since=now())
        finally:
            folder.chmod(mode)

        def is_written() -> bool:
            parts = told(stage, call, RecordingStarted)
            return file_of(stage, parts[-1].recording).exists()

        await until("it is recorded again", is_written, seconds=30)
        await talk.caller.hangs_up()
        assert len(told(stage, call, RecordingGapFound)) == 2


@pytest.mark.timeout(150)
async def test_a_party_that_is_heard_and_not_recorded_is_found_out(stage: Stage) -> None:
    async with stage:
        talk, call, first = await recorded(stage)
        await mute_recording(stage.system, first.channel, "read")
        gap = await gap_of(stage, call)
        assert (gap.kind, gap.party) == (GapKind.PARTY_MISSING, Party.CALLER)
        second = await another_part(stage, call, 2)
        await mute_recording(stage.system, second.channel, "write")
        gap = await gap_of(stage, call, 2)
        assert (gap.kind, gap.party) == (GapKind.PARTY_MISSING, Party.AGENT)
        await talk.caller.hangs_up()


@pytest.mark.timeout(150)
async def test_who_is_silent_is_no_gap_and_who_sends_nothing_is_told(stage: Stage) -> None:
    async with stage:
        talk, call, _ = await recorded(stage)
        talk.call.play(Silence())
        talk.caller.call.play(Silence())
        await asyncio.sleep(2 * HEALTHY_SECONDS)
        assert health(stage, call) == []
        talk.call.play(None)
        (unheard,) = await until("unheard", partial(told, stage, call, PartyUnheard), seconds=60)
        assert (unheard.party, unheard.channel) == (Party.AGENT, f"{call}.1")
        talk.call.play_tone(850)
        (heard,) = await until("heard again", partial(told, stage, call, PartyHeard), seconds=30)
        assert heard.channel == unheard.channel
        await talk.caller.hangs_up()
        assert told(stage, call, RecordingGapFound) == []


@pytest.mark.timeout(150)
async def test_holds_pauses_and_transfers_are_no_gaps(stage: Stage) -> None:
    codes = stage.system.tenant.settings.call_codes
    async with stage:
        talk, call, _ = await recorded(stage)
        await talk.call.hold()
        await talk.caller.hears_music()
        await asyncio.sleep(HEALTHY_SECONDS)
        await talk.call.resume()
        await hears(talk.caller.call, talk.olena.tone_hz, since=now() + 0.5)
        await talk.call.send_digits(codes.pause_recording)
        await asyncio.sleep(HEALTHY_SECONDS)
        await talk.call.send_digits(codes.pause_recording)
        await asyncio.sleep(1.0)
        await talk.call.transfer("204")
        second = await talk.taras.answers()
        await hears(talk.caller.call, talk.taras.tone_hz, since=now())
        await asyncio.sleep(HEALTHY_SECONDS)
        await talk.caller.hangs_up()
        await second.ended()
        assert health(stage, call) == []
