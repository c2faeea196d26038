"""A house that keeps recordings: a core, a journal, a database, and Asterisk's files."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccengine.config.loading import load_tenant
from ccengine.config.settings import StatePaths
from ccengine.config.tenant import Tenant
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId, QueueId, TenantId
from ccengine.keeping.house import House
from ccengine.keeping.keeper import Keeper
from ccengine.keeping.keeping import Keeping, Listener
from ccengine.keeping.mover import Mover
from ccengine.keeping.order import Folders
from ccengine.storage.database import RecordDatabase
from tests.api.house_ports import AtOnce
from tests.config.tenants import copy_of_demo
from tests.keeping.sounds import write_raw
from tests.reporting.shift import NODE, Shift

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.config.keeping import KeepingRules
    from ccengine.reporting.call_record import CallRecord
    from ccengine.storage.kept import KeptRecording

LISTENER = Listener("quality-1", "quality")
NUMBERS = {"nour": "600100", "dnipro": "600200"}
AGENTS = {"nour": "amira", "dnipro": "olena"}


@dataclass
class KeepingHouse:
    """The demo's tenant, whose recordings are kept."""

    folder: Path
    tenant: Tenant
    shift: Shift
    database: RecordDatabase
    house: House = field(init=False)
    keeper: Keeper = field(init=False)
    mover: Mover = field(init=False)
    keeping: Keeping = field(init=False)

    def begin(self) -> None:
        """Start what a new engine starts."""
        paths = StatePaths(self.folder)
        self.house = House(
            paths=paths,
            folders=Folders.of(paths),
            journal=self.shift.journal.path,
            database=self.database,
            worker=AtOnce(),
            mover=AtOnce(),
            tenant=lambda: self.tenant,
            now=lambda: self.shift.now,
            post=self.shift.post,
        )
        self.keeper, self.mover = Keeper(self.house), Mover(self.house)
        self.keeping = Keeping(self.house)
        self.shift.observers.append(self.keeper.observe)

    def rule(self, client: str, rules: KeepingRules) -> None:
        """Give a client other rules."""
        known = self.tenant.clients[ClientId(client)]
        changed = replace(known, settings=replace(known.settings, keeping=rules))
        clients = {**self.tenant.clients, ClientId(client): changed}
        self.tenant = replace(self.tenant, clients=clients)

    def talk(
        self, call: str, client: str = "nour", *, seconds: float = 4.0, lost: float = 0.0
    ) -> list[str]:
        """Have a call be recorded, in two parts, until its end; return Asterisk's files.

        Args:
            call: its id.
            client: whose.
            seconds: of both parts.
            lost: seconds of each that are not in the files.
        """
        known, agent = CallId(call), AgentId(AGENTS[client])
        post = self.shift.post
        post(
            events.CallArrived(
                call=known,
                tenant=TenantId("demo"),
                client=ClientId(client),
                number=NUMBERS[client],
                caller="+971501234567",
                channel=f"{call}-caller",
                node=NODE,
                arrived_at=self.shift.now,
            )
        )
        post(events.CallQueued(call=known, queue=QueueId(f"{client}/billing")))
        self.shift.wait(1)
        self.shift.answer(known)
        files = []
        for number in range(2):
            path = f"demo/{client}/1970/01/01/{call}{f'-{number + 1}' if number else ''}.raw"
            post(events.RecordingStarted(call=known, recording=path, channel=f"{call}-caller"))
            self.shift.wait(seconds / 2)
            post(events.RecordingStopped(call=known, recording=path, reason="lost"))
            file = write_raw(
                self.folder / "recordings" / path, 440, 1000 + 200 * number, seconds / 2 - lost
            )
            os.utime(file, (1, 1))
            files.append(path)
        self.shift.hang_up(known)
        self.shift.wait(30)
        _ = agent
        return files

    async def keep(self) -> None:
        """Have the keeper do all that is due."""
        while await self.keeper.turn():
            pass

    async def row(self, call: str) -> KeptRecording:
        """Return what became of a call's recording."""
        row = await self.keeping.get(call)
        assert row is not None
        return row

    async def heard(self, call: str) -> bytes:
        """Return all of a call's sound."""
        return await self.keeping.whole(self.record(call), LISTENER)

    def record(self, call: str) -> CallRecord:
        """Return a call's record."""
        from ccengine.reporting.call_records import fold_call

        record = fold_call(iter(self.shift.journal.rows(call=CallId(call))))
        assert record is not None
        return record

    def files(self, below: str) -> set[str]:
        """Return the names of files below one of the folders."""
        return {file.name for file in (self.folder / below).rglob("*") if file.is_file()}


@asynccontextmanager
async def keeping_house(tmp_path: Path) -> AsyncIterator[KeepingHouse]:
    """Open the house, with one agent of each client at work."""
    tenant = load_tenant(copy_of_demo(tmp_path)).draft
    shift = Shift(tmp_path / "journal.sqlite")
    shift.post(events.PlanLoaded(plan=tenant.plan(shift.now)))
    shift.post(events.SwitchResynced(node=NODE))
    for agent in AGENTS.values():
        phone = tenant.settings.agents[AgentId(agent)].phone or PhoneId("9")
        shift.post(events.AgentLoggedIn(agent=AgentId(agent), phone=phone))
    database = await RecordDatabase.open(tmp_path / "records.sqlite")
    here = KeepingHouse(tmp_path, tenant, shift, database)
    here.begin()
    try:
        yield here
    finally:
        await here.database.close()
        shift.journal.close()
