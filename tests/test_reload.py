"""A reload takes the new configuration whole, or, with a mistake in it, nothing of it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from ccengine import app
from ccengine.assembly import reloading
from ccengine.assembly.lookups import put_examples
from ccengine.assembly.reloading import Reloader, load_plan
from ccengine.config.loading import load_tenant
from ccengine.config.settings import StatePaths
from ccengine.core.center import ContactCenter
from ccengine.core.events import Event, PlanLoaded
from ccengine.core.ids import AgentId, ClientId
from ccengine.ivr import versions
from ccengine.ivr.configuration import load_configuration
from ccengine.storage.database import RecordDatabase
from tests.config.tenants import DEMO, change, copy_of_demo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from structlog.typing import EventDict

    from ccengine.ivr.configuration import Configuration


class EngineStub:
    """Takes events to a core, as the engine does, and keeps them."""

    def __init__(self) -> None:
        self.center = ContactCenter()
        self.clock = SimpleNamespace(now=lambda: 100.0)
        self.events: list[Event] = []

    def post(self, event: Event) -> None:
        self.events.append(event)
        self.center.handle(event, 100.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Any]:
    """An engine with the folder's configuration that listens for the signal."""
    configuration = load_configuration(folder)
    engine = EngineStub()
    database = await RecordDatabase.open(folder / "records.sqlite")
    await versions.keep(configuration, database.papers)
    paths = StatePaths(folder.parent / "state")
    parts: Any = SimpleNamespace(
        settings=SimpleNamespace(tenant_folder=folder),
        wiring=SimpleNamespace(configuration=configuration, engine=engine, paths=paths),
        engine=engine,
        keeper=SimpleNamespace(papers=database.papers),
    )
    put_examples(configuration, paths, engine.clock.now())
    load_plan(parts.engine, configuration, paths.sounds)
    reloader = Reloader(parts.wiring, parts.keeper, folder)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(app._reload_on_signal(reloader))
        await asyncio.sleep(0)
        try:
            yield parts
        finally:
            task.cancel()
            asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
            await database.close()


async def reload() -> list[str]:
    """Send the signal and return what was logged about it, once there is something."""
    told = asyncio.Event()

    def notice(_logger: object, _name: str, entry: EventDict) -> EventDict:
        told.set()
        return entry

    with capture_logs(processors=[notice]) as logs:
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(20):
            await told.wait()
    return [str(entry["event"]) for entry in logs]


async def test_a_refused_configuration_changes_nothing(folder: Path) -> None:
    async with running(folder) as parts:
        before, plan = parts.wiring.configuration, parts.engine.center.plan
        change(folder / "tenant.yaml", "arabic: 9, english: 4", "arabic: 2, english: 4")
        change(folder / "clients/nour/flows/main.yaml", "start: hours", "start: hour")
        assert set(await reload()) == {"configuration_refused"}
        assert parts.wiring.configuration is before
        assert parts.engine.center.plan is plan
        assert len(parts.engine.events) == 1


async def test_a_mended_configuration_is_taken_whole_by_the_next_signal(folder: Path) -> None:
    async with running(folder) as parts:
        change(folder / "tenant.yaml", "arabic: 9, english: 4", "arabic: 7, english: 4")
        change(folder / "clients/nour/flows/main.yaml", "start: hours", "start: hour")
        await reload()
        change(folder / "clients/nour/flows/main.yaml", "start: hour\n", "start: hours\n")
        assert await reload() == ["configuration_loaded"]
        plan = parts.engine.center.plan
        assert plan.agents[AgentId("amira")].skills["arabic"] == 7
        assert parts.wiring.configuration.tenant.version == plan.version
        assert isinstance(parts.engine.events[-1], PlanLoaded)


async def test_a_warning_refuses_nothing(folder: Path) -> None:
    async with running(folder) as parts:
        doubt = "    limits: {overflow: {voicemail: yes}}\n"
        change(folder / "clients/nour/client.yaml", "  billing:\n", f"  billing:\n{doubt}")
        assert await reload() == ["configuration_loaded"]
        assert len(parts.engine.events) == 2


async def test_a_version_that_is_used_again_is_refused_and_a_new_one_is_kept(folder: Path) -> None:
    order = folder / "clients/nour/forms/order.yaml"
    async with running(folder) as parts:
        change(order, "label: Deposit", "label: Paid at once")
        assert await reload() == ["configuration_refused"]
        change(order, "version: 1", "version: 2")
        assert await reload() == ["configuration_loaded"]
        refs = {
            tenant.clients[ClientId("nour")].papers.forms["order"].ref
            for tenant in (parts.wiring.configuration.tenant, load_tenant(DEMO).draft)
        }
        kept = [await parts.keeper.papers.get("form", ref) for ref in refs]
        assert {paper.version: paper.content["fields"]["deposit"]["label"] for paper in kept} == {
            1: "Deposit",
            2: "Paid at once",
        }
        assert await parts.keeper.papers.get("form", "nour/order@1#ffff") is None
        assert await parts.keeper.papers.get("form", "nonsense") is None


@pytest.mark.parametrize("is_sound", [True, False])
async def test_no_garbage_is_looked_for_while_a_configuration_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, is_sound: bool
) -> None:
    collecting = []

    def load(folder: Path) -> Configuration:
        collecting.append(gc.isenabled())
        return load_configuration(folder)

    async with running(folder):
        monkeypatch.setattr(reloading, "load_configuration", load)
        change(folder / "tenant.yaml", "arabic: 9", "arabic: 7" if is_sound else "arabic: 70")
        told = await reload()
        assert ("configuration_loaded" in told) == is_sound
        await asyncio.sleep(0)
        assert collecting == [False]
        assert gc.isenabled()
