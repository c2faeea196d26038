"""Cells are what their fields ask for, by the rule that holds for forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config import form_values
from ccengine.config.campaigns import LeadField
from ccengine.config.papers import FieldKind, FormField
from ccengine.core.outcomes import LONGEST_VALUE
from ccengine.leads.values import ValueUnfit, value_of

KINDS = sorted(set(FieldKind) - {FieldKind.CHOICE, FieldKind.SCALE})  # which leads have not


def read(kind: FieldKind, cell: str) -> str:
    return value_of(cell, "field", LeadField(label="Field", kind=kind))


@pytest.mark.parametrize(
    ("kind", "cell", "kept"),
    [
        (FieldKind.NUMBER, "007", "7"),
        (FieldKind.MONTHS, "12", "12"),
        (FieldKind.AMOUNT, "12.5", "12.50"),
        (FieldKind.AMOUNT, "-3", "-3.00"),
        (FieldKind.DATE, "2026-12-31", "2026-12-31"),
        (FieldKind.DATE_TIME, "2026-12-31T14:30", "2026-12-31T14:30"),
        (FieldKind.EMAIL, "ann@example.com", "ann@example.com"),
        (FieldKind.YES_NO, "TRUE", "yes"),
        (FieldKind.YES_NO, "0", "no"),
        (FieldKind.DIGITS, "0012", "0012"),
        (FieldKind.TEXT, "  a\u200cb  two ", "a\u200cb two"),
        (FieldKind.DATE, "", ""),
    ],
)
def test_what_a_cell_says(kind: FieldKind, cell: str, kept: str) -> None:
    assert read(kind, cell) == kept


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (FieldKind.EMAIL, "no mail"),
        (FieldKind.DATE_TIME, "next week"),
        (FieldKind.DATE_TIME, "2026-12-31T25:00"),
        (FieldKind.DATE, "20261231"),
        (FieldKind.DATE, "2026-02-30"),
        (FieldKind.AMOUNT, "1e1000"),
        (FieldKind.AMOUNT, "1e999999999"),
        (FieldKind.AMOUNT, "Infinity"),
        (FieldKind.AMOUNT, "1" * 16),
        (FieldKind.NUMBER, "1_000"),
        (FieldKind.NUMBER, "1" * 500),
        (FieldKind.NUMBER, "٣"),
        (FieldKind.DIGITS, "1 2"),
        (FieldKind.YES_NO, "maybe"),
        (FieldKind.TEXT, "a\x00b"),
    ],
)
def test_what_no_field_of_that_kind_can_be(kind: FieldKind, cell: str) -> None:
    with pytest.raises(ValueUnfit, match="'field'"):
        read(kind, cell)


@given(st.sampled_from(KINDS), st.text(max_size=20))
def test_what_is_kept_is_what_a_form_would_keep(kind: FieldKind, cell: str) -> None:
    try:
        kept = read(kind, cell)
    except ValueUnfit:
        return
    assert len(kept) <= LONGEST_VALUE
    field = FormField(kind=kind, label="Field")
    assert not kept or form_values.value_of(field, kept) == kept
