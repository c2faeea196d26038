"""Takes a file in that was handed to the engine: in another process, so it is told all it needs.

How far it is stands in a small file, which is replaced every few rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import orjson

from ccengine import clock
from ccengine.config.campaigns import Campaign
from ccengine.leads.files import UTF_8, CsvFile
from ccengine.leads.importing import Imported, ImportOrder, import_leads
from ccengine.leads.reject_file import RejectFile
from ccengine.leads.sheets import SheetFile
from ccengine.leads.watched import WatchedFile
from ccengine.storage.lead_imports import LeadImport

ZIP: Final = b"PK\x03\x04"
"""XLSX begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A file to be taken in."""

    campaign: Campaign
    country: str  #: of numbers without one
    list: str
    name: str  #: of the file, as whoever sent it calls it
    encoding: str = UTF_8  #: of a CSV file
    mapped: Mapping[str, str] = field(default_factory=dict)  #: the file's columns to ours
    file: Path
    rejects: Path
    progress: Path
    database: Path


def take_in(work: Work) -> Imported:
    """Take a file in: all of it, or nothing.

    Raises:
        FileUnfit: it cannot be used.
        ImportBusy: somebody else is importing.
        OSError: it cannot be read, or what is rejected cannot be written.
    """
    order = ImportOrder(
        campaign=work.campaign,
        country=work.country,
        list=work.list,
        lot=Random(work.file.name),
        mapped=work.mapped,
    )
    with work.file.open("rb") as opened:
        is_sheet = opened.read(len(ZIP)) == ZIP
    file = SheetFile(work.file) if is_sheet else CsvFile(work.file, work.encoding)
    file.name = work.name
    watched = WatchedFile(file, _Told(work.progress, file.size))
    importing = LeadImport.open(work.database)
    try:
        with RejectFile(work.rejects) as rejected:
            return import_leads(watched, order, importing, rejected, clock.wall)
    finally:
        importing.close()


class _Told:
    """Writes how far it is."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def __call__(self, done: int, rows: int) -> None:
        """Write it."""
        percent = round(100 * done / self._size, 1) if self._size else 100.0
        draft = self._path.with_suffix(".drawn")
        draft.write_bytes(orjson.dumps({"percent": percent, "rows": rows}))
        draft.replace(self._path)
