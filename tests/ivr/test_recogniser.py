"""Menus by voice: what the recogniser's process knows, and that its death harms nobody."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.config.tenant import SPEECH_COMMAND
from ccengine.ivr import recogniser_process
from ccengine.ivr.recogniser_engine import CLOSE, HEADER, OPEN, SOUND, Menu, serve
from ccengine.ivr.recogniser_process import ListeningProcess, is_installed
from ccengine.ivr.speech_engine import Rendering, render

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.ivr.recogniser_engine import Ear

PHRASES = {"1": ("billing", "my bill"), "2": ("technical support",), "0": ("operator",)}
can_hear = pytest.mark.skipif(
    not is_installed() or shutil.which("espeak-ng") is None,
    reason="needs the extra 'speech' and espeak-ng",
)


def spoken(text: str) -> bytes:
    silence = bytes(16_000)
    return silence + render(Rendering(SPEECH_COMMAND, "en-us", 150, text)) + silence * 2


def frames(*what: tuple[int, int, bytes]) -> io.BytesIO:
    return io.BytesIO(
        b"".join(HEADER.pack(one, whose, len(body)) + body for one, whose, body in what)
    )


@pytest.fixture(scope="module")
def ear() -> Ear:
    from ccengine.ivr.recogniser_engine import Ear

    return Ear()


def heard(ear: Ear, phrases: dict[str, list[str]], *sounds: bytes) -> list[tuple[int, str]]:
    told: list[tuple[int, str]] = []
    given = [(OPEN, 7, json.dumps(phrases).encode())]
    given += [
        (SOUND, 7, sound[at : at + 320]) for sound in sounds for at in range(0, len(sound), 320)
    ]
    serve(frames(*given, (CLOSE, 7, b"")), lambda whose, key: told.append((whose, key)), ear)
    return told


@can_hear
@pytest.mark.parametrize(("said", "key"), [("billing", "1"), ("technical support", "2")])
def test_a_phrase_is_known_by_its_key(ear: Ear, said: str, key: str) -> None:
    phrases = {key: list(some) for key, some in PHRASES.items()}
    assert heard(ear, phrases, spoken(said)) == [(7, key)]


@can_hear
def test_silence_clicks_and_long_talk_are_nothing(ear: Ear) -> None:
    phrases = {"1": ["billing"]}
    silence, click = bytes(64_000), bytes(16_000) + b"\xff\x3f" * 200 + bytes(16_000)
    talk = spoken("billing " * 20)
    assert heard(ear, phrases, silence, click, talk) == []


@can_hear
def test_a_phrase_with_a_word_that_is_none_spoils_no_other(ear: Ear) -> None:
    phrases = {"1": ["qwrtzx now", "billing"], "2": ["zzkrp"]}
    assert ear.able(phrases) == Menu({"1": ["billing"]})
    assert heard(ear, {"1": ["zzkrp"]}, spoken("billing")) == []


def test_only_a_whole_phrase_is_one() -> None:
    menu = Menu({"1": ("where is my order",), "2": ("help",)})
    assert menu.key_of("where is my order") == "1"
    assert menu.key_of("where is my") is None
    assert menu.key_of("") is None
    assert "(where is my order) | (help)" in menu.grammar


@asynccontextmanager
async def process() -> AsyncIterator[ListeningProcess]:
    listening = ListeningProcess("tests.ivr.listening_engine")
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(listening.run())
        try:
            yield listening
        finally:
            running.cancel()


async def started(listening: ListeningProcess) -> None:
    while listening._process is None:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)


async def test_callers_are_told_apart_and_late_answers_are_nobodys() -> None:
    async with process() as listening:
        async with listening.open("en", PHRASES) as first, listening.open("en", PHRASES) as other:
            await started(listening)
            other.feed(b"2")
            first.feed(b"x")
            first.feed(b"1")
            assert (await first.choice(), await other.choice()) == ("1", "2")
            other.feed(b"3")
        async with listening.open("en", PHRASES) as third:
            third.feed(b"0")
            assert await third.choice() == "0"


@pytest.mark.parametrize("fault", [b"!", b"?"])
async def test_a_process_that_dies_or_talks_rubbish_is_started_again(
    monkeypatch: pytest.MonkeyPatch, fault: bytes
) -> None:
    monkeypatch.setattr(recogniser_process, "AGAIN_SECONDS", 0.05)
    async with process() as listening, listening.open("en", PHRASES) as caller:
        await started(listening)
        caller.feed(fault)
        while True:  # sound that is said to nobody is lost
            caller.feed(b"1")
            try:
                async with asyncio.timeout(0.1):
                    assert await caller.choice() == "1"
                    break
            except TimeoutError:
                continue


async def test_a_process_that_cannot_be_started_costs_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recogniser_process, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(recogniser_process.sys, "executable", "/nowhere/python")
    async with process() as listening, listening.open("en", PHRASES):
        await asyncio.sleep(0.05)
        monkeypatch.undo()
        monkeypatch.setattr(recogniser_process, "AGAIN_SECONDS", 0.05)
        await started(listening)


async def test_a_language_that_is_not_understood_starts_nothing() -> None:
    async with process() as listening, listening.open("uk", PHRASES) as caller:
        caller.feed(b"1")
        await asyncio.sleep(0.05)
        assert listening._process is None
        assert not listening.understands("uk")
