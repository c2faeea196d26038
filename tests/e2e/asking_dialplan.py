"""A dialplan of one's own, as an admin writes it, that asks the engine; and what it was told."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ccengine.agi_routes.every import ROUTES
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from tests.e2e.system import System

FILE = "extensions.conf"  # of what is by hand
CONTEXT = "asks"


def extension(name: str, *steps: str) -> str:
    """Write an extension."""
    first, *others = steps
    rest = "".join(f" same => n,{step}\n" for step in others)
    return f"exten => {name},1,{first}\n{rest}"


def keeping(mark: str, route: str) -> str:
    """Write the step that keeps what a route of this name sets, for `kept`."""
    names = ("CC_STATUS", "CC_REASON", *ROUTES[route].sets)
    shown = "|".join(f"{name}=${{{name}}}" for name in names)
    return f"Set(GLOBAL({mark})={shown}|.)"


@asynccontextmanager
async def dialplan(system: System, text: str) -> AsyncIterator[None]:
    """Have Asterisk run this beside its own for the block."""
    file = system.paths.asterisk_local / FILE
    before = file.read_text() if file.exists() else ""  # another suite's, as an admin's own
    try:
        file.write_text(f"{before}\n{text}")
        file.chmod(0o644)
        await system.tell_asterisk("module reload pbx_config.so")
        yield
    finally:
        file.write_text(before)
        await system.tell_asterisk("module reload pbx_config.so")


async def kept(system: System, mark: str) -> dict[str, str]:
    """Wait for what an asking of this mark was told, and forget it."""
    found: list[str] = []

    async def is_there() -> bool:
        told = await system.tell_asterisk("dialplan show globals")
        found[:] = re.findall(rf"^\s*{mark}=(.*)\|\.$", told, re.M)
        return bool(found)

    await until_seen(f"the answer {mark}", is_there)
    await system.tell_asterisk(f"dialplan set global {mark} told")
    return dict(one.split("=", 1) for one in found[0].split("|"))


async def answers(system: System, routes: Iterable[str]) -> list[dict[str, str]]:
    """Ask for these routes, one after the other, by a channel of Asterisk's own."""
    asked = list(routes)
    marks = [f"ASKED{number}" for number in range(len(asked))]
    extensions = [
        extension(
            mark, f"Gosub(ask-engine,s,1({route}))", keeping(mark, re.split("[/?]", route)[0])
        )
        for mark, route in zip(marks, asked, strict=True)
    ]
    told = []
    async with dialplan(system, f"[{CONTEXT}]\n{''.join(extensions)}"):
        for mark in marks:
            ask = f"channel originate Local/{mark}@{CONTEXT} application Wait 0"
            await system.tell_asterisk(ask)
            told.append(await kept(system, mark))
    return told
