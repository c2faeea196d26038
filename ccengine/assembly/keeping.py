"""Puts together what becomes of recordings after their calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ccengine.core.events import DiskLevel, DiskLevelChanged
from ccengine.keeping.house import House
from ccengine.keeping.keeper import Keeper
from ccengine.keeping.keeping import Keeping
from ccengine.keeping.mover import Mover
from ccengine.keeping.order import Folders
from ccengine.keeping.space import MEGABYTE, Marks, SpaceWatch
from ccengine.storage.reader_process import ReaderProcess

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextlib import AsyncExitStack

    from ccengine.api.ports import Health, Ports
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant
    from ccengine.engine import Engine
    from ccengine.keeping.space import Room
    from ccengine.storage.metrics import Metrics
    from ccengine.storage.records import RecordKeeper

LONGEST_SECONDS: Final = 3_600.0
"""Of work on one recording: then something is wrong, and it is begun anew."""


@dataclass(frozen=True, slots=True)
class Archive:
    """All of it."""

    keeping: Keeping
    keeper: Keeper
    mover: Mover
    space: SpaceWatch

    def begin(self, root: asyncio.TaskGroup, make_room: Callable[[], None]) -> None:
        """Begin to keep, to move and to look at the disk.

        Args:
            root: runs them.
            make_room: ends what is being recorded.
        """
        self.space.make_room = make_room
        root.create_task(self.keeper.run(), name="keeping")
        root.create_task(self.mover.run(), name="moving")
        root.create_task(self.space.run(), name="space")

    def show(self, metrics: Metrics) -> None:
        """Have figures shown of it."""
        metrics.watch(
            "ccengine_recording_disk_used_percent",
            "Of the fullest disk of recordings",
            lambda: self.space.room.used_percent,
        )
        metrics.watch(
            "ccengine_recording_disk_level",
            "0 fine, 1 alarm, 2 full: none is begun, 3 exhausted: those that go on are ended",
            lambda: tuple(DiskLevel).index(self.space.room.level),
        )
        metrics.watch(
            "ccengine_recordings_failing",
            "Recordings that could not be joined and sealed yet",
            lambda: self.keeper.failing,
        )
        metrics.watch(
            "ccengine_recording_erasures_failing",
            "Recordings that must go, and could not be removed yet",
            lambda: self.keeper.erasures_failing,
        )
        metrics.watch(
            "ccengine_recording_moves_failing",
            "Recordings that could not be moved to their store yet",
            lambda: self.keeper.moves_failing,
        )
        metrics.watch(
            "ccengine_recording_stores_away",
            "Clients' stores that take no recordings",
            lambda: len(self.mover.away),
        )

    def told_by(self, ports: Ports) -> Ports:
        """Return the ports with what is well of recordings, too."""
        others = ports.health

        def health() -> Health:
            return replace(
                others(),
                recordings_failing=self.keeper.failing,
                erasures_failing=self.keeper.erasures_failing,
                moves_failing=self.keeper.moves_failing,
                stores_away=len(self.mover.away),
                disk_level=self.space.room.level,
                disk_used_percent=self.space.room.used_percent,
            )

        return replace(ports, health=health)


def _tell(engine: Engine, node: str, room: Room) -> None:
    """Have the journal know, and by it all who read of what happens."""
    engine.post(DiskLevelChanged(node=node, level=room.level, used_percent=room.used_percent))


def open_archive(
    engine: Engine,
    records: RecordKeeper,
    tenant: Callable[[], Tenant],
    settings: Settings,
    stack: AsyncExitStack,
) -> Archive:
    """Return it; what it has opened is closed with the stack."""
    worker = ReaderProcess(seconds=LONGEST_SECONDS)
    stack.callback(worker.close)
    mover = ReaderProcess(seconds=LONGEST_SECONDS)
    stack.callback(mover.close)
    paths = settings.paths
    house = House(
        paths=paths,
        folders=Folders.of(paths),
        journal=paths.journal,
        database=records.database,
        worker=worker,
        mover=mover,
        tenant=tenant,
        now=engine.clock.now,
        post=engine.post,
    )
    keeper = Keeper(house)
    engine.observe(keeper.observe)
    marks = Marks(
        settings.disk_alarm_percent, settings.disk_full_percent, settings.disk_least_mb * MEGABYTE
    )
    tell = partial(_tell, engine, settings.node)
    space = SpaceWatch((paths.recordings, paths.kept), marks, tell)
    return Archive(Keeping(house), keeper, Mover(house), space)
