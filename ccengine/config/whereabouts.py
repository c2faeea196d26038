"""Where the person with a number may be, and which time it may be there: by number and by address.

Which country or state a number is of is said by `consents.place_of_number`. Zones come from the
tables of libphonenumber; of an address, from its area codes, or all that its country has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberFormat
from phonenumbers.timezone import time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from ccengine.config.consents import UNITED_STATES, area_codes_of, place_of_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phonenumbers import PhoneNumber

NORTH_AMERICA: Final = 1
AREA_CODE_DIGITS: Final = 3


class NotANumber(ValueError):
    """A text is no telephone number. Its words say what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place where somebody may be, and the time there."""

    place: str  #: a country, or a state such as US-FL; empty: nobody knows
    zones: tuple[str, ...]  #: IANA; it may be in any of them


def number_of(text: str, country: str | None) -> str:
    """Return a number that somebody can have as E.164 has it; an extension is left out.

    Whether it may be dialed is another question: `ccengine.leads.numbers` asks it, too.

    Args:
        text: as a person wrote it.
        country: of numbers without one; None: they need it.

    Raises:
        NotANumber: it is none.
    """
    number = parsed_number(text, country)
    if not phonenumbers.is_valid_number(number):
        raise _not_a_number(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def parsed_number(text: str, country: str | None) -> PhoneNumber:
    """Return what a text says as a number, whether or not anybody can have it.

    Args:
        text: as a person wrote it, or a spreadsheet has made of it.
        country: of numbers without one; None: they need it.

    Raises:
        NotANumber: it says none.
    """
    try:
        return phonenumbers.parse(text.removesuffix(".0"), country)
    except phonenumbers.NumberParseException:
        raise _not_a_number(text) from None


def _not_a_number(text: str) -> NotANumber:
    remedy = "write it with + and the country, as in +380441234567"
    return NotANumber(f"{text[:40]!r} is no telephone number — {remedy}")


def whereabouts(number: str, place: str = "", zone: str = "") -> tuple[Whereabouts, ...]:
    """Return all places where the person may be: where they differ, the rules of all hold.

    Args:
        number: E.164.
        place: of the address; empty: it is not known.
        zone: of the address, IANA; empty: any that the place has. Without a place it is one more
            where the number may be.
    """
    by_number = _by_number(number)
    if not place:
        zones = (zone, *by_number.zones) if zone else by_number.zones
        return (Whereabouts(by_number.place, tuple(dict.fromkeys(zones))),)
    if place == by_number.place.partition("-")[0] and _is_of_a_region(number):
        # The country alone is no address: the number says more.
        zones = (zone, *by_number.zones) if zone else by_number.zones
        return (Whereabouts(by_number.place, tuple(dict.fromkeys(zones))),)
    by_address = Whereabouts(place, (zone,) if zone else zones_of(place))
    is_nowhere_special = by_number.place == place.partition("-")[0]
    if by_number.place == place or (is_nowhere_special and not _is_of_a_region(number)):
        # The number says no more than the address: the time is that of the address, and of the
        # number only where it tells one.
        zones = by_address.zones
        if by_number.place == place and _is_of_a_region(number):
            zones = tuple(dict.fromkeys((*by_address.zones, *by_number.zones)))
        return (Whereabouts(place, zones),)
    return (by_address, by_number)


def zones_of(place: str) -> tuple[str, ...]:
    """Return all zones of a country or a state; nothing: the place is unknown."""
    country, _, state = place.partition("-")
    if country != UNITED_STATES or not state:
        return _zones_of_countries().get(country, ())
    prefixes = tuple(f"{NORTH_AMERICA}{code}" for code in area_codes_of(state))
    return _zones_below(prefixes)


def _by_number(number: str) -> Whereabouts:
    place = place_of_number(number, None)
    if not place:
        return Whereabouts("", ())
    parsed = phonenumbers.parse(number, None)
    country = zones_of(place.partition("-")[0])
    if parsed.country_code == NORTH_AMERICA:
        # Numbers move with people within an area: all of its zones, not the exchange's.
        code = str(parsed.national_number)[:AREA_CODE_DIGITS]
        found = _zones_below((f"{NORTH_AMERICA}{code}",)) if _is_of_a_region(number) else ()
    else:
        found = _known(time_zones_for_number(parsed))
    # Where a number is of no region, the tables name the zones of all countries with its prefix.
    within = tuple(zone for zone in found if zone in country)
    return Whereabouts(place, within or found or country)


def _is_of_a_region(number: str) -> bool:
    """Tell whether a number has its own zones, or only those of all of its country."""
    parsed = phonenumbers.parse(number, None)
    if parsed.country_code == NORTH_AMERICA:
        code = str(parsed.national_number)[:AREA_CODE_DIGITS]
        return f"{NORTH_AMERICA}{code}" in TIMEZONE_DATA
    return phonenumbers.is_number_geographical(parsed)


@cache
def _zones_below(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    found = (zones for code, zones in TIMEZONE_DATA.items() if code.startswith(prefixes))
    return _known(zone for zones in found for zone in zones)


@cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    found: dict[str, tuple[str, ...]] = {}
    for country, _, zone, *_ in rows:
        found[country] = (*found.get(country, ()), zone)
    return found


def _known(zones: Iterable[str]) -> tuple[str, ...]:
    """Return the zones that there are, each once."""
    return tuple(sorted({zone for zone in zones if _is_zone(zone)}))


@cache
def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        return False
    return True
