"""What the parts of keeping share: files, rows, who takes long, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
        if row.stored is None:
            return None
        place = self.place(row.client)
        keys = self.paths.store_keys(row.client)
        return (place or Place("", "", "", keys)).at(row.stored)

    def sealed(self, row: KeptRecording) -> Path | None:
        """Return the sealed file if it is here."""
        if row.file is None:
            return None
        file = (self.folders.kept / row.file).resolve()
        inside = file.is_relative_to(self.folders.kept.resolve())
        return file if inside and file.is_file() else None
