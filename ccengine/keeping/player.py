"""Gives the sound of sealed recordings, piece by piece, out of a program that opens them."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ccengine.keeping.opening import Exit, Opening

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MODULE: Final = "ccengine.keeping.opening"
PIECE: Final = 1 << 16
AT_ONCE: Final = 8
PIECE_SECONDS: Final = 60.0


class PlayerBusy(Exception):
    """So many listen already that nobody else can."""


class CannotOpen(Exception):
    """A recording cannot be opened.

    Args:
        exit_code: why.
    """

    def __init__(self, exit_code: int) -> None:
        self.exit = Exit(exit_code) if exit_code in set(Exit) else Exit.UNREACHABLE
        super().__init__(self.exit.name.lower())


class Player:
    """Opens recordings for listeners."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._free = at_once

    async def pieces(self, what: Opening) -> AsyncGenerator[bytes]:
        """Yield the sound. Close it when nobody listens any more.

        Raises:
            PlayerBusy: before the first piece.
            CannotOpen: it cannot be opened, or what was sealed has been changed from here on.
        """
        if self._free <= 0:
            raise PlayerBusy
        self._free -= 1
        process: asyncio.subprocess.Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            async for piece in _read(process, what):
                yield piece
        finally:
            self._free += 1
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                # With its pipe read to the end: before that it does not count as over.
                await asyncio.shield(process.communicate())


async def _read(process: asyncio.subprocess.Process, what: Opening) -> AsyncGenerator[bytes]:
    if process.stdin is None or process.stdout is None:
        raise CannotOpen(Exit.UNREACHABLE)
    with suppress(ConnectionError):
        process.stdin.write(what.line())
        await process.stdin.drain()
        process.stdin.close()
    left = what.end - what.start
    while True:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                piece = await process.stdout.read(PIECE)
        except TimeoutError:
            raise CannotOpen(Exit.UNREACHABLE) from None
        if not piece:
            break
        left -= len(piece)
        yield piece
    code = await process.wait()
    if code or left:
        raise CannotOpen(code or Exit.BROKEN)
