"""A payment program on this machine, and what is looked at when a card was typed."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
from aiohttp import web

from ccengine.config.secrets import api_token
from ccengine.core.events import CardEntryEnded, CardTalkResumed, RecordingResumed
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.engine_container import docker
from tests.e2e.waits import until
from tests.local_server import serving
from tests.traces import traces, traces_below

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from numpy.typing import NDArray

    from ccengine.core.events import Event
    from ccengine.core.ids import CallId
    from tests.e2e.people import Caller
    from tests.e2e.system import System

TOKEN = "tok_5e7a"
RATE = 8000


def id_of(caller: Caller) -> CallId:
    """Return the call's id: the engine knows it by now."""
    assert caller.call_id is not None
    return caller.call_id


def luhn(digits: str) -> str:
    """Put the check digit behind the digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"


@dataclass
class Counter:
    """Takes cards by HTTP."""

    seconds: float = 0.0  #: that an answer takes
    paid: list[tuple[dict[str, Any], str]] = field(default_factory=list)  #: body, key
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.paid.append((body, request.headers["Idempotency-Key"]))
        await asyncio.sleep(self.seconds)
        number = body["card"]["number"]
        answer = {
            "id": TOKEN,
            "status": "captured",
            "card": {"last4": number[-4:]},
            "echo": number,  # as no program should
        }
        return web.json_response(answer)


@asynccontextmanager
async def counter(system: System) -> AsyncIterator[Counter]:
    """Have dnipro's cards go to a program of ours for the block."""
    here = Counter()
    app = web.Application()
    app.router.add_post("/charges", here.take)
    async with serving(app) as here.port:
        keep = "{token: $.id, last4: $.card.last4, result: $.status}"
        url = f"http://127.0.0.1:{here.port}/charges"
        payment = f"payment: {{url: '{url}', keep: {keep}, approved: [captured]}}\nqueues:\n"
        async with configured(system, (DNIPRO, "queues:\n", payment)):
            yield here


def events(system: System, call: CallId, *kinds: type) -> list[Event]:
    """Return what the journal has of a call."""
    system.ledger.read()
    return [row.what for row in system.ledger.rows.get(call, []) if isinstance(row.what, kinds)]


async def together(system: System, call: CallId) -> None:
    """Wait until the two can talk again, and the recording goes on."""
    await until("they are together", lambda: bool(events(system, call, CardTalkResumed)))
    await until("it is recorded again", lambda: bool(events(system, call, RecordingResumed)))


async def ended(system: System, call: CallId, *, times: int = 1) -> CardEntryEnded:
    """Wait for the end of a card's taking."""
    await until(
        "the card's end", lambda: len(events(system, call, CardEntryEnded)) >= times, seconds=30
    )
    last = events(system, call, CardEntryEnded)[-1]
    assert isinstance(last, CardEntryEnded)
    return last


def raw_recording(system: System, path: str) -> NDArray[np.int16]:
    """Return what was recorded so far: left what the caller says, right what they hear."""
    sound = np.fromfile(system.paths.recordings / path, dtype="<i2")
    return sound[: len(sound) // 2 * 2].reshape(-1, 2)


async def told_of_channels(system: System) -> bytes:
    """Return all that Asterisk tells of its channels: variables, too."""
    listed = await system.ari("GET", "channels")
    told = [json.dumps(listed)]
    told += [await system.tell_asterisk(f"core show channel {one['name']}") for one in listed]
    return "\n".join(told).encode()


async def found_of(
    system: System, digits: str, caller: Caller, *more: tuple[str, bytes]
) -> list[str]:
    """Look for digits wherever they could have gone.

    Args:
        system: whose files, logs and answers.
        digits: to look for.
        caller: whose call it was.
        more: other contents, each with a name.
    """
    headers = {"Authorization": f"Bearer {api_token(system.paths)}"}
    contents = [*more]
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in (f"calls/{id_of(caller)}", f"calls/{id_of(caller)}/story", "calls", "agents"):
            async with session.get(f"{system.settings.api_url}/{path}") as response:
                contents.append((path, await response.read()))
    for part in ("engine", "asterisk"):
        name = f"{system.settings.project}-{part}"
        contents.append((f"log of {part}", await _log_of(name)))
    container = f"{system.settings.project}-asterisk"
    logs = await docker("exec", container, "sh", "-c", "cat /var/log/asterisk/* 2>/dev/null || :")
    contents.append(("Asterisk's files", logs))
    found = [one for name, content in contents for one in traces(name, content, digits)]
    found += await asyncio.to_thread(traces_below, system.paths.root, digits)
    return found


async def _log_of(container: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "docker",
        "logs",
        container,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return printed
