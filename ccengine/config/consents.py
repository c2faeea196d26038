"""What must be said before a call is recorded: by the places of caller and agent, the stricter one.

The table of places is `places/consent.yaml`, each with its source. Numbers tell a country, and of
the United States the state that an area code was given to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import phonenumbers
import yaml
from pydantic import AfterValidator

from ccengine.config.names import mistake
from ccengine.core.events import ConsentKind

FOLDER: Final = Path(__file__).parent / "places"
ANYWHERE: Final = "*"
UNCHECKED: Final = "no"
UNITED_STATES: Final = "US"
STRICTNESS: Final = (ConsentKind.ONE_PARTY, ConsentKind.ANNOUNCE, ConsentKind.CONSENT)


class Refused(StrEnum):
    """What becomes of a call whose caller does not want it to be recorded."""

    UNRECORDED = "unrecorded"  #: it goes on
    ENDS = "ends"  #: with an apology


def place_named(text: str) -> str:
    """Return a place, as it is written.

    Raises:
        PydanticCustomError: there is none of this name.
    """
    country, _, state = text.partition("-")
    is_state = country == UNITED_STATES and re.fullmatch("[A-Z]{2}", state) is not None
    if country not in phonenumbers.SUPPORTED_REGIONS or (state and not is_state):
        message = f"there is no place '{text}'"
        raise mistake(message, "use a country of ISO 3166 such as DE, or a state such as US-CA")
    return text


Place = Annotated[str, AfterValidator(place_named)]
"""A country, or one of the United States."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSettings:
    """`consent` of client.yaml. Where it stands nothing is recorded before what it asks for."""

    places: Mapping[Place, ConsentKind] = field(default_factory=dict)  #: instead of the table's
    unknown: ConsentKind | None = None  #: where nobody knows the place; None: the table's "*"
    refused: Refused = Refused.UNRECORDED


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule:
    """What is asked for, and by which places; empty: nobody knows."""

    kind: ConsentKind
    caller_place: str
    agent_place: str


def rule_for(settings: ConsentSettings, caller_place: str, *agent_places: str) -> ConsentRule:
    """Return the strictest of all ends' rules, with the place of the agent that is so strict.

    Args:
        settings: the client's.
        caller_place: the customer's.
        agent_places: of all whom the customer talks with, at least one.
    """

    def strictness(place: str) -> int:
        return STRICTNESS.index(_kind_of(settings, place))

    agent_place = max(agent_places, key=strictness)
    strictest = max(strictness(caller_place), strictness(agent_place))
    return ConsentRule(
        kind=STRICTNESS[strictest], caller_place=caller_place, agent_place=agent_place
    )


def is_enough(given: ConsentKind, wanted: ConsentKind) -> bool:
    """Tell whether who has agreed to one thing needs not be asked for another."""
    return STRICTNESS.index(given) >= STRICTNESS.index(wanted)


def place_of_number(number: str, country: str | None) -> str:
    """Return where a number is of; empty: withheld, or nobody knows.

    Networks show numbers as they are dialed within the country, or whole, with + and without.

    Args:
        number: as the network has it.
        country: of numbers without one.
    """
    for text, region in ((number, country), (f"+{number.removeprefix('+')}", None)):
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return _place_of(parsed)
    return ""


def table() -> Mapping[str, ConsentKind]:
    """Return the rule of each place that has one; `*` is everywhere else."""
    return {place: ConsentKind(told["kind"]) for place, told in sources().items()}


def ruling_place(settings: ConsentSettings, place: str) -> str | None:
    """Return the entry of the table that holds at a place; None: the client has its own."""
    known, country = table(), place.partition("-")[0]
    if place in settings.places:
        return None
    if place in known:
        return place if known[place] is _kind_of(settings, place) else None
    if country in settings.places:
        return None
    if country in known:
        return country
    return None if settings.unknown else ANYWHERE


def is_checked(place: str) -> bool:
    """Tell whether an entry of the table was compared with what is published of its source."""
    return sources()[place]["checked"] != UNCHECKED


@cache
def sources() -> Mapping[str, Mapping[str, str]]:
    """Return the table as it is written: with what each rule is taken from."""
    text = (FOLDER / "consent.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = yaml.load(text, yaml.BaseLoader)
    return read


def _kind_of(settings: ConsentSettings, place: str) -> ConsentKind:
    """Return a place's rule: the client's; else the table's, and what the client says of all of
    the country makes no state of it easier."""
    known, places, country = table(), settings.places, place.partition("-")[0]
    if place in places or place not in known:
        named = places.get(place) or places.get(country) or known.get(country)
        return named or settings.unknown or known[ANYWHERE]
    return max(known[place], places.get(country, known[place]), key=STRICTNESS.index)


def _place_of(number: phonenumbers.PhoneNumber) -> str:
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        return ""
    state = _states().get(str(number.national_number)[:3]) if region == UNITED_STATES else None
    return str(region) if state is None else f"{region}-{state}"


def area_codes_of(state: str) -> tuple[str, ...]:
    """Return the area codes of one of the United States; nothing: there is none such."""
    return tuple(code for code, one in _states().items() if one == state)


@cache
def _states() -> Mapping[str, str]:
    text = (FOLDER / "us_area_codes.yaml").read_text(encoding="utf-8")
    codes: dict[str, list[str]] = yaml.load(text, yaml.BaseLoader)
    return {code: state for state, found in codes.items() for code in found}
