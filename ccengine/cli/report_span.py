"""What `report` commands share: of which days, in which zone, from which journal."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.cli.day_report import configuration_of
from ccengine.cli.output import day_named, fail, read_settings, zone_named
from ccengine.config.periods import NO_ZONE
from ccengine.config.tenant import Tenant
from ccengine.reporting.kpis.calendar import Calendar, span
from ccengine.reporting.kpis.facts import Ms
from ccengine.reporting.kpis.page import interval_for
from ccengine.reporting.kpis.table import By, Question
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.ids import Instant
    from ccengine.reporting.kpis.calendar import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options of a report say."""

    first: str | None  #: day
    last: str | None
    zone: str | None
    client: str | None
    journal: Path | None
    config: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a report is about."""

    tenant: Tenant
    reader: JournalReader
    zone: str
    begins: Ms
    ends: Ms

    def question(self, by: tuple[By, ...], interval: Interval, client: str | None) -> Question:
        """Return a question about these days.

        Args:
            by: what figures are told apart by.
            interval: how long intervals are.
            client: only this one's figures; None: all.
        """
        return Question(
            begins=self.begins,
            ends=self.ends,
            by=by,
            calendar=Calendar(self.zone, interval),
            clients=None if client is None else frozenset({client}),
        )

    def course(self, client: str | None) -> Question:
        """Return the question of how the days went."""
        return self.question((By.INTERVAL,), interval_for(self.begins, self.ends), client)


@contextmanager
def opened(wanted: Wanted) -> Iterator[Span]:
    """Open what a report is made of, or say what is wrong and end."""
    if wanted.journal is not None and not wanted.journal.is_file():
        fail(f"there is no journal {wanted.journal}")
    settings = read_settings()
    tenant = configuration_of(wanted.config or settings.tenant_folder).tenant
    if tenant is None:
        fail("there is no tenant", "see `ccengine check`")
    if wanted.client is not None and wanted.client not in tenant.clients:
        fail(f"there is no client '{wanted.client}'", f"known are: {', '.join(tenant.clients)}")
    zone = _zone(wanted, tenant)
    try:
        with JournalReader.open(wanted.journal or settings.paths.journal) as reader:
            number, newest = reader.newest()
            if not number:
                fail("the journal is empty")
            first, last = _days(wanted, zone, newest)
            begins, ends = span(first, last, zone)
            yield Span(tenant=tenant, reader=reader, zone=zone, begins=begins, ends=ends)
    except JournalError as error:
        fail(str(error))


def _zone(wanted: Wanted, tenant: Tenant) -> str:
    """Return the reader's zone, else that of the client, else the one all clients share."""
    if wanted.zone is not None:
        return zone_named(wanted.zone).key
    clients = tenant.clients.values()
    zones = {one.zone for one in clients if wanted.client in (None, one.id)}
    return zones.pop() if len(zones) == 1 else NO_ZONE


def _days(wanted: Wanted, zone: str, newest: Instant) -> tuple[date, date]:
    latest = datetime.fromtimestamp(newest, UTC).astimezone(ZoneInfo(zone)).date()
    first = day_named(wanted.first) if wanted.first else None
    last = day_named(wanted.last) if wanted.last else first or latest
    first = first or last
    if first > last:
        fail(f"{first} is after {last}", "write --from before --to", code=2)
    return first, last
