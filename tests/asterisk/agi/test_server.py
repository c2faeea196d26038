"""The FastAGI server bears with whatever connects to it."""

from __future__ import annotations

import asyncio
import resource
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from ccengine.asterisk.agi.answers import Answer, Status, plain
from ccengine.asterisk.agi.server import AgiLimits, AgiServer
from tests.agi_routes.asterisk_side import ask, block, connected, converse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccengine.asterisk.agi.protocol import Request

WELL = {"CC_ECHO": "queue-state", "CC_REASON": "", "CC_STATUS": "ok"}


class Echo:
    """Answers with what was asked, when it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.asked = 0

    async def __call__(self, request: Request) -> Answer:
        self.asked += 1
        await self.may.wait()
        route = request.route().segments[0]
        if route == "fault":
            message = "a bug"
            raise RuntimeError(message)
        return Answer(Status.OK, {"CC_ECHO": route}, route="echo")


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def server(echo: Echo) -> AsyncIterator[AgiServer]:
    limits = AgiLimits(connections=250, header_seconds=0.3, total_seconds=1.5)
    async with AgiServer(echo, 0, limits) as server:
        yield server


@pytest.fixture
def logs() -> Any:
    with capture_logs() as logs:
        yield logs


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came to that")


async def served(server: AgiServer) -> None:
    """Wait until nobody is served any more, then have a good request answered."""
    async with asyncio.timeout(5):
        await until(lambda: not server._open)
    assert await ask(server.port, "queue-state") == WELL


async def test_a_request_is_answered_and_logged_once(server: AgiServer, logs: Any) -> None:
    assert await ask(server.port, "queue-state") == WELL
    await served(server)
    line = logs[0]
    assert (line["event"], line["route"], line["outcome"]) == ("agi_request", "echo", "ok")
    assert line["call_id"] == "1763816460-42"
    assert line["ms"] >= 0
    assert len(logs) == 2


async def test_a_thousand_who_connect_and_close(server: AgiServer, logs: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for _ in range(1_000):
        async with connected(server.port):
            pass
    await served(server)
    assert [one["event"] for one in logs] == ["agi_request"]
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    await asyncio.sleep(0.3)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before - spent
    assert idle < 0.2, "it loops over what is closed"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (block("queue-state")[:40], "late"),
        (block("queue-state")[:-1], "late"),
        (b"agi_network: yes\n" * 2, "malformed"),
        (b"GET / HTTP/1.1\r\n\r\n", "malformed"),
        (b"\n", "malformed"),
        (b"x" * 1_000_000, "malformed"),
        (b"agi_x: " + b"x" * 1_000_000 + b"\n", "malformed"),
        (b"".join(b"agi_arg_%d: xxxx\n" % one for one in range(70_000)), "malformed"),
        (block("queue-state") + b"HANGUP\n", "gone"),
        (block("queue-state") + b"511 Command Not Permitted on a dead channel\n", "gone"),
        (block("queue-state") + b"200 result=-1\n", "gone"),
        (block("queue-state") + b"nonsense\n", "malformed"),
        (block("queue-state") + b"520-and so on\n" * 3, "late"),
        (block("queue-state"), "late"),
        (block("fault"), "failed"),
    ],
)
async def test_what_no_asterisk_sends_harms_nobody(
    server: AgiServer, logs: Any, given: bytes, outcome: str
) -> None:
    async with connected(server.port) as (reader, writer):
        writer.write(given)
        async with asyncio.timeout(3):
            try:
                while await reader.read(65_536):
                    pass
            except ConnectionError:
                pass  # what it did not read is thrown back
    await served(server)
    assert next(one["outcome"] for one in logs if one["event"] == "agi_request") == outcome
    assert not any("xxxx" in str(one) for one in logs)


async def test_a_header_has_less_time_than_the_whole(echo: Echo, logs: Any) -> None:
    limits = AgiLimits(header_seconds=0.1, total_seconds=60)
    async with AgiServer(echo, 0, limits) as server, connected(server.port) as (reader, writer):
        writer.write(block("queue-state")[:40])
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        await until(lambda: bool(logs))
    assert logs[0]["outcome"] == "late"


@pytest.mark.parametrize("cut", [1, 17, 60, len(block("queue-state")) - 1])
async def test_half_a_header_and_gone(server: AgiServer, logs: Any, cut: int) -> None:
    async with connected(server.port) as (_, writer):
        writer.write(block("queue-state")[:cut])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    await served(server)
    assert [one["outcome"] for one in logs] == ["lost", "ok"]


async def test_two_hundred_at_once(server: AgiServer, echo: Echo) -> None:
    echo.may.clear()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(server.port, "queue-state")) for _ in range(200)]
        async with asyncio.timeout(10):
            await until(lambda: echo.asked == 200)
        echo.may.set()
    assert [one.result() for one in asked] == [WELL] * 200
    await served(server)


async def test_too_many_are_told_so_and_far_too_many_are_not(echo: Echo, logs: Any) -> None:
    echo.may.clear()
    limits = AgiLimits(connections=2, total_seconds=5)
    async with AgiServer(echo, 0, limits) as server, asyncio.TaskGroup() as group:
        first = [group.create_task(ask(server.port, "queue-state")) for _ in range(2)]
        await until(lambda: echo.asked == 2)
        async with connected(server.port) as (reader, writer):
            busy = await converse(reader, writer, block("queue-state"))
        assert busy == {"CC_REASON": "too many ask", "CC_STATUS": "busy"}
        async with connected(server.port), connected(server.port):
            await asyncio.sleep(0.05)
            async with connected(server.port) as (reader, _):
                assert await reader.read() == b""
        echo.may.set()
    assert [one.result() for one in first] == [WELL] * 2
    assert "agi_turned_away" in [one["event"] for one in logs]


async def test_who_is_being_answered_when_the_engine_leaves_is_let_go(echo: Echo) -> None:
    echo.may.clear()
    async with asyncio.timeout(3), asyncio.TaskGroup() as group, AgiServer(echo, 0) as server:
        asked = group.create_task(ask(server.port, "queue-state"))
        await until(lambda: echo.asked == 1)
    assert asked.result() == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('") & SHELL(rm -rf /) "', "SHELL rm -rf /"),
        ("${CC_X}${EVAL(x)}", "CC_X   EVAL x"),
        ("a\nb\r\x00c", "a b  c"),
        ("Día de la Hispanidad, 12", "Día de la Hispanidad  12"),
        ("عيد الفطر", "عيد الفطر"),
        ("x" * 1_000, "x" * 200),
    ],
)
def test_no_value_changes_an_expression(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert dict(Answer(Status.OK, {"CC_X": text}).settings())["CC_X"] == shown
