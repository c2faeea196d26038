"""What a caller's time in line relies on: music, prompts over it, and their end at any moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.events import PlaybackFinished
from ccengine.asterisk.channels import PlaybackEnd
from tests.asterisk.desk import PROMPT, SHORT, Desk, new_id

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel

AT_ONCE = 0.5
"""Far below the length of a prompt, far above what a busy machine needs."""


async def idle(channel: Channel) -> None:
    """Fail unless nothing plays to the channel: Asterisk sets a variable only after a prompt."""
    async with asyncio.timeout(AT_ONCE):
        assert await channel.set_variable(name="CC_OFFER", value="x")


async def finished(desk: Desk, playback_id: str) -> None:
    """Wait for the event that ends a playback, which must come at once."""
    await desk.until(
        lambda: any(
            isinstance(event, PlaybackFinished) and event.playback.id == playback_id
            for event in desk.seen
        ),
        seconds=AT_ONCE,
    )


async def test_a_prompt_is_said_over_music_and_music_begins_again(desk: Desk) -> None:
    caller, _ = await desk.caller()
    for _ in range(2):
        assert await caller.start_music()
        assert await (await caller.play(SHORT)).wait() is PlaybackEnd.DONE
    assert await caller.start_music()
    assert await caller.stop_music()


async def test_a_prompt_is_stopped_before_it_has_begun(desk: Desk) -> None:
    caller, _ = await desk.caller()
    assert await caller.start_music()
    for _ in range(5):
        playback = await caller.play(PROMPT)
        await playback.stop()
        await finished(desk, playback.id)
        await idle(caller)
    assert await caller.stop_music()


async def test_a_prompt_whose_request_nobody_waits_for_any_more_is_ended_by_silence(
    desk: Desk,
) -> None:
    caller, _ = await desk.caller()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            asking = tasks.create_task(caller.play(PROMPT))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            await caller.silence()
            await idle(caller)


async def test_ids_of_playbacks_may_be_used_in_turn(desk: Desk) -> None:
    caller, _ = await desk.caller()
    ids = [new_id("said-0"), new_id("said-1")]
    for turn in range(4):
        playback = await caller.play(SHORT if turn % 2 else PROMPT, playback_id=ids[turn % 2])
        if turn % 2 == 0:
            await asyncio.sleep(0.1)
            await playback.stop()
        else:
            assert await playback.wait() is PlaybackEnd.DONE
    await idle(caller)


async def test_who_knows_its_id_may_end_a_prompt_of_an_engine_that_is_gone(desk: Desk) -> None:
    caller, _ = await desk.caller()
    playback = await caller.play(PROMPT, playback_id=new_id("said-0"))
    await asyncio.sleep(0.2)
    await desk.ari.stop_playback(playback.id)
    await desk.ari.stop_playback(new_id("said-1"))  # there is none: no harm
    await finished(desk, playback.id)
    await idle(caller)


async def test_music_asked_for_during_a_prompt_lets_it_end(desk: Desk) -> None:
    caller, _ = await desk.caller()
    began = asyncio.get_running_loop().time()
    playback = await caller.play(SHORT)
    await asyncio.sleep(0.2)
    assert await caller.start_music()
    assert await playback.wait() is PlaybackEnd.DONE
    assert asyncio.get_running_loop().time() - began > 1.0
    assert await caller.stop_music()


async def test_who_hears_a_prompt_over_music_is_joined_at_once_when_both_are_stopped(
    desk: Desk,
) -> None:
    caller, _ = await desk.caller()
    leg = await desk.leg()
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert await caller.start_music()
    await caller.play(PROMPT)
    await asyncio.sleep(0.3)
    async with asyncio.timeout(AT_ONCE):
        await caller.silence()
        assert await caller.stop_music()
        assert await bridge.add(caller, leg)
