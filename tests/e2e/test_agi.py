"""Asterisk's dialplan asks the engine, and has its answers in variables."""

from __future__ import annotations

import asyncio
import re
from itertools import count
from typing import TYPE_CHECKING

import pytest

from ccengine.agi_routes.every import ROUTES
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

TRIES = count(1)
BURST = 200


async def asked(stage: Stage, route: str, *before: str) -> dict[str, str]:
    """Have a channel of Asterisk's ask; the variables it has afterwards.

    Args:
        stage: whose Asterisk.
        route: what for.
        before: steps of the dialplan before it asks.
    """
    mark = f"AGITEST{next(TRIES)}"
    names = ["CC_STATUS", "CC_REASON", *(ROUTES[route.partition("/")[0]].sets)]
    shown = "|".join(f"{name}=${{{name}}}" for name in names)
    steps = (
        *before,
        f"Gosub(ask-engine,s,1({route}))",
        f"Set(GLOBAL({mark})={shown}|.)",
    )
    tell = stage.system.tell_asterisk
    for number, step in enumerate(steps, start=1):
        await tell(f"dialplan add extension {mark},{number},{step} into agi-test")
    await tell(f"channel originate Local/{mark}@agi-test application Wait 0")
    found: list[str] = []

    async def is_there() -> bool:
        found[:] = re.findall(rf"^\s*{mark}=(.*)\|\.$", await tell("dialplan show globals"), re.M)
        return bool(found)

    await until_seen(f"answer to {route}", is_there)
    return dict(one.split("=", 1) for one in found[0].split("|"))


async def test_a_dialplan_is_answered_in_variables(stage: Stage) -> None:
    async with stage:
        state = await asked(stage, "queue-state/nour/billing")
        assert (state["CC_STATUS"], state["CC_REASON"]) == ("ok", "")
        assert (state["CC_WAITING"], state["CC_OLDEST_SECONDS"]) == ("0", "0")
        hours = await asked(stage, "hours/nour/always")
        assert (hours["CC_OPEN"], hours["CC_OPEN_ZONE"]) == ("1", "Asia/Dubai")
        assert (await asked(stage, "hours/nour/never"))["CC_OPEN"] == "0"
        assert (await asked(stage, "closed/600100"))["CC_CLOSED"] == "0"
        assert (await asked(stage, "advice/nour/billing"))["CC_ADVICE"] == "enter"


async def test_what_cannot_be_answered_is_told(stage: Stage) -> None:
    async with stage:
        unknown = await asked(stage, "queue-state/nour/nothing")
        assert (unknown["CC_STATUS"], unknown["CC_REASON"]) == ("unknown", "queue")
        refused = await asked(stage, "callback/nour/billing")
        assert refused["CC_STATUS"] == "refused"


@pytest.mark.parametrize(
    "name", ["x\\nSET VARIABLE CC_VIP 1", 'quote " and \\\\', "${SHELL(id)}", "عميل"]
)
async def test_a_hostile_name_changes_nothing(stage: Stage, name: str) -> None:
    async with stage:
        found = await asked(
            stage, "caller/nour", "Set(CALLERID(num)=+971501234567)", f"Set(CALLERID(name)={name})"
        )
        assert (found["CC_STATUS"], found["CC_VIP"]) == ("ok", "0")
        assert found["CC_CALLER"] == "+971501234567"


async def test_without_an_engine_the_dialplan_goes_on(stage: Stage) -> None:
    async with stage:
        await stage.system.engine.stop()
        try:
            found = await asked(stage, "queue-state/nour/billing")
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
        assert (found["CC_STATUS"], found["CC_REASON"]) == ("busy", "no engine")


async def test_probes_of_the_port_harm_nobody(stage: Stage) -> None:
    async with stage:
        port = stage.system.settings.agi_port
        for _ in range(BURST):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
        assert (await asked(stage, "hours/nour/always"))["CC_STATUS"] == "ok"
