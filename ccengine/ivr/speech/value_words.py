"""The words with which a language says values: `values/<language>.yaml`, and a tenant's over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field

from ccengine.config.names import mistake
from ccengine.ivr.speech.grammar import Forms, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN: Final = "plain"
MONTHS, WEEKDAYS = 12, 7


class Calendar(StrEnum):
    """By which dates are told."""

    GREGORIAN = "gregorian"
    PERSIAN = "persian"


def _currency(text: str) -> str:
    if re.fullmatch(r"[A-Z]{3}", text) is None:
        message = f"'{text}' is no currency"
        raise mistake(message, "use a code of ISO 4217 such as UAH")
    return text


def _hour(text: str) -> str:
    if re.fullmatch(r"1?[0-9]|2[0-3]", text) is None:
        message = f"'{text}' is no hour"
        raise mistake(message, "use 0 to 23")
    return text


def _clock(text: str) -> str:
    if re.fullmatch(r"(1?[0-9]|2[0-3]):[0-5][0-9]", text) is None:
        message = f"'{text}' is no time of day"
        raise mistake(message, 'write it as in "12:00"')
    return text


Currency = Annotated[str, AfterValidator(_currency)]
Hour = Annotated[str, AfterValidator(_hour)]
ClockTime = Annotated[str, AfterValidator(_clock)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Something that is counted, in the forms that a number asks for."""

    gender: str = PLAIN  #: the rule set of its numbers
    forms: Forms = field(default_factory=dict)
    alone: Mapping[str, Text] = field(default_factory=dict)  #: instead of this number and a form
    accusative: Forms = field(default_factory=dict)
    alone_accusative: Mapping[str, Text] = field(default_factory=dict)
    genitive: Forms = field(default_factory=dict)
    alone_genitive: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Unit):
    """A currency, and what it is divided into."""

    minor: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWords:
    """How a date is put together, in one case."""

    day: Text = "{day:plain} {month}"
    weekday: Text = "{weekday}, {date}"
    year: Text = "{date} {year:plain}"
    weekdays: tuple[Text, ...] = ()  #: in this case, if they are others


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWords:
    """How a time of day is put together, in one case."""

    hours: Annotated[int, Field(ge=12, le=24, multiple_of=12)] = 24
    sharp: Text = "{hour:plain}"
    other: Text = "{hour:plain} {minute:plain}"
    periods: Mapping[Hour, Text] = field(default_factory=dict)  #: from which hour on
    special: Mapping[ClockTime, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueWords:
    """The keys of values.yaml. What is left out is as it was built in."""

    calendar: Calendar = Calendar.GREGORIAN
    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    minus: Text = ""
    point: Text = ""
    plus: Text = ""
    months: tuple[Text, ...] = ()
    weekdays: tuple[Text, ...] = ()
    dates: Mapping[str, DateWords] = field(default_factory=dict)
    times: Mapping[str, TimeWords] = field(default_factory=dict)
    durations: Mapping[str, Unit] = field(default_factory=dict)
    together: Text = ""
    amount: Text = ""
    currencies: Mapping[Currency, Money] = field(default_factory=dict)
    nouns: Mapping[str, Unit] = field(default_factory=dict)

    def over(self, other: ValueWords) -> ValueWords:
        """Return these words, with the other's where there are none."""
        changes: dict[str, Any] = {}
        for one in fields(self):
            own, below = getattr(self, one.name), getattr(other, one.name)
            if isinstance(own, Mapping):
                changes[one.name] = {**below, **own}
            elif not own or own == one.default:
                changes[one.name] = below
        return replace(self, **changes)

    @property
    def missing(self) -> Iterator[str]:
        """The keys without which values cannot be said."""
        for one in fields(self):
            if one.name != "nouns" and not getattr(self, one.name):
                yield one.name
