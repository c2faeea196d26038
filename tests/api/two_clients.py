"""Houses alike but for one client's work: full of it in one, none in the other."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from ccengine.api.roles import Role
from tests.api.house import CALLERS, House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

OWN, OTHER = "dnipro", "nour"
WORKS_FOR: Final = {OWN: "olena", OTHER: "amira"}
ROLES: Final = [Role.SUPERVISOR, Role.QUALITY, Role.BILLING, Role.CLIENT, Role.AGENT]
BEGIN: Final = 1_010.0
END_SECONDS: Final = 450.0
OTHERS_WORDS: Final = ("nour-", "nour/", '"nour"', "amira", *CALLERS[OTHER])


@dataclass
class World:
    """A house, and the token of one role of client dnipro."""

    here: House
    token: str
    client: aiohttp.ClientSession

    async def answer(self, method: str, path: str, options: dict[str, Any]) -> tuple[int, bytes]:
        """Return status and body."""
        async with self.client.request(method, path, **options) as response:
            return response.status, await response.read()


def work(here: House, *clients: str) -> None:
    """Have a day of some clients; each thing happens at a time of its own, whoever else works."""
    steps: list[tuple[float, Callable[[House, str], object]]] = [
        (0, lambda house, client: house.log_in(WORKS_FOR[client])),
        (100, lambda house, client: house.work_through(client)),
        (300, _begin_calls),
    ]
    for (second, step), (place, client) in product(steps, enumerate((OTHER, OWN))):
        if client in clients:
            here.shift.wait(BEGIN + second + 50 * place - here.shift.now)
            step(here, client)
    here.shift.wait(BEGIN + END_SECONDS - here.shift.now)


def _begin_calls(here: House, client: str) -> None:
    here.talk(f"{client}-talks", f"{client}/billing")
    here.call(f"{client}-waits", f"{client}/billing")
    for number in range(3):
        here.shift.hang_up(here.call(f"{client}-gone{number}", f"{client}/technical"))


@asynccontextmanager
async def world(folder: Path, role: Role, *clients: str) -> AsyncIterator[World]:
    """Open a house in which some clients work."""
    async with house(folder) as here:
        token = await token_of(here, role)
        work(here, *clients)
        await here.keep_records()
        async with here.client(token) as client:
            yield World(here, token, client)


async def token_of(here: House, role: Role) -> str:
    """Make a token of client dnipro."""
    if role is Role.AGENT:
        return await here.token("own", role, agent=WORKS_FOR[OWN])
    return await here.token("own", role, clients=(OWN,))
