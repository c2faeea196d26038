"""How full a disk is, and that it is told once."""

from __future__ import annotations

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
