"""Takes a file of leads in: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final, Self

from ccengine.config.campaigns import Campaign
from ccengine.core.dialer.campaigns import Order
from ccengine.leads.columns import columns_of
from ccengine.leads.files import FileUnfit
from ccengine.leads.rows import LeadMaker, RowUnfit
from ccengine.storage.lead_imports import ImportTarget, NewLead, Reject, row_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.ids import Instant
    from ccengine.leads.files import LeadFile, Row
    from ccengine.leads.reject_file import RejectFile
    from ccengine.storage.lead_imports import KnownLead, LeadImport

ROWS_AT_ONCE: Final = 5_000
"""Written in one transaction: a fraction of a second, for which the engine may have to wait."""
TEXT_AT_ONCE: Final = 20_000_000
"""Characters of rows that are written together: so much of a file is in memory at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What is to be done."""

    campaign: Campaign
    country: str  #: of numbers without one
    list: str
    lot: Random  #: draws the order of a list that is gone through by lot
    mapped: Mapping[str, str] = field(default_factory=dict)  #: the file's columns to ours


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    id: int  #: of the import
    leads: int = 0
    rejects: int = 0
    duplicates: int = 0  #: of the rejects: a number is in the list, or in another of the campaign
    disagreeing: int = 0  #: leads whose number and address are in different time zones
    ignored: Sequence[str] = ()  #: columns


def import_leads(
    file: LeadFile,
    order: ImportOrder,
    to: LeadImport,
    rejected: RejectFile,
    now: Callable[[], Instant],
) -> Imported:
    """Take all rows of a file in; those that cannot be are rejects.

    Nothing of it is there for anybody before all of it is.

    Raises:
        FileUnfit: the file cannot be used; nothing was imported.
    """
    rows = file.rows()
    header = next(rows, None)
    if header is None:
        message = "the file is empty — its first row has to name the columns"
        raise FileUnfit(message)
    if header.fault:
        message = f"the header cannot be read: {header.fault} — save it as UTF-8, or say --encoding"
        raise FileUnfit(message)
    settings = order.campaign.settings
    columns = columns_of(header.cells, order.mapped, settings.fields)
    shared = settings.lists.get(order.list)
    by_lot = shared is not None and shared.order is Order.RANDOM
    lot = order.lot if by_lot else None
    maker = LeadMaker(columns, settings.fields, order.country, lot)
    begun = to.begin(_target_of(order), file.name, columns.header, now())
    done = Imported(id=begun, ignored=columns.ignored)
    try:
        rejected.begin(columns.header)
        with _Batch(to, order.list, rejected, done) as batch:
            for row in rows:
                batch.add(row, maker)
        rejected.flush()
        done.disagreeing = maker.disagreeing
        to.finish(now())
    except BaseException:
        with suppress(Exception):  # whatever stays is removed by the next import
            to.undo()
        raise
    return done


def _target_of(order: ImportOrder) -> ImportTarget:
    return ImportTarget(
        client=order.campaign.client,
        campaign=order.campaign.name,
        list=order.list,
        beside=tuple(order.campaign.settings.lists),
    )


class _Batch:
    """Rows that are looked at, and then written together."""

    def __init__(self, to: LeadImport, of_list: str, rejected: RejectFile, done: Imported) -> None:
        self._to = to
        self._list = of_list
        self._rejected = rejected
        self._done = done
        self._leads: list[tuple[NewLead, Row]] = []
        self._rejects: list[Reject] = []
        self._size = 0  #: characters of the rows that wait

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._write()

    def add(self, row: Row, maker: LeadMaker) -> None:
        """Look at one row more."""
        self._size += sum(map(len, row.cells))
        try:
            self._leads.append((maker.lead_of(row), row))
        except RowUnfit as error:
            self._reject(row, str(error))
        is_enough = len(self._leads) + len(self._rejects) >= ROWS_AT_ONCE
        if is_enough or self._size >= TEXT_AT_ONCE:
            self._write()

    def _write(self) -> None:
        numbers = [number for lead, _ in self._leads for number in lead.numbers]
        known = self._to.known(numbers)
        fine: list[NewLead] = []
        here: dict[str, int] = {}
        for lead, row in self._leads:
            twice = next((one for one in lead.numbers if one in known or one in here), None)
            if twice is None:
                here |= dict.fromkeys(lead.numbers, row.number)
                fine.append(lead)
            else:
                self._done.duplicates += 1
                self._reject(row, self._duplicate(twice, known, here))
        self._rejects.sort(key=lambda one: one.row)
        self._to.add(fine, self._rejects)
        self._rejected.add(self._rejects)
        self._done.leads += len(fine)
        self._done.rejects += len(self._rejects)
        self._leads.clear()
        self._rejects.clear()
        self._size = 0

    def _duplicate(
        self, number: str, known: Mapping[str, KnownLead], here: Mapping[str, int]
    ) -> str:
        if number in here:
            return f"{number} is in row {here[number]} already"
        if known[number].list != self._list:
            return f"{number} is in list '{known[number].list}' already"
        with_import, row = row_of(known[number].id)
        is_this = with_import == self._to.id
        return f"{number} is in {f'row {row}' if is_this else 'the list'} already"

    def _reject(self, row: Row, reason: str) -> None:
        self._rejects.append(Reject(row=row.number, reason=reason, cells=row.cells))
