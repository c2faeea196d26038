"""Which rules hold for a number, and when it may be called there: nights of clock changes, numbers
whose area code and address disagree, countries without rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.config.dialing_rules import CallingWeek, DialingRules, WrittenRule, built_in
from ccengine.config.hours import Span
from ccengine.config.lawbook import Lawbook, calling_periods, window_at
from ccengine.config.whereabouts import NotANumber, Whereabouts, number_of, whereabouts, zones_of
from ccengine.core.dialer.attempts import Attempt, DialRequest
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.numbers_known import CallConsent, NumberFacts
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import (
    AbandonLimit,
    Denominator,
    How,
    Result,
    WindowKind,
    abandon_limits,
)
from ccengine.core.dialer.verdicts import HoldReason, Verdict
from ccengine.core.periods import Period

BOOK = Lawbook(built_in())
MIAMI, TOLL_FREE = "+13055550100", "+18005550100"
LONDON, KYIV, MOSCOW, PARIS = "+442071234567", "+380441234567", "+74951234567", "+33142685300"

TORONTO, TORONTOS = "+14165550100", ("America/Toronto",)


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def verdict(
    number: str, when: float, place: str = "", book: Lawbook = BOOK, **changes: object
) -> Verdict:
    usual = {"client": "nour", "campaign": "c", "purpose": Purpose.MARKETING, "mode": Mode.PREVIEW}
    request = DialRequest(number=number, **(usual | changes))  # type: ignore[arg-type]
    registers = ("us-national", "ca-dncl", "gb-tps", "gb-ctps", "it-rpo", "ae-dncr")
    facts = NumberFacts(scrubbed_at=dict.fromkeys(registers, when - 3_600.0))
    return judge(request, book.law_for(whereabouts(number, place), when), facts, when)


def held_by(found: Verdict) -> list[str]:
    return [hold.rule for hold in found.holds]


# ---- places ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "place", "expected"),
    [
        (MIAMI, "", [("US-FL", ("America/New_York",))]),
        (MIAMI, "US-FL", [("US-FL", ("America/Chicago", "America/New_York"))]),
        (MIAMI, "US-CA", [("US-CA", ("America/Los_Angeles",)), ("US-FL", ("America/New_York",))]),
        (TOLL_FREE, "US-CA", [("US-CA", ("America/Los_Angeles",))]),
        (MIAMI, "FR", [("FR", ("Europe/Paris",)), ("US-FL", ("America/New_York",))]),
        (KYIV, "", [("UA", ("Europe/Kyiv",))]),
        (PARIS, "FR", [("FR", ("Europe/Paris",))]),
        # A country alone says no more than the number.
        (MIAMI, "US", [("US-FL", ("America/New_York",))]),
        (TORONTO, "CA", [("CA", TORONTOS)]),
        ("+14165550100", "", [("CA", ("America/Toronto",))]),
    ],
)
def test_where_a_person_may_be(number: str, place: str, expected: list[object]) -> None:
    assert [(one.place, one.zones) for one in whereabouts(number, place)] == expected


def test_a_number_of_no_state_may_be_in_all_of_the_country() -> None:
    (everywhere,) = whereabouts(TOLL_FREE)
    assert everywhere.place == "US"
    assert {"Pacific/Honolulu", "America/Adak", "America/New_York"} <= set(everywhere.zones)
    assert set(everywhere.zones) <= set(zones_of("US"))  # not all that +1 has


def test_a_zone_that_the_address_tells_is_taken() -> None:
    (here,) = whereabouts(TOLL_FREE, "US-FL", "America/Chicago")
    assert here == Whereabouts("US-FL", ("America/Chicago",))


def test_a_zone_without_a_place_is_one_more_where_they_may_be() -> None:
    (here,) = whereabouts(MIAMI, "", "America/Los_Angeles")
    assert here == Whereabouts("US-FL", ("America/Los_Angeles", "America/New_York"))
    (known,) = whereabouts(MIAMI, "", "America/New_York")
    assert known == Whereabouts("US-FL", ("America/New_York",))


@pytest.mark.parametrize("text", ["", "12", "anonymous", "0441234567", "+99912345", "=1+2", "٣٠٥"])
def test_what_is_no_number_says_what_to_write(text: str) -> None:
    with pytest.raises(NotANumber, match=r"no telephone number — write it with \+"):
        number_of(text, None)


def test_numbers_of_a_country_need_no_country() -> None:
    assert number_of("044 123-45-67", "UA") == KYIV
    assert number_of(" (305) 555-0100", "US") == MIAMI
    assert number_of("380441234567.0", "UA") == KYIV  # as spreadsheets make of it


# ---- rules ----------------------------------------------------------------------------------


def test_a_country_without_rules_is_blocked_and_named() -> None:
    found = verdict(MOSCOW, at("2026-11-23T09:00"))
    assert [(hold.reason, hold.text, hold.until) for hold in found.holds] == [
        (HoldReason.NO_RULES, "there are no rules for RU", None)
    ]
    (hold,) = verdict(LONDON, at("2026-11-23T12:00"), place="RU").holds
    assert hold.reason is HoldReason.NO_RULES  # the number alone would be fine
    assert [one.reason for one in verdict("+493012345678", at("2026-11-23T12:00")).holds] == [
        HoldReason.NO_RULES  # the union's rules are no country's own
    ]


def test_area_code_and_address_both_hold() -> None:
    """Given a number of Miami whose owner lives in Hawaii, five hours apart, it is called from 8
    there, which is 13 in Florida, to 20 in Florida."""
    morning = verdict(MIAMI, at("2026-11-23T09:00", "America/New_York"), "US-HI")
    assert held_by(morning) == ["US.hours"]
    assert "US-HI" in morning.holds[0].text
    assert morning.until == at("2026-11-23T08:00", "Pacific/Honolulu")
    assert verdict(MIAMI, at("2026-11-23T19:59", "America/New_York"), "US-HI").may_be_called
    evening = verdict(MIAMI, at("2026-11-23T20:00", "America/New_York"), "US-HI")
    assert held_by(evening) == ["US-FL.hours"]
    assert evening.until == at("2026-11-24T08:00", "Pacific/Honolulu")


def test_rules_are_in_force_from_their_first_day_on() -> None:
    before, after = at("2026-08-07T09:00"), at("2026-08-12T09:00")
    assert held_by(verdict(PARIS, before)) == ["FR.register"]  # Bloctel, which was not compared
    assert held_by(verdict(PARIS, after)) == ["FR.opt-in"]
    sunday_before, sunday_after = at("2026-10-11T18:00"), at("2026-10-25T18:00")
    assert verdict("+12155550100", sunday_before).may_be_called
    assert held_by(verdict("+12155550100", sunday_after)) == ["US-PA.no-sundays"]


@pytest.mark.parametrize(
    ("number", "local", "zone", "held"),
    [
        (PARIS, "2026-07-14T11:00", "Europe/Paris", "FR.hours"),  # a holiday
        (PARIS, "2026-07-15T13:30", "Europe/Paris", "FR.hours"),  # between its two spans
        ("+12255550100", "2026-11-22T12:00", "America/Chicago", "US-LA.hours"),  # a Sunday
        ("+12255550100", "2026-12-25T12:00", "America/Chicago", "US-LA.hours"),  # Christmas
        ("+14165550100", "2026-11-21T09:30", "America/Toronto", "CA.hours"),  # Saturday from 10
        ("+971501234567", "2026-11-23T18:00", "Asia/Dubai", "AE.hours"),
        ("+966501234567", "2026-11-23T22:30", "Asia/Riyadh", "SA.quiet"),
        ("+97433123456", "2026-11-23T21:00", "Asia/Qatar", "*.hours"),
        ("+15125550100", "2026-11-22T11:59", "America/Chicago", "US-TX.sundays"),
    ],
)
def test_hours_of_weekdays_and_holidays(number: str, local: str, zone: str, held: str) -> None:
    assert held in held_by(verdict(number, at(local, zone)))


def test_debts_and_surveys_have_hours_of_their_own() -> None:
    evening = at("2026-11-23T20:30", "America/New_York")
    assert held_by(verdict(MIAMI, evening, purpose=Purpose.DEBT)) == []
    assert held_by(verdict(MIAMI, evening, purpose=Purpose.SURVEY)) == ["*.hours"]


def test_recorded_calls_are_banned_or_need_consent() -> None:
    noon = at("2026-11-23T12:00")
    banned = verdict("+982112345678", at("2026-11-23T07:00"), mode=Mode.UNATTENDED)
    assert [one.reason for one in banned.holds] == [HoldReason.NO_CONSENT, HoldReason.BANNED]
    assert "GB.unattended" in held_by(verdict(LONDON, noon, mode=Mode.UNATTENDED))
    assert "EU.unattended" in held_by(verdict("+390612345678", noon, mode=Mode.UNATTENDED))


@pytest.mark.parametrize(
    "number",
    [LONDON, PARIS, KYIV, *("+971501234567", "+966501234567", "+97433123456", "+201001234567")],
)
@pytest.mark.parametrize("purpose", list(Purpose))
def test_nobody_hears_a_recorded_voice_without_consent(number: str, purpose: Purpose) -> None:
    """Also where no law that was read says a word of it."""
    noon = at("2026-11-23T12:00")
    held = verdict(number, noon, mode=Mode.UNATTENDED, purpose=purpose).holds
    assert HoldReason.NO_CONSENT in {one.reason for one in held}
    with_agents = verdict(number, noon, mode=Mode.PREVIEW, purpose=purpose).holds
    assert "*.unattended" not in {one.rule for one in with_agents}


@pytest.mark.parametrize("number", [KYIV, "+966501234567", "+97433123456", "+201001234567"])
@pytest.mark.parametrize("reach", [How.ANY, How.AUTOMATIC])
def test_who_agreed_to_calls_has_not_agreed_to_a_recorded_voice(number: str, reach: How) -> None:
    """Given a consent that does not go so far, in places whose own rules ask for less."""
    noon = at("2026-11-23T10:00")
    request = DialRequest(
        number=number,
        client="nour",
        campaign="c",
        purpose=Purpose.MARKETING,
        mode=Mode.UNATTENDED,
    )
    law = BOOK.law_for(whereabouts(number), noon)

    def held(to: How) -> list[str]:
        agreed = CallConsent(
            client="nour",
            purposes=(Purpose.MARKETING,),
            to=to,
            written=True,
            given_at=noon - 1,
            evidence="letter 7",
        )
        return held_by(judge(request, law, NumberFacts(consents=(agreed,)), noon))

    assert "*.unattended" in held(reach)
    assert "*.unattended" not in held(How.UNATTENDED)


def test_sixty_whole_days_end_at_midnight() -> None:
    """Given a refusal in the morning, then nobody calls before the 61st day has begun."""
    refused = at("2026-09-01T10:05", "Europe/Paris")
    call = Attempt(
        at=refused, number=PARIS, client="nour", campaign="c", purpose=Purpose.MARKETING,
        result=Result.REFUSED,
    )  # fmt: skip
    request = DialRequest(
        number=PARIS, client="nour", campaign="c", purpose=Purpose.MARKETING, mode=Mode.PREVIEW
    )
    for day, is_held in (("2026-10-31T19:59", True), ("2026-11-02T11:30", False)):
        now = at(day, "Europe/Paris")
        law = BOOK.law_for(whereabouts(PARIS), now)
        found = held_by(judge(request, law, NumberFacts(attempts=(call,)), now))
        assert ("FR.after-refusal" in found) is is_held


def test_limits_on_abandoned_calls_have_their_own_fractions() -> None:
    limits = {}
    for number in (MIAMI, LONDON, "+14165550100", "+390612345678"):
        law = BOOK.law_for(whereabouts(number), at("2026-11-23T12:00"))
        limits |= dict(abandon_limits(law.rules_for(Purpose.MARKETING, Mode.PREDICTIVE)))
    found = {name: (one.percent, one.of, one.window) for name, one in limits.items()}
    assert found == {
        "US.abandoned": (3, Denominator.LIVE_ANSWERS, WindowKind.THIRTY_DAYS),
        "GB.abandoned": (1, Denominator.TO_AGENTS, WindowKind.DAY),
        "CA.abandoned": (5, Denominator.PLACED, WindowKind.MONTH),
        "IT.abandoned": (3, Denominator.CONNECTED, WindowKind.CAMPAIGN),
    }
    assert all(isinstance(one, AbandonLimit) and one.detector_errors for one in limits.values())


def test_the_tenant_writes_rules_where_there_are_none_and_over_those_there_are() -> None:
    always = CallingWeek(week={"mon-sun": (Span(0, 24 * 60),)})
    written = WrittenRule(source="counsel, 2026", checked="2026-11-20", hours=always)
    own = DialingRules(places={"RU": {"hours": written}, "AE": {"hours": written}})
    book = Lawbook(own.over(built_in()))
    night = at("2026-11-23T01:00")
    assert verdict(MOSCOW, night, book=book).may_be_called
    dubai = "+971501234567"
    assert held_by(verdict(dubai, night)) == ["AE.hours"]
    assert verdict(dubai, night, book=book).may_be_called
    law = book.law_for(whereabouts(dubai), night)
    assert {"AE.hours", "AE.once-a-day", "AE.after-refusal"} <= {rule.id for rule in law.rules}


# ---- nights of clock changes ----------------------------------------------------------------


def test_hours_move_with_the_clock() -> None:
    """Given clocks that are put forward in the night to 8 March 2026, then 8 h is an hour earlier
    than the day before."""
    day_before, that_day = at("2026-03-07T13:00"), at("2026-03-08T12:00")
    assert verdict(MIAMI, day_before).may_be_called
    assert not verdict(MIAMI, day_before - 1).may_be_called
    assert verdict(MIAMI, that_day).may_be_called
    assert not verdict(MIAMI, that_day - 1).may_be_called


def test_between_two_continents_changes_both_hours_hold() -> None:
    """From 8 to 29 March New York is four hours from London, not five."""
    nine_in_london = at("2026-03-20T09:00", "Europe/London")
    found = verdict(LONDON, nine_in_london, "US-NY")
    assert (held_by(found), found.until) == (["US.hours"], nine_in_london + 3 * 3_600.0)
    april = at("2026-04-03T09:00", "Europe/London")
    assert verdict(LONDON, april, "US-NY").until != april + 3 * 3_600.0


HALF_PAST_ONE = CallingWeek(week={"mon-sun": (Span(90, 150),)})  # 01:30 to 02:30


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 24), ("2026-10-24T00:30", "2026-10-24T01:30")),
        # 01:30 is twice, the second time at 01:30 UTC; 02:30 is once.
        (date(2026, 10, 25), ("2026-10-25T01:30", "2026-10-25T02:30")),
        # 01:30 never is, and 02:30 is half an hour after the change.
        (date(2026, 3, 29), ("2026-03-29T01:00", "2026-03-29T01:30")),
    ],
)
def test_an_hour_that_is_twice_or_never(day: date, expected: tuple[str, str]) -> None:
    (found, *_) = (
        one
        for one in calling_periods(HALF_PAST_ONE, None, "Europe/London", day)
        if one.ends > at(str(day), "Europe/London")  # type: ignore[operator]
    )
    assert (found.starts, found.ends) == tuple(at(text) for text in expected)


NIGHTS = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Africa/Cairo", date(2026, 4, 24)),  # at midnight
    ("Africa/Cairo", date(2026, 10, 30)),
]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(NIGHTS), st.integers(0, 200), st.integers(1, 120))
def test_no_clock_ever_shows_an_hour_in_which_nobody_may_call(
    night: tuple[str, date], opens: int, length: int
) -> None:
    (zone, day), closes = night, opens + length
    week = CallingWeek(week={"mon-sun": (Span(opens, closes),)})
    periods = calling_periods(week, None, zone, day)
    for minutes in range(-120, 400, 3):
        now = at(str(day), zone) + minutes * 60.0
        if any(one.holds(now) for one in periods):
            local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
            assert opens <= local.hour * 60 + local.minute < closes


# ---- windows by the calendar ----------------------------------------------------------------


def test_days_and_months_are_those_of_the_zone() -> None:
    when = at("2026-12-31T23:30", "America/New_York")
    day = window_at(WindowKind.DAY, 0.0, when, "America/New_York")
    assert day == Period(
        at("2026-12-31T00:00", "America/New_York"), at("2027-01-01T00:00", "America/New_York")
    )
    month = window_at(WindowKind.MONTH, 0.0, when, "America/New_York")
    assert month == Period(
        at("2026-12-01T00:00", "America/New_York"), at("2027-01-01T00:00", "America/New_York")
    )
    spring = window_at(WindowKind.DAY, 0.0, at("2026-03-08T12:00"), "America/New_York")
    assert (spring.ends or 0.0) - (spring.starts or 0.0) == 23 * 3_600.0
    began = at("2026-10-01T10:00")
    assert window_at(WindowKind.THIRTY_DAYS, began, when, "UTC").holds(when)
