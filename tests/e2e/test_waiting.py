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
TELLING = (
    "announcements: {every_seconds: 30, wait: no}",
    "keys: {1: {voicemail: yes}, 2: {queue: technical}}",
)
CUT_SECONDS = 0.35
"""From the agent's 200 to the prompt's last packet: SIP, two requests and a busy machine."""
MUSIC_SECONDS = 1.0
"""From the last sound of a prompt to the first of the music; both files begin and end quietly."""
LOUD_DB, PURE = -45.0, 0.5


def prompt(system: System, name: str, language: str = "uk") -> Path:
    return system.prompt(DNIPRO, name, language)


def speech_after(call: Call, since: float, tone_hz: int) -> list[float]:
    """Return when packets arrived that hold speech or music: they are loud, and not the tone."""
    decoded = [(one.arrived, ulaw.decode(one.codes)) for one in call.heard.packets(since)]
    return [
        arrived
        for arrived, samples in decoded
        if level_db(samples) > LOUD_DB and tone_share(samples, tone_hz) < PURE
    ]


@pytest.mark.timeout(90)
async def test_callers_are_told_their_place_until_an_agent_answers_or_a_key_leads_out(
    stage: Stage,
) -> None:
    async with configured(stage.system, vip(*TELLING)), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        first = await stage.caller("600201", CallOutcome.ABANDONED)
        await olena.rings()
        second = await stage.caller("600201")
        ringing = await taras.rings()
        ahead = prompt(stage.system, "queue-ahead-1")
        began = await second.hears(ahead, beginning=0.8)
        talk = await ringing.answer(tone_hz=taras.tone_hz)
        await hear_each_other(second, taras, talk)
        await asyncio.sleep(0.5)
        cut = cut_after(second.call, talk, taras)
        log.info("cut %.0f ms after the agent's answer", cut * 1000)
        assert began < (talk.timeline.answered or 0.0)
        assert cut < CUT_SECONDS, f"heard the prompt for {cut * 1000:.0f} ms after the answer"

        async with asyncio.TaskGroup() as leaving:
            leaving.create_task(leave_by_key(stage))
            leaving.create_task(move_by_key(stage))
        await first.hangs_up()
        await second.hangs_up()


def cut_after(call: Call, talk: Call, agent: Agent) -> float:
    """Return for how long the caller heard something else after the agent's answer."""
    answered = talk.timeline.answered or 0.0
    return max(speech_after(call, answered, agent.tone_hz), default=answered) - answered


async def leave_by_key(stage: Stage) -> None:
    """Hear the whole announcement and music again, then go to voicemail."""
    caller = await stage.caller("600201", CallOutcome.DIVERTED)
    said = await caller.hears(prompt(stage.system, "queue-leave-message-1"), within=15)
    await asyncio.sleep(1.0)
    await caller.hears_music()
    await caller.presses("1")
    voicemail = await stage.system.prompt_of_image("voicemail", "uk")
    await caller.hears(voicemail, since=said, within=15, beginning=1.0)
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


@pytest.mark.timeout(60)
async def test_music_goes_by_language_and_comes_back_after_an_announcement(stage: Stage) -> None:
    system = stage.system
    song, following = prompt(system, "patience"), prompt(system, "queue-next")
    rules = vip("music_in: {uk: dnipro/calm}", "announcements: {every_seconds: 30, wait: no}")
    with own_music(system, song):
        async with configured(system, rules), stage:
            await system.write_asterisk_files()
            await system.tell_asterisk("module reload res_musiconhold.so")
            caller = await stage.caller("600201", CallOutcome.ABANDONED)
            said = await caller.hears(following)
            over = said + len(prompt_samples(following)) / RATE
            played = await caller.hears(song, since=over, within=8, beginning=1.5)
            log.info("music %.0f ms after the announcement's sound", (played - over) * 1000)
            assert played - over < MUSIC_SECONDS


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
