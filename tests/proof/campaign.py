"""A database with attempts that were made by hand, and packs of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import create_engine, insert

from ccengine.config.dialing_rules import DialingRules, WrittenRule
from ccengine.config.lawbook import Lawbook
from ccengine.core.dialer.rules import AbandonLimit, Denominator, Scrub, WindowKind
from ccengine.keeping.keys import KeyRing
from ccengine.keeping.order import Folders
from ccengine.proof.order import ProofOrder
from ccengine.proof.pack import Written, write_pack
from ccengine.storage.dialing_tables import LAWS
from ccengine.storage.lead_tables import ATTEMPTS
from ccengine.storage.proof_rows import ProofRows, Stretch
from ccengine.storage.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Table

CLIENT, CAMPAIGN = "nour", "spring"
LIMITS = {
    "US": AbandonLimit(percent=3, window=WindowKind.THIRTY_DAYS, per_seller=True),
    "GB": AbandonLimit(percent=1, window=WindowKind.DAY),
    "CA": AbandonLimit(percent=5, of=Denominator.PLACED, window=WindowKind.MONTH),
    "IT": AbandonLimit(percent=3, of=Denominator.CONNECTED, window=WindowKind.CAMPAIGN),
}
REGISTER = Scrub(register="us-national", days=31)


def _rules() -> DialingRules:
    said: dict[str, Any] = {"source": "a law, § 1", "checked": "2026-11-23"}
    places = {
        place: {"abandoned": WrittenRule(**said, abandoned=limit)}
        for place, limit in LIMITS.items()
    }
    places["US"]["register"] = WrittenRule(**said, register=REGISTER)
    return DialingRules(places=places)


LAWBOOK = Lawbook(_rules())
LAW = LAWBOOK.text


def at(text: str) -> float:
    """Return an instant, written with its offset."""
    return datetime.fromisoformat(text).timestamp()


def row(name: str, placed_at: float, **changes: Any) -> dict[str, Any]:
    """Return an attempt's row."""
    usual: dict[str, Any] = {
        "id": name,
        "client": CLIENT,
        "campaign": CAMPAIGN,
        "lead": 1,
        "number": "+442079460100",
        "person": "",
        "node": "n1",
        "caller_id": "+442079460000",
        "mode": "predictive",
        "purpose": "marketing",
        "seller": "Nour",
        "law": LAW.version,
        "rules": {"GB.abandoned": "applies"},
        "placed_at": placed_at,
        "outcome": "no_answer",
        "ended_at": placed_at + 20.0,
    }
    return usual | changes


def filled(folder: Path, *attempts: Mapping[str, Any]) -> Path:
    """Return a database with attempts, and the rules that they name."""
    file = folder / "ccengine.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    METADATA.create_all(engine)
    engine.dispose()
    kept = {"version": LAW.version, "kept_at": at("2026-01-01T00:00+00:00"), "text": LAW.text}
    add(file, LAWS, [kept])
    add(file, ATTEMPTS, attempts)
    return file


def add(file: Path, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for one in rows:
            connection.execute(insert(table), dict(one))
    engine.dispose()


def order(first: str, ends: str, **changes: Any) -> ProofOrder:
    """Return an order of days in London, the last one left out."""
    asked = ProofOrder(
        tenant="demo",
        stretch=Stretch(client=CLIENT, campaign=CAMPAIGN, begins=at(first), ends=at(ends)),
        days=(first[:10], ends[:10]),
        zone="Europe/London",
        client_zone="Europe/London",
        now=at("2026-12-31T00:00+00:00"),
        settings=None,
        lawbook=LAWBOOK,
        refusals=(),
    )
    return replace(asked, **changes)


def folders(folder: Path) -> Folders:
    """Return folders of recordings that are made when they are needed."""
    return Folders(folder / "spool", folder / "kept", KeyRing(folder / "keys"))


def packed(file: Path, asked: ProofOrder, name: str = "pack") -> Written:
    """Write a pack beside a database."""
    rows = ProofRows.open(file)
    try:
        return write_pack(asked, rows, folders(file.parent), file.parent / name)
    finally:
        rows.close()


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one of a pack's tables."""
    with (folder / "pack" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def windows(folder: Path) -> list[dict[str, Any]]:
    """Return a pack's shares."""
    found = orjson.loads((folder / "pack" / "ratios.json").read_bytes())["windows"]
    return list(found)
