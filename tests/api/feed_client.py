"""A client of the live feed, as a wallboard would be: it folds what it is told."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.api.house import FILE_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.api.house import House

SECONDS = 5.0
MORE_OF_A_CALL = ("number", "caller", "kind", "priority", "arrived_at", "queued_at", "since")


class FeedClient:
    """One websocket and what came over it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []  #: as they came
        self.changes: list[dict[str, Any]] = []
        self.seq = 0

    async def next(self) -> dict[str, Any]:
        """Take the next message."""
        async with asyncio.timeout(SECONDS):
            message: dict[str, Any] = json.loads(await self.socket.receive_str())
        self.messages.append(message)
        if message["type"] == "changes":
            self.changes += message["changes"]
        if message["type"] in ("changes", "snapshot"):
            self.seq = message["seq"]
        return message

    async def until(self, seq: int) -> None:
        """Take messages until all up to a row is known."""
        while self.seq < seq:
            await self.next()

    async def closed(self) -> tuple[int | None, str]:
        """Read on until the engine closes it; return why."""
        async with asyncio.timeout(SECONDS):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.CLOSE:
                    return message.data, str(message.extra)
                if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    return self.socket.close_code, str(message.data)
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._keep(json.loads(message.data))

    def _keep(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if message["type"] == "changes":
            self.changes += message["changes"]
            self.seq = message["seq"]

    def state(self) -> dict[str, Any]:
        """Return agents and calls as they are by snapshot and changes."""
        agents: dict[str, Any] = {}
        calls: dict[str, Any] = {}
        for message in self.messages:
            if message["type"] == "snapshot":
                agents = {one["agent"]: one["state"] for one in message["agents"]}
                calls = {one["call_id"]: _place(one) for one in message["calls"]}
            for change in message.get("changes", ()):
                if change["type"] == "AgentState":
                    agents[change["agent"]] = change["state"]
                elif change["type"] == "CallGone" or change.get("state") == "ended":
                    calls.pop(change["call_id"], None)
                elif change["type"] == "CallState":
                    calls[change["call_id"]] = _place(change)
        return {"agents": agents, "calls": calls}


def _place(call: dict[str, Any]) -> tuple[Any, ...]:
    return call["state"], call["queue"], call["agent"]


@asynccontextmanager
async def connected(
    here: House,
    token: str | None = FILE_TOKEN,
    *,
    session: aiohttp.ClientSession | None = None,
    **said: Any,
) -> AsyncIterator[FeedClient]:
    """Connect and subscribe; `said` goes into the message."""
    own = session or here.client(token=None)
    try:
        async with own.ws_connect("/feed", protocols=("ccengine.v1",)) as socket:
            bearer = {} if token is None else {"token": token}
            await socket.send_json({"type": "subscribe", **bearer, **said})
            yield FeedClient(socket)
    finally:
        if session is None:
            await own.close()
