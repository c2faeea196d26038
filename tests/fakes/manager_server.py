"""The fake Asterisk's manager over TCP, as the real one speaks it; and its mishaps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from ccengine.asterisk.ami.link import ANSWERED_BY_EVENTS, AmiAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.asterisk_manager import FakeManager

SECRET = "not so secret"
_END = b"\r\n\r\n"


def _events(values: Mapping[str, str], answer: AmiAnswer) -> list[str]:
    action, name = f"ActionID: {values['ActionID']}", values["Action"]
    found = [f"Event: {name}Response", action, f"Key: {values['Key']}", f"Val: {answer.value}"]
    return ["", *found, "", f"Event: {name}Complete", action, "EventList: Complete"]


class FakeManagerServer:
    """Listens on a port of its own for as long as the block."""

    def __init__(self, manager: FakeManager) -> None:
        self.manager = manager
        self._server: asyncio.Server | None = None
        self._peers: list[asyncio.StreamWriter] = []
        self.heard: list[Mapping[str, str]] = []  #: actions, but log-ins
        self.answers = True  #: no: it takes actions and says nothing
        self.connections = 0
        self.piecewise = False  #: it sends byte by byte
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Begin to listen, at the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and drop who is connected."""
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """Drop who is connected."""
        for peer in self._peers:
            peer.close()
        self._peers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._peers.append(writer)
        self.connections += 1
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                lines = (await reader.readuntil(_END)).decode().strip().split("\r\n")
                values = dict(line.split(": ", 1) for line in lines)
                await self._take(values, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass

    async def _take(self, values: Mapping[str, str], writer: asyncio.StreamWriter) -> None:
        action = values["Action"]
        if action == "Login":
            known = values["Secret"] == SECRET
            message = "Authentication accepted" if known else "Authentication failed"
            answer = AmiAnswer(success=known, message=message)
            await self._say(writer, values, answer)
            return
        self.heard.append(values)
        answer = self.manager.answer(action, values)
        if self.answers:
            await self._say(writer, values, answer)

    async def _say(
        self, writer: asyncio.StreamWriter, values: Mapping[str, str], answer: AmiAnswer
    ) -> None:
        response = "Success" if answer.success else "Error"
        lines = [f"Response: {response}", f"ActionID: {values['ActionID']}"]
        lines += [f"Message: {answer.message}"] if answer.message else []
        if values["Action"] in ANSWERED_BY_EVENTS and answer.success:
            lines += ["EventList: start", *_events(values, answer)]
        else:
            lines += [f"Value: {answer.value}"] if answer.value else []
        said = "".join(f"{line}\r\n" for line in (*lines, "")).encode()
        step = 1 if self.piecewise else len(said)
        for at in range(0, len(said), step):
            writer.write(said[at : at + step])
            await writer.drain()
            await asyncio.sleep(0)
