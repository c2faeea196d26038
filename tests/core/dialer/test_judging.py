"""A number is called when no rule says no; else each that does is named, and until when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.judging import common_opening, judge
from ccengine.core.dialer.numbers_known import NumberFacts, OptOut
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import (
    Across,
    AttemptCap,
    Ban,
    ConsentNeed,
    GuaranteedAgent,
    How,
    Law,
    Pause,
    Per,
    Result,
    Scrub,
)
from ccengine.core.dialer.verdicts import HoldReason
from ccengine.core.periods import Period
from tests.core.dialer.cases import (
    DAY,
    HOUR,
    NOON,
    NUMBER,
    OTHER,
    attempt,
    consent,
    law,
    open_at,
    request,
    rule,
)

WRITTEN = ConsentNeed(to=How.AUTOMATIC, written=True)


THIRD = "+13055550102"


def reasons(given_law: Law, facts: NumberFacts | None = None, **changes: Any) -> list[HoldReason]:
    verdict = judge(request(**changes), given_law, facts or NumberFacts(), NOON)
    return [hold.reason for hold in verdict.holds]


def test_without_a_rule_that_says_no_it_may_be_called() -> None:
    verdict = judge(request(), law(open_at((-1, 1))), NumberFacts(), NOON)
    assert (verdict.may_be_called, verdict.until) == (True, None)


@pytest.mark.parametrize(
    ("place", "reason"), [("RU", HoldReason.NO_RULES), ("", HoldReason.NO_PLACE)]
)
def test_where_nobody_knows_the_law_nothing_is_dialed(place: str, reason: HoldReason) -> None:
    verdict = judge(request(), Law(rules=(), unruled=(place,)), NumberFacts(), NOON)
    assert [(one.reason, one.until) for one in verdict.holds] == [(reason, None)]
    assert place in verdict.holds[0].text
    assert verdict.until is None


def test_a_hold_names_rule_source_reason_and_end() -> None:
    late = rule(open_at((2, 4)), "US-FL.hours", source="Florida Statutes § 501.616(6)(a)")
    (hold,) = judge(request(), law(late), NumberFacts(), NOON).holds
    assert (hold.rule, hold.source, hold.checked) == ("US-FL.hours", late.source, "2026-11-23")
    assert (hold.reason, hold.until) == (HoldReason.OUTSIDE_HOURS, NOON + 2 * HOUR)
    assert "US-FL" in hold.text


def test_where_places_disagree_both_hours_hold() -> None:
    """Given a Florida number whose person lives in California, one is open when the other is
    not: it is called in the hours that both have."""
    florida = rule(open_at((-4, 8), (20, 32)), "US-FL.hours")
    california = rule(open_at((1, 13)), "US-CA.hours")
    verdict = judge(request(), law(florida, california), NumberFacts(), NOON)
    assert [hold.rule for hold in verdict.holds] == ["US-CA.hours"]
    assert verdict.until == NOON + HOUR
    later = judge(request(), law(florida, california), NumberFacts(), NOON + 9 * HOUR)
    assert [hold.rule for hold in later.holds] == ["US-FL.hours"]


def test_hours_that_are_never_common_hold_for_ever() -> None:
    apart = law(rule(open_at((1, 2)), "FR.hours"), rule(open_at((3, 4)), "US.hours"))
    verdict = judge(request(), apart, NumberFacts(), NOON)
    assert (verdict.may_be_called, verdict.until) == (False, None)


def test_the_house_hours_are_for_places_that_have_none() -> None:
    house = rule(open_at((5, 6)), "*.hours", place="QA", is_last_resort=True)
    assert reasons(law(house)) == [HoldReason.OUTSIDE_HOURS]
    own = rule(open_at((-1, 1)), "QA.hours")
    assert reasons(law(house, own)) == []
    elsewhere = rule(open_at((-1, 1)), "US.hours")
    assert reasons(law(house, elsewhere)) == [HoldReason.OUTSIDE_HOURS]
    for_debts = replace(own, purposes=(Purpose.DEBT,))
    assert reasons(law(house, for_debts)) == [HoldReason.OUTSIDE_HOURS]


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, True),
        ({"purpose": Purpose.SURVEY}, False),
        ({"mode": Mode.PREDICTIVE}, False),
    ],
)
def test_rules_are_for_purposes_and_modes(changes: dict[str, Any], *, held: bool) -> None:
    recorded = rule(Ban(why="no"), purposes=(Purpose.MARKETING,), modes=(Mode.UNATTENDED,))
    found = reasons(law(recorded), **({"mode": Mode.UNATTENDED} | changes))
    assert found == ([HoldReason.BANNED] if held else [])


# ---- wishes and registers -------------------------------------------------------------------


@pytest.mark.parametrize(("client", "held"), [("", True), ("nour", True), ("dnipro", False)])
def test_who_asked_one_client_is_called_by_others(client: str, *, held: bool) -> None:
    facts = NumberFacts(opt_outs=(OptOut(at=NOON, client=client),))
    assert reasons(law(), facts) == ([HoldReason.DO_NOT_CALL] if held else [])


def test_no_consent_helps_against_the_own_list() -> None:
    facts = NumberFacts(opt_outs=(OptOut(at=NOON - 1),), consents=(consent(),))
    assert reasons(law(), facts) == [HoldReason.DO_NOT_CALL]


SCRUB = Scrub(register="us-national", days=31)


@pytest.mark.parametrize(
    ("age_days", "held"), [(None, True), (0.0, False), (31.0, False), (31.01, True), (400.0, True)]
)
def test_a_copy_that_is_too_old_holds(age_days: float | None, *, held: bool) -> None:
    scrubbed = {} if age_days is None else {"us-national": NOON - age_days * DAY}
    facts = NumberFacts(scrubbed_at=scrubbed)
    assert reasons(law(SCRUB), facts) == ([HoldReason.REGISTER_STALE] if held else [])


def test_a_number_on_the_register_is_called_with_consent_only() -> None:
    facts = NumberFacts(
        registered=frozenset({"us-national"}), scrubbed_at={"us-national": NOON - DAY}
    )
    waivable = rule(SCRUB, unless_consent=True)
    assert reasons(law(waivable), facts) == [HoldReason.REGISTERED]
    agreed = replace(facts, consents=(consent(),))
    assert reasons(law(waivable), agreed) == []
    assert reasons(law(SCRUB), agreed) == [HoldReason.REGISTERED]


# ---- consent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("need", "mode", "asked"),
    [
        (How.ANY, Mode.PREVIEW, True),
        (How.AUTOMATIC, Mode.PREVIEW, False),
        (How.AUTOMATIC, Mode.PROGRESSIVE, True),
        (How.AUTOMATIC, Mode.UNATTENDED, True),
        (How.UNATTENDED, Mode.PREDICTIVE, False),
        (How.UNATTENDED, Mode.UNATTENDED, True),
    ],
)
def test_which_calls_need_consent(need: How, mode: Mode, *, asked: bool) -> None:
    found = reasons(law(ConsentNeed(to=need)), mode=mode)
    assert found == ([HoldReason.NO_CONSENT] if asked else [])


@pytest.mark.parametrize(
    ("changes", "enough"),
    [
        ({"written": True}, True),
        ({}, False),
        ({"written": True, "to": How.ANY}, False),
        ({"written": True, "to": How.UNATTENDED}, True),
        ({"written": True, "client": "dnipro"}, False),
        ({"written": True, "purposes": (Purpose.SURVEY,)}, False),
        ({"written": True, "evidence": ""}, False),
        ({"written": True, "ends_at": NOON}, False),
        ({"written": True, "ends_at": NOON + 1}, True),
        ({"written": True, "given_at": NOON + 1}, False),
    ],
)
def test_which_consent_is_enough(changes: dict[str, Any], *, enough: bool) -> None:
    found = reasons(law(WRITTEN), NumberFacts(consents=(consent(**changes),)))
    assert found == ([] if enough else [HoldReason.NO_CONSENT])


def test_consent_that_ends_before_the_hours_begin_does_not_help() -> None:
    """Given consent for one more hour and hours that begin in two, then there is no end."""
    facts = NumberFacts(consents=(consent(written=True, ends_at=NOON + HOUR),))
    verdict = judge(request(), law(WRITTEN, open_at((2, 4))), facts, NOON)
    assert [hold.reason for hold in verdict.holds] == [HoldReason.OUTSIDE_HOURS]
    assert verdict.until is None


# ---- what was tried -------------------------------------------------------------------------


def test_three_calls_a_day_from_any_campaign_and_to_any_number_of_theirs() -> None:
    cap = AttemptCap(at_most=3, hours=24, per=Per.PERSON)
    tried = (
        attempt(23, number=OTHER, client="dnipro"),
        attempt(5, number=THIRD, person="p", campaign="autumn"),
        attempt(1),
    )
    facts, theirs = NumberFacts(attempts=tried), (NUMBER, OTHER)
    verdict = judge(request(person="p", numbers=theirs), law(cap), facts, NOON)
    assert [hold.reason for hold in verdict.holds] == [HoldReason.ATTEMPT_CAP]
    assert verdict.until == NOON + HOUR
    assert reasons(law(cap), NumberFacts(attempts=tried[1:]), person="p") == []
    assert reasons(law(cap), facts) == []  # nobody knows whose it is


@pytest.mark.parametrize("per", [Per.PERSON, Per.DEBT])
def test_two_clients_keys_are_not_of_one_person(per: Per) -> None:
    """Given customer 17 of one client was called, then customer 17 of another one was not."""
    cap = AttemptCap(at_most=1, hours=24, per=per)
    tried = NumberFacts(attempts=(attempt(1, number=OTHER, person="17", client="dnipro"),))
    assert reasons(law(cap), tried, person="17") == []
    assert reasons(law(cap), tried, person="17", client="dnipro") == [HoldReason.ATTEMPT_CAP]
    assert reasons(law(cap), tried, numbers=(OTHER,)) == [HoldReason.ATTEMPT_CAP]


def test_a_rule_counts_attempts_of_its_own_purposes() -> None:
    cap = rule(AttemptCap(at_most=1, hours=24), purposes=(Purpose.MARKETING,))
    facts = NumberFacts(attempts=(attempt(1, purpose=Purpose.SERVICE),))
    assert reasons(law(cap), facts) == []


@pytest.mark.parametrize(
    ("across", "client", "campaign", "held"),
    [
        (Across.TENANT, "dnipro", "autumn", True),
        (Across.CLIENT, "dnipro", "spring", False),
        (Across.CLIENT, "nour", "autumn", True),
        (Across.CAMPAIGN, "nour", "autumn", False),
        (Across.CAMPAIGN, "nour", "spring", True),
    ],
)
def test_over_whose_campaigns_attempts_count(
    across: Across, client: str, campaign: str, *, held: bool
) -> None:
    cap = AttemptCap(at_most=1, hours=24, across=across)
    facts = NumberFacts(attempts=(attempt(1, client=client, campaign=campaign),))
    assert bool(reasons(law(cap), facts)) is held


def test_a_refusal_is_for_ever_where_no_length_is_named() -> None:
    facts = NumberFacts(attempts=(attempt(9_000, Result.REFUSED),))
    verdict = judge(request(), law(Pause(after=(Result.REFUSED,))), facts, NOON)
    assert [(one.reason, one.until) for one in verdict.holds] == [(HoldReason.PAUSE, None)]


def test_a_debt_pauses_after_a_talk_and_another_debt_does_not() -> None:
    pause = Pause(after=(Result.ANSWERED,), days=7, per=Per.DEBT, across=Across.TENANT)
    talked = attempt(
        24, Result.ANSWERED, debt="d1", client="dnipro", ended_at=NOON - 24 * HOUR + 600
    )
    facts = NumberFacts(attempts=(talked,))
    (hold,) = judge(request(debt="d1"), law(pause), facts, NOON).holds
    assert hold.until == NOON - DAY + 600 + 7 * DAY + HOUR  # from its end on, an hour to spare
    assert reasons(law(pause), facts, debt="d2") == []
    assert reasons(law(pause), facts) == [HoldReason.PAUSE]  # nobody knows which


LANE = GuaranteedAgent(after=(Result.ABANDONED,), hours=72)


def test_an_abandoned_number_is_kept_for_a_guaranteed_agent() -> None:
    facts = NumberFacts(attempts=(attempt(71, Result.ABANDONED),))
    (hold,) = judge(request(), law(LANE), facts, NOON).holds
    assert (hold.reason, hold.until) == (HoldReason.AGENT_NOT_GUARANTEED, NOON + HOUR)
    assert reasons(law(LANE), facts, agent_guaranteed=True) == []
    assert reasons(law(LANE), NumberFacts(attempts=(attempt(72, Result.ABANDONED),))) == []


def test_a_lane_without_an_end_ends_with_a_conversation() -> None:
    lane = law(GuaranteedAgent(after=(Result.ABANDONED,)))
    abandoned = attempt(900, Result.ABANDONED)
    assert reasons(lane, NumberFacts(attempts=(abandoned,))) == [HoldReason.AGENT_NOT_GUARANTEED]
    talked = attempt(800, Result.ANSWERED)
    assert reasons(lane, NumberFacts(attempts=(abandoned, talked))) == []
    again = attempt(700, Result.ABANDONED)
    assert reasons(lane, NumberFacts(attempts=(again, abandoned, talked))) == [
        HoldReason.AGENT_NOT_GUARANTEED
    ]


# ---- invariants -----------------------------------------------------------------------------

SPANS = st.lists(st.tuples(st.integers(-40, 60), st.integers(1, 12)), min_size=1, max_size=8)


def _times(spans: list[tuple[int, int]]) -> Any:
    begin, found = -48, []
    for gap, length in spans:
        begin += abs(gap) + 1
        found.append((begin, begin + length))
        begin += length
    return open_at(*found)


@settings(deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=3))
def test_a_common_opening_is_the_first_at_which_all_are_open(
    spans: list[list[tuple[int, int]]],
) -> None:
    openings = [_times(one).periods for one in spans]
    found = common_opening(openings, NOON)
    candidates = [NOON, *(one.starts for each in openings for one in each if one.starts >= NOON)]
    everywhere = [
        at
        for at in sorted(candidates)
        if all(any(one.holds(at) for one in each) for each in openings)
    ]
    assert found == (everywhere[0] if everywhere else None)


ATTEMPTS = st.lists(st.builds(attempt, st.integers(0, 200), st.sampled_from(Result)), max_size=12)
FACTS = st.sampled_from(
    [
        AttemptCap(at_most=2, hours=24),
        AttemptCap(at_most=3, days=7, per=Per.PERSON),
        AttemptCap(at_most=1, days=1, counting=(Result.NO_ANSWER, Result.BUSY)),
        Pause(after=(Result.REFUSED,), days=3),
        LANE,
        open_at((-3, 5), (21, 29), (45, 53), (400, 4_000)),
    ]
)


@settings(deadline=None)
@given(st.lists(FACTS, max_size=4), ATTEMPTS)
def test_when_it_is_free_nothing_holds_it_and_a_moment_before_something_did(
    facts: list[Any], attempts: list[Any]
) -> None:
    known, rules = NumberFacts(attempts=tuple(attempts)), law(*facts)
    verdict = judge(request(), rules, known, NOON)
    if verdict.may_be_called:
        return
    assert verdict.until is not None
    assert judge(request(), rules, known, verdict.until).may_be_called
    assert not judge(request(), rules, known, verdict.until - 1.0).may_be_called


@settings(deadline=None)
@given(st.lists(FACTS, max_size=4), FACTS, ATTEMPTS)
def test_one_more_rule_never_frees_a_number(
    facts: list[Any], more: Any, attempts: list[Any]
) -> None:
    known = NumberFacts(attempts=tuple(attempts))
    before = judge(request(), law(*facts), known, NOON)
    after = judge(request(), law(*facts, more), known, NOON)
    assert set(before.holds) <= set(after.holds)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 3_000), min_size=1, max_size=60), st.integers(1, 4), st.integers(1, 48)
)
def test_who_dials_only_what_may_be_dialed_never_exceeds_the_cap(
    minutes: list[int], at_most: int, hours: int
) -> None:
    cap, made = AttemptCap(at_most=at_most, hours=hours), []
    for minute in sorted(minutes):
        now = NOON + minute * 60.0
        if judge(request(), law(cap), NumberFacts(attempts=tuple(made)), now).may_be_called:
            made.append(replace(attempt(0), at=now))
    length = hours * HOUR
    for first in made:
        window = Period(first.at, first.at + length)
        assert sum(window.holds(one.at) for one in made) <= at_most
