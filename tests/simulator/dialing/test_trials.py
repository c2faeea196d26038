"""A campaign's days over seeds: the same each time, judged as the rules count, shown whole."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import Denominator
from ccengine.simulator.dialing.day import Day, HalfHour
from ccengine.simulator.dialing.page import page
from ccengine.simulator.dialing.tellings import kept
from ccengine.simulator.dialing.trials import judge, live, live_day
from tests.simulator.dialing.campaigns import CLOCKWORK, LIVELY, exactly, limit, trial


def ignore(_passed_s: float) -> None:
    """Nobody looks at a bar."""


def counted(live: int, abandoned: int, placed: int = 1000) -> Day:
    day = Day([HalfHour(live, abandoned, 10.0, 20.0)], placed=placed, live=live)
    day.outcomes[AttemptOutcome.ANSWERED] = live - abandoned
    day.outcomes[AttemptOutcome.ABANDONED] = abandoned
    return day


def test_the_same_seeds_are_the_same_report() -> None:
    once, again = (live(trial(hours=0.25), ignore, ()).as_json() for _ in range(2))
    assert json.dumps(once) == json.dumps(again)
    first, second = once["results"][0]["days"]
    assert first["figures"] != second["figures"]


def test_a_day_does_not_depend_on_those_beside_it() -> None:
    """Neither on other seeds nor on yardsticks."""
    both = live(trial(seeds=(1, 2)), ignore, ()).results[0].days
    (alone,) = live(trial(seeds=(2,)), ignore, ()).results[0].days
    assert both[1] == alone


def test_the_campaigns_own_law_is_first_and_no_law_stands_twice() -> None:
    assert trial(mode=Mode.PREDICTIVE).laws == ("predictive", "progressive", "ratio-2")
    assert trial(mode=Mode.PROGRESSIVE).laws == ("progressive", "ratio-2")
    assert trial(mode=Mode.POWER, ratio=2.0).laws == (
        "power, ratio 2", "progressive", "ratio-2",
    )  # fmt: skip


def test_how_far_it_has_come_never_goes_back() -> None:
    told: list[float] = []
    live(trial(), told.append, ())
    assert told == sorted(told)
    assert told[0] >= 0
    assert told[-1] < 2 * 3 * 1800


@pytest.mark.parametrize(
    ("of", "percent", "seeds_over"),
    [
        (Denominator.LIVE_ANSWERS, 3.0, ()),  # 3 of 100
        (Denominator.CONNECTED, 3.0, (1,)),  # 3 of 97
        (Denominator.PLACED, 0.3, ()),  # 3 of 1000
        (Denominator.PLACED, 0.29, (1,)),
    ],
)
def test_each_limit_counts_as_its_rule_does(
    of: Denominator, percent: float, seeds_over: tuple[int, ...]
) -> None:
    one = trial(limits=(limit(percent, of=of),), seeds=(1,))
    (seen,) = judge(one, "predictive", [counted(100, 3)]).limits
    assert seen.seeds_over == seeds_over


def test_one_seed_above_the_limit_breaks_it() -> None:
    """Though the mean of the seeds is within."""
    one = trial(seeds=(7, 8))
    result = judge(one, "predictive", [counted(100, 4), counted(100, 1)])
    (seen,) = result.limits
    assert (seen.percent.mean, seen.percent.least, seen.percent.most) == (2.5, 1.0, 4.0)
    assert seen.seeds_over == (7,)


def test_a_yardstick_breaks_no_limit_of_the_campaign() -> None:
    report = live(trial(CLOCKWORK, Mode.PROGRESSIVE), ignore, ())
    assert report.results[1].limits[0].seeds_over == (1, 2)
    assert report.broken == ()
    assert [one.is_broken for one in kept(report)] == [False, False]


def test_no_more_calls_are_in_the_air_than_the_campaign_allows() -> None:
    """Each is in the air for 20 s, so two make six a minute, however many agents wait."""
    far = replace(CLOCKWORK, ring=exactly(19), talk=exactly(1), wrap_up=exactly(1))
    one = trial(far, agents=10, hours=1.0, seeds=(1,), limits=(), calls_at_most=2)
    for law in one.laws:
        assert live_day(one, law, 1).placed <= 2 * 180 + 2, law


def test_power_is_capped_by_its_limit() -> None:
    """Every second answer would be abandoned; the gate lets pass what the limit allows."""
    report = live(trial(CLOCKWORK, Mode.POWER, ratio=2.0, hours=2.0, seeds=(1,)), ignore, ())
    power, _, free = report.results
    assert free.figures["abandoned_percent"].mean > 40
    assert power.figures["abandoned_percent"].mean < 10


def test_machines_that_agents_hear_do_not_widen_the_limit() -> None:
    """Given half as many machines as people, then the law's share is of people alone."""
    heard = replace(LIVELY, machine_percent=30.0, callers_per_hour=0.0, pauses=())
    one = trial(heard, agents=4, hours=2.5, seeds=(1,))
    result = judge(one, "predictive", [live_day(one, "predictive", 1)])
    assert result.figures["abandoned_percent"].mean > 0.5
    assert result.limits[0].seeds_over == (), result.limits


def test_the_page_is_whole_by_itself() -> None:
    report = live(trial(), ignore, ("a remark & more",))
    made = page(report)
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?:|<script""", made)
    assert "<bdi>Renewals &lt;b&gt;</bdi>" in made
    assert "a remark &amp; more" in made
    for one in report.assumptions:
        assert f"<td>{one.name}</td>" in made
    assert made.count("default, not measured") == len(report.assumptions)
    assert made.count("<svg") == 3 * 3
    bare = made.replace("<!DOCTYPE html>", "").replace("class=total", 'class="total"')
    bare = re.sub(r"<meta[^>]*>", "", bare)
    ElementTree.fromstring(bare)


def test_a_half_hour_without_answers_parts_the_plot() -> None:
    """It is no half hour without abandoned calls."""
    silent = replace(CLOCKWORK, answer_percent=0.0)
    report = live(trial(silent, Mode.PROGRESSIVE, seeds=(1,)), ignore, ())
    assert report.results[0].days[0].abandoned == (None,)
    assert "NaN" not in page(report)
