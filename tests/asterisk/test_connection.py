"""The connection: whatever happens to it, the consumer learns of it and it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson
import pytest

from ccengine.asterisk.ari.connection import NOISE, AriAddress, Connection, Pace
from ccengine.asterisk.ari.errors import AriDisconnected, AriTimeout
from ccengine.asterisk.ari.events import (
    Connected,
    Disconnected,
    Replaced,
    StasisStart,
    StreamItem,
    UnknownEvent,
)
from ccengine.asterisk.ari.inbox import Inbox
from ccengine.asterisk.ari.transport import Request
from ccengine.asterisk.backoff import Backoff
from tests.asterisk.samples import event
from tests.fakes.asterisk import FakeAsterisk
from tests.fakes.asterisk_server import PASSWORD, FakeAsteriskServer

FAST = Pace(connect=1.0, request=0.3, ping=0.05, close=0.1, steady=60.0)
INFO = Request("GET", "asterisk/info", {})


class Line:
    """A connection to a fake server, and what came out of it."""

    def __init__(self, server: FakeAsteriskServer, connection: Connection) -> None:
        self.server = server
        self.connection = connection
        self.events = connection.events()

    async def next(self) -> StreamItem:
        async with asyncio.timeout(5):
            return await anext(self.events)


@asynccontextmanager
async def line(
    *, password: str = PASSWORD, inbox: Inbox | None = None, pace: Pace = FAST
) -> AsyncIterator[Line]:
    async with FakeAsteriskServer(FakeAsterisk()) as server:
        connection = Connection(
            AriAddress(server.url, "ccengine", password),
            pace=pace,
            backoff=Backoff(first_seconds=0.01, longest_seconds=0.05),
            inbox=inbox,
        )
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(connection.run())
            try:
                yield Line(server, connection)
            finally:
                running.cancel()


async def test_the_stream_begins_with_the_connection() -> None:
    async with line() as up:
        assert await up.next() == Connected(1)
        up.server.fake.caller_arrives("c-1")
        start = await up.next()
        assert isinstance(start, StasisStart)
        assert start.channel.variables["CC_CALL_ID"] == "c-1"


async def test_small_requests_go_by_websocket_and_large_ones_aside() -> None:
    async with line() as up:
        await up.next()
        assert (await up.connection.request(INFO)).status == 200
        aside = Request("GET", "channels", {}, aside=True)
        assert (await up.connection.request(aside)).body == []
        assert INFO.path in [request.path for request in up.server.by_websocket]
        assert [request.path for request in up.server.by_http] == ["channels"]


async def test_noise_is_filtered_at_asterisk() -> None:
    async with line() as up:
        await up.next()
        await up.connection.request(INFO)
        assert up.server.fake.world.disallowed == frozenset(NOISE)
        # An `allowed` list would have to hold this one, or no request would ever be answered.
        assert "RESTResponse" not in NOISE


async def test_a_drop_is_told_and_mended() -> None:
    async with line() as up:
        await up.next()
        up.server.drop()
        dropped = await up.next()
        assert isinstance(dropped, Disconnected)
        assert dropped.number == 1
        assert await up.next() == Connected(2)
        assert (await up.connection.request(INFO)).status == 200


async def test_a_clean_end_is_a_disconnect_too() -> None:
    async with line() as up:
        await up.next()
        await up.server.close_cleanly()
        assert isinstance(await up.next(), Disconnected)
        assert await up.next() == Connected(2)


async def test_a_far_end_that_falls_silent_is_left() -> None:
    async with line() as up:
        await up.next()
        await up.connection.request(INFO)
        up.server.is_stalled = True
        assert await up.next() == Disconnected(1, "stalled")
        up.server.is_stalled = False
        assert await up.next() == Connected(2)


async def test_a_far_end_that_lives_is_kept() -> None:
    async with line() as up:
        await up.next()
        await asyncio.sleep(FAST.ping * 6)
        assert up.connection.number == 1
        assert up.connection.connected


async def test_pending_requests_fail_with_the_connection() -> None:
    slow = Pace(connect=1.0, request=5.0, ping=5.0, close=0.1)
    async with line(pace=slow) as up:
        await up.next()
        up.server.fake.delay_requests(3.0)
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, up.server.drop)
        before = loop.time()
        with pytest.raises(AriDisconnected):
            await up.connection.request(INFO)
        assert loop.time() - before < 1.0


async def test_without_a_connection_a_request_fails_at_once() -> None:
    async with line() as up:
        await up.next()
        up.server.is_refusing = True
        up.server.drop()
        await up.next()
        assert not up.connection.connected
        with pytest.raises(AriDisconnected):
            await up.connection.request(INFO)


async def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    pace = Pace(connect=1.0, request=0.1, ping=5.0, close=0.1)
    async with line(pace=pace) as up:
        await up.next()
        await up.connection.request(INFO)
        up.server.fake.delay_requests(0.3)
        with pytest.raises(AriTimeout):
            await up.connection.request(INFO)
        up.server.fake.delay_requests(0.0)
        await asyncio.sleep(0.3)  # the late answer comes, and is nobody's
        assert (await up.connection.request(INFO)).status == 200


async def test_an_asterisk_that_is_away_is_tried_until_it_is_there() -> None:
    async with line() as up:
        await up.next()
        up.server.is_refusing = True
        up.server.drop()
        await up.next()
        await asyncio.sleep(0.2)
        up.server.is_refusing = False
        assert await up.next() == Connected(2)


async def test_a_wrong_password_never_connects_and_never_stops_trying() -> None:
    async with line(password="wrong") as up:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await up.connection.wait_connected()
        assert up.server.connections == 0


async def test_another_engine_is_the_end() -> None:
    async with line() as up:
        await up.next()
        await up.server.replace()
        assert await up.next() == Replaced(1)
        with pytest.raises(StopAsyncIteration):
            await up.next()
        await asyncio.sleep(0.1)
        assert up.server.connections == 1


async def test_our_own_reconnect_does_not_replace_us() -> None:
    # Asterisk tells the old, half-open socket that it was replaced; by then nobody listens there.
    async with line() as up:
        await up.next()
        await up.connection.request(INFO)
        up.server.is_stalled = True
        assert isinstance(await up.next(), Disconnected)
        up.server.is_stalled = False
        assert await up.next() == Connected(2)
        up.server.fake.caller_arrives("c-1")
        assert isinstance(await up.next(), StasisStart)


async def test_nothing_that_is_sent_ends_the_connection() -> None:
    async with line() as up:
        await up.next()
        for text in ("{", "[]", "7", '{"type": "StasisEnd"}', '{"type": "RESTResponse"}'):
            await up.server.send_text(text)
        await up.server.send_text('{"type": "ChannelTeleported"}')
        assert await up.next() == UnknownEvent("ChannelTeleported")
        assert up.connection.tally.unknown == {"ChannelTeleported": 1}
        assert up.connection.tally.malformed == {
            ("", "not JSON"): 1,
            ("", "not an object"): 2,
            ("StasisEnd", "missing channel"): 1,
        }


async def test_too_many_events_are_a_disconnect_and_never_a_silent_loss() -> None:
    inbox = Inbox(limit=50, alarm_at=10)
    async with line(inbox=inbox) as up:
        await up.connection.wait_connected()
        text = orjson.dumps(event("StasisEnd")).decode()
        with suppress(OSError):
            for _ in range(60):
                await up.server.send_text(text)
        await asyncio.sleep(0.2)
        assert up.connection.number == 1, "it waits for room before it takes in more"
        items = [await up.next() for _ in range(52)]
        assert items[0] == Connected(1)
        assert items[50:] == [Disconnected(1, "overflow"), Connected(2)]
        assert inbox.alarms == 1


async def test_an_engine_that_leaves_asks_for_nothing() -> None:
    async with FakeAsteriskServer(FakeAsterisk()) as server:
        connection = Connection(AriAddress(server.url, "ccengine", PASSWORD), pace=FAST)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await connection.run()
        methods = {request.method for request in server.by_websocket + server.by_http}
        assert methods == {"PUT"}


def test_a_password_is_never_printed() -> None:
    assert PASSWORD not in repr(AriAddress("http://127.0.0.1:8088", "ccengine", PASSWORD))
