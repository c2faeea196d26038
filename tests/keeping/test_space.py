"""How full a disk is, and that it is told once."""

from __future__ import annotations

import asyncio
import errno
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ccengine.core.events import DiskLevel
from ccengine.keeping import space
from ccengine.keeping.space import Marks, Room, SpaceWatch, fullest, level_of

if TYPE_CHECKING:
    from pathlib import Path

MARKS = Marks(85, 95, 200)
PLENTY = 10_000


@pytest.mark.parametrize(
    ("percent", "free", "before", "level"),
    [
        (84.9, PLENTY, DiskLevel.FINE, DiskLevel.FINE),
        (85.0, PLENTY, DiskLevel.FINE, DiskLevel.ALARM),
        (84.0, PLENTY, DiskLevel.ALARM, DiskLevel.ALARM),  # no back and forth
        (82.9, PLENTY, DiskLevel.ALARM, DiskLevel.FINE),
        (95.0, PLENTY, DiskLevel.ALARM, DiskLevel.FULL),
        (94.0, PLENTY, DiskLevel.FULL, DiskLevel.FULL),
        (92.9, PLENTY, DiskLevel.FULL, DiskLevel.ALARM),
        (10.0, 199, DiskLevel.FINE, DiskLevel.FULL),
        (10.0, 210, DiskLevel.FULL, DiskLevel.FULL),
        (10.0, 250, DiskLevel.FULL, DiskLevel.FINE),
        (99.9, 19, DiskLevel.FULL, DiskLevel.EXHAUSTED),
        (99.9, 21, DiskLevel.EXHAUSTED, DiskLevel.FULL),
        (10.0, 210, DiskLevel.EXHAUSTED, DiskLevel.FULL),
    ],
)
def test_levels(percent: float, free: int, before: DiskLevel, level: DiskLevel) -> None:
    assert level_of(percent, free, MARKS, before) is level


def test_a_real_disk_has_a_level_and_one_that_is_not_there_none(tmp_path: Path) -> None:
    room = fullest([tmp_path, tmp_path / "gone"], Marks(100, 100, 0), DiskLevel.FINE)
    assert room.level is DiskLevel.FINE
    assert room.free_bytes > 0
    assert fullest([tmp_path], Marks(1, 1, 0), DiskLevel.FINE).level is DiskLevel.FULL
    assert fullest([tmp_path / "gone"], Marks(1, 1, 0), DiskLevel.FINE).level is DiskLevel.FINE


async def test_each_change_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [DiskLevel.FINE, DiskLevel.ALARM, DiskLevel.ALARM, DiskLevel.FULL, DiskLevel.FINE]
    told: list[DiskLevel] = []
    watch = SpaceWatch([], MARKS, lambda room: told.append(room.level))
    rooms = iter(found)
    monkeypatch.setattr(space, "fullest", lambda *_: Room(next(rooms), 50.0, 1))
    with capture_logs() as logs:
        for _ in found:
            await watch.look()
            assert watch.has_room() == (watch.room.level is not DiskLevel.FULL)
    assert told == [DiskLevel.ALARM, DiskLevel.FULL, DiskLevel.FINE]
    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("recording_disk_alarm", "error"),
        ("recording_disk_full", "error"),
        ("recording_disk_fine", "info"),
    ]


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
async def test_a_disk_that_cannot_be_looked_at_is_full_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def broken(folder: Path) -> object:
        raise OSError(code, "the disk is gone", str(folder))

    told: list[DiskLevel] = []
    watch = SpaceWatch([tmp_path], MARKS, lambda room: told.append(room.level))
    monkeypatch.setattr(space, "LOOK_SECONDS", 0.0)
    with monkeypatch.context() as patch, capture_logs() as logs, suppress(TimeoutError):
        patch.setattr(space.shutil, "disk_usage", broken)
        async with asyncio.timeout(0.2):
            await watch.run()
    assert told == [DiskLevel.FULL]
    assert not watch.has_room()
    [log] = logs
    assert log["event"] == "recording_disk_full"
    assert "the disk is gone" in log["cause"]
    assert str(tmp_path) in log["cause"]
    monkeypatch.setattr(space, "fullest", lambda *_: Room(DiskLevel.FINE, 50.0, 1))
    await watch.look()
    assert told == [DiskLevel.FULL, DiskLevel.FINE]


async def test_who_is_told_cannot_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Room) -> None:
        raise LookupError

    looks: list[int] = []

    def next_room(*_: object) -> Room:
        looks.append(1)
        return Room(list(DiskLevel)[len(looks) % 2], 50.0, 1)

    monkeypatch.setattr(space, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(space, "fullest", next_room)
    with capture_logs() as logs, suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await SpaceWatch([], MARKS, refuses).run()
    assert len(looks) > 1
    assert "recording_disk_not_watched" in [log["event"] for log in logs]
