"""Fills in what a client's own program is sent: fields become values of JSON, never anything else.

`{caller}` alone is the value itself, a number or null too; within other text it is text. In an
address a field is percent-encoded, so that it cannot lead anywhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.requests import filled_body, url_part
from ccengine.config.webhooks import FORM_VALUES, MESSAGE_FIELDS, PLACEHOLDER, RECORD_FIELDS
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.reporting.call_record import CallRecord

TIMES = frozenset({"arrived_at", "answered_at", "ended_at"})


def fields_of(body: Mapping[str, object], record: CallRecord | None) -> dict[str, object]:
    """Return the fields that templates may name."""
    fields: dict[str, object] = {name: body.get(name) for name in MESSAGE_FIELDS}
    if record is None:
        return {**fields, "call": body.get("call_id"), "client": body.get("client")}
    for name in RECORD_FIELDS:
        value = getattr(record, name)
        is_time = name in TIMES and value is not None
        fields[name] = utc_text(value) if is_time else value
    for part in record.dispositions:
        fields |= {FORM_VALUES + name: value for name, value in part.values.items()}
    return fields


def filled(template: object, fields: Mapping[str, object]) -> object:
    """Return a template with its fields filled in."""

    def value(text: str) -> object:
        whole = PLACEHOLDER.fullmatch(text)
        if whole is not None:
            return fields.get(whole[1])
        return PLACEHOLDER.sub(lambda found: _text(fields.get(found[1])), text)

    return filled_body(template, value)


def address(url: str, fields: Mapping[str, object]) -> str:
    """Return an address with its fields filled in.

    Raises:
        NoAddress: a field is empty, or only dots.
    """
    return PLACEHOLDER.sub(lambda found: url_part(found[1], _text(fields.get(found[1]))), url)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
