"""A menu by voice, on a whole engine: what is said counts as its key, and keys always work."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.spoken_choice import Hearing
from ccengine.core.events import CallQueued, FlowStepEntered
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.recogniser import Phrases
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.menu import MenuStep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.channels import Channel
    from tests.calls.center_on_fake import CenterOnFake

MENU = MenuStep(
    menu=("main-menu",),
    digits={"1": "first", "2": "other"},
    no_input="end",
    attempts=2,
    speech={"uk": {"1": ("billing",), "2": ("technical support",)}},
)
FLOW = Flow(
    name="vip",
    start="menu",
    steps={
        "menu": MENU,
        "first": EnqueueStep(enqueue="vip", priority=1),
        "other": EnqueueStep(enqueue="vip", priority=2),
        "end": HangUpStep(hang_up=HangUpCause.NORMAL),
    },
)


@dataclass
class Told:
    """A recogniser that is told what it hears."""

    deaf: str = ""  #: what fails: `open`, `sound`, `choice`, or nothing
    opened: list[tuple[str, Phrases]] = field(default_factory=list)
    heard: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    fed: list[bytes] = field(default_factory=list)
    listening: int = 0

    def understands(self, language: str) -> bool:
        return language == "uk"

    @asynccontextmanager
    async def open(self, language: str, phrases: Phrases) -> AsyncIterator[Told]:
        self.opened.append((language, phrases))
        self._fail("open")
        self.listening += 1
        try:
            yield self
        finally:
            self.listening -= 1

    def feed(self, sound: bytes) -> None:
        self.fed.append(sound)

    async def choice(self) -> str:
        self._fail("choice")
        return await self.heard.get()

    @asynccontextmanager
    async def sound_of(self, _channel: Channel) -> AsyncIterator[AsyncIterator[bytes]]:
        self._fail("sound")
        yield self._sound()

    async def _sound(self) -> AsyncIterator[bytes]:
        yield b"hm"
        self._fail("middle")

    def _fail(self, where: str) -> None:
        if self.deaf == where:
            message = "no ear"
            raise RuntimeError(message)


def listen(center: CenterOnFake, told: Told) -> None:
    center.set_flows(FLOW)
    center.wiring.hearing = Hearing(told, told.sound_of)


async def priority(center: CenterOnFake) -> int | None:
    await center.until(lambda: center.journal.events(CallQueued))
    (event,) = center.journal.events(CallQueued)
    assert isinstance(event, CallQueued)
    return event.priority


async def over(center: CenterOnFake, told: Told) -> None:
    await center.until(center.ended, seconds=300)
    await center.until(lambda: not center.asterisk.channels_left())
    assert told.listening == 0
    center.assert_nothing_left()


async def test_what_is_said_counts_as_its_key(center: CenterOnFake) -> None:
    told = Told()
    listen(center, told)
    caller = center.caller()
    await center.until(lambda: told.listening)
    told.heard.put_nowait("2")
    assert await priority(center) == 2
    entered = center.journal.events(FlowStepEntered)[-1]
    assert isinstance(entered, FlowStepEntered)
    assert (entered.step, entered.keys) == ("other", 1)
    assert told.opened == [("uk", MENU.speech["uk"])]
    assert told.fed == [b"hm"]
    assert told.listening == 0
    center.asterisk.hang_up(caller)
    await over(center, told)


@pytest.mark.parametrize("deaf", ["", "open", "sound", "choice", "middle"])
async def test_keys_work_whatever_the_recogniser_does(center: CenterOnFake, deaf: str) -> None:
    told = Told(deaf=deaf)
    listen(center, told)
    caller = center.caller()
    await center.until(lambda: told.opened)
    await asyncio.sleep(0.5)
    center.asterisk.dial_digit(caller, "1")
    assert await priority(center) == 1
    center.asterisk.hang_up(caller)
    await over(center, told)


@pytest.mark.parametrize("deaf", ["", "sound"])
async def test_who_says_nothing_goes_where_silence_leads(center: CenterOnFake, deaf: str) -> None:
    told = Told(deaf=deaf)
    listen(center, told)
    center.caller()
    await over(center, told)
    entered = [one.step for one in center.journal.events(FlowStepEntered)]
    assert entered == ["menu", "end"]
    assert len(told.opened) == MENU.attempts


async def test_a_key_that_the_menu_has_no_phrase_for_is_not_believed(center: CenterOnFake) -> None:
    told = Told()
    listen(center, told)
    caller = center.caller()
    await center.until(lambda: told.listening)
    told.heard.put_nowait("9")
    await asyncio.sleep(0.5)
    told.heard.put_nowait("1")
    assert await priority(center) == 1
    assert len(told.opened) == 1, "it was no wrong key, and the first attempt goes on"
    center.asterisk.hang_up(caller)
    await over(center, told)


async def test_who_hangs_up_while_speaking_leaves_nobody_listening(center: CenterOnFake) -> None:
    told = Told()
    listen(center, told)
    caller = center.caller()
    await center.until(lambda: told.listening)
    center.asterisk.hang_up(caller)
    await over(center, told)


async def test_without_a_recogniser_or_its_language_keys_are_all(center: CenterOnFake) -> None:
    told = Told()
    listen(center, told)
    center.set_flows(Flow(name="vip", start="menu", steps={**FLOW.steps, "menu": MENU}))
    told.understands = lambda _language: False  # type: ignore[method-assign]
    caller = center.caller()
    await asyncio.sleep(1)
    center.asterisk.dial_digit(caller, "2")
    assert await priority(center) == 2
    assert told.opened == []
    center.asterisk.hang_up(caller)
    await over(center, told)
