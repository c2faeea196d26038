"""How full the disks of recordings are: told from a first mark on, and from a second on, full.

A disk that cannot be looked at, such as a mount that has gone stale, counts as full: nothing can be
recorded there, and calls go on.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.core.events import DiskLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

log = structlog.get_logger()

LOOK_SECONDS: Final = 3.0
MEGABYTE: Final = 1_000_000
LAST_SHARE: Final = 0.1
"""Of the least that should be free: with less, what is being recorded is ended."""
HYSTERESIS_PERCENT: Final = 2.0
"""So much must be free beyond a mark before it is left: no back and forth."""


_ORDER: Final = tuple(DiskLevel)


@dataclass(frozen=True, slots=True)
class Marks:
    """From when on it is which."""

    alarm_percent: float
    full_percent: float
    least_bytes: int  #: with less it is full, whatever the percentage says


@dataclass(frozen=True, slots=True)
class Room:
    """What was found."""

    level: DiskLevel
    used_percent: float
    free_bytes: int
    fault: str = ""  #: why it could not be looked at


class SpaceWatch:
    """Looks again and again.

    Args:
        folders: on the disks that recordings are written to; those that are there.
        marks: from when on it is which.
        tell: is told of each change of level.
    """

    def __init__(
        self, folders: Sequence[Path], marks: Marks, tell: Callable[[Room], None] = lambda _: None
    ) -> None:
        self._folders = folders
        self._marks = marks
        self._tell = tell
        self.make_room: Callable[[], None] = lambda: None  #: ends what is being recorded
        self.room = Room(DiskLevel.FINE, 0.0, 0)

    def has_room(self) -> bool:
        """Tell whether a recording can be begun."""
        return self.room.level in (DiskLevel.FINE, DiskLevel.ALARM)

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            try:
                await self.look()
            except Exception as error:  # whatever it is: calls go on, and it is looked again
                log.exception("recording_disk_not_watched", cause=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once, and tell what has changed."""
        before = self.room
        self.room = room = await asyncio.to_thread(
            fullest, self._folders, self._marks, before.level
        )
        if room.level is DiskLevel.EXHAUSTED:
            self.make_room()
        if room.level is before.level:
            return
        facts = {"level": room.level.value, "used_percent": room.used_percent}
        facts |= {"cause": room.fault} if room.fault else {}
        if room.level is DiskLevel.FINE:
            log.info("recording_disk_fine", **facts, free_bytes=room.free_bytes)
        else:
            named = f"recording_disk_{room.level}"
            log.error(named, **facts, free_bytes=room.free_bytes)
        self._tell(room)


def fullest(folders: Sequence[Path], marks: Marks, before: DiskLevel) -> Room:
    """Return how it stands with the fullest disk."""
    found = [_room(folder, marks, before) for folder in folders]
    rooms = [room for room in found if room is not None]
    usual = Room(DiskLevel.FINE, 0.0, 0)
    return max(rooms, key=lambda one: (_ORDER.index(one.level), one.used_percent), default=usual)


def _room(folder: Path, marks: Marks, before: DiskLevel) -> Room | None:
    """Return how it stands with a folder's disk; None: there is no such folder yet."""
    try:
        usage = shutil.disk_usage(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # its own text names the folder
        return Room(DiskLevel.FULL, 100.0, 0, str(error))
    # As df has it: what is kept back for root cannot be written to.
    percent = 100 * usage.used / max(usage.used + usage.free, 1)
    level = level_of(percent, usage.free, marks, before)
    return Room(level, round(percent, 1), usage.free)


def level_of(percent: float, free: int, marks: Marks, before: DiskLevel) -> DiskLevel:
    """Return the level; one that was reached is left only some way below its mark."""
    slack = {
        level: HYSTERESIS_PERCENT if _ORDER.index(before) >= _ORDER.index(level) else 0.0
        for level in DiskLevel
    }
    was_full = before in (DiskLevel.FULL, DiskLevel.EXHAUSTED)
    least = marks.least_bytes * (1.25 if was_full else 1.0)
    if free < marks.least_bytes * LAST_SHARE:
        return DiskLevel.EXHAUSTED
    if percent >= marks.full_percent - slack[DiskLevel.FULL] or free < least:
        return DiskLevel.FULL
    if percent >= marks.alarm_percent - slack[DiskLevel.ALARM]:
        return DiskLevel.ALARM
    return DiskLevel.FINE
