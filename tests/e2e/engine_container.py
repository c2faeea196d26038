"""The engine's container, to be killed, stopped and started while calls go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from pathlib import Path


class DockerFailed(Exception):
    """Docker refused; its own words."""


async def docker(*arguments: str) -> bytes:
    """Run a Docker command and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        "docker", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    printed, complaint = await process.communicate()
    if process.returncode:
        message = f"docker {' '.join(arguments)}: {complaint.decode().strip()}"
        raise DockerFailed(message)
    return printed


class EngineContainer:
    """Kills the process itself: `docker kill` would switch the restart policy off."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def kill(self) -> None:
        """Kill -9 the engine itself: below the container's init it is the only process."""
        before = await self.started_at()
        await docker("exec", self.name, "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)")
        await until_seen("Docker starts it again", lambda: self._has_started_since(before))

    async def kill_for_good(self) -> None:
        """Kill -9 it, and have it stay away until it is started."""
        await docker("kill", self.name)

    async def recogniser(self) -> int | None:
        """Return the id, in the container, of the process that listens to callers, if it runs."""
        # The bracket keeps the search from finding itself.
        find = "grep -sl '[r]ecogniser_engine' /proc/[0-9]*/cmdline || true"
        found = (await docker("exec", self.name, "sh", "-c", find)).decode().split()
        return int(found[0].split("/")[2]) if found else None

    async def kill_process(self, process: int) -> None:
        """Kill -9 one process in the container."""
        await docker("exec", self.name, "sh", "-c", f"kill -9 {process}")

    async def command(self, *arguments: str) -> bytes:
        """Give a command to the engine's command line, and return what it printed."""
        return await docker("exec", self.name, "ccengine", *arguments)

    async def reload(self) -> None:
        """Have it read its configuration again."""
        await docker("exec", self.name, "sh", "-c", "kill -HUP $(cat /proc/1/task/1/children)")

    async def stop(self) -> None:
        """Have it leave by SIGTERM, and stay away."""
        await docker("stop", "--time", "15", self.name)

    async def start(self) -> None:
        """Start it again."""
        await docker("start", self.name)

    async def started_at(self) -> str:
        """When the container was started last, as Docker writes it."""
        return (await self._inspect("{{.State.StartedAt}}")).strip()

    async def _has_started_since(self, before: str) -> bool:
        return await self.started_at() != before

    async def _inspect(self, what: str) -> str:
        return (await docker("inspect", "--format", what, self.name)).decode()


async def sound_of_image(container: str, name: str, language: str, folder: Path) -> Path:
    """Return a copy of a prompt that is part of Asterisk's image."""
    path = f"/usr/share/asterisk/sounds/{language}/ccengine/{name}.wav"
    copy = folder / f"{language}-{name}.wav"
    if not copy.exists():
        copy.write_bytes(await docker("exec", container, "cat", path))
    return copy
