"""The disk of recordings is full in the middle of talks: they go on, and the rule is obeyed.

It is told, and afterwards nothing is corrupt: what was recorded before and after is kept at its
time, and verified. In the full size there are twenty talks at once, each looked at like the two.
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
from tests.e2e.configuration import DNIPRO, configured, more_agents, more_desks
from tests.e2e.people import hear_each_other
from tests.e2e.recorded import Recorded, parts, recorded
from tests.e2e.small_disk import fill, free, small_disk
from tests.e2e.talks import hears, now
from tests.e2e.waits import until
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.phone import Call
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

TALKS = by_size(small=2, full=20)
MORE = TALKS - 2  #: agents, beside the demo's own
MORE_HZ = [1100 + 50 * number for number in range(MORE)]
AT_ONCE = 4  #: who log in
MEGABYTES = by_size(small=6, full=160)
NEWS_SECONDS = by_size(small=10, full=60)
"""Until each recording has ended or begun: so long a gap's alarm may take."""
CALLERS_SECONDS = 240.0
"""Until the last agent's phone rings: callers come one by one."""
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
    await caller.call.heard.wait_for_audio()
    await caller.presses(digit)
    call = await agent.answers()
    await hear_each_other(caller, agent, call)
    return caller, agent, call


async def desk_of_dnipro(stage: Stage) -> list[Agent]:
    """Olena and the others who serve vip."""
    few = asyncio.Semaphore(AT_ONCE)

    async def comes(name: str, phone: str, tone_hz: int) -> Agent:
        async with few:
            return await stage.agent(name, at=phone, tone_hz=tone_hz)

    async with asyncio.TaskGroup() as coming:
        tasks = [
            coming.create_task(comes(name, phone, tone_hz))
            for (name, phone), tone_hz in zip(more_desks(MORE).items(), MORE_HZ, strict=True)
        ]
    return [await stage.agent("olena"), *(task.result() for task in tasks)]


async def talks(stage: Stage, agents: Sequence[Agent], number: str) -> list[Pair]:
    """One caller after the other; to which of the agents each of them comes is the queue's."""
    pairs: list[Pair] = []
    async with asyncio.TaskGroup() as desks:
        waiting = {desks.create_task(one.answers(seconds=CALLERS_SECONDS)): one for one in agents}
        for _ in agents:
            caller = await stage.caller(number)
            (answered,), _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            agent, call = waiting.pop(answered), answered.result()
            await hear_each_other(caller, agent, call)
            pairs.append((caller, agent, call))
    return pairs


async def each_has(stage: Stage, kind: type, pairs: Sequence[Pair], *, after: int = 0) -> None:
    """Wait until there is such an event of each of the calls, beyond the first so many."""
    wanted = {caller.call_id for caller, _, _ in pairs}

    def is_so() -> bool:
        return wanted <= {one.call for one in events(stage, kind)[after:]}

    await until(f"{kind.__name__} of each call", is_so, seconds=NEWS_SECONDS)


@pytest.mark.timeout(by_size(small=150, full=900))
async def test_talks_go_on_the_rule_is_obeyed_and_nothing_is_corrupt(stage: Stage) -> None:
    system = stage.system
    changed = configured(system, REFUSE, *more_agents(MORE), tell_asterisk=FULL)
    async with changed, small_disk(system, megabytes=MEGABYTES), stage:
        amira, omar = await stage.agent("amira"), await stage.agent("omar")
        desk = await desk_of_dnipro(stage)
        pairs = [
            await talk(stage, amira, "600100", "1"),
            *await talks(stage, desk, "600201"),
        ]
        assert len(pairs) == TALKS
        await asyncio.sleep(BEFORE_SECONDS)
        await fill(system)
        await until(
            "it is told",
            lambda: DiskLevel.EXHAUSTED in [one.level for one in events(stage, DiskLevelChanged)],
        )
        await each_has(stage, RecordingFailed, pairs)
        await others_meet_the_rule(stage, omar)
        since = now()
        await asyncio.sleep(FULL_SECONDS)
        for caller, agent, call in pairs:
            await hears(caller.call, agent.tone_hz, since=since)
            await hears(call, caller.tone_hz, since=since)
        begun = len(events(stage, RecordingStarted))
        await free(system)
        await each_has(stage, RecordingStarted, pairs, after=begun)
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
