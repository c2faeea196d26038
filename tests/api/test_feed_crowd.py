"""500 clients of the live feed and one that does not read: nobody waits for it, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import statistics
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccengine.api.feed.protocol import Close
from tests.api.feed_client import FeedClient, connected
from tests.api.house import FILE_TOKEN, House, house

if TYPE_CHECKING:
    from pathlib import Path

CROWD = 500
ROUNDS = 30
CALLS_A_ROUND = 6
BILLING = "nour/billing"
SEQ = re.compile(rb'^\{"type":"(?:changes|snapshot)".*?"seq":(\d+)')
SLACK_SECONDS = 0.5


class Watcher:
    """A client that only looks how far it is."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seq = 0
        self.frames = 0

    async def until(self, seq: int) -> None:
        while self.seq < seq:
            message = await self.socket.receive()
            assert message.type is aiohttp.WSMsgType.TEXT, message
            found = SEQ.match(str(message.data)[:120].encode())
            if found:
                self.seq = int(found[1])
                self.frames += 1


def work(here: House, number: int) -> int:
    """Have some calls come and go; return the last row."""
    for one in range(CALLS_A_ROUND):
        here.shift.hang_up(here.call(f"r{number}-{one}", BILLING))
    return here.shift.journal.last_number


async def everybody(crowd: list[Watcher], here: House, rounds: range) -> list[float]:
    """Work, and return how long it took in each round until everybody knew."""
    loop, took = asyncio.get_running_loop(), []
    for number in rounds:
        last = work(here, number)
        begin = loop.time()
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            for watcher in crowd:
                group.create_task(watcher.until(last))
        took.append(loop.time() - begin)
    return took


def slow(took: list[float]) -> float:
    """Return what nine of ten rounds stayed below."""
    return statistics.quantiles(took, n=10)[-1]


def slow_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """Return a socket for which the system keeps little."""
    family, kind, protocol, _, _ = addr_info
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return made


@pytest.mark.timeout(180)
async def test_nobody_waits_for_the_one_who_does_not_read(tmp_path: Path) -> None:
    async with house(tmp_path) as here, AsyncExitStack() as stack:
        here.hub.most_bytes = 2**16
        crowd = await _crowd(here, stack)
        usual = await everybody(crowd, here, range(ROUNDS))
        connector = aiohttp.TCPConnector(socket_factory=slow_socket)
        lazy = aiohttp.ClientSession(f"http://127.0.0.1:{here.port}", connector=connector)
        await stack.enter_async_context(lazy)
        stalled = await stack.enter_async_context(connected(here, session=lazy))
        witness = await stack.enter_async_context(connected(here))
        begin = here.shift.journal.last_number
        for one in (stalled, witness):
            await one.until(begin)
        _stop_reading(stalled)
        delayed = await everybody(crowd, here, range(ROUNDS, 3 * ROUNDS))
        last = here.shift.journal.last_number
        await witness.until(last)
        assert statistics.median(delayed) < 2 * statistics.median(usual) + SLACK_SECONDS
        # Whoever waited for the stalled one would do so in every round since: the slowest single
        # round says more of what else the machine does.
        assert slow(delayed) < 2 * slow(usual) + SLACK_SECONDS
        _read_again(stalled)
        assert (await stalled.closed())[0] == Close.TOO_SLOW
        assert begin < stalled.seq < last
        async with connected(here, after=stalled.seq) as again:
            assert (await again.next())["resumed"]
            await again.until(last)
            assert stalled.changes + again.changes == witness.changes
        assert not any(watcher.socket.closed for watcher in crowd)


async def test_more_than_there_is_room_for_are_told_so(tmp_path: Path) -> None:
    async with house(tmp_path, most_clients=2) as here, connected(here) as first:
        await first.next()
        async with connected(here) as second:
            await second.next()
            status, body = await _knock(here)
            assert (status, body["type"]) == (503, "urn:ccengine:problem:busy")
        async with connected(here) as third:
            assert (await third.next())["type"] == "hello"


async def _knock(here: House) -> tuple[int, Any]:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with here.client(token=None) as client, client.get("/feed", headers=headers) as response:
        return response.status, json.loads(await response.text())


async def _crowd(here: House, stack: AsyncExitStack) -> list[Watcher]:
    connector = aiohttp.TCPConnector(limit=0)
    session = aiohttp.ClientSession(f"http://127.0.0.1:{here.port}", connector=connector)
    await stack.enter_async_context(session)
    crowd = []
    for _ in range(CROWD):
        one = await session.ws_connect("/feed", autoping=True)
        await one.send_json({"type": "subscribe", "token": FILE_TOKEN})
        crowd.append(Watcher(one))
    last = here.shift.journal.last_number
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for watcher in crowd:
            group.create_task(watcher.until(last))
    return crowd


def _stop_reading(client: FeedClient) -> None:
    transport = client.socket.get_extra_info("socket")
    assert transport is not None
    protocol = client.socket._response.connection.protocol  # type: ignore[union-attr]
    protocol.transport.pause_reading()  # type: ignore[union-attr]


def _read_again(client: FeedClient) -> None:
    protocol = client.socket._response.connection.protocol  # type: ignore[union-attr]
    protocol.transport.resume_reading()  # type: ignore[union-attr]
