"""Which column of a file is what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from ccengine.config.lead_columns import MOST_NUMBERS, NUMBER, RESERVED, is_number_column
from ccengine.config.names import suggestion
from ccengine.leads.files import FileUnfit

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_COLUMNS: Final = 1_000
LONGEST_TOLD: Final = 1_000  #: characters of the names of columns

NUMBER_NAMES: Final = frozenset(
    {"phone", "telephone", "tel", "mobile", "cell", "msisdn", "phone_number", "telephone_number",
     "mobile_number"}
)  # fmt: skip
"""Columns that hold numbers, whatever they are called, if nothing is said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row everything is."""

    header: Sequence[str]  #: as the file has it
    numbers: Sequence[int]
    others: Mapping[str, int]  #: fields of the campaign, and columns of a meaning of their own
    ignored: Sequence[str]  #: columns that mean nothing here


def columns_of(
    header: Sequence[str], mapped: Mapping[str, str], fields: Collection[str]
) -> Columns:
    """Return what each column is.

    Args:
        header: the file's first row.
        mapped: what is said of columns: by the file's name for it, ours.
        fields: of the campaign.

    Raises:
        FileUnfit: no column is a number, two are the same, a name leads nowhere, or there are too
            many.
    """
    if len(header) > MOST_COLUMNS:
        message = (
            f"the first row has {len(header):,} columns, more than {MOST_COLUMNS:,} — is it a list"
            " of leads, one in each row?"
        )
        raise FileUnfit(message)
    names = [cell.strip() for cell in header]
    _check_header(names)
    _check_mapping(names, mapped, fields)
    named = _named(names, mapped, fields)
    numbers = [(name, at) for name, at in named.items() if is_number_column(name)]
    if not numbers:
        known = shorten(", ".join(name for name in names if name), LONGEST_TOLD, placeholder=" …")
        message = (
            f"no column is a telephone number — name one '{NUMBER}', or say which it is with"
            f" --map column={NUMBER}; there are: {known}"
        )
        raise FileUnfit(message)
    used = set(named.values())
    return Columns(
        header=names,
        numbers=[at for _, at in sorted(numbers)],
        others={name: at for name, at in named.items() if not is_number_column(name)},
        ignored=[name for at, name in enumerate(names) if at not in used],
    )


def _check_header(names: Sequence[str]) -> None:
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if twice:
        message = f"two columns are called '{min(twice)}' — rename one of them"
        raise FileUnfit(message)


def _check_mapping(
    names: Sequence[str], mapped: Mapping[str, str], fields: Collection[str]
) -> None:
    targets = {*fields, *RESERVED}
    for column, target in mapped.items():
        if column not in names:
            message = f"there is no column '{column}' — {suggestion(column, filter(None, names))}"
            raise FileUnfit(message)
        if target not in targets and not is_number_column(target):
            message = f"the campaign has no field '{target}' — {suggestion(target, targets)}"
            raise FileUnfit(message)


def _named(
    names: Sequence[str], mapped: Mapping[str, str], fields: Collection[str]
) -> dict[str, int]:
    """Return the place of everything that is known: first what was said, then what is plain."""
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        if name in mapped:
            _take(found, mapped[name], at, names)
    known = {*fields, *RESERVED}
    for at, name in enumerate(names):
        plain = "_".join(name.lower().split())
        if name not in mapped and (plain in known or is_number_column(plain)):
            _take(found, plain, at, names)
    for at, name in enumerate(names):
        plain = "_".join(name.lower().split())
        if name not in mapped and plain in NUMBER_NAMES and at not in found.values():
            _take(found, _free_number(found), at, names)
    return found


def _free_number(found: Mapping[str, int]) -> str:
    names = [NUMBER, *(f"{NUMBER}_{place}" for place in range(2, MOST_NUMBERS + 1))]
    return next((name for name in names if name not in found), NUMBER)


def _take(found: dict[str, int], target: str, at: int, names: Sequence[str]) -> None:
    if target in found:
        message = (
            f"columns '{names[found[target]]}' and '{names[at]}' are both '{target}' — say with"
            " --map what one of them is, or rename it"
        )
        raise FileUnfit(message)
    found[target] = at
