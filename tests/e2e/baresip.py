"""A softphone that is not ours: baresip, told by its control socket what to do.

It says a tone, and answers, holds and transfers by its own buttons' code.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.phone import Account

MODULES = ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules")
STARTS_SECONDS = 10.0
CONFIG = """\
module_path {modules}
module g711.so
module ausine.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
audio_source ausine,{tone_hz}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate 48000
ausrc_channels 2
ctrl_tcp_listen 127.0.0.1:{port}
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
"""


def is_there() -> bool:
    """Tell whether baresip is installed."""
    return shutil.which("baresip") is not None


class Baresip:
    """One running baresip."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.told: list[dict[str, object]] = []  #: its events and answers

    async def listen(self) -> None:
        """Take in what it tells, until cancelled."""
        while True:
            length = await self._reader.readuntil(b":")
            text = await self._reader.readexactly(int(length[:-1]) + 1)
            self.told.append(json.loads(text[:-1]))

    def does(self, command: str, parameters: str = "") -> None:
        """Press one of its buttons."""
        text = json.dumps({"command": command, "params": parameters, "token": "t"}).encode()
        self._writer.write(f"{len(text)}:".encode() + text + b",")

    async def saw(self, kind: str, seconds: float = STARTS_SECONDS) -> None:
        """Wait until it has told an event."""
        await until(
            f"baresip tells {kind}: {self.told}",
            lambda: any(one.get("type") == kind for one in self.told),
            seconds=seconds,
        )


@asynccontextmanager
async def baresip(account: Account, tone_hz: int) -> AsyncIterator[Baresip]:
    """Run it with an account, registered."""
    with TemporaryDirectory() as name:
        port = _free_port()
        _configure(Path(name), account, tone_hz, port)
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", name, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            reader, writer = await _connected(port)
            phone = Baresip(reader, writer)
            try:
                async with asyncio.TaskGroup() as ears:
                    ear = ears.create_task(phone.listen())
                    yield phone
                    ear.cancel()
            finally:
                writer.close()
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _configure(folder: Path, account: Account, tone_hz: int, port: int) -> None:
    modules = next(path for path in MODULES if Path(path).exists())
    text = CONFIG.format(modules=modules, tone_hz=tone_hz, port=port)
    (folder / "config").write_text(text)
    address = f"{account.user}@{account.host}:{account.port}"
    how = f";auth_pass={account.password};regint=120"
    (folder / "accounts").write_text(f"<sip:{address}>{how}\n")


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(STARTS_SECONDS):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
