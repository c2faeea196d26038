"""What may be said of a call that others learn from: nothing by which its caller is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.reporting.call_record import CallRecord

HIDDEN: Final = "…"
SHORTEST_VALUE: Final = 3
"""A shorter one is a choice or a count, and stands in half of all words."""
LONG_NUMBER: Final = re.compile(r"\+?\d(?:[ ./()-]{0,3}\d){5,}")
"""Six digits or more, however they are written: a telephone's, a card's, a customer's number."""


def masked(text: str, record: CallRecord) -> str:
    """Return a text without numbers, and without what is known of the caller.

    Hidden are the caller's number, all long numbers, what menus have learned, and what was filled
    into forms. What a reviewer writes of them in words of their own cannot be found.
    """
    text = LONG_NUMBER.sub(HIDDEN, text)
    for value in sorted(set(_values(record)), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return text


def _values(record: CallRecord) -> Iterator[str]:
    known = [record.caller, record.to, *record.learned.values()]
    known += [value for said in record.dispositions for value in said.values.values()]
    for value in known:
        if len(value.strip()) >= SHORTEST_VALUE:
            yield value.strip()
