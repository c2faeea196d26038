"""Calls promised at a time by the lead's clock: only at one at which they may be called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.campaigns import Campaign, CampaignFile
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import whereabouts
from ccengine.core.dialer.attempts import Attempt
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.leads import Lead, LeadKey, LeadNumber
from ccengine.core.dialer.numbers_known import CallConsent, NumberFacts, OptOut
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import CallingTimes, How, Result
from ccengine.core.ids import ClientId, QueueId
from ccengine.core.periods import Period
from ccengine.leads.callbacks import Booked, NotBooked, Terms, Wish, booked, clocks_of, zone_of

MIAMI, TOLL_FREE, BERLIN = "+13055550100", "+18005550100", "+493012345678"
PLAN = CampaignPlan(queue=QueueId("nova/sales"), mode=Mode.PREVIEW)
REGISTERS = ("us-national", "de", "ae-dncr")


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


NOW = at("2026-11-23T12:00", "America/New_York")  # a Monday


def lead(number: str = MIAMI, **known: Any) -> Lead:
    return Lead(key=LeadKey(1), list="all", numbers=(LeadNumber(number=number),), **known)


def terms(plan: CampaignPlan | None = PLAN, **facts: Any) -> Terms:
    settings = CampaignFile(mode=Mode.PREVIEW, purpose=Purpose.SERVICE, seller="Nova")
    consent = CallConsent(
        client="nova",
        purposes=(Purpose.SERVICE,),
        to=How.UNATTENDED,
        written=True,
        given_at=0.0,
        evidence="form",
    )
    scrubbed = dict.fromkeys(REGISTERS, NOW - 3_600)
    return Terms(
        campaign=Campaign(
            client=ClientId("nova"), name="c", path=Path("c.yaml"), settings=settings
        ),
        plan=plan,
        rules=built_in(),
        facts=NumberFacts(scrubbed_at=scrubbed, consents=(consent,), **facts),
    )


def book(text: str, of: Lead | None = None, by: Terms | None = None, **wish: Any) -> Booked:
    whom = of or lead()
    number = wish.pop("number", whom.numbers[0].number)
    asked = Wish(at=datetime.fromisoformat(text), number=number, **wish)
    return booked(asked, whom, by or terms(), NOW)


def refused(*args: Any, **wish: Any) -> NotBooked:
    with pytest.raises(NotBooked) as told:
        book(*args, **wish)
    return told.value


def test_the_time_is_by_the_leads_clock() -> None:
    assert book("2026-11-24T15:30") == Booked(
        due_at=at("2026-11-24T15:30", "America/New_York"), zone="America/New_York"
    )


def test_the_address_tells_more_than_the_number() -> None:
    of = lead(TOLL_FREE, place="US-CA")
    assert book("2026-11-24T15:30", of).zone == "America/Los_Angeles"
    assert book("2026-11-24T15:30", lead(zone="America/Chicago")).zone == "America/Chicago"


def test_who_may_be_in_several_zones_is_asked() -> None:
    told = refused("2026-11-24T15:30", lead(MIAMI, place="US-FL"))
    assert told.field == "zone"
    assert "America/Chicago, America/New_York" in told.remedy
    found = book("2026-11-24T15:30", lead(MIAMI, place="US-FL"), zone="America/Chicago")
    assert found.due_at == at("2026-11-24T15:30", "America/Chicago")
    assert refused("2026-11-24T15:30", zone="Asia/Dubai").field == "zone"


def test_outside_the_hours_of_the_law_the_next_time_is_named() -> None:
    told = refused("2026-11-24T21:30")
    assert "no calls at this hour" in str(told)
    assert told.remedy.endswith("2026-11-25T09:00 America/New_York")


def test_the_law_of_number_and_address_hold_both() -> None:
    of = lead(MIAMI, place="US-CA", zone="America/Los_Angeles")
    assert refused("2026-11-24T18:30", of).remedy.endswith("2026-11-25T09:00 America/Los_Angeles")


def test_outside_the_campaigns_hours_too() -> None:
    opens = at("2026-11-25T10:00", "America/New_York")
    plan = replace(PLAN, periods=(Period(opens, opens + 3_600),))
    told = refused("2026-11-24T15:30", by=terms(plan=plan))
    assert "does not call at that time" in str(told)
    assert told.remedy.endswith("2026-11-25T10:00 America/New_York")
    assert book("2026-11-25T10:30", by=terms(plan=plan)).due_at == opens + 1_800
    over = replace(PLAN, ends_at=NOW + 60)
    assert "no time is known" in refused("2026-11-24T15:30", by=terms(plan=over)).remedy


def test_who_wants_no_calls_is_promised_none() -> None:
    facts = terms(opt_outs=(OptOut(at=0.0, client="nova", evidence="a letter"),))
    told = refused("2026-11-24T15:30", by=facts)
    assert "no time is known" in told.remedy


def test_a_register_is_new_by_then() -> None:
    old = replace(terms(), facts=replace(terms().facts, scrubbed_at=dict.fromkeys(REGISTERS, NOW)))
    assert book("2026-12-21T15:30", by=old)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("2026-11-23T11:59", "at"),  # over
        ("2027-01-23T12:00", "at"),  # nobody knows the law of then
        ("2027-03-14T02:30", "at"),
    ],
)
def test_impossible_times_are_refused(text: str, field: str) -> None:
    assert refused(text).field == field


def test_a_time_that_is_never_is_named() -> None:
    spring = at("2027-03-13T12:00", "America/New_York")
    asked = Wish(at=datetime.fromisoformat("2027-03-14T02:30"), number=MIAMI)
    with pytest.raises(NotBooked, match="never show that time"):
        booked(asked, lead(), terms(), spring)


def test_a_number_of_somebody_else_is_refused() -> None:
    assert refused("2026-11-24T15:30", number=BERLIN).field == "number"


def test_the_call_that_goes_on_counts_as_a_conversation() -> None:
    """Where the law wants a pause after one, it is one by then."""
    usual = {"at": NOW, "client": "nova", "campaign": "c", "purpose": Purpose.DEBT}
    going_on = Attempt(number=MIAMI, **usual)  # type: ignore[arg-type]
    assert going_on.result is Result.OPEN
    debts = terms(attempts=(going_on,))
    settings = replace(debts.campaign.settings, purpose=Purpose.DEBT)
    debts = replace(debts, campaign=replace(debts.campaign, settings=settings))
    told = refused("2026-11-26T15:30", by=debts)
    assert "after: answered" in str(told)


@given(minutes=st.integers(1, 29 * 24 * 60), place=st.sampled_from(["", "US-CA", "US-FL", "FR"]))
def test_what_is_booked_is_within_the_hours_of_every_place(minutes: int, place: str) -> None:
    of = lead(MIAMI, place=place, zone={"US-FL": "America/Chicago"}.get(place, ""))
    zone = ZoneInfo(of.zone or "America/New_York")
    text = datetime.fromtimestamp(NOW + 60 * minutes, zone).strftime("%Y-%m-%dT%H:%M")
    try:
        found = book(text, of)
    except NotBooked:
        return
    law = Lawbook(built_in()).law_for(whereabouts(MIAMI, of.place, of.zone), found.due_at)
    for rule in law.rules_for(Purpose.SERVICE, Mode.PREVIEW):
        if isinstance(rule.fact, CallingTimes):
            assert any(one.holds(found.due_at) for one in rule.fact.periods)


# --- whose clock --------------------------------------------------------------------------------


def test_clocks_that_are_the_same_are_one_and_the_clients_comes_first() -> None:
    assert clocks_of(lead(), MIAMI, "", NOW) == ("America/New_York",)
    assert len(clocks_of(lead(BERLIN), BERLIN, "Europe/Berlin", NOW)) == 1
    mobile = "+380501234567"
    clocks = clocks_of(lead(mobile, place="UA"), mobile, "Europe/Kyiv", NOW)
    assert clocks[0] == "Europe/Kyiv"
    assert len(clocks) == 2  # the other one is that of Crimea
    assert clocks_of(lead(zone="America/Chicago"), MIAMI, "", NOW) == ("America/Chicago",)


def test_an_appointment_is_by_the_clients_clock_only_where_it_may_be_the_leads() -> None:
    when, mobile = datetime.fromisoformat("2026-11-24T15:30"), "+380501234567"
    assert zone_of(lead(), MIAMI, when, "Europe/Kyiv") == "America/New_York"
    assert zone_of(lead(mobile, place="UA"), mobile, when, "Europe/Kyiv") == "Europe/Kyiv"
    assert zone_of(lead(TOLL_FREE), TOLL_FREE, when, "Europe/Kyiv") == ""


def test_who_was_abandoned_may_be_promised_a_call() -> None:
    """Given a campaign that dials ahead, then an agent is kept for what was promised."""
    london = "+442071234567"
    abandoned = Attempt(
        at=NOW - 3_600,
        number=london,
        client="nova",
        campaign="c",
        purpose=Purpose.SERVICE,
        result=Result.ABANDONED,
    )
    known = terms(replace(PLAN, mode=Mode.PREDICTIVE), attempts=(abandoned,))
    settings = replace(known.campaign.settings, mode=Mode.PREDICTIVE)
    known = replace(known, campaign=replace(known.campaign, settings=settings))
    found = book("2026-11-24T11:00", lead(london), known)
    assert found.due_at == at("2026-11-24T11:00", "Europe/London")
