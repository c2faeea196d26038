"""Sees to it that each recording is kept, erased when its time is over, and never forgotten.

The journal says which calls have ended; how far it was read, and what is due, is written down in
one step. Each round then does what is due, and what failed is tried again, later and later, for
ever. Whatever was killed in the middle is begun anew: see `pipeline.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccengine.config.keeping import KeepingRules
from ccengine.core.events import CallEnded, GapKind, RecordingGapFound, SwitchResynced
from ccengine.core.ids import CallId, Instant
from ccengine.core.recording_health import untold_seconds
from ccengine.keeping.eraser import Eraser
from ccengine.keeping.errands import keep_one
from ccengine.keeping.faults import NothingRecorded
from ccengine.keeping.order import Material, Order
from ccengine.keeping.spool import SETTLE_SECONDS, is_settled
from ccengine.reporting.call_records import fold_call
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.kept import KeptRecording, KeptState
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccengine.keeping.house import House
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import JournalRow

log = structlog.get_logger()

POLL_SECONDS: Final = 5.0
CALLS_AT_ONCE: Final = 200
ROWS_AT_ONCE: Final = 20
BACKOFF_SECONDS: Final = (5.0, 30.0, 120.0, 600.0, 1_800.0, 3_600.0)
"""Between one try and the next; the last of them again and again."""
LOOKED_FOR: Final = (KeptState.DUE, KeptState.MISSING)
MISSING_SECONDS: Final = 6 * 3_600.0
"""So often, and at each start, what was found missing is looked for: its disk may be back."""
DETAIL: Final = 255
RESYNC_SECONDS: Final = 15.0
"""What has ended while Asterisk was out of reach is noted so soon after it is back."""
RESYNCS_KEPT: Final = 50


class Keeper:
    """Keeps recordings, one after another.

    Args:
        house: what it works with.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._eraser = Eraser(house)
        self._wake = asyncio.Event()
        self._resynced: deque[Instant] = deque(maxlen=RESYNCS_KEPT)
        # Tried in vain, some seconds ago: recordings to be kept, to be erased, to be moved.
        self.failing = self.erasures_failing = self.moves_failing = 0

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Be told of one step of the core. Never waits."""
        for row in rows:
            if isinstance(row.what, CallEnded):
                self._wake.set()
            elif isinstance(row.what, SwitchResynced):
                self._resynced.append(row.at)

    async def run(self) -> None:
        """Do what is due, for ever. What is begun when it is cancelled is begun anew later."""
        is_swept = False
        while True:
            try:
                if not is_swept:
                    await asyncio.to_thread(self._sweep)
                    await self._house.database.kept.seek_missing()
                    is_swept = True
                more = await self.turn()
            except Exception as error:  # whatever it is: calls go on, and it is tried again
                log.exception("keeping_failed", cause=str(error))
                more = False
            if not more:
                await self._rest()

    async def turn(self) -> bool:
        """Do what is due now; tell whether there may be more."""
        await self._take_on()
        await self._eraser.expire()
        kept = self._house.database.kept
        due = await kept.due(self._house.now(), ROWS_AT_ONCE)
        for row in due:
            await self._see_to(row)
        self.failing = await kept.count(KeptState.DUE, failing=True)
        self.erasures_failing = await kept.count(KeptState.ERASING, failing=True)
        self.moves_failing = await kept.count(KeptState.KEPT, failing=True)
        return len(due) == ROWS_AT_ONCE

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
                await asyncio.sleep(SETTLE_SECONDS)
        self._wake.clear()

    def _sweep(self) -> None:
        """Remove what was being made when the engine ended, and keys that were being destroyed."""
        self._house.folders.keys.finish_destroying()
        drafts = self._house.folders.drafts
        for file in drafts.glob("*") if drafts.is_dir() else ():
            file.unlink(missing_ok=True)

    # --- what is due --------------------------------------------------------------------------

    async def _take_on(self) -> None:
        """Write down which recorded calls have ended since."""
        kept, journal = self._house.database.kept, self._house.journal
        progress = await kept.progress()
        calls, last = await asyncio.to_thread(_ended, journal, progress)
        for start in range(0, len(calls), CALLS_AT_ONCE):
            some = calls[start : start + CALLS_AT_ONCE]
            records = await asyncio.to_thread(_fold, journal, some)
            found = [Material.of(record) for record in records]
            due = [_row(one) for one in found if one is not None]
            await kept.add_due(due, progress)
        if last != progress:
            await kept.add_due([], last)

    async def _see_to(self, row: KeptRecording) -> None:
        try:
            if row.state in LOOKED_FOR:
                await self._keep(row)
            elif row.state is KeptState.ERASING:
                await self._eraser.erase(row)
            else:
                await self._clear(row)
        except Exception as error:
            await self._failed(row, error)

    async def _failed(self, row: KeptRecording, error: Exception) -> None:
        wait = BACKOFF_SECONDS[min(row.attempts, len(BACKOFF_SECONDS) - 1)]
        attempts = row.attempts + 1
        nothing = "nothing was found" if isinstance(error, NothingRecorded) else ""
        cause = str(error) or nothing or type(error).__name__
        failed = "recording_not_erased" if row.state is KeptState.ERASING else "recording_not_kept"
        fault = None if isinstance(error, (OSError, ReaderBusy, NothingRecorded)) else error
        log.error(failed, call_id=row.call, cause=cause, attempts=attempts, exc_info=fault)
        values = {
            "attempts": attempts,
            "next_at": self._house.now() + wait,
            "detail": cause[:DETAIL],
        }
        await self._house.database.kept.change(row.call, [row.state], values)

    # --- one recording ------------------------------------------------------------------------

    async def _keep(self, row: KeptRecording) -> None:
        material = await asyncio.to_thread(_material, self._house.journal, row.call)
        if material is None:
            message = "the journal does not have its call any more"
            raise LookupError(message)
        files = [self._house.folders.raw(material, path) for path in row.spool]
        if not await asyncio.to_thread(is_settled, [one for one in files if one is not None]):
            later = {"next_at": self._house.now() + SETTLE_SECONDS}
            await self._change(row, later)
            return
        order = self._order(material)
        if await asyncio.to_thread(self._house.folders.keys.has_lost_signer):
            log.error("signing_key_lost", consequence="another is made and signs from now on")
        done = {"attempts": 0, "next_at": 0.0, "detail": ""}
        try:
            made = await self._house.worker.run(keep_one, order)
        except NothingRecorded:
            if not await self._is_missing(row, material):
                raise
            return
        # Before it is noted as kept: if it comes to a second try, the gap is known then.
        self._tell_gap(material, made["missing_seconds"])
        values = {**made, **done, "state": KeptState.KEPT, "cleared": False}
        values["expires_at"] = self._expiry(material)
        if await self._change(row, values):
            log.info(
                "recording_kept",
                call_id=row.call,
                client=row.client,
                seconds=made["seconds"],
                missing_seconds=made["missing_seconds"],
                sha256=made["sha256"],
            )
            await self._clear(row)

    async def _is_missing(self, row: KeptRecording, material: Material) -> bool:
        """Take a recording for missing, of which nothing is found; False: its disk may be away."""
        if row.state is not KeptState.MISSING:
            self._tell_gap(material, material.seconds)
            if row.attempts < len(BACKOFF_SECONDS):
                return False
            log.warning("recording_missing", call_id=row.call, client=row.client)
        later = self._house.now() + MISSING_SECONDS
        values = {"state": KeptState.MISSING, "attempts": 0, "next_at": later, "detail": ""}
        await self._change(row, values)
        return True

    def _tell_gap(self, material: Material, missing: float) -> None:
        """Tell what is missing, unless it was found out while the call went on."""
        told = ((gap.kind, gap.seconds) for gap in material.gaps)
        untold = untold_seconds(missing, material.seconds, told)
        is_whole = missing >= material.seconds
        if not untold or (self._ended_unseen(material) and not is_whole):
            return
        self._house.post(
            RecordingGapFound(
                call=CallId(material.call),
                recording=material.parts[-1].path,
                kind=GapKind.NO_FILE if is_whole else GapKind.FILE_SHORT,
                seconds=round(untold, 1),
            )
        )

    def _ended_unseen(self, material: Material) -> bool:
        """Tell whether the call may have ended before it was noted: nobody was there to see it."""
        return any(abs(at - material.ended_at) < RESYNC_SECONDS for at in self._resynced)

    async def _change(self, row: KeptRecording, values: dict[str, Any]) -> bool:
        return await self._house.database.kept.change(row.call, LOOKED_FOR, values)

    async def _clear(self, row: KeptRecording) -> None:
        """Remove what is safe elsewhere: Asterisk's files, and the sealed one that a store has."""
        await asyncio.to_thread(self._eraser.clear, await self._now(row))
        done = {"cleared": True, "attempts": 0, "next_at": 0.0, "detail": ""}
        await self._house.database.kept.change(row.call, [KeptState.KEPT], done)

    async def _now(self, row: KeptRecording) -> KeptRecording:
        return await self._house.database.kept.get(row.call) or row

    def _order(self, material: Material) -> Order:
        usual = Order(material=material, folders=self._house.folders, now=self._house.now())
        settings = self._house.recording(material.client)
        if settings is None:
            return usual
        return replace(usual, channels=settings.channels, sound_format=settings.format)

    def _expiry(self, material: Material) -> float:
        rules = self._house.rules(material.client) or KeepingRules()
        return material.started_at + rules.days_of(material.queue) * 86_400.0


def _row(material: Material) -> KeptRecording:
    return KeptRecording(
        call=material.call,
        tenant=material.tenant,
        client=material.client,
        queue=material.queue,
        agents=material.agents,
        started_at=material.started_at,
        spool=[part.path for part in material.parts],
    )


def _ended(journal: Path, progress: int) -> tuple[list[CallId], int]:
    with JournalReader.open(journal) as reader:
        last = reader.last_number()  # first: what comes meanwhile is seen again
        since = progress if progress <= last else 0  # another journal has taken its place
        return reader.ended_calls(since=since), last


def _fold(journal: Path, calls: Sequence[CallId]) -> list[CallRecord]:
    with JournalReader.open(journal) as reader:
        folded = [fold_call(reader.rows(call=call)) for call in calls]
    return [record for record in folded if record is not None]


def _material(journal: Path, call: CallId | str) -> Material | None:
    records = _fold(journal, [call])  # type: ignore[list-item]
    return Material.of(records[0]) if records else None
