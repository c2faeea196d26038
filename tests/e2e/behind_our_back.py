"""What somebody else does at Asterisk's manager, unknown to the engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.app import ENGINE_USER
from ccengine.config.secrets import ami_password

if TYPE_CHECKING:
    from tests.e2e.system import System


async def ask_manager(system: System, action: str, **values: str) -> str:
    """Do one action on a connection of one's own; what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", system.settings.ami_port)
    try:
        await reader.readline()
        password = ami_password(system.paths)
        login = {"Username": ENGINE_USER, "Secret": password, "Events": "off"}
        for name, fields in (("Login", login), (action, values)):
            lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in fields.items())]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode()
            assert answer.startswith("Response: Success"), answer
    finally:
        writer.close()
    return answer


async def end_recording(system: System, channel: str) -> None:
    """Let nothing record a channel any more."""
    await ask_manager(system, "StopMixMonitor", Channel=channel)


async def mute_recording(system: System, channel: str, side: str, *, muted: bool = True) -> None:
    """Let one side of a recording be silent: `read` is what the channel says."""
    state = "1" if muted else "0"
    await ask_manager(system, "MixMonitorMute", Channel=channel, Direction=side, State=state)
