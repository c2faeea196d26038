"""Kept recordings for those who listen: the API, the command line, quality."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple
from uuid import uuid4

import orjson

from ccengine.config.sound_formats import SoundFormat
from ccengine.keeping.errands import check_one, join_once
from ccengine.keeping.opening import Opening
from ccengine.keeping.order import Check, Material
from ccengine.keeping.player import Player
from ccengine.keeping.spool import is_settled
from ccengine.reporting.call_record import CallRecord
from ccengine.storage.kept import KeptRecording, KeptState
from ccengine.storage.plays import Play

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ccengine.keeping.house import House
    from ccengine.sound import Analysis
    from ccengine.storage.kept import KeptFilter

CONTENT_TYPES: Final = {
    SoundFormat.WAV: "audio/wav",
    SoundFormat.OPUS: "audio/ogg",
    SoundFormat.MP3: "audio/mpeg",
}
PIECE: Final = 1 << 16


class NotThere(Exception):
    """There is no sound of this call, or none any more."""


class StillWritten(Exception):
    """Asterisk has not done with the recording yet."""


class Refusal(StrEnum):
    """Why a recording cannot be put on hold, released or erased."""

    GONE = "it is erased, or there never was one"
    HELD = "it is on hold: release it first"
    NOT_HELD = "it is not on hold"


class Listener(NamedTuple):
    """Who is given sound."""

    name: str  #: a token's
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A recording that can be sent: a whole or a part of it."""

    record: CallRecord
    bytes: int
    seconds: float
    content_type: str
    tag: str  #: another sound has another
    row: KeptRecording | None = None  #: sealed
    draft: Path | None = None  #: or joined for this once, and unlinked when it is opened


