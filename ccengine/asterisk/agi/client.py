"""Asks an AGI script behind a FastAGI server as Asterisk does, and collects what it sets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.agi.protocol import LINE_BYTES, AgiError, header_block
from ccengine.asterisk.agi.script import ScriptReplies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_COMMANDS: Final = 500
"""Of one script: one that asks for ever is no answer."""


async def ask_script(
    address: tuple[str, int], script: str, values: Mapping[str, str], arguments: Sequence[str]
) -> Mapping[str, str]:
    """Return the variables that a script has set when it is done. Whoever asks has a deadline.

    Args:
        address: of the FastAGI server: host and port.
        script: what comes behind the host in `agi://host/script`.
        values: what it may ask for by GET VARIABLE, by their names.
        arguments: as behind the address in a dialplan.

    Raises:
        OSError: nobody listens, or the connection broke.
        AgiError: it does not keep to the protocol.
        Unsayable: an argument has no spelling.
    """
    host, port = address
    block = header_block(_headers(host, port, script, values), arguments)
    reader, writer = await asyncio.open_connection(host, port, limit=LINE_BYTES + 1)
    try:
        writer.write(block)
        replies = ScriptReplies(values)
        for _ in range(MOST_COMMANDS):
            line = await _line(reader)
            if not line:
                return replies.variables
            writer.write(replies.reply(line))
            await writer.drain()
        message = "command: too many"
        raise AgiError(message)
    finally:
        writer.transport.abort()  # nothing is left to be said, and nobody waits for it


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        message = "command: too long"
        raise AgiError(message) from None


def _headers(host: str, port: int, script: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return what Asterisk's res_agi sends (setup_env), of a call without a channel."""
    caller = values.get("caller", "") or "unknown"
    return {
        "agi_network": "yes",
        "agi_network_script": script,
        "agi_request": f"agi://{host}:{port}/{script}",
        "agi_channel": "ccengine/lookup",
        "agi_language": values.get("language", "") or "en",
        "agi_type": "ccengine",
        "agi_uniqueid": "",
        "agi_version": "ccengine",
        "agi_callerid": caller,
        "agi_calleridname": "unknown",
        "agi_dnid": values.get("called", "") or "unknown",
        "agi_rdnis": "unknown",
        "agi_context": "ccengine",
        "agi_extension": values.get("called", "") or "s",
        "agi_priority": "1",
        "agi_enhanced": "0.0",
        "agi_accountcode": "",
    }
