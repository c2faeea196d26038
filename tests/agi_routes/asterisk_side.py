"""What Asterisk does with a FastAGI server, on a real socket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ccengine.asterisk.agi.protocol import header_block
from ccengine.asterisk.agi.script import ScriptReplies

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

UNIQUE = "1763816460.42"


def block(route: str, *, caller: str = "+971501234567", **headers: str) -> bytes:
    """Return what Asterisk begins with, for `AGI(agi://host/ROUTE)`."""
    return header_block(
        {
            "agi_network": "yes",
            "agi_network_script": route,
            "agi_uniqueid": UNIQUE,
            "agi_callerid": caller,
            "agi_extension": "600100",
            **headers,
        }
    )


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect to the server, and leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, given: bytes
) -> dict[str, str]:
    """Ask, answer commands as Asterisk does until the server leaves; the variables it set."""
    replies = ScriptReplies({})
    writer.write(given)
    while line := await reader.readline():
        writer.write(replies.reply(line))
    return replies.variables


async def ask(port: int, route: str, **headers: str) -> dict[str, str]:
    """Return the variables that a dialplan has after it asked."""
    async with connected(port) as (reader, writer):
        return await converse(reader, writer, block(route, **headers))
