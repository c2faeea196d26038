"""Columns of a file of leads that mean something of their own, whatever fields a campaign has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBER: Final = "number"
"""A telephone number; more of them are `number_2`, `number_3` …"""

KEY: Final = "key"  #: the customer's own key of the lead
COUNTRY: Final = "country"  #: of the address: ISO 3166
STATE: Final = "state"  #: of the address, in the United States: two letters
ZONE: Final = "zone"  #: IANA time zone of the address
PRIORITY: Final = "priority"  #: a whole number; the highest is dialed first

RESERVED: Final = frozenset({NUMBER, KEY, COUNTRY, STATE, ZONE, PRIORITY})

DEBT_FIELD: Final = "debt"
DEBT_LENGTH: Final = 64
"""Which debt a call is about, where laws count attempts by it (12 CFR 1006.14): a lead's field."""

MOST_NUMBERS: Final = 9
_NUMBER_COLUMN: Final = re.compile(r"number(_[2-9])?")


def debt_of(fields: Mapping[str, str]) -> str:
    """Return which debt a lead is called about; empty: none that the file names."""
    return fields.get(DEBT_FIELD, "")[:DEBT_LENGTH]


def is_number_column(name: str) -> bool:
    """Tell whether a column holds telephone numbers."""
    return _NUMBER_COLUMN.fullmatch(name) is not None
