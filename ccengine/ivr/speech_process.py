"""A process that makes sound of texts for calls that wait, one text after the other."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.speech_engine import Rendering

MODULE: Final = "ccengine.ivr.speech_engine"
MADE: Final = b"made\n"


class SpeechProcess:
    """Starts with the first text, and again after a death. Ends with us: its input is over then."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def render(self, what: Rendering, file: Path) -> bool:
        """Have a file written; False: in vain. Whoever cancels this ends the process, too."""
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await _started()
        if process.stdin is None or process.stdout is None:
            return False
        answer = b""
        try:
            process.stdin.write(json.dumps([str(file), asdict(what)]).encode() + b"\n")
            await process.stdin.drain()
            answer = await process.stdout.readline()
        except ConnectionError:
            pass
        finally:
            if not answer:  # cancelled, or dead
                await self.end()
        return answer == MADE

    async def end(self) -> None:
        """End the process and the speech engine below it."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


async def _started() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
