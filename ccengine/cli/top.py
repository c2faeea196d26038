"""`ccengine top`: queues, agents and calls as they are now, from the live feed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Final

import aiohttp
import orjson
import typer
from rich.live import Live

from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.top_board import Board
from ccengine.cli.top_screen import screen
from ccengine.clock import Clock
from ccengine.config.secret_files import SecretMissing, read_secret

if TYPE_CHECKING:
    from collections.abc import Callable

SUBPROTOCOL: Final = "ccengine.v1"
PAINT_SECONDS: Final = 0.5
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 15.0
LARGEST_FRAME: Final = 64 * 2**20  # a snapshot of some thousand agents is about a megabyte
NO_WAY: Final = frozenset({4400, 4401})
ONCE_SECONDS: Final = 5.0


class Refused(Exception):
    """The engine does not take the token, or what we say; trying again would not help."""


def top(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print one screen and leave.")] = False,
    token_file: Annotated[
        Path | None, typer.Option(help="File with a token. Left out: the administrator's.")
    ] = None,
) -> None:
    """Show queues, agents and calls live. Ctrl-C ends it."""
    settings = read_settings()
    try:
        token = read_secret(token_file or settings.paths.api_token)
    except SecretMissing as error:
        fail(str(error))
    viewer = Viewer(settings.api_url, token)
    problem = remedy = ""
    try:
        asyncio.run(_once(viewer) if once else _live(viewer))
    except* KeyboardInterrupt:
        pass  # that is how it ends
    except* Refused as refused:
        problem, remedy = str(refused.exceptions[0]), "make one with `ccengine token create`"
    except* TimeoutError:
        problem = f"nothing came from {settings.api_url}: {viewer.trouble}"
        remedy = "is the engine running?"
    if problem:
        fail(problem, remedy)


class Viewer:
    """Keeps a board up to date, over every reconnect."""

    def __init__(self, url: str, token: str) -> None:
        self.board = Board()
        self.trouble = "connecting"
        self._url = url
        self._token = token

    async def run(self, seen: Callable[[], None]) -> None:
        """Follow the feed for ever; call `seen` after each message.

        Raises:
            Refused: the token is not taken.
        """
        pause = FIRST_PAUSE_SECONDS
        while True:
            with suppress(aiohttp.ClientError, OSError):
                await self._follow(seen)
            pause = FIRST_PAUSE_SECONDS if not self.trouble else pause
            self.trouble = "no connection to the engine"
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _follow(self, seen: Callable[[], None]) -> None:
        async with (
            aiohttp.ClientSession(self._url) as session,
            session.ws_connect(
                "/feed", protocols=(SUBPROTOCOL,), heartbeat=20.0, max_msg_size=LARGEST_FRAME
            ) as socket,
        ):
            wanted: dict[str, object] = {"type": "subscribe", "token": self._token}
            if self.board.seq is not None:
                wanted |= {"after": self.board.seq, "stream": self.board.stream}
            await socket.send_str(orjson.dumps(wanted).decode())
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.board.take(orjson.loads(message.data))
                    self.trouble = ""
                    seen()
            if socket.close_code in NO_WAY:
                message_text = "the engine does not take this token"
                raise Refused(message_text)


async def _live(viewer: Viewer) -> None:
    clock = Clock(asyncio.get_running_loop().time)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        async with asyncio.TaskGroup() as group:
            group.create_task(viewer.run(lambda: None))
            while True:
                shown = screen(
                    viewer.board, clock.now(), lines=console.height, trouble=viewer.trouble
                )
                live.update(shown, refresh=True)
                await asyncio.sleep(PAINT_SECONDS)


async def _once(viewer: Viewer) -> None:
    """Print the board as soon as there is one."""
    loop = asyncio.get_running_loop()
    there: asyncio.Future[None] = loop.create_future()

    def look() -> None:
        if viewer.board.seq is not None and not there.done():
            there.set_result(None)

    async with asyncio.timeout(ONCE_SECONDS), asyncio.TaskGroup() as group:
        following = group.create_task(viewer.run(look))
        await there
        following.cancel()
    now = Clock(loop.time).now()
    lines = len(viewer.board.agents) + len(viewer.board.calls) + len(viewer.board.names) + 20
    console.print(screen(viewer.board, now, lines=lines))
