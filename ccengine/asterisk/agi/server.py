"""The FastAGI server, on loopback: a dialplan asks, and its channel gets variables.

A channel waits in its dialplan while it asks, so everything here has a limit: lines, headers, the
time they take, the time in all, how many ask at once. Who connects and says nothing is no request.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import structlog

from ccengine.asterisk.agi.answers import BUSY, Answer
from ccengine.asterisk.agi.protocol import (
    AgiError,
    HeaderReader,
    HungUp,
    Request,
    Response,
    ResponseReader,
    set_variable,
)

if TYPE_CHECKING:
    from types import TracebackType

    from ccengine.asterisk.agi.answers import Answerer

log = structlog.get_logger()

LOOPBACK: Final = "127.0.0.1"
LONGEST_LINE: Final = 8_192
_CALL_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiLimits:
    """How much is borne with."""

    connections: int = 256  #: asked at once; beyond it the answer is `busy`, beyond twice as many
    header_seconds: float = 2.0  #: none at all is given
    total_seconds: float = 5.0


class _Gone(Exception):
    """The channel takes no variables any more."""


class AgiServer:
    """Listens for Asterisk. `start` and `stop` it, or use it as a context.

    Args:
        answer: what a request is answered with.
        port: where to listen; 0: any free one, see `port`.
        limits: how much is borne with.
    """

    def __init__(self, answer: Answerer, port: int, limits: AgiLimits | None = None) -> None:
        self._answer = answer
        self._limits = limits or AgiLimits()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None] | None] = set()
        self.port = port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._server = await asyncio.start_server(
            self._serve, LOOPBACK, self.port, limit=LONGEST_LINE, backlog=512
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, and leave who is being answered: their dialplan goes on."""
        if self._server is None:
            return
        self._server.close()
        tasks = [task for task in self._open if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._open.add(task)
        try:
            if len(self._open) <= 2 * self._limits.connections:
                await self._talk(reader, writer)
            else:
                log.warning("agi_turned_away", open=len(self._open))
        except asyncio.CancelledError:
            pass  # `stop` did; the stream's own task would log it as a fault
        finally:
            self._open.discard(task)
            writer.transport.abort() if writer.is_closing() else writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        asking = _Asking(reader, writer)
        outcome = await self._outcome(asking)
        if asking.has_spoken:
            log.info(
                "agi_request",
                route=asking.answer.route if asking.answer else "",
                outcome=outcome,
                call_id=asking.call_id,
                ms=round((loop.time() - began) * 1000, 1),
            )

    async def _outcome(self, asking: _Asking) -> str:
        """Answer, and return a word for how that went."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                async with asyncio.timeout(self._limits.header_seconds):
                    request = await asking.read_request()
                is_crowded = len(self._open) > self._limits.connections
                answer = BUSY if is_crowded else await self._answer(request)
                await asking.give(answer)
        except TimeoutError:
            return "late"
        except (AgiError, asyncio.LimitOverrunError):
            return "malformed"
        except _Gone:
            return "gone"
        except (asyncio.IncompleteReadError, OSError):
            return "lost"
        except Exception:
            # One request's fault must not reach a call, nor another request.
            log.exception("agi_failed", call_id=asking.call_id)
            return "failed"
        return answer.status


class _Asking:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.has_spoken = False
        self.call_id = ""
        self.answer: Answer | None = None

    async def read_request(self) -> Request:
        header = HeaderReader()
        while True:
            line = await self._line()
            request = header.feed(line)
            if request is not None:
                self.call_id = call_id_of(request)
                return request

    async def give(self, answer: Answer) -> None:
        """Set the variables one after the other: Asterisk reads no second command before it asks.

        Raises:
            _Gone: the channel is.
        """
        self.answer = answer
        for name, value in answer.settings():
            self._writer.write(set_variable(name, value))
            await self._writer.drain()
            if not (await self._response()).ok:
                raise _Gone

    async def _response(self) -> Response:
        responses = ResponseReader()
        while True:
            match responses.feed(await self._line()):
                case Response() as response:
                    return response
                case HungUp():
                    raise _Gone
                case None:
                    pass

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as cut:
            self.has_spoken = self.has_spoken or bool(cut.partial)
            raise
        except asyncio.LimitOverrunError:
            self.has_spoken = True
            raise
        self.has_spoken = True
        return line


def call_id_of(request: Request) -> str:
    """Return the id that the dialplan mints of a channel's own (`inbound.conf`)."""
    minted = request.get("uniqueid").replace(".", "-")
    return minted if _CALL_ID.fullmatch(minted) else ""
