"""The link to Asterisk's manager: what panoramisk does wrong happens to nobody here."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ami.link import (
    AmiAddress,
    AmiDisconnected,
    AmiLink,
    AmiUntold,
    UnsafeValue,
)
from ccengine.asterisk.backoff import Backoff
from tests.fakes.asterisk import FakeAsterisk
from tests.fakes.manager_server import SECRET, FakeManagerServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest.fixture
async def server() -> AsyncIterator[FakeManagerServer]:
    fake = FakeAsterisk()
    fake.caller_arrives("c1")
    async with FakeManagerServer(fake.manager) as listening:
        yield listening


@asynccontextmanager
async def linked(
    server: FakeManagerServer, *, secret: str = SECRET, up: bool = True
) -> AsyncIterator[AmiLink]:
    link = AmiLink(
        AmiAddress("127.0.0.1", server.port, "ccengine", secret),
        backoff=Backoff(first_seconds=0.02, longest_seconds=0.05),
        request_seconds=0.3,
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run())
        if up:
            async with asyncio.timeout(5):
                await link.wait_connected()
        yield link
        running.cancel()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


async def test_an_action_is_answered(server: FakeManagerServer) -> None:
    async with linked(server) as link:
        answer = await link.ask("MixMonitorMute", Channel="nobody", State="1")
        assert (answer.success, answer.message) == (False, "No such channel")


@pytest.mark.parametrize(
    "value", ["x\r\nAction: Originate", "x\nChannel: y", "x\ry", "x\x00", "ö", "\x85"]
)
async def test_a_value_that_is_more_than_a_value_is_not_sent(
    server: FakeManagerServer, value: str
) -> None:
    async with linked(server) as link:
        with pytest.raises(UnsafeValue) as error:
            await link.ask("StopMixMonitor", Channel=value)
        assert value not in str(error.value)
        await link.ask("StopMixMonitor", Channel="c1")
    assert [one["Action"] for one in server.heard] == ["StopMixMonitor"]


async def test_what_had_no_answer_is_not_sent_again_after_a_reconnect(
    server: FakeManagerServer,
) -> None:
    async with linked(server) as link:
        server.answers = False
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(_outcome(link, "MixMonitor"))
            await until(lambda: len(server.heard) == 1)
            server.drop()
        assert asked.result() is AmiUntold
        server.answers = True
        await until(lambda: server.connections == 2 and link.connected)
        await asyncio.sleep(0.2)
        assert len(server.heard) == 1
        await link.ask("StopMixMonitor", Channel="c1")
        assert [one["Action"] for one in server.heard] == ["MixMonitor", "StopMixMonitor"]


async def test_a_manager_that_says_nothing_ends_in_time(server: FakeManagerServer) -> None:
    async with linked(server) as link:
        server.answers = False
        assert await _outcome(link, "StopMixMonitor") is AmiUntold


async def test_without_a_connection_nobody_waits(server: FakeManagerServer) -> None:
    async with linked(server) as link:
        await server.close()
        await until(lambda: not link.connected)
        assert await _outcome(link, "StopMixMonitor") is AmiDisconnected
        await server.open()
        await until(lambda: link.connected)
        assert await _outcome(link, "StopMixMonitor") is None


async def test_only_one_connection_comes_back_after_many_drops(server: FakeManagerServer) -> None:
    """A manager of panoramisk's that was dropped would connect again by itself, two seconds on."""
    async with linked(server) as link:
        for drops in range(1, 4):
            server.drop()
            await until(lambda drops=drops: server.connections == drops + 1 and link.connected)
        await asyncio.sleep(2.3)
        assert server.connections == 4


async def test_bytes_that_come_one_by_one_lose_nothing(server: FakeManagerServer) -> None:
    server.piecewise = True
    server.manager.refuse("Kein Kanal: 3 €, Größe 4")
    async with linked(server) as link:
        answer = await link.ask("StopMixMonitor", Channel="c1")
        assert answer.message == "Kein Kanal: 3 €, Größe 4"


async def test_a_wrong_password_is_no_connection(server: FakeManagerServer) -> None:
    async with linked(server, secret="wrong", up=False) as link:
        await until(lambda: server.connections >= 2)
        assert not link.connected


async def _outcome(link: AmiLink, action: str) -> type[Exception] | None:
    try:
        await link.ask(action, Channel="c1", File="f", Options="D")
    except (AmiDisconnected, AmiUntold) as error:
        return type(error)
    return None
