"""Fields of leads: what a cell says, kept as a form would keep it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ccengine.config import form_values
from ccengine.config.form_values import WANTED
from ccengine.config.names import can_be_read
from ccengine.config.papers import FieldKind, FormField
from ccengine.core.outcomes import LONGEST_VALUE
from ccengine.leads.cells import unescaped

if TYPE_CHECKING:
    from ccengine.config.campaigns import LeadField

_YES_NO: Final = {
    **dict.fromkeys(("yes", "true", "y", "1"), form_values.YES),
    **dict.fromkeys(("no", "false", "n", "0"), form_values.NO),
}
"""How other programs write it."""


class ValueUnfit(Exception):
    """A cell cannot be what its field asks for. Its words say why."""


def value_of(cell: str, name: str, field: LeadField) -> str:
    """Return what a cell says, as it is kept; empty: nothing.

    Raises:
        ValueUnfit: it says nothing that the field can be, or is empty and must not be.
    """
    text = " ".join(unescaped(cell.strip()).split())
    if not text:
        if field.required:
            message = f"'{name}' is empty"
            raise ValueUnfit(message)
        return ""
    if len(text) > LONGEST_VALUE:
        message = f"'{name}' has {len(text)} characters, more than {LONGEST_VALUE}"
        raise ValueUnfit(message)
    if not can_be_read(text):
        message = f"'{name}' holds characters that cannot be printed"
        raise ValueUnfit(message)
    return _typed(text, name, field.kind)


@lru_cache(maxsize=256)
def _field(kind: FieldKind, name: str) -> FormField:
    return FormField(kind=kind, label=name)


def _typed(text: str, name: str, kind: FieldKind) -> str:
    written = _YES_NO.get(text.lower(), text) if kind is FieldKind.YES_NO else text
    if kind is FieldKind.TEXT:
        return text  # what a form asks of it was asked already
    value = form_values.value_of(_field(kind, name), written)
    if value is None:
        wanted = WANTED.get(kind, "what the field asks for")
        kind_said = kind.replace("_", "/")
        message = f"'{name}' is '{text[:60]}', which is no {kind_said}: write {wanted}"
        raise ValueUnfit(message)
    return value
