"""Listens to callers in a process of its own, which may be slow or die and harms no call by it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.ivr.recogniser import UNDERSTOOD
from ccengine.ivr.recogniser_engine import CLOSE, HEADER, OPEN, SOUND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.ivr.recogniser import Phrases

log = structlog.get_logger()

MODULE: Final = "ccengine.ivr.recogniser_engine"
NEEDS: Final = ("pocketsphinx", "numpy")
UNSENT_BYTES: Final = 4_000_000
"""Four minutes of sound that the process has not taken: it is stuck, and what comes is dropped."""

AGAIN_SECONDS: Final = 5.0  #: from a death until it is started again


def is_installed() -> bool:
    """Tell whether the extra `speech` is."""
    return all(find_spec(name) is not None for name in NEEDS)


class ListeningProcess:
    """A `Recogniser`. `run` it beside what uses it; it starts when somebody is listened to."""

    def __init__(self, module: str = MODULE) -> None:
        self._module = module
        self._numbers = count(1)
        self._heard: dict[int, asyncio.Queue[str]] = {}
        self._opened: dict[int, bytes] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._wanted = asyncio.Event()

    def understands(self, language: str) -> bool:
        """Tell whether phrases of a language can be known."""
        return language in UNDERSTOOD

    @asynccontextmanager
    async def open(self, language: str, phrases: Phrases) -> AsyncIterator[Listening]:
        """Begin to listen for phrases of a language; at its end nothing is heard any more."""
        number = next(self._numbers)
        heard = self._heard[number] = asyncio.Queue()
        if self.understands(language):
            self._opened[number] = json.dumps(phrases).encode()
            self._send(OPEN, number, self._opened[number])
            self._wanted.set()
        try:
            yield Listening(self, number, heard)
        finally:
            del self._heard[number]
            self._opened.pop(number, None)
            self._send(CLOSE, number, b"")

    async def run(self) -> None:
        """Keep the process alive from the first caller on; ends it when cancelled."""
        while True:
            await self._wanted.wait()
            cause = "its process ended"
            try:
                await self._live()
            except (OSError, ValueError, TypeError) as error:  # not begun, or it talks rubbish
                cause = f"{type(error).__name__}: {error}"
            finally:
                await self._end()
            log.warning("recogniser_died", cause=cause)
            await asyncio.sleep(AGAIN_SECONDS)

    def hear(self, number: int, sound: bytes) -> None:
        """Give on a caller's sound; what the process is too slow for is dropped."""
        self._send(SOUND, number, sound)

    async def _live(self) -> None:
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        for number, body in self._opened.items():
            self._send(OPEN, number, body)
        while process.stdout is not None and (line := await process.stdout.readline()):
            number, key = json.loads(line)
            if number in self._heard:  # else the caller has pressed a key, or left
                self._heard[number].put_nowait(key)

    def _send(self, what: int, number: int, body: bytes) -> None:
        stdin = None if self._process is None else self._process.stdin
        if stdin is None or stdin.is_closing():
            return
        is_full = stdin.transport.get_write_buffer_size() > UNSENT_BYTES
        if what != SOUND or not is_full:
            stdin.write(HEADER.pack(what, number, len(body)) + body)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


class Listening:
    """One caller who is listened to; a `Listener`."""

    def __init__(self, process: ListeningProcess, number: int, heard: asyncio.Queue[str]) -> None:
        self._process = process
        self._number = number
        self._heard = heard

    def feed(self, sound: bytes) -> None:
        """Take the next 16-bit samples, 8,000 a second."""
        self._process.hear(self._number, sound)

    async def choice(self) -> str:
        """Wait for the next phrase that is known for sure, and return its key."""
        return await self._heard.get()
