"""What the parts of keeping share: files, rows, who takes long, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccengine.config.settings import StatePaths
from ccengine.config.tenant import Tenant
from ccengine.core.events import Event
from ccengine.core.ids import ClientId, Instant
from ccengine.keeping.order import Folders
from ccengine.keeping.places import Place
from ccengine.storage.database import RecordDatabase
from ccengine.storage.reader_process import Reader

if TYPE_CHECKING:
    from ccengine.config.clients import ClientSettings
    from ccengine.config.keeping import KeepingRules
    from ccengine.config.recording import RecordingSettings
    from ccengine.storage.kept import KeptRecording


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All of it."""

    paths: StatePaths
    folders: Folders
    journal: Path
    database: RecordDatabase
    worker: Reader  #: joins, encodes, seals
    mover: Reader  #: waits for stores
    tenant: Callable[[], Tenant]  #: the configuration in force
    now: Callable[[], Instant]
    post: Callable[[Event], object] = lambda _event: None  #: tells the engine what was found out
    moving: set[str] = field(default_factory=set)  #: calls whose recordings are being put away

    def rules(self, client: str) -> KeepingRules | None:
        """Return a client's rules of keeping; None: there is no such client any more."""
        settings = self._settings(client)
        return None if settings is None else settings.keeping

    def recording(self, client: str) -> RecordingSettings | None:
        """Return what a client's recordings become; None: likewise."""
        settings = self._settings(client)
        return None if settings is None else settings.recording

    def _settings(self, client: str) -> ClientSettings | None:
        known = self.tenant().clients.get(ClientId(client))
        return None if known is None else known.settings

    def place(self, client: str) -> Place | None:
        """Return a client's store, if it has one."""
        rules = self.rules(client)
        if rules is None or rules.store is None:
            return None
        return Place.of(rules.store, self.paths.store_keys(client))

    def place_of(self, row: KeptRecording) -> tuple[Place, str] | None:
        """Return where a recording is that was moved; None: it was not."""
        return None if row.stored is None else self._at(row.client, row.stored)

    def places_of(self, row: KeptRecording) -> list[tuple[Place, str]]:
        """Return wherever a recording may be beside here: also where it was only begun to be put.

        A move that was killed, or whose object could not be read back, has left it there.
        """
        known = (*row.put_to, *([] if row.stored is None else [row.stored]))
        return [self._at(row.client, stored) for stored in dict.fromkeys(known)]

    def _at(self, client: str, stored: str) -> tuple[Place, str]:
        usual = Place("", "", "", self.paths.store_keys(client))
        return (self.place(client) or usual).at(stored)

    def sealed(self, row: KeptRecording) -> Path | None:
        """Return the sealed file if it is here."""
        if row.file is None:
            return None
        file = (self.folders.kept / row.file).resolve()
        inside = file.is_relative_to(self.folders.kept.resolve())
        return file if inside and file.is_file() else None
