"""Signs of a lead: hour and day by its own clock, its history, and the network of its number."""

from __future__ import annotations

import pytest

from ccengine.core.dialer.leads import (
    AttemptOutcome,
    LastTry,
    Lead,
    LeadKey,
    LeadNumber,
    LeadState,
    Tries,
)
from ccengine.core.dialer.signs import signs_of

MONDAY_NOON = 1_795_435_200.0  # 23 November 2026, 12:00 UTC
HOUR, DAY = 3600, 86_400


def lead(**known: object) -> Lead:
    numbers = (LeadNumber(number="+380671234567"),)
    return Lead(key=LeadKey(1), list="a", numbers=numbers, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offset", "hour", "day"),
    [
        (2 * HOUR, "local hour 14", "local day 0"),
        (0, "local hour 12", "local day 0"),
        (-13 * HOUR, "local hour 23", "local day 6"),
        (12 * HOUR, "local hour 0", "local day 1"),
        (None, "utc hour 12", "utc day 0"),
    ],
)
def test_hour_and_day_are_those_of_the_called_place(
    offset: int | None, hour: str, day: str
) -> None:
    assert {hour, day} <= set(signs_of(lead(utc_offset_seconds=offset), MONDAY_NOON))


def test_who_was_never_dialed_has_no_history() -> None:
    said = signs_of(lead(utc_offset_seconds=0), MONDAY_NOON)
    assert said == ("local hour 12", "local day 0", "tries 0", "number +38067")


@pytest.mark.parametrize(
    ("ago", "age"),
    [(60, "hour"), (HOUR, "day"), (DAY, "week"), (7 * DAY, "longer"), (-5, "hour")],
)
def test_history_says_how_the_last_try_ended_and_how_long_ago(ago: float, age: str) -> None:
    last = LastTry(outcome=AttemptOutcome.BUSY, ended_at=MONDAY_NOON - ago, rang_seconds=None)
    said = signs_of(lead(tries=Tries(attempts=2), last_try=last), MONDAY_NOON)
    assert {"tries 2", "last busy", f"ago {age}", "rang never"} <= set(said)


@pytest.mark.parametrize(("rang", "word"), [(0.0, "short"), (9.9, "short"), (10.0, "long")])
def test_how_long_it_rang_counts(rang: float, word: str) -> None:
    last = LastTry(outcome=AttemptOutcome.NO_ANSWER, ended_at=MONDAY_NOON, rang_seconds=rang)
    assert f"rang {word}" in signs_of(lead(last_try=last), MONDAY_NOON)


def test_many_tries_are_as_many() -> None:
    many = [signs_of(lead(tries=Tries(attempts=n)), MONDAY_NOON) for n in (4, 9)]
    assert many[0] == many[1]


def test_who_was_promised_a_call_waits_for_it() -> None:
    assert "promised" in signs_of(lead(state=LeadState.CALLBACK), MONDAY_NOON)
    assert "promised" not in signs_of(lead(state=LeadState.WAITING), MONDAY_NOON)


def test_a_lead_without_a_number_has_signs_all_the_same() -> None:
    nobody = Lead(key=LeadKey(1), list="a", numbers=())
    assert signs_of(nobody, MONDAY_NOON)[-1] == "number "
