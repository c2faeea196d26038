"""Which numbers may be called back, and who a caller id stands for.

What callers type is a stranger's text until it has passed here: it comes out as a number in
international form, or as the reason why nobody is called.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from ccengine.config.clients import digits_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ccengine.config.clients import Client
    from ccengine.config.tenant import Tenant

TYPED: Final = re.compile(r"\+?[0-9]{1,20}")
DEAR: Final = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN}
)


class Unfit(StrEnum):
    """Why a number is not called; the values are the prompts that say so."""

    NO_NUMBER = "callback-no-number"  #: too short, too long, or nobody's
    FOREIGN = "callback-foreign"
    PREMIUM = "callback-premium"
    EMERGENCY = "callback-emergency"
    OWN = "callback-own"  #: the center's
    NO_WAY = "callback-no-way"  #: the client's outbound rules know no such prefix


def judge_number(
    typed: str, client: Client, tenant: Tenant, countries: Collection[str] = ()
) -> str | Unfit:
    """Return a number in international form, such as `+380441234567`, or why it is not called.

    Args:
        typed: digits, perhaps with a + in front.
        client: whose customer is called, by whose rules.
        tenant: whose own numbers are not called.
        countries: whose numbers may be called beside those of the client's own country.
    """
    country = client.settings.country
    if TYPED.fullmatch(typed) is None or country is None:
        return Unfit.NO_NUMBER
    if phonenumbers.connects_to_emergency_number(typed, country):
        return Unfit.EMERGENCY
    number = _parsed(typed, country)
    forms = {digits_of(typed)} | ({_digits(number)} if number is not None else set())
    if forms & set(own_numbers(tenant, country)):
        return Unfit.OWN
    if number is None or not phonenumbers.is_valid_number(number):
        return Unfit.NO_NUMBER
    return _kept_by_rules(number, client, {country, *countries}) or _international(number)


def _kept_by_rules(number: PhoneNumber, client: Client, countries: Collection[str]) -> Unfit | None:
    if phonenumbers.number_type(number) in DEAR:
        return Unfit.PREMIUM
    if phonenumbers.region_code_for_number(number) not in countries:
        return Unfit.FOREIGN
    outbound = client.settings.outbound
    prefixes = () if outbound is None else tuple(outbound.prefixes)
    return None if _digits(number).startswith(prefixes) else Unfit.NO_WAY


def identity_of(caller: str, client: Client) -> str:
    """Return who a caller id stands for, in international form; empty: nobody can tell.

    A withheld number is nobody's, and one that many share is not one person's.
    """
    country = client.settings.country
    if country is None or TYPED.fullmatch(caller) is None:
        return ""
    number = _parsed(caller, country)
    if number is None or not phonenumbers.is_valid_number(number):
        return ""
    shared = (_parsed(one, country) for one in client.settings.shared_numbers)
    shared_digits = {_digits(one) for one in shared if one is not None}
    return "" if _digits(number) in shared_digits else _international(number)


def international_form(number: str, client: Client) -> str:
    """Return a number of the client's own in international form; empty: that cannot be told."""
    parsed = _parsed(number, client.settings.country or "")
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return ""
    return _international(parsed)


def own_numbers(tenant: Tenant, country: str) -> Iterator[str]:
    """Yield the center's numbers by their digits: nobody is called back at one."""
    yield from tenant.settings.phones
    for client in tenant.clients.values():
        outbound = client.settings.outbound
        shown = () if outbound is None else (outbound.caller_id,)
        for own in (*client.settings.numbers, *shown):
            yield digits_of(own)
            number = _parsed(own, client.settings.country or country)
            if number is not None:
                yield _digits(number)


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _international(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _digits(number: PhoneNumber) -> str:
    return digits_of(_international(number))
