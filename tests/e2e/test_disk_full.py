"""The disk of recordings is full in the middle of talks: they go on, and the rule is obeyed.

It is told, and afterwards nothing is corrupt: what was recorded before and after is kept at its
time, and verified.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
import pytest

from ccengine.config.secrets import api_token
from ccengine.core.events import (
    DiskLevel,
    DiskLevelChanged,
    RecordingFailed,
    RecordingStarted,
)
from ccengine.core.ids import ClientId
from ccengine.ivr.phrases import Phrase
from ccengine.reporting.call_record import CallOutcome
from ccengine.storage.journal_reader import JournalReader
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.people import hear_each_other
from tests.e2e.recorded import Recorded, parts, recorded
from tests.e2e.small_disk import fill, free, small_disk
from tests.e2e.talks import hears, now
from tests.e2e.waits import until

if TYPE_CHECKING:
    from ccengine.phone import Call
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

MEGABYTES = 6
BEFORE_SECONDS = 3.0
FULL_SECONDS = 5.0
AFTER_SECONDS = 3.0
REFUSE = (DNIPRO, "\nqueues:\n", "\nkeeping: {disk_full: refuse}\n\nqueues:\n")

Pair = tuple["Caller", "Agent", "Call"]


def events(stage: Stage, kind: type) -> list[Any]:
    with JournalReader.open(stage.system.paths.journal) as journal:
        rows = journal.rows(since=stage.since)
        return [row.what for row in rows if isinstance(row.what, kind)]


async def talk(stage: Stage, agent: Agent, number: str, digit: str) -> Pair:
    caller = await stage.caller(number)
    if digit:
        await caller.call.heard.wait_for_audio()
        await caller.presses(digit)
    call = await agent.answers()
    await hear_each_other(caller, agent, call)
    return caller, agent, call


@pytest.mark.timeout(150)
async def test_talks_go_on_the_rule_is_obeyed_and_nothing_is_corrupt(stage: Stage) -> None:
    system = stage.system
    async with configured(system, REFUSE), small_disk(system, megabytes=MEGABYTES), stage:
        amira, omar = await stage.agent("amira"), await stage.agent("omar")
        olena = await stage.agent("olena")
        pairs = [
            await talk(stage, amira, "600100", "1"),
            await talk(stage, olena, "600201", ""),
        ]
        await asyncio.sleep(BEFORE_SECONDS)
        await fill(system)
        await until(
            "it is told",
            lambda: DiskLevel.EXHAUSTED in [one.level for one in events(stage, DiskLevelChanged)],
        )
        await until("of each call", lambda: len(events(stage, RecordingFailed)) >= len(pairs))
        await others_meet_the_rule(stage, omar)
        since = now()
        await asyncio.sleep(FULL_SECONDS)
        for caller, agent, call in pairs:
            await hears(caller.call, agent.tone_hz, since=since)
            await hears(call, caller.tone_hz, since=since)
        begun = len(events(stage, RecordingStarted))
        await free(system)
        await until("they go on", lambda: len(events(stage, RecordingStarted)) >= begun + 2)
        await asyncio.sleep(AFTER_SECONDS)
        for caller, _, _ in pairs:
            await caller.hangs_up()
        for caller, agent, _ in pairs:
            await expect_whole(stage, caller, agent)
    levels = [one.level for one in events(stage, DiskLevelChanged)]
    assert levels[-1] is DiskLevel.FINE


async def others_meet_the_rule(stage: Stage, omar: Agent) -> None:
    """One client's caller is served unrecorded; another's hears an apology, and waits nowhere."""
    caller, _, _ = await talk(stage, omar, "600100", "2")
    await caller.hangs_up()
    record = await caller.record()
    assert (record["outcome"], record["recording"]) == ("answered", None)
    refused = await stage.caller("600201", CallOutcome.ENDED_IN_FLOW)
    sorry = stage.system.phrase(ClientId("dnipro"), Phrase.SORRY, "uk")
    await refused.hears(sorry, beginning=0.6)
    assert (await refused.record())["cause"] == "the disk is full"


async def expect_whole(stage: Stage, caller: Caller, agent: Agent) -> None:
    """Two parts at their times, silence between them, and each byte as it was signed."""
    record = await caller.record()
    sound = await recorded(stage, record)
    first, *_, last = parts(record)
    assert first["path"] != last["path"]
    for part, until_seconds in ((first, BEFORE_SECONDS), (last, AFTER_SECONDS)):
        begin = part["started_at"]
        piece = sound.between(begin + 0.5, begin + until_seconds - 1.0)
        assert share_of(sound, piece[:, 0], caller.tone_hz) > 0.9, sound.told()
        assert share_of(sound, piece[:, 1], agent.tone_hz) > 0.9, sound.told()
    between = sound.between(last["started_at"] - FULL_SECONDS + 1.0, last["started_at"] - 0.5)
    assert not np.any(between)
    kept = await ask(stage, f"/calls/{record['call']}/recording/kept")
    assert (kept["state"], kept["channels"]) == ("kept", "stereo")
    assert (await ask(stage, f"/calls/{record['call']}/recording/faults"))["faults"] == []
    plays = (await ask(stage, f"/calls/{record['call']}/recording/plays"))["plays"]
    assert plays


def share_of(sound: Recorded, side: np.ndarray, tone_hz: int) -> float:
    windows = sound.windows(side, tone_hz)
    return sum(windows) / max(1, len(windows))


async def ask(stage: Stage, path: str) -> Any:
    headers = {"Authorization": f"Bearer {api_token(stage.system.paths)}"}
    deadline = now() + 20
    while True:
        async with (
            aiohttp.ClientSession(stage.system.settings.api_url, headers=headers) as session,
            session.get(path) as response,
        ):
            told = await response.json(content_type=None)
        if (told.get("state") != "due" and response.status == 200) or now() > deadline:
            assert response.status == 200, told
            return told
        await asyncio.sleep(0.3)