class Keeping:
    """Recordings after their calls."""

    def __init__(self, house: House, player: Player | None = None) -> None:
        self._house = house
        self._player = player or Player()

    # --- what there is ------------------------------------------------------------------------

    async def get(self, call: str) -> KeptRecording | None:
        """Return what became of a call's recording; None: nothing yet."""
        return await self._house.database.kept.get(call)

    async def find(
        self, which: KeptFilter, *, limit: int, after: tuple[float, str] | None = None
    ) -> list[KeptRecording]:
        """Return recordings, those begun last first."""
        return await self._house.database.kept.find(which, limit=limit, after=after)

    async def plays(self, call: str) -> list[Play]:
        """Return who was given a call's sound, the last first."""
        return await self._house.database.plays.of(call)

    async def analysis_of(self, call: str) -> Analysis | None:
        """Return who talks when in a recording; None: nobody has looked at it."""
        from ccengine.sound import Analysis  # numpy takes its time

        picture = await self.picture(call)
        return None if picture is None else Analysis.of_picture(picture)

    async def picture(self, call: str) -> dict[str, Any] | None:
        """Return how a recording is drawn: see `Analysis.picture`."""
        packed = await self._house.database.kept.picture(call)
        if packed is None:
            return None
        picture: dict[str, Any] = orjson.loads(zlib.decompress(packed))
        return picture

    # --- its sound ----------------------------------------------------------------------------

    async def sound(self, record: CallRecord) -> Sound:
        """Return a call's sound, sealed or still as Asterisk left it.

        Raises:
            NotThere: there is none, or none any more.
            StillWritten: it is not whole yet.
            ReaderBusy: there is no time to join it.
        """
        row = await self.get(record.call)
        if row is not None and row.state is KeptState.KEPT:
            return _kept(record, row)
        if row is not None and not row.can_be_heard:
            raise NotThere(row.state)
        return await self._joined(record)

    async def play(
        self, sound: Sound, listener: Listener, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Yield bytes of a sound; it is noted who was given them before the first one.

        Raises:
            PlayerBusy: before the first one: too many listen.
            CannotOpen: it is not what was sealed, or cannot be had.
            NotThere: its key was destroyed.
        """
        end = sound.bytes if end is None else min(end, sound.bytes)
        is_noted = False
        async with contextlib.aclosing(self._pieces(sound, start, end)) as pieces:
            async for piece in pieces:
                if not is_noted:
                    seconds = [sound.seconds * at / max(sound.bytes, 1) for at in (start, end)]
                    first, last = (round(one, 2) for one in seconds)
                    await self.note(sound.record, listener, first, last)
                    is_noted = True
                yield piece

    async def whole(self, record: CallRecord, listener: Listener) -> bytes:
        """Return all of a call's sound.

        Raises:
            NotThere, PlayerBusy, CannotOpen, ReaderBusy: as `sound` and `play`.
        """
        sound = await self.sound(record)
        return b"".join([piece async for piece in self.play(sound, listener)])

    # --- what becomes of it -------------------------------------------------------------------

    async def verify(self, call: str) -> list[str]:
        """Return what is wrong with a kept recording, with the name of the file.

        Raises:
            NotThere: there is nothing that could be wrong.
            ReaderBusy: there is no time to read it.
        """
        row = await self.get(call)
        if row is None or row.state is not KeptState.KEPT:
            raise NotThere
        house = self._house
        check = Check(
            row=row, kept=house.folders.kept, keys=house.folders.keys, stored=house.place_of(row)
        )
        return await house.mover.run(check_one, check)

    async def hold(self, call: str, reason: str, by: str) -> Refusal | None:
        """Keep a recording whatever the rules say, until it is released; or say why not."""
        kept = self._house.database.kept
        return None if await kept.hold(call, reason, by, self._house.now()) else Refusal.GONE

    async def release(self, call: str) -> Refusal | None:
        """End a hold: the rules apply again; or say why not."""
        return None if await self._house.database.kept.release(call) else Refusal.NOT_HELD

    async def erase(self, call: str, reason: str) -> Refusal | None:
        """Have a recording erased, here and in its store, within seconds; or say why not.

        What became of it stays known.
        """
        if await self._house.database.kept.begin_to_erase(call, reason):
            return None
        row = await self.get(call)
        return Refusal.GONE if row is None or row.hold_reason is None else Refusal.HELD

    async def note(
        self, record: CallRecord, listener: Listener, from_seconds: float, to_seconds: float
    ) -> None:
        """Note that somebody is given sound of a call."""
        play = Play(
            at=self._house.now(),
            call=record.call,
            client=record.client,
            actor=listener.name,
            role=listener.role,
            from_seconds=from_seconds,
            to_seconds=to_seconds,
        )
        await self._house.database.plays.add(play)

    # --- within -------------------------------------------------------------------------------

    async def _joined(self, record: CallRecord) -> Sound:
        material = Material.of_files(record)
        if material is None:
            raise NotThere
        folders = self._house.folders
        found = [(folders.raw(material, one.path), one.started_at) for one in material.parts]
        parts = [(file, at) for file, at in found if file is not None and file.is_file()]
        if not parts:
            raise NotThere
        if not await asyncio.to_thread(is_settled, [file for file, _ in parts]):
            raise StillWritten
        draft = folders.drafts / f"{record.call}.{uuid4().hex}.wav"
        folders.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        seconds = await self._house.worker.run(join_once, parts, draft)
        return Sound(
            record=record,
            bytes=draft.stat().st_size,
            seconds=seconds,
            content_type=CONTENT_TYPES[SoundFormat.WAV],
            tag=f"{len(parts)}-{draft.stat().st_size}",
            draft=draft,
        )

    def _pieces(self, sound: Sound, start: int, end: int) -> AsyncGenerator[bytes]:
        if sound.draft is not None:
            return _read_once(sound.draft, start, end)
        return self._player.pieces(self._opening(sound, start, end))

    def _opening(self, sound: Sound, start: int, end: int) -> Opening:
        row = sound.row
        if row is None or row.key is None:
            raise NotThere
        file, stored = self._house.sealed(row), self._house.place_of(row)
        place, item = (None, "") if file is not None or stored is None else stored
        if file is None and place is None:
            raise NotThere
        return Opening(
            file=file,
            place=place,
            item=item,
            keys=self._house.folders.keys.folder,
            client=row.client,
            key=row.key,
            start=start,
            end=end,
        )


def _kept(record: CallRecord, row: KeptRecording) -> Sound:
    if row.bytes is None or row.seconds is None or row.format is None or row.sha256 is None:
        raise NotThere
    return Sound(
        record=record,
        bytes=row.bytes,
        seconds=row.seconds,
        content_type=CONTENT_TYPES[SoundFormat(row.format)],
        tag=row.sha256,
        row=row,
    )


async def _read_once(draft: Path, start: int, end: int) -> AsyncGenerator[bytes]:
    """Yield what is in a file, which goes meanwhile."""
    with await asyncio.to_thread(_open_once, draft) as file:
        file.seek(start)
        left = end - start
        while left > 0:
            piece = await asyncio.to_thread(file.read, min(PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece


def _open_once(draft: Path) -> BinaryIO:
    file = draft.open("rb")
    draft.unlink(missing_ok=True)
    return file
