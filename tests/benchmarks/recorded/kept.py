"""What became of a run's recordings: each is opened, verified, and listened to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import soundfile

from ccengine.core.ids import CallId
from ccengine.keeping.manifest import manifest_beside
from ccengine.keeping.order import Check, Folders
from ccengine.keeping.sealing import Hashing, unseal
from ccengine.keeping.verifying import faults_of
from ccengine.storage.database import RecordDatabase
from ccengine.storage.kept import KeptFilter, KeptRecording, KeptState
from tests.benchmarks.recorded.talks import AGENT_HZ, CALLER_HZ
from tests.continuity import RATE, Sent, gaps

if TYPE_CHECKING:
    from ccengine.config.settings import StatePaths
    from ccengine.reporting.call_record import CallRecord
    from tests.benchmarks.inbound.legs import SeenCall

LOOK_SECONDS: Final = 0.25
SHORTER_SECONDS: Final = 0.2
"""By so much a file may be shorter than its talk: less is no gap."""
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found in a run's recordings."""

    whole: int  #: recordings that hold all they should
    faults: Sequence[str]  #: of the others, and of the calls
    late: Sequence[float]  #: seconds from the agent's answer to a recording's begin; sorted
    sealed_bytes: int


async def wait_kept(paths: StatePaths, since: float, calls: int, seconds: float) -> float | None:
    """Wait until so many recordings begun since then are kept, and Asterisk's files are gone.

    Returns:
        When the last was signed, the epoch's, however late it was looked; None: it never was.
    """
    database = RecordDatabase.open_to_read(paths.database)
    end = time.perf_counter() + seconds
    try:
        while time.perf_counter() < end:
            rows = await database.kept.find(KeptFilter(since=since), limit=MOST)
            done = [row for row in rows if row.state is KeptState.KEPT and row.cleared]
            if len(done) >= calls:
                files = [manifest_beside(paths.kept / row.file) for row in done if row.file]
                return max(file.stat().st_mtime for file in files)
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await database.close()
    return None


async def listen(paths: StatePaths, since: float, calls: Sequence[SeenCall]) -> Heard:
    """Open each recording begun since then, and compare it with its call on the wire."""
    folders = Folders.of(paths)
    database = RecordDatabase.open_to_read(paths.database)
    try:
        rows = await database.kept.find(KeptFilter(since=since), limit=MOST)
        records = [await database.get(CallId(row.call)) for row in rows]
    finally:
        await database.close()
    found = {
        record.caller: (row, record)
        for row, record in zip(rows, records, strict=True)
        if record is not None
    }
    faults: list[str] = []
    late: list[float] = []
    whole = 0
    for call in calls:
        row, record = found.get(call.number, (None, None))
        if row is None or record is None:
            faults.append(f"{call.number}: nothing was kept")
            continue
        wrong = _faults(row, record, call, folders)
        faults += [f"{call.number}: {one}" for one in wrong]
        whole += not wrong
        if record.recordings and call.legs and call.legs[-1].answered_at is not None:
            late.append(record.recordings[0].started_at - call.legs[-1].answered_at)
    return Heard(whole, faults, sorted(late), sum(row.sealed_bytes or 0 for row in rows))


def _faults(row: KeptRecording, record: CallRecord, call: SeenCall, folders: Folders) -> list[str]:
    if row.state is not KeptState.KEPT or row.file is None or row.key is None:
        return [f"it is {row.state}: {row.detail}"]
    found = [f"told of a gap: {gap.kind}" for gap in record.recording_gaps]
    if len(record.recordings) != 1:
        found.append(f"it has {len(record.recordings)} parts")
    check = Check(row=row, kept=folders.kept, keys=folders.keys, stored=None)
    if broken := faults_of(check):
        return found + broken
    ended = call.legs[-1].ended_at
    if ended is None:
        return [*found, "its call did not end"]
    seconds = ended - record.recordings[0].started_at
    sides = _opened(folders, row)
    if len(sides) / RATE < seconds - SHORTER_SECONDS:
        found.append(f"has {len(sides) / RATE:.2f} s of {seconds:.2f}")
    for side, tone in enumerate((CALLER_HZ, AGENT_HZ)):
        found += [
            f"lacks {tone} Hz for {gap.seconds:.2f} s from {gap.begin:.2f} on"
            for gap in gaps(sides[:, side], [Sent(0.0, seconds, (tone,))])
        ]
    return found


def _opened(
    folders: Folders, row: KeptRecording
) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    plain = Path(folders.kept, f"opened.{row.format}")
    identity = folders.keys.identity(row.client, row.key or "")
    with (folders.kept / (row.file or "")).open("rb") as sealed:
        unseal(sealed, identity, Hashing(plain))
    samples, _rate = soundfile.read(plain, dtype="int16", always_2d=True)
    plain.unlink()
    return np.asarray(samples, dtype=np.int16)
