"""What processes of their own are told to do, with all they need for it. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ccengine.config.sound_formats import Channels, SoundFormat
from ccengine.core.ids import Instant
from ccengine.keeping.keys import KeyRing
from ccengine.keeping.places import Place
from ccengine.reporting.call_record import CallRecord, ConversationRecord, HoldRecord
from ccengine.reporting.card_records import CardEntryRecord, ConsentRecord
from ccengine.reporting.recording_records import RecordingGapRecord, RecordingPart
from ccengine.storage.kept import KeptRecording

if TYPE_CHECKING:
    from ccengine.config.settings import StatePaths

DRAFTS: Final = "drafts"
RAW: Final = ".raw"
"""What Asterisk records of a channel; other files are not joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that is known of a call's recording. Nothing in it comes from the caller."""

    call: str
    tenant: str
    client: str
    queue: str | None
    ended_at: Instant
    parts: Sequence[RecordingPart]
    conversations: Sequence[ConversationRecord] = ()
    holds: Sequence[HoldRecord] = ()
    gaps: Sequence[RecordingGapRecord] = ()  #: found so far
    consents: Sequence[ConsentRecord] = ()
    card_entries: Sequence[CardEntryRecord] = ()

    @classmethod
    def of(cls, record: CallRecord) -> Material | None:
        """Return it of a call's record; None: the call goes on, or was not recorded."""
        return None if record.ended_at is None else cls.of_files(record)

    @classmethod
    def of_files(cls, record: CallRecord) -> Material | None:
        """Return it also while the call goes on: there is sound already."""
        raw = [one for one in record.recordings if PurePosixPath(one.path).suffix == RAW]
        if not raw:
            return None
        return cls(
            call=record.call,
            tenant=record.tenant,
            client=record.client,
            queue=record.queue,
            ended_at=record.ended_at or record.talk_ended_at or record.arrived_at,
            parts=tuple(raw),
            conversations=record.conversations,
            holds=record.holds,
            gaps=record.recording_gaps,
            consents=record.consents,
            card_entries=record.card_entries,
        )

    @property
    def started_at(self) -> Instant:
        """When the recording begins."""
        return min(part.started_at for part in self.parts)

    @property
    def seconds(self) -> float:
        """How long its parts should have lasted."""
        return sum((part.ended_at or self.ended_at) - part.started_at for part in self.parts)

    @property
    def agents(self) -> tuple[str, ...]:
        """Who talked."""
        return tuple(dict.fromkeys(one.agent for one in self.conversations))


@dataclass(frozen=True, slots=True)
class Folders:
    """Where recordings are before, meanwhile and afterwards."""

    spool: Path
    kept: Path
    keys: KeyRing

    @classmethod
    def of(cls, paths: StatePaths) -> Folders:
        """Return those of the state folder."""
        return cls(paths.recordings, paths.kept, KeyRing(paths.recording_keys))

    @property
    def drafts(self) -> Path:
        """What is being made. Nothing in it is needed after a restart."""
        return self.kept / DRAFTS

    def raw(self, material: Material, path: str) -> Path | None:
        """Return one of Asterisk's files; None if it is not where the client's are."""
        own = (self.spool / material.tenant / material.client).resolve()
        file = (self.spool / path).resolve()
        return file if file.is_relative_to(own) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """To keep a recording."""

    material: Material
    folders: Folders
    now: Instant
    channels: Channels = Channels.STEREO
    sound_format: SoundFormat = SoundFormat.WAV


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A kept recording that is to be in a store."""

    place: Place
    prefix: str
    kept: Path  #: folder
    file: str  #: sealed, below it
    sha256: str  #: of the sealed file

    @property
    def stored(self) -> str:
        """How a row names it, once it is there."""
        return self.place.named(self.prefix + self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is to be looked at. Plain data."""

    row: KeptRecording
    kept: Path  #: folder
    keys: KeyRing
    stored: tuple[Place, str] | None
