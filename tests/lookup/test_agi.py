"""An AGI script that already exists, asked as Asterisk asks it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.agi.client import ask_script
from ccengine.config.lookup_sources import AgiScript
from ccengine.lookup.agi import AgiSource
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def script(serve: Serve, *arguments: str) -> AsyncIterator[AgiSource]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    one = AgiScript(host="127.0.0.1", port=port, script="lookup.agi", arguments=arguments)
    try:
        yield AgiSource(one, ask_script)
    finally:
        server.close()


async def head(reader: asyncio.StreamReader) -> dict[str, str]:
    found = {}
    while (line := (await reader.readline()).decode().rstrip("\n")) != "":
        name, _, value = line.partition(": ")
        found[name] = value
    return found


async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> str:
    writer.write(command.encode() + b"\n")
    return (await reader.readline()).decode().rstrip("\n")


async def test_what_it_sets_is_its_answer() -> None:
    said: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        given = await head(reader)
        said.extend([given["agi_network_script"], given["agi_callerid"], given["agi_arg_1"]])
        said.append(await told(reader, writer, "GET VARIABLE order"))
        said.append(await told(reader, writer, "GET VARIABLE none"))
        said.append(await told(reader, writer, "STREAM FILE hello #"))
        said.append(await told(reader, writer, 'SET VARIABLE STATE "sent \\"today\\""'))
        said.append(await told(reader, writer, "SET VARIABLE total 12.5"))

    async with script(serve, "order-{order}") as source:
        found = await source.ask({"order": Decimal(4711), "caller": "380441"})
    assert found == {"STATE": 'sent "today"', "total": "12.5"}
    assert said[:5] == ["lookup.agi", "380441", "order-4711", "200 result=1 (4711)", "200 result=0"]
    assert said[5].startswith("510 ")
    assert said[6:] == ["200 result=1", "200 result=1"]


async def test_a_script_that_sets_nothing_knows_of_none() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        await told(reader, writer, "NOOP")

    async with script(serve) as source:
        assert await source.ask({"caller": ""}) is None


async def chatters(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await told(reader, writer, "NOOP"):
        pass


async def test_rubbish_a_flood_and_one_that_never_ends() -> None:
    async def rubbish(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\xfe\n")
        await writer.drain()

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _number in range(1000):
            writer.write(b"x" * 10_000)
            await writer.drain()

    for serve in (rubbish, flood, chatters):
        async with script(serve) as source:
            with pytest.raises(SourceFailed):
                await source.ask({"caller": "1"})


async def test_a_server_that_is_gone() -> None:
    async with script(chatters) as source:
        pass
    with pytest.raises(SourceFailed) as failed:
        await source.ask({"caller": "1"})
    assert not failed.value.hopeless


async def test_a_value_smuggles_no_line_in() -> None:
    seen: list[dict[str, str]] = []

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        seen.append(await head(reader))

    async with script(serve, "{caller}") as source:
        with pytest.raises(SourceFailed):
            await source.ask({"caller": "1\nagi_type: SIP"})
    assert seen == []


async def test_who_hangs_leaves_the_caller_their_deadline() -> None:
    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with script(serve) as source:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await source.ask({"caller": "1"})
