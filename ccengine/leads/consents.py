"""A file of consents: who agreed to be called, since when, and what proves it. All of it counts, or
nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.config.names import suggestion
from ccengine.config.whereabouts import NotANumber, number_of
from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.core.ids import Instant
from ccengine.leads.cells import unescaped
from ccengine.leads.files import FileUnfit
from ccengine.storage.call_consents import LONGEST_EVIDENCE, StoredConsent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccengine.leads.files import LeadFile, Row

NUMBER, EVIDENCE, GIVEN_AT, ENDS_AT = "number", "evidence", "given_at", "ends_at"
COLUMNS: Final = (NUMBER, EVIDENCE, GIVEN_AT, ENDS_AT)
MOST_FAULTS: Final = 10
MOST_ROWS: Final = 1_000_000
"""They are all in memory before the first is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTo:
    """What is so of all rows of a file, or of those that say nothing else."""

    client: str
    purposes: tuple[Purpose, ...]
    reach: How
    written: bool
    evidence: str  #: empty: each row has to say it
    given_at: Instant | None  #: None: each row has to say it
    by: str  #: who notes them
    now: Instant
    country: str | None  #: of numbers without one
    zone: str  #: of times without one, IANA


class _RowUnfit(Exception):
    """A row says no consent. Its words say why."""


def consents_in(file: LeadFile, given: GivenTo) -> list[StoredConsent]:
    """Return the consents of a file: in each row a number, and what proves it.

    Raises:
        FileUnfit: something in it is wrong; the first faults are named with their rows.
    """
    rows = file.rows()
    header = next(rows, None)
    columns = _columns(() if header is None else header.cells, given)
    found: list[StoredConsent] = []
    faults: list[str] = []
    for row in rows:
        try:
            found.append(_consent(row, columns, given))
        except _RowUnfit as error:
            faults.append(f"row {row.number}: {error}")
        if len(faults) >= MOST_FAULTS:
            break
        if len(found) > MOST_ROWS:
            message = f"it has more than {MOST_ROWS:,} rows — import it in parts"
            raise FileUnfit(message)
    if faults:
        raise FileUnfit("; ".join(faults))
    return found


def _columns(header: Sequence[str], given: GivenTo) -> Mapping[str, int]:
    names = [cell.strip().lower() for cell in header]
    columns = {name: names.index(name) for name in COLUMNS if name in names}
    if NUMBER not in columns:
        message = f"no column is called '{NUMBER}' — {suggestion(NUMBER, names)}"
        raise FileUnfit(message)
    if EVIDENCE not in columns and not given.evidence:
        message = f"nothing proves them — give a column '{EVIDENCE}', or --evidence for all rows"
        raise FileUnfit(message)
    if GIVEN_AT not in columns and given.given_at is None:
        message = f"nobody says since when — give a column '{GIVEN_AT}', or --at for all rows"
        raise FileUnfit(message)
    twice = next((name for name in columns if names.count(name) > 1), None)
    if twice is not None:
        message = f"two columns are called '{twice}' — rename one"
        raise FileUnfit(message)
    return columns


def _consent(row: Row, columns: Mapping[str, int], given: GivenTo) -> StoredConsent:
    if row.fault:
        raise _RowUnfit(row.fault)
    cells = dict(_cells(row, columns))
    evidence = cells.get(EVIDENCE) or given.evidence
    if not evidence or len(evidence) > LONGEST_EVIDENCE:
        message = f"'{EVIDENCE}' is empty, or longer than {LONGEST_EVIDENCE} characters"
        raise _RowUnfit(message)
    try:
        number = number_of(cells.get(NUMBER, ""), given.country)
    except NotANumber as error:
        raise _RowUnfit(str(error)) from None
    given_at = _instant(cells, GIVEN_AT, given.zone)
    given_at = given.given_at if given_at is None else given_at
    if given_at is None or given_at > given.now:
        message = f"'{GIVEN_AT}' is {'empty' if given_at is None else 'not past'}"
        raise _RowUnfit(message)
    consent = CallConsent(
        client=given.client,
        purposes=given.purposes,
        to=given.reach,
        written=given.written,
        given_at=given_at,
        ends_at=_instant(cells, ENDS_AT, given.zone),
        evidence=evidence,
    )
    return StoredConsent(number=number, consent=consent, by=given.by)


def _cells(row: Row, columns: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name, at in columns.items():
        yield name, unescaped(row.cells[at].strip()) if at < len(row.cells) else ""


def _instant(cells: Mapping[str, str], name: str, zone: str) -> Instant | None:
    text = cells.get(name)
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
        local = when if when.tzinfo is not None else when.replace(tzinfo=ZoneInfo(zone))
        return local.timestamp()
    except (ValueError, OverflowError):
        message = f"'{name}' is '{text[:40]}', which is no time — write it as in 2026-11-23T09:00"
        raise _RowUnfit(message) from None
