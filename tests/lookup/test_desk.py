"""Lookups over reloads: what is made of the same stays, anything else is made anew."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.clients import Client
from ccengine.config.lookup_files import LookupFiles
from ccengine.config.lookup_sources import (
    AppointmentCalendar,
    BreakerRules,
    CalendarQuery,
    Finding,
    HttpRequest,
    Lookup,
    SqlQuery,
)
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.lookups import FAILED, Question, Result
from ccengine.lookup.desk import LookupDesk
from ccengine.lookup.source import SourceFailed
from tests.config.tenants import DEMO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document

pytestmark = pytest.mark.virtual_time

LOOKUPS = {
    "customer": Lookup(http=HttpRequest(url="https://crm.example/{caller}", token="crm")),
    "order": Lookup(
        sql=SqlQuery(database="shop", query="order.sql"),
        retries=0,
        breaker=BreakerRules(failures=2, seconds=60),
    ),
    "visit": Lookup(calendar=CalendarQuery(calendar="visits", find=Finding.NEXT)),
}
CALENDARS = {"visits": AppointmentCalendar(file="visits.ics")}


@dataclass(eq=False)
class Made:
    """Whom a lookup asks, and what it was made of."""

    client: Client
    fails: bool
    seconds: float = 0.0
    closed: bool = False

    async def ask(self, _values: Mapping[str, Value]) -> Document | None:
        await asyncio.sleep(self.seconds)
        if self.closed or self.fails:
            raise SourceFailed("closed" if self.closed else "down")
        return {"state": "new"}

    def close(self) -> None:
        self.closed = True


@dataclass
class Scene:
    client: Client
    made: list[Made] = field(default_factory=list)
    secret: str | None = "one"
    fails: bool = False

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.desk = LookupDesk(loop.time, self._make, self._secrets)

    def _make(self, client: Client, _name: str, _lookup: Lookup) -> Made:
        self.made.append(Made(client, self.fails))
        return self.made[-1]

    def _secrets(self, _client: Client, lookup: Lookup) -> tuple[str, ...]:
        if self.secret is None:
            raise SourceFailed("missing")  # noqa: EM101
        return (self.secret,) if lookup.http else ()

    def reload(self, **changes: Any) -> None:
        self.client = replace(self.client, **changes)

    async def ask(self, name: str = "order") -> Result:
        return (await self.desk.ask(self.client, Question(name, {}))).result


@pytest.fixture
async def scene() -> Scene:
    tenant = load_configuration(DEMO).tenant
    assert tenant is not None
    client = tenant.clients[ClientId("nour")]
    settings = replace(client.settings, lookups=LOOKUPS, calendars=CALENDARS)
    return Scene(replace(client, settings=settings, lookup_files=files("SELECT 1")))


def files(statement: str) -> LookupFiles:
    return LookupFiles(statements={"order.sql": statement})


async def test_a_reload_that_leaves_it_alone_keeps_its_breaker(scene: Scene) -> None:
    scene.fails = True
    await scene.ask()
    scene.reload()
    await scene.ask()
    assert scene.desk.breakers() == {"nour/order": "open"}
    assert len(scene.made) == 1


async def test_another_statement_in_the_same_file_is_asked_from_then_on(scene: Scene) -> None:
    await scene.ask()
    scene.reload(lookup_files=files("SELECT 2 WHERE :number"))
    await scene.ask()
    assert [one.client for one in scene.made][-1] is scene.client
    assert len(scene.made) == 2


async def test_another_calendar_or_zone_is_looked_into_from_then_on(scene: Scene) -> None:
    await scene.ask("visit")
    other = {"visits": AppointmentCalendar(file="other.ics")}
    scene.reload(settings=replace(scene.client.settings, calendars=other))
    await scene.ask("visit")
    contract = scene.client.settings.contract
    assert contract is not None
    moved = replace(contract, zone="America/New_York")
    scene.reload(settings=replace(scene.client.settings, contract=moved))
    await scene.ask("visit")
    assert len(scene.made) == 3


async def test_another_secret_is_used_after_a_reload(scene: Scene) -> None:
    await scene.ask("customer")
    scene.secret = "two"
    scene.reload()
    assert await scene.ask("customer") is Result.FOUND
    assert len(scene.made) == 2
    scene.secret = None
    scene.reload()
    assert await scene.ask("customer") is Result.FAILED
    scene.secret = "two"
    assert await scene.ask("customer") is Result.FOUND  # as soon as it can be read


async def test_who_asks_while_it_is_reloaded_gets_the_answer(scene: Scene) -> None:
    await scene.ask()
    (old,) = scene.made
    old.seconds = 1.0
    asking = asyncio.get_running_loop().create_task(scene.ask())
    await asyncio.sleep(0.1)
    scene.reload(lookup_files=files("SELECT 2"))
    await scene.ask()
    assert await asking is Result.FOUND
    await asyncio.sleep(10)
    assert [one.closed for one in scene.made] == [True, False]


async def test_what_is_gone_is_let_go_of(scene: Scene) -> None:
    await scene.ask()
    scene.reload(settings=replace(scene.client.settings, lookups={}))
    assert await scene.desk.ask(scene.client, Question("order", {})) == FAILED
    assert scene.desk.breakers() == {}
    await asyncio.sleep(10)
    assert scene.made[0].closed
