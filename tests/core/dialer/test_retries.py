"""When a lead is dialed again, and on which number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.leads import AttemptOutcome, LeadNumber, Tries
from ccengine.core.dialer.retries import (
    USUAL_RULES,
    Again,
    Ended,
    Finished,
    Recycle,
    RetryRule,
    RetryRules,
    Which,
    after,
    kills_number,
)

MOBILE, HOME, OFFICE = "+380501112233", "+380441112233", "+380442223344"
THREE = tuple(LeadNumber(number=one) for one in (MOBILE, HOME, OFFICE))
NOON = 1_000_000.0


def ended(outcome: AttemptOutcome, number: str = MOBILE, disposition: str = "") -> Ended:
    return Ended(number=number, outcome=outcome, at=NOON, disposition=disposition)


def rules_of(word: str, rule: RetryRule, **more: object) -> RetryRules:
    return replace(RetryRules(), rules={word: rule}, **more)  # type: ignore[arg-type]


def test_busy_is_dialed_again_soon_on_the_same_number() -> None:
    said = after(ended(AttemptOutcome.BUSY), THREE, Tries(), RetryRules())
    assert isinstance(said, Again)
    assert (said.due_at - NOON, said.number) == (600, MOBILE)
    assert said.tries == Tries(attempts=1, by_rule={"busy": 1}, last=MOBILE)


def test_each_time_has_its_own_pause_and_the_last_one_holds() -> None:
    rules = rules_of("busy", RetryRule(after_minutes=(1, 5), times=9))
    tries, pauses = Tries(), []
    for _ in range(4):
        said = after(ended(AttemptOutcome.BUSY), THREE, tries, rules)
        assert isinstance(said, Again)
        pauses.append(said.due_at - NOON)
        tries = said.tries
    assert pauses == [60, 300, 300, 300]


@pytest.mark.parametrize(
    ("which", "dialed", "then"),
    [
        (Which.SAME, HOME, HOME),
        (Which.NEXT, MOBILE, HOME),
        (Which.NEXT, OFFICE, MOBILE),
        (Which.FIRST, OFFICE, MOBILE),
    ],
)
def test_the_rule_chooses_the_number(which: Which, dialed: str, then: str) -> None:
    rules = rules_of("no_answer", RetryRule(after_minutes=(1,), number=which))
    said = after(ended(AttemptOutcome.NO_ANSWER, dialed), THREE, Tries(), rules)
    assert isinstance(said, Again)
    assert said.number == then


def test_a_dead_number_is_passed_over() -> None:
    numbers = (THREE[0], LeadNumber(number=HOME, is_dead=True), THREE[2])
    said = after(ended(AttemptOutcome.NO_ANSWER), numbers, Tries(), RetryRules())
    assert isinstance(said, Again)
    assert said.number == OFFICE


def test_a_number_that_nobody_has_leads_to_the_next_at_once() -> None:
    numbers = (LeadNumber(number=MOBILE, is_dead=True), *THREE[1:])
    said = after(ended(AttemptOutcome.INVALID), numbers, Tries(), RetryRules())
    assert isinstance(said, Again)
    assert (said.due_at, said.number) == (NOON, HOME)


def test_with_the_last_number_the_lead_ends() -> None:
    numbers = (LeadNumber(number=MOBILE, is_dead=True),)
    said = after(ended(AttemptOutcome.INVALID), numbers, Tries(), RetryRules())
    assert isinstance(said, Finished)
    assert said.because == "no number is left"


@pytest.mark.parametrize("outcome", [AttemptOutcome.ANSWERED, AttemptOutcome.REJECTED])
def test_who_was_spoken_to_is_left_alone(outcome: AttemptOutcome) -> None:
    said = after(ended(outcome), THREE, Tries(), RetryRules())
    assert isinstance(said, Finished)
    assert said.because == outcome


def test_an_agents_word_comes_before_the_outcome() -> None:
    rules = rules_of("wrong_time", RetryRule(after_minutes=(90,)))
    said = after(ended(AttemptOutcome.ANSWERED, disposition="wrong_time"), THREE, Tries(), rules)
    assert isinstance(said, Again)
    assert said.due_at == NOON + 5400
    said = after(ended(AttemptOutcome.ANSWERED, disposition="sold"), THREE, Tries(), rules)
    assert isinstance(said, Finished)


def test_no_times_means_never() -> None:
    rules = rules_of("busy", RetryRule(after_minutes=(1,), times=0))
    said = after(ended(AttemptOutcome.BUSY), THREE, Tries(), rules)
    assert isinstance(said, Finished)
    assert said.because == "busy"


def test_an_exhausted_lead_is_recycled_once_with_a_clean_slate() -> None:
    rule = RetryRule(after_minutes=(1,), times=1)
    rules = rules_of("busy", rule, recycle=Recycle(after_days=14))
    tries = Tries(attempts=1, by_rule={"busy": 1})
    said = after(ended(AttemptOutcome.BUSY, HOME), THREE, tries, rules)
    assert isinstance(said, Again)
    assert (said.due_at - NOON, said.number) == (14 * 86_400, MOBILE)
    assert said.tries == Tries(recycled=1, last=HOME)
    again = replace(tries, recycled=1)
    assert isinstance(after(ended(AttemptOutcome.BUSY), THREE, again, rules), Finished)


def test_only_named_endings_are_recycled() -> None:
    rules = RetryRules(most_attempts=1, recycle=Recycle(after_days=1, outcomes=("busy",)))
    said = after(ended(AttemptOutcome.NO_ANSWER), THREE, Tries(), rules)
    assert isinstance(said, Finished)
    assert said.because == "no_answer, too often"


RULE = st.builds(
    RetryRule,
    after_minutes=st.lists(st.floats(0, 10_000), min_size=1, max_size=3).map(tuple),
    times=st.integers(0, 9),
    number=st.sampled_from(Which),
)
ENDINGS = st.sampled_from([AttemptOutcome.NO_ANSWER, AttemptOutcome.INVALID]) | st.sampled_from(
    AttemptOutcome
)
RULES = st.builds(
    RetryRules,
    most_attempts=st.integers(1, 12),
    rules=st.dictionaries(st.sampled_from([*AttemptOutcome, "later"]), RULE, max_size=6),
    recycle=st.none()
    | st.builds(
        Recycle,
        after_days=st.floats(0, 100),
        times=st.integers(0, 3),
        outcomes=st.lists(st.sampled_from(AttemptOutcome), max_size=5).map(tuple),
    ),
)


@settings(deadline=None, max_examples=300)
@given(
    RULES,
    st.lists(st.tuples(ENDINGS, st.sampled_from(["", "later"])), min_size=4),
)
def test_a_lead_comes_to_an_end_and_no_dead_number_is_dialed(
    rules: RetryRules, endings: list[tuple[AttemptOutcome, str]]
) -> None:
    numbers, number, tries, now = THREE, MOBILE, Tries(), NOON
    dialed = 0
    for outcome, disposition in endings:
        dialed += 1
        if kills_number(outcome):
            numbers = tuple(
                replace(one, is_dead=one.is_dead or one.number == number) for one in numbers
            )
        ending = Ended(number=number, outcome=outcome, at=now, disposition=disposition)
        said = after(ending, numbers, tries, rules)
        if isinstance(said, Finished):
            break
        assert said.due_at >= now
        assert said.number in [one.number for one in numbers if not one.is_dead]
        number, tries, now = said.number, said.tries, said.due_at
    lives = 1 + (rules.recycle.times if rules.recycle else 0)
    assert dialed <= rules.most_attempts * lives


def test_the_usual_rules_never_dial_sooner_than_the_abandoned_may_be() -> None:
    (pause,) = USUAL_RULES[AttemptOutcome.ABANDONED].after_minutes
    assert pause >= 72 * 60
