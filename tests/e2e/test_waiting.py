"""Callers in line with real sound: what they are told, that it stops, and where keys lead."""

from __future__ import annotations

import asyncio
import logging
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.phone import ulaw
from ccengine.phone.frequencies import level_db, tone_share
from ccengine.phone.wav import read_wav
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured, vip
from tests.e2e.hearing import RATE, prompt_samples
from tests.e2e.people import hear_each_other

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.phone import Call
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

log = logging.getLogger(__name__)

DNIPRO = ClientId("dnipro")
RULES = (
    "announcements: {every_seconds: 30, wait: no}",
    "keys: {3: {voicemail: yes}, 2: {queue: technical}}",
    "music_in: {uk: dnipro/calm}",
)
CUT_SECONDS = 0.35
"""From the agent's 200 to the prompt's last packet: SIP, two requests and a busy machine."""
GAP_SECONDS = 0.35
"""From a prompt's end to the music: an event, a request and a busy machine."""
LOUD_DB, PURE, QUIET = -45.0, 0.5, 50


@pytest.mark.timeout(90)
async def test_callers_are_told_their_place_until_an_agent_answers_or_a_key_leads_out(
    stage: Stage,
) -> None:
    system = stage.system
    with own_music(system, prompt(system, "patience")):
        async with configured(system, vip(*RULES)), stage:
            async with asyncio.TaskGroup() as coming:
                coming.create_task(take_music_over(system))
                olena = await stage.agent("olena")  # idle for longer: rung first
                taras = await stage.agent("taras")
            first = await stage.caller("600201", CallOutcome.ABANDONED)
            await olena.rings()
            await cut_by_an_answer(stage, taras)
            async with asyncio.TaskGroup() as leaving:
                leaving.create_task(leave_by_key(stage))
                leaving.create_task(move_by_key(stage))
            await first.hangs_up()


async def cut_by_an_answer(stage: Stage, agent: Agent) -> None:
    """Be second in line, hear so, and then the agent alone, in the middle of it."""
    caller = await stage.caller("600201")
    ringing = await agent.rings()
    spoken = [prompt(stage.system, name) for name in ("queue-ahead-1", "queue-leave-message-3")]
    began = await caller.hears(spoken[0], beginning=0.8)
    talk = await ringing.answer(tone_hz=agent.tone_hz)
    heard_at = await hear_each_other(caller, agent, talk)
    answered = talk.timeline.answered or 0.0
    over = began + sum(length(file) for file in spoken)
    assert answered < over - 1.0, "nothing was left to be cut"
    await asyncio.sleep(max(0.0, over - asyncio.get_running_loop().time()))
    words = speech(caller.call, began, agent.tone_hz)
    last = max(words) - answered
    log.info("last word %.0f ms after the answer", last * 1000)
    log.info("agent's tone %.0f ms after the answer", (heard_at - answered) * 1000)
    assert last < CUT_SECONDS, f"heard the prompt for {last * 1000:.0f} ms after the answer"
    await caller.hangs_up()


async def leave_by_key(stage: Stage) -> None:
    """Hear the whole announcement and the music of one's language after it, then leave."""
    system = stage.system
    caller = await stage.caller("600201", CallOutcome.DIVERTED)
    file, song = prompt(system, "queue-leave-message-3"), prompt(system, "patience")
    said = await caller.hears(file, within=15)
    played = await caller.hears(song, since=said + 0.5, within=15, beginning=1.0)
    gap = played - silence_of(song)[0] - (said + length(file) + silence_of(file)[1])
    log.info("music %.0f ms after the announcement's end", gap * 1000)
    assert gap < GAP_SECONDS
    await caller.presses("3")
    voicemail = await system.prompt_of_image("voicemail", "uk")
    await caller.hears(voicemail, since=played, within=15, beginning=1.0)
    await caller.hangs_up()
    record = await caller.record()
    assert (record["diverted_to"], record["diverted_because"]) == ("voicemail", "key")
    assert record["cause"] == "hung up before leaving a message"


async def move_by_key(stage: Stage) -> None:
    """Press a key over the announcement; be told of the other queue, in its language."""
    caller = await stage.caller("600201", CallOutcome.ABANDONED)
    await caller.becomes(CallState.WAITING)
    await asyncio.sleep(1.0)
    await caller.presses("2")
    await caller.hears(prompt(stage.system, "queue-next", "en"), within=10)
    await caller.hangs_up()
    record = await caller.record()
    told = (record["queue"], record["diverted_to"], record["diverted_because"])
    assert told == ("dnipro/technical", "dnipro/technical", "key")


# ---- sound -------------------------------------------------------------------------------------


def prompt(system: System, name: str, language: str = "uk") -> Path:
    return system.prompt(DNIPRO, name, language)


def length(file: Path) -> float:
    """Return how long a prompt lasts, without the silence around it."""
    return len(prompt_samples(file)) / RATE


def silence_of(file: Path) -> tuple[float, float]:
    """Return for how long a file is silent at its beginning and at its end."""
    samples, _ = read_wav(file)
    loud = [place for place, one in enumerate(samples) if abs(one) > QUIET]
    return loud[0] / RATE, (len(samples) - 1 - loud[-1]) / RATE


def speech(call: Call, since: float, tone_hz: int) -> list[float]:
    """Return when packets arrived that hold words or music: they are loud, and not the tone."""
    decoded = [(one.arrived, ulaw.decode(one.codes)) for one in call.heard.packets(since)]
    return [
        arrived
        for arrived, samples in decoded
        if level_db(samples) > LOUD_DB and tone_share(samples, tone_hz) < PURE
    ]


@contextmanager
def own_music(system: System, song: Path) -> Iterator[None]:
    """Give dnipro a folder of music with one song."""
    music = system.settings.tenant_folder / "clients/dnipro/music"
    folder = music / "calm"
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(song, folder / "song.wav")
        for path, mode in ((music, 0o755), (folder, 0o755), (folder / "song.wav", 0o644)):
            path.chmod(mode)
        yield
    finally:
        shutil.rmtree(music)


async def take_music_over(system: System) -> None:
    """Have Asterisk know the music; what it knows is written anew when the next stack starts."""
    await system.write_asterisk_files()
    await system.tell_asterisk("module reload res_musiconhold.so")
