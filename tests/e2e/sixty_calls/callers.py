"""SIPp as the callers: one process, which knows from a list who calls when."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.inbound.load import Sipp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from ccengine.phone import Account
    from tests.e2e.sixty_calls.day import ComingCall

SCENARIO = Path(__file__).parent / "caller.xml"
HURRY_SECONDS = 2.5
PATIENCE_SECONDS = 40.0
AT_ONCE = 100  #: lines of the list begun per second; each then waits for its own time


@asynccontextmanager
async def calling(
    account: Account, calls: Sequence[ComingCall], shown: Sequence[str], folder: Path
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Have these calls made; gives what waits until the last one is over.

    Args:
        account: of all callers.
        calls: to be made.
        shown: the caller id of each.
        folder: for SIPp's files.
    """
    text = SCENARIO.read_text()
    for name, value in {
        "user": account.user,
        "password": account.password,
        "hurry": f"{HURRY_SECONDS * 1000:.0f}",
        "patience": f"{PATIENCE_SECONDS * 1000:.0f}",
    }.items():
        text = text.replace(f"@{name}@", value)
    scenario = folder / SCENARIO.name
    scenario.write_text(text)
    lines = [
        f"{call.number};{caller};{call.after_seconds * 1000:.0f};{call.is_hurried:d};\n"
        for call, caller in zip(calls, shown, strict=True)
    ]
    (folder / "callers.csv").write_text("".join(["SEQUENTIAL\n", *lines]))
    count = str(len(calls))
    options = [
        *("-inf", str(folder / "callers.csv"), "-m", count, "-l", count, "-r", str(AT_ONCE)),
        *("-rtp_echo", f"{account.host}:{account.port}"),
    ]
    port, sound_port = free_ports()
    with Sipp(scenario, port=port, sound_port=sound_port, options=options) as sipp:

        async def through() -> None:
            seconds = calls[-1].after_seconds + PATIENCE_SECONDS
            ended = await asyncio.to_thread(sipp.wait, seconds)
            assert ended, f"SIPp still calls after {seconds:g} s: {_errors(scenario)}"
            assert sipp.exit_code == 0, f"calls failed: {_errors(scenario)}"

        yield through


def free_ports() -> tuple[int, int]:
    """Return two ports nobody has, for SIP and for sound."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound,
    ):
        sip.bind(("127.0.0.1", 0))
        sound.bind(("127.0.0.1", 0))
        return sip.getsockname()[1], sound.getsockname()[1]


def _errors(scenario: Path) -> str:
    errors = Path(f"{scenario}.errors")
    return errors.read_text()[-2000:] if errors.exists() else "no errors written"
