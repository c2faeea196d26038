"""Which limits on abandoned calls hold for a campaign."""

from __future__ import annotations

from typing import Any

from ccengine.config.campaign_limits import limits_of
from ccengine.config.campaigns import CampaignFile
from ccengine.config.dialing_rules import built_in
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import Denominator, WindowKind

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


def test_a_country_without_rules_is_named() -> None:
    campaign = CampaignFile(name="x", mode=Mode.POWER, purpose=Purpose.SURVEY, seller="x")
    assert limits_of(campaign, "DE", built_in(), NOW).unruled
    assert not limits_of(campaign, "US", built_in(), NOW).unruled
    assert limits_of(campaign, "US", built_in(), NOW).ring_floor_seconds == 15.0
