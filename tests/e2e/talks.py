"""A caller, an agent and a colleague: the beginning of each test of what agents do with calls."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ccengine.core.events import AgentDialled
from tests.e2e.people import hear_each_other
from tests.e2e.waits import until

if TYPE_CHECKING:
    from ccengine.phone import Call
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage


def now() -> float:
    return asyncio.get_running_loop().time()


class Talk(NamedTuple):
    """Olena talks with a caller; taras is free."""

    caller: Caller
    olena: Agent
    taras: Agent
    call: Call  #: olena's


async def talking(stage: Stage) -> Talk:
    """Bring them on; olena and the caller hear each other."""
    olena = await stage.agent("olena")
    caller = await stage.caller("600201")
    call = await olena.answers()
    await hear_each_other(caller, olena, call)
    return Talk(caller, olena, await stage.agent("taras"), call)


async def hears(call: Call, tone_hz: int, *, since: float, share: float = 0.5) -> None:
    """Wait for a tone; AssertionError when it is not heard."""
    try:
        await call.heard.wait_for_tone(tone_hz, since=since, timeout_seconds=5, share=share)
    except TimeoutError:
        packets = call.heard.packets(since)
        silent = call.heard.silence(since or None, None)
        message = f"{tone_hz} Hz not heard: {len(packets)} packets, {silent:.2f} of them silent"
        raise AssertionError(message) from None


def conversations(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the agents' parts of a call, from its record."""
    told: list[dict[str, Any]] = json.loads(record["conversations"])
    return told


async def dialled_record(stage: Stage, number: str) -> dict[str, Any]:
    """Wait for the record of the last call that an agent made to a number."""

    def found() -> dict[str, Any] | None:
        stage.system.ledger.read()
        for call, told in reversed(stage.system.ledger.rows.items()):
            dialled = told[0].what
            if isinstance(dialled, AgentDialled) and dialled.number == number:
                records = stage.system.records([call])  # not yet: an earlier one is another call's
                return records[0] if records else None
        return None

    return await until(f"a record of the call to {number}", found)
