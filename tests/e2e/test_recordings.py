"""One recording of a call, whatever is done with it: no tone is missing that was sent."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.e2e.recorded import Recorded, parts, recorded, spans
from tests.e2e.recorded_lives import RecordedLife
from tests.e2e.talks import hears, now, talking
from tests.e2e.waits import until
from tests.sizes import by_size

if TYPE_CHECKING:
    from tests.e2e.stage import Stage
from tests.e2e.talks import Talk

SAID_SECONDS = 1.5
"""The agent is told that it is paused, or goes on, and the caller hears nothing meanwhile."""
EDGE_SECONDS = 0.3
"""The journal's time is the engine's, the sound's is Asterisk's."""


def is_silent(sound: Recorded, begin: float, end: float) -> bool:
    piece = sound.between(begin + EDGE_SECONDS, end - EDGE_SECONDS)
    assert len(piece)
    return not np.any(piece)


async def pauses(talk: Talk, stage: Stage) -> None:
    """Have the recording paused for a while; the talk goes on."""
    since = now()
    await talk.call.send_digits("*7")
    await until("paused", lambda: story_has(talk, stage, "recording paused by olena"))
    await asyncio.sleep(SAID_SECONDS)
    await hears(talk.call, talk.caller.tone_hz, since=now() + 0.3)
    await hears(talk.caller.call, talk.olena.tone_hz, since=now() + 0.3)
    await asyncio.sleep(max(0.0, since + 3.0 - now()))
    await talk.call.send_digits("*7")
    await until("it goes on", lambda: story_has(talk, stage, "recording goes on by olena"))
    await asyncio.sleep(SAID_SECONDS)


def story_has(talk: Talk, stage: Stage, words: str) -> bool:
    call = talk.caller.call_id
    assert call is not None
    return words in stage.system.ledger.story(call)


async def test_holds_pauses_kills_and_transfers_leave_no_gap(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        await asyncio.sleep(1.0)
        await pauses(talk, stage)
        await talk.call.hold()
        await talk.caller.hears_music()
        await stage.system.engine.kill()
        await asyncio.sleep(1.0)
        await stage.system.engine_is_back()
        await talk.call.resume()
        await hears(talk.caller.call, talk.olena.tone_hz, since=now())
        # Taras is consulted, joins, and has the caller.
        await talk.call.send_digits("*3204#")
        taras = await talk.taras.answers()
        await hears(taras, talk.olena.tone_hz, since=now())
        await talk.call.send_digits("*4")
        await hears(taras, talk.caller.tone_hz, since=now() + 0.3, share=0.2)
        await asyncio.sleep(1.0)
        await talk.call.hang_up()
        await hears(talk.caller.call, talk.taras.tone_hz, since=now() + 0.5)
        await asyncio.sleep(1.0)
        await talk.caller.hangs_up()
        record = await talk.caller.record()
        sound = await recorded(stage, record)

    assert len(parts(record)) == 1
    (paused,) = spans(parts(record)[0]["pauses"])
    assert parts(record)[0]["pauses"][0]["by"] == "olena"
    assert is_silent(sound, *paused)
    tones = {"olena": talk.olena.tone_hz, "taras": talk.taras.tone_hz}
    assert sound.lacks(talk.caller, tones.values()) == [], sound.told()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", range(by_size(small=3, full=100)))
async def test_a_random_life_leaves_no_gap(stage: Stage, number: int) -> None:
    seed = Random().randrange(10**6)
    life = RecordedLife(stage, Random(seed))
    async with stage:
        await life.lives(3)
        record = await life.caller.record()
        sound = await recorded(stage, record)
        lacking = sound.lacks(life.caller, (life.agent.tone_hz, life.other.tone_hz))
    told = f"life {number}, seed {seed}: {', '.join(life.acts)}\n{sound.told()}"
    assert lacking == [], told
    assert len(parts(record)) == 1, told
