"""The live feed and webhooks on the engine itself, as `app.py` puts them together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.api.identity import Identity
from ccengine.api.roles import Role
from ccengine.assembly.feed import live_feed, webhooks
from ccengine.clock import Clock
from ccengine.config.secrets import generate
from ccengine.config.settings import StatePaths
from ccengine.config.state_folder import lay_out
from ccengine.config.webhooks import Webhook
from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.ids import AgentId, ClientId, PhoneId, TenantId
from ccengine.engine import Engine
from ccengine.storage.journal import Journal
from ccengine.storage.webhooks import HookKey
from tests.api.house import House, house
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from pathlib import Path

BOSS = Identity(name="boss", role=Role.ADMIN)
AMIRA = AgentId("amira")


def open_engine(here: House, folder: Path) -> tuple[Engine, Journal]:
    loop = asyncio.get_running_loop()
    journal = Journal.open(folder / "other.sqlite", tenant=TenantId("demo"), node=NODE)
    engine = Engine(ContactCenter(), journal, Clock(loop.time, anchor=1_000.0), loop)
    engine.post(events.PlanLoaded(plan=here.tenant.plan(1_000.0)))
    engine.post(events.SwitchResynced(node=NODE))
    return engine, journal


async def test_a_snapshot_is_never_ahead_of_the_journal(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        engine, journal = open_engine(here, tmp_path)
        floor = replace(here.ports.floor, center=engine.center, now=engine.clock.now)
        feed = live_feed(engine, journal, replace(here.ports, floor=floor), NODE)
        hub = feed.hub
        before = hub.upto()
        listener = hub.join(BOSS, before)
        assert listener is not None
        engine.post(events.AgentLoggedIn(agent=AMIRA, phone=PhoneId("201")))  # not written yet
        snapshot = hub.snapshot(BOSS)
        assert snapshot.upto == journal.last_number > before
        assert b'"agent":"amira","state":"available"' in snapshot.data
        async with asyncio.timeout(2):
            frame = await listener.next()
        assert frame.since >= before
        assert frame.upto == journal.last_number == list(journal.rows())[-1].number
        assert b'"state":"available"' in frame.data
        engine.leave()
        journal.close()


async def test_webhooks_begin_with_what_happens_from_now_on(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        engine, journal = open_engine(here, tmp_path)
        nour = here.tenant.clients[ClientId("nour")]
        hook = Webhook(url="https://crm.invalid/")
        settings = replace(nour.settings, webhooks={"crm": hook})
        clients = {**here.tenant.clients, nour.id: replace(nour, settings=settings)}
        here.tenant = replace(here.tenant, clients=clients)
        paths = StatePaths(tmp_path / "state")
        lay_out(paths)
        generate(paths, here.tenant)
        engine.show()
        store = here.keeper.database.webhooks
        async with (
            AsyncExitStack() as stack,
            asyncio.timeout(10),
            asyncio.TaskGroup() as group,
        ):
            post = await webhooks(engine, journal, here.ports, paths, stack)
            running = group.create_task(post.run())
            while await store.place(HookKey("nour", "crm")) is None:  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.02)
            running.cancel()
        assert await store.place(HookKey("nour", "crm")) == journal.last_number
        engine.leave()
        journal.close()
