"""Kept recordings for those who listen: the API, the command line, quality."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from ccengine.config.sound_formats import SoundFormat
from ccengine.keeping.errands import check_one
from ccengine.keeping.opening import Opening
from ccengine.keeping.order import Check, Material
from ccengine.keeping.placing import Part
from ccengine.keeping.player import Player
from ccengine.keeping.spool import is_settled
from ccengine.keeping.unjoined import Gone, Unjoined
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


class NotThere(Exception):
    """There is no sound of this call, or none any more."""


class StillWritten(Exception):
    """Asterisk has not done with the recording yet, or it is being sealed just now."""


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
    unjoined: Unjoined | None = None  #: or as Asterisk left it


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
            OSError: it cannot be looked at.
        """
        row = await self.get(record.call)
        if row is not None and row.state is KeptState.KEPT:
            return _kept(record, row)
        if row is not None and not row.can_be_heard:
            raise NotThere(row.state)
        sound = await self._unjoined(record)
        if sound is not None:
            return sound
        row = await self.get(record.call)  # perhaps it was kept meanwhile
        if row is not None and row.state is KeptState.KEPT:
            return _kept(record, row)
        raise NotThere

    async def play(
        self, sound: Sound, listener: Listener, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Yield bytes of a sound; it is noted who was given them before the first one.

        Raises:
            PlayerBusy: before the first one: too many listen.
            CannotOpen: it is not what was sealed, or cannot be had.
            NotThere: its key was destroyed.
            StillWritten: before the first one: it is being sealed at this moment.
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
            NotThere, StillWritten, PlayerBusy, CannotOpen, OSError: as `sound` and `play`.
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

    async def _unjoined(self, record: CallRecord) -> Sound | None:
        """Return a call's sound as Asterisk left it; None: there is none."""
        material = Material.of_files(record)
        if material is None:
            return None
        raw = [(self._house.folders.raw(material, one.path), one) for one in material.parts]
        parts = [Part(file, one.started_at) for file, one in raw if file is not None]
        found = await asyncio.to_thread(Unjoined.of, parts)
        if found is None:
            return None
        if not await asyncio.to_thread(is_settled, [part.file for part in parts]):
            raise StillWritten
        return Sound(
            record=record,
            bytes=found.size,
            seconds=found.seconds,
            content_type=CONTENT_TYPES[SoundFormat.WAV],
            tag=f"{len(found.parts)}-{found.size}",
            unjoined=found,
        )

    async def _pieces(self, sound: Sound, start: int, end: int) -> AsyncGenerator[bytes]:
        if sound.unjoined is None:
            pieces = self._player.pieces(self._opening(sound, start, end))
        else:
            pieces = sound.unjoined.pieces(start, end)
        async with contextlib.aclosing(pieces):
            try:
                async for piece in pieces:
                    yield piece
            except Gone:
                raise StillWritten from None  # it is being kept just now: sealed in a moment

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
