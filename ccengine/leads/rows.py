"""Makes a lead of a row, or says why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

import phonenumbers

from ccengine.config.lead_columns import COUNTRY, KEY, PRIORITY, STATE, ZONE
from ccengine.config.whereabouts import zones_of
from ccengine.leads.cells import unescaped
from ccengine.leads.numbers import NumberUnfit, dialable_number
from ccengine.leads.values import ValueUnfit, value_of
from ccengine.storage.lead_imports import NewLead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from ccengine.config.campaigns import LeadField
    from ccengine.leads.columns import Columns
    from ccengine.leads.files import Row
    from ccengine.leads.numbers import DialableNumber

LONGEST_KEY: Final = 64
PRIORITY_AT_MOST: Final = 1_000_000
UNITED_STATES: Final = "US"


class RowUnfit(Exception):
    """A row becomes no lead. Its words say why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives, as far as calling hours need it."""

    place: str = ""  #: ISO 3166, with the state in the United States; empty: not told
    zone: str = ""  #: IANA; empty: not told


class LeadMaker:
    """Makes leads of rows.

    Args:
        columns: where everything is.
        fields: of the campaign.
        country: of numbers without one.
        lot: draws the order of a list that is gone through by lot; None: it is not.
    """

    def __init__(
        self, columns: Columns, fields: Mapping[str, LeadField], country: str, lot: Random | None
    ) -> None:
        self._columns = columns
        self._fields = {name: one for name, one in fields.items() if name in columns.others}
        self._missing = [
            name for name, one in fields.items() if one.required and name not in columns.others
        ]
        self._country = country
        self._lot = lot
        self._zones = available_timezones()
        self.disagreeing = 0  #: leads whose number is in no time zone of their address

    def lead_of(self, row: Row) -> NewLead:
        """Return the lead that a row says.

        Raises:
            RowUnfit: it says none.
        """
        cells = self._whole(row)
        address = self._address(cells)
        numbers = self._numbers(cells, address)
        try:
            fields = {
                name: value
                for name, one in self._fields.items()
                if (value := value_of(cells[self._columns.others[name]], name, one))
            }
        except ValueUnfit as error:
            raise RowUnfit(str(error)) from None
        return NewLead(
            row=row.number,
            numbers=tuple(dict.fromkeys(one.international for one in numbers)),
            fields=fields,
            key=self._key(cells),
            priority=self._priority(cells),
            place=address.place,
            zone=self._zone(address, numbers[0]),
            shuffle=None if self._lot is None else self._lot.getrandbits(31),
        )

    def _whole(self, row: Row) -> list[str]:
        """Return as many cells as the header has."""
        if row.fault:
            raise RowUnfit(row.fault)
        width, cells = len(self._columns.header), list(row.cells)
        if len(cells) < width or any(cells[width:]):
            message = f"it has {len(cells)} cells, and the header {width}"
            raise RowUnfit(message)
        if self._missing:
            message = f"there is no column '{self._missing[0]}', which must not be empty"
            raise RowUnfit(message)
        return cells

    def _numbers(self, cells: list[str], address: Address) -> list[DialableNumber]:
        country = address.place.partition("-")[0] or self._country
        texts = [unescaped(cells[at].strip()) for at in self._columns.numbers]
        try:
            numbers = [dialable_number(text, country) for text in texts if text]
        except NumberUnfit as error:
            raise RowUnfit(str(error)) from None
        if not numbers:
            message = "it has no telephone number"
            raise RowUnfit(message)
        return numbers

    def _address(self, cells: list[str]) -> Address:
        country, state = self._cell(cells, COUNTRY).upper(), self._cell(cells, STATE).upper()
        if country and country not in phonenumbers.SUPPORTED_REGIONS:
            message = f"there is no country '{country[:20]}': use a code of ISO 3166 such as UA"
            raise RowUnfit(message)
        country = country or (self._country if state else "")
        if state and country == UNITED_STATES:
            if re.fullmatch("[A-Z]{2}", state) is None or not zones_of(f"{country}-{state}"):
                message = f"there is no state '{state[:20]}': use two letters such as FL"
                raise RowUnfit(message)
            country = f"{country}-{state}"
        zone = self._cell(cells, ZONE)
        if zone and zone not in self._zones:
            message = f"there is no time zone '{zone[:40]}': use a name such as Europe/Kyiv"
            raise RowUnfit(message)
        return Address(country, zone)

    def _zone(self, address: Address, number: DialableNumber) -> str:
        """Return the zone of the address, else of the number, if there is only one it can be."""
        by_number = number.zones
        by_place = zones_of(address.place) if address.place else ()
        by_address = (address.zone,) if address.zone else by_place
        if by_address and by_number and not set(by_address) & set(by_number):
            self.disagreeing += 1
        known = by_address or by_number
        return known[0] if len(known) == 1 else ""

    def _key(self, cells: list[str]) -> str:
        key = unescaped(self._cell(cells, KEY))
        if len(key) > LONGEST_KEY or not key.isprintable():
            message = f"'{KEY}' is longer than {LONGEST_KEY} characters, or cannot be printed"
            raise RowUnfit(message)
        return key

    def _priority(self, cells: list[str]) -> int:
        text = unescaped(self._cell(cells, PRIORITY)) or "0"
        try:
            priority = int(text)
        except ValueError:
            priority = PRIORITY_AT_MOST + 1
        if abs(priority) > PRIORITY_AT_MOST:
            message = f"'{PRIORITY}' is '{text[:20]}', which is no whole number up to a million"
            raise RowUnfit(message)
        return priority

    def _cell(self, cells: list[str], column: str) -> str:
        at = self._columns.others.get(column)
        return "" if at is None else cells[at].strip()
