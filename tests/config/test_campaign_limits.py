"""Which limits on abandoned calls hold for a campaign."""

from __future__ import annotations

from typing import Any

import pytest

from ccengine.config.campaign_limits import limits_of, watched
from ccengine.config.campaigns import CampaignFile
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import whereabouts
from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.numbers_known import NumberFacts
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import Denominator, WindowKind
from ccengine.core.dialer.verdicts import MENDABLE, HoldReason

NOW = 1_795_000_000.0  # November 2026


def limits(
    country: str, mode: Mode = Mode.PREDICTIVE, purpose: Purpose = Purpose.MARKETING, **values: Any
) -> list[tuple[str, float]]:
    campaign = CampaignFile(name="x", mode=mode, purpose=purpose, seller="x", **values)
    found = limits_of(campaign, country, built_in(), NOW).limits
    return [(one.rule, one.limit.percent) for one in found]


def test_the_law_of_the_country_holds() -> None:
    assert limits("US") == [("US.abandoned", 3.0)]
    assert limits("GB") == [("GB.abandoned", 1.0)]


def test_the_campaigns_own_limit_comes_beside_the_laws() -> None:
    """Each is judged as it counts; the strictest paces."""
    assert limits("CA", abandon_percent=2.0) == [("CA.abandoned", 5.0), ("abandon_percent", 2.0)]


def test_a_rule_for_marketing_is_none_for_service() -> None:
    assert limits("US", Mode.PROGRESSIVE, Purpose.SERVICE) == []


def test_who_may_abandon_somebody_is_never_without_a_limit() -> None:
    """A power campaign is gated by the house's limit, so its window is counted and shown, too."""
    assert limits("UA", purpose=Purpose.SERVICE) == [("house", 3.0)]
    assert limits("UA", Mode.POWER, Purpose.SERVICE, ratio=2.0) == [("house", 3.0)]
    assert limits("UA", Mode.PROGRESSIVE, Purpose.SERVICE) == []


def test_windows_and_denominators_are_the_rules() -> None:
    campaign = CampaignFile(name="x", mode=Mode.PREDICTIVE, purpose=Purpose.MARKETING, seller="x")
    (one,) = limits_of(campaign, "CA", built_in(), NOW).limits
    assert (one.limit.of, one.limit.window) == (Denominator.PLACED, WindowKind.MONTH)
    assert "CRTC" in one.source


def test_the_limits_of_all_countries_it_calls_are_watched() -> None:
    own = [("US.abandoned", 3.0)]
    assert limits("US", countries=("GB", "UA")) == [("GB.abandoned", 1.0), *own]
    assert limits("UA", countries=("US",)) == own


NUMBERS = {"GB": "+442071234567", "US": "+13055550100", "UA": "+380441234567"}


@pytest.mark.parametrize(
    ("country", "mode", "countries", "held"),
    [
        ("GB", Mode.PREDICTIVE, (), ["countries"]),
        ("GB", Mode.POWER, (), ["countries"]),
        ("GB", Mode.PROGRESSIVE, (), []),
        ("GB", Mode.PREDICTIVE, ("GB",), []),
        ("US", Mode.PREDICTIVE, (), []),
        ("UA", Mode.PREDICTIVE, (), []),  # no limit to be watched
    ],
)
def test_who_has_a_limit_that_nobody_watches_is_held_back_and_it_is_named(
    country: str, mode: Mode, countries: tuple[str, ...], held: list[str]
) -> None:
    """Given a campaign of the United States with numbers of others in its lists."""
    purpose = Purpose.MARKETING
    campaign = CampaignFile(name="x", mode=mode, purpose=purpose, seller="x", countries=countries)
    number = NUMBERS[country]
    law = watched(Lawbook(built_in()).law_for(whereabouts(number), NOW), campaign, "US")
    request = DialRequest(number=number, client="nour", campaign="x", purpose=purpose, mode=mode)
    holds = judge(request, law, NumberFacts(), NOW).holds
    found = [one for one in holds if one.reason is HoldReason.LIMIT_UNWATCHED]
    assert [one.rule for one in found] == held
    assert all("GB.abandoned is not watched" in one.text for one in found)
    assert HoldReason.LIMIT_UNWATCHED in MENDABLE


def test_a_country_without_rules_is_named() -> None:
    campaign = CampaignFile(name="x", mode=Mode.POWER, purpose=Purpose.SURVEY, seller="x")
    assert limits_of(campaign, "DE", built_in(), NOW).unruled
    assert not limits_of(campaign, "US", built_in(), NOW).unruled
    assert limits_of(campaign, "US", built_in(), NOW).ring_floor_seconds == 15.0
