"""Each figure by a worked example: the counts of a small day, and what a person makes of them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ccengine.core.measures import Formula
from ccengine.reporting.kpis.cells import Counts
from ccengine.reporting.kpis.formulas import (
    BY_NAME,
    FIGURES,
    LEVELS,
    Unit,
    in_unit,
    level_parts,
    rounded,
)

DAY = Counts(
    offered=100,
    answered=80,
    answered_in_time=60,
    abandoned=12,
    abandoned_in_time=6,
    abandoned_short=4,
    left=5,
    callbacks=3,
    wait_answered=1_600_500,
    wait_abandoned=480_000,
    longest_wait=95_250,
    rings=90,
    rings_missed=7,
    handled=84,
    talk=14_280_000,
    hold=1_260_000,
    wrap_up=1_260_000,
    sent_blind=4,
    sent_attended=2,
    sent_back=1,
    judged=50,
    resolved=40,
    contacts=60,
    repeated=9,
    survey_asked=40,
    survey_answered=30,
    survey_score=128,
    measured=7_200_000,
    silence=1_080_000,
    talk_over=90_000,
    reviews=8,
    review_score=62_550,
    reviews_failed=1,
    disputes=3,
    disputes_answered=2,
    disputes_accepted=1,
    leads_dialed=300,
    leads_answered=90,
    leads_abandoned=2,
    leads_talked=88,
    leads_talk=7_920_000,
    leads_hold=88_000,
    leads_wrap_up=792_000,
    available=9_000_000,
    not_ready=1_800_000,
    ringing=450_000,
    connecting=90_000,
    talking=14_280_000,
    holding=1_260_000,
    consulting=60_000,
    internal=120_000,
    wrapping_up=1_260_000,
)

WORKED = {
    "SL v1": "75.00",  # 60 of 80
    "SL v2": "71.74",  # 66 of 92
    "SL v3": "65.22",  # 60 of 92
    "SL v4": "69.77",  # 60 of 92 - 6
    "SL v5": "68.18",  # 60 of 92 - 4
    "ASA v1": "20.0",  # 1600.5 s by 80, the half to the even digit
    "abandon time v1": "40.0",
    "longest wait v1": "95.2",
    "abandon rate v1": "12.00",  # 12 of 100: who took a callback is no abandon
    "net abandon rate v1": "8.33",  # 8 of 96
    "AHT v1": "200.0",  # 16,800 s by 84
    "talk v1": "170.0",
    "hold v1": "15.0",
    "ACW v1": "15.0",
    "transfer rate v1": "8.33",  # 7 of 84
    "blind v1": "4.76",
    "attended v1": "2.38",
    "back v1": "1.19",
    "resolved rate v1": "80.00",
    "FCR v1": "85.00",  # 51 of 60
    "survey score mean v1": "4.27",  # 128 by 30
    "survey response rate v1": "75.00",
    "silence ratio v1": "15.00",  # 1,080 s of 7,200 s
    "talk-over ratio v1": "1.25",
    "review score mean v1": "78.19",  # 625.5 percent by 8
    "dispute accepted rate v1": "50.00",
    "lead abandon rate v1": "2.22",  # 2 of 90
    "lead AHT v1": "100.0",  # 8,800 s by 88
    "occupancy v1": "65.91",  # 17,400 s of 26,400 s
    "occupancy v2": "65.32",  # 16,950 s of 25,950 s
    "utilisation v1": "59.85",  # 16,950 s of 28,320 s
    "logged in v1": "7.87",
    "not ready v1": "0.50",
}


@pytest.mark.parametrize(("name", "told"), WORKED.items())
def test_a_figure_is_what_its_formula_says(name: str, told: str) -> None:
    assert BY_NAME[name].text(DAY) == told


def test_each_figure_that_is_computed_has_a_worked_example() -> None:
    assert {one.name for one in FIGURES if one.unit is not Unit.COUNT} == WORKED.keys()


def test_names_carry_versions_and_are_unique() -> None:
    computed = [one.name for one in FIGURES if one.unit is not Unit.COUNT]
    assert all(name.rpartition(" v")[2].isdigit() for name in computed)
    assert len(BY_NAME) == len(FIGURES)
    assert all(one.formula for one in FIGURES)


def test_nothing_is_divided_by_nothing() -> None:
    empty = Counts()
    for figure in FIGURES:
        if (
            figure.unit in (Unit.PERCENT, Unit.SECONDS, Unit.SCORE)
            and figure.name != "longest wait v1"
        ):
            assert figure.of(empty) is None, figure.name
            assert figure.text(empty) == ""


@pytest.mark.parametrize("formula", Formula)
def test_the_forms_of_a_service_level_are_figures(formula: Formula) -> None:
    name, text = LEVELS[formula]
    assert BY_NAME[name].formula == text
    assert BY_NAME[name].of(DAY) == Fraction(*level_parts(formula, DAY))


@pytest.mark.parametrize(
    ("value", "places", "told"),
    [
        (Fraction(1, 8), 2, "0.12"),
        (Fraction(3, 8), 2, "0.38"),
        (Fraction(2, 3), 6, "0.666667"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(10**40 + 1, 10), 1, f"{10**39}.1"),
        (Fraction(5), 0, "5"),
    ],
)
def test_exact_numbers_are_rounded_once_for_people(value: Fraction, places: int, told: str) -> None:
    assert rounded(value, places) == told


def test_units() -> None:
    assert in_unit(Fraction(3, 4), Unit.PERCENT) == 75
    assert in_unit(Fraction(5_400_000), Unit.HOURS) == Fraction(3, 2)
    assert in_unit(Fraction(1_500), Unit.SECONDS) == Fraction(3, 2)
