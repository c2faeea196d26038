"""Who is a VIP and who is blocked, by the lookup that the client names."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.agi_routes.known_callers import KnownByLookup
from ccengine.agi_routes.route import Regard
from ccengine.assembly.lookups import open_lookups
from ccengine.config.lookup_sources import KnownCallers
from ccengine.config.settings import StatePaths
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.lookups import FAILED, Answer, Result
from tests.config.tenants import copy_of_demo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccengine.config.clients import Client
    from ccengine.config.tenant import Tenant
    from ccengine.ivr.lookups import Lookups, Question

pytestmark = pytest.mark.virtual_time

DNIPRO = ClientId("dnipro")
BLOCKED, VIP = "380440000666", "+380671110001"


class Scripted:
    """Answers at once, or after so many seconds."""

    def __init__(self, answer: Answer, after: float = 0.0) -> None:
        self._answer = answer
        self._after = after
        self.asked: list[Question] = []

    async def ask(self, _client: Client, question: Question) -> Answer:
        self.asked.append(question)
        await asyncio.sleep(self._after)
        return self._answer

    def breakers(self) -> Mapping[str, str]:
        return {}


@pytest.fixture
def demo(tmp_path: Path) -> Tenant:
    tenant = load_configuration(copy_of_demo(tmp_path)).tenant
    assert tenant is not None
    return tenant


def known(demo: Tenant, lookups: Lookups, rules: KnownCallers | None) -> KnownByLookup:
    """Return who knows, by these rules of Dnipro's."""
    dnipro = demo.clients[DNIPRO]
    client = replace(dnipro, settings=replace(dnipro.settings, known_callers=rules))
    tenant = replace(demo, clients={**demo.clients, DNIPRO: client})
    return KnownByLookup(lookups, lambda: tenant)


@pytest.mark.parametrize(
    ("caller", "regard"),
    [
        (BLOCKED, Regard(blocked=True)),
        (f"+{BLOCKED}", Regard(blocked=True)),
        (VIP, Regard(vip=True)),
        ("380501234567", Regard()),
        ("", Regard()),
    ],
)
async def test_the_demos_table_knows_some(
    tmp_path: Path, demo: Tenant, caller: str, regard: Regard
) -> None:
    async with AsyncExitStack() as stack:
        lookups = open_lookups(StatePaths(tmp_path), stack)
        tables = KnownByLookup(lookups, lambda: demo)
        assert await tables.regard(DNIPRO, caller) == regard
        assert await tables.regard(ClientId("nour"), caller) == Regard()
        assert await tables.regard(ClientId("nobody"), caller) == Regard()


async def test_what_the_answer_says_is_compared_with_the_clients_words(demo: Tenant) -> None:
    rules = KnownCallers(lookup="callers", value="level", vip=("gold", "platinum"))
    found = Scripted(Answer(Result.FOUND, {"level": " Gold", "kind": "blocked"}))
    assert await known(demo, found, rules).regard(DNIPRO, VIP) == Regard(vip=True)
    (question,) = found.asked
    assert (question.name, dict(question.values)) == (
        "callers",
        {"caller": VIP, "client": "dnipro"},
    )


async def test_nobody_is_waited_for_longer_than_a_second(demo: Tenant) -> None:
    rules = KnownCallers(lookup="callers")
    vip = Answer(Result.FOUND, {"kind": "vip"})
    began = asyncio.get_running_loop().time()
    assert await known(demo, Scripted(vip, after=5.0), rules).regard(DNIPRO, VIP) == Regard()
    assert asyncio.get_running_loop().time() - began == pytest.approx(1.0)
    assert await known(demo, Scripted(FAILED), rules).regard(DNIPRO, VIP) == Regard()


async def test_nobody_is_asked_of_who_hides_or_where_no_lookup_is_named(demo: Tenant) -> None:
    vip = Scripted(Answer(Result.FOUND, {"kind": "vip"}))
    assert await known(demo, vip, None).regard(DNIPRO, VIP) == Regard()
    assert await known(demo, vip, KnownCallers(lookup="callers")).regard(DNIPRO, "") == Regard()
    assert not vip.asked
