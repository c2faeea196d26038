"""Which place a number is of, and what must be said there before a call is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers
import pytest
import yaml

from ccengine.config.consent_checks import unchecked_rules
from ccengine.config.consents import (
    FOLDER,
    UNCHECKED,
    ConsentSettings,
    is_enough,
    place_named,
    place_of_number,
    rule_for,
    sources,
    table,
)
from ccengine.core.events import ConsentKind
from ccengine.ivr.configuration import load_configuration
from tests.config.area_codes import STATES, area_codes
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

ONE, ANNOUNCE, CONSENT = ConsentKind


@pytest.mark.parametrize(
    ("number", "country", "place"),
    [
        ("+14155550100", None, "US-CA"),
        ("14155550100", None, "US-CA"),
        ("4155550100", "US", "US-CA"),
        ("+12125550100", None, "US-NY"),
        ("+18005550100", None, "US"),  # of no state
        ("+15642345678", None, "US-WA"),
        ("+16045550100", None, "CA"),
        ("+493012345678", None, "DE"),
        ("493012345678", "UA", "DE"),
        ("0441234567", "UA", "UA"),
        ("380441234567", None, "UA"),
        ("", None, ""),
        ("anonymous", "UA", ""),
        ("12", "UA", ""),
    ],
)
def test_the_place_of_a_number(number: str, country: str | None, place: str) -> None:
    assert place_of_number(number, country) == place


@pytest.mark.parametrize(
    ("caller", "agent", "kind"),
    [
        ("US-NY", "US-TX", ONE),
        ("US-NY", "US-CA", CONSENT),
        ("US-CA", "US-NY", CONSENT),
        ("US", "US-WA", ANNOUNCE),
        ("US", "US-NY", ANNOUNCE),  # of a state that nobody knows: the stricter rule
        ("US-VT", "US-NY", ANNOUNCE),  # whose law says nothing clear
        ("US-NJ", "US-DC", ONE),
        ("DE", "GB", CONSENT),
        ("GB", "GB", ANNOUNCE),
        ("", "US-NY", ANNOUNCE),
        ("BR", "US-NY", ANNOUNCE),  # of which the table says nothing
    ],
)
def test_the_stricter_of_both_ends_holds(caller: str, agent: str, kind: ConsentKind) -> None:
    assert rule_for(ConsentSettings(), caller, agent).kind is kind


def test_a_client_has_rules_of_its_own() -> None:
    settings = ConsentSettings(places={"US-NY": ANNOUNCE, "US": CONSENT}, unknown=CONSENT)
    assert rule_for(settings, "US-NY", "US-NY").kind is ANNOUNCE
    assert rule_for(settings, "US-TX", "US-NY").kind is CONSENT  # the country's, its own
    assert rule_for(settings, "US-CA", "US-NY").kind is CONSENT
    assert rule_for(settings, "", "US-NY").kind is CONSENT


def test_a_clients_rule_for_a_country_makes_no_state_easier() -> None:
    easy = ConsentSettings(places={"US": ONE})
    assert rule_for(easy, "US", "US-VT").kind is ONE  # the client has said so
    assert rule_for(easy, "US-NY", "US-CA").kind is CONSENT
    strict = ConsentSettings(places={"US": CONSENT})
    assert rule_for(strict, "US-NY", "US-NY").kind is CONSENT
    assert rule_for(strict, "US-CT", "US-NY").kind is CONSENT


def test_who_has_agreed_to_more_is_not_asked_for_less() -> None:
    assert is_enough(CONSENT, ANNOUNCE)
    assert is_enough(ANNOUNCE, ANNOUNCE)
    assert not is_enough(ANNOUNCE, CONSENT)


def test_each_rule_names_its_place_and_its_source() -> None:
    assert table()["*"] is ANNOUNCE
    for place, told in sources().items():
        assert told["checked"] == UNCHECKED or told["read"], place
        assert place == "*" or place_named(place) == place
        assert len(told["source"]) > 10, place


def test_area_codes_are_those_of_the_numbering_plan() -> None:
    """Fails when a new release of phonenumbers knows more: write the file anew."""
    written = yaml.safe_load((FOLDER / "us_area_codes.yaml").read_text())
    ours = {str(code): state for state, codes in written.items() for code in codes}
    assert set(ours.values()) == set(STATES.values())
    assert ours == area_codes()


def test_check_names_once_the_places_whose_rule_nobody_has_compared(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", "dubai: {name: Dubai,", "dubai: {name: Dubai, place: SA,")
    change(folder / "tenant.yaml", "kyiv: {name: Kyiv,", "kyiv: {name: Kyiv, place: AE,")
    consents = "consent: {}\nqueues:\n"
    for client in ("nour", "dnipro"):
        change(folder / f"clients/{client}/client.yaml", "queues:\n", consents)
    tenant = load_configuration(folder).tenant
    assert tenant is not None
    (warning,) = unchecked_rules(tenant, folder / "tenant.yaml")
    assert warning.is_warning
    assert warning.message.endswith("law of: SA")
    for client in ("nour", "dnipro"):
        file = folder / f"clients/{client}/client.yaml"
        change(file, "consent: {}", "consent: {places: {SA: consent}}")
    tenant = load_configuration(folder).tenant
    assert tenant is not None
    assert unchecked_rules(tenant, folder / "tenant.yaml") == ()


def test_each_number_at_a_place_in_the_united_states_has_its_state() -> None:
    """Also of codes whose state libphonenumber's data write in words that nobody thought of."""
    usual = phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE  # not toll-free, nor personal
    for code in range(200, 1000):
        number = phonenumbers.parse(f"+1{code}2345678")
        at_home = phonenumbers.region_code_for_number(number) == "US"
        if at_home and phonenumbers.number_type(number) is usual:
            assert place_of_number(f"+1{code}2345678", None) != "US", code
