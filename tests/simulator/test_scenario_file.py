from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccengine.simulator.scenario_file import load_scenario
from tests.simulator.days import QUIET, problems, scenario, scenario_file

SHIPPED = Path(__file__).parent / "scenarios/demo.yaml"


def test_the_scenario_that_comes_with_the_tests_has_no_mistakes() -> None:
    assert load_scenario(SHIPPED).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("seed: 3", "sed: 3", "day.yaml:2: unknown key 'sed' — did you mean 'seed'?"),
        ("number: 600200", "number: 600900", "day.yaml:8: the tenant has no '600900'"),
        ("dnipro/vip", "dnipro/vpi", "day.yaml:9: the tenant has no 'dnipro/vpi' — did you mean"),
        ("dnipro-desk", "dnepro-desk", "day.yaml:14: the tenant has no 'dnepro-desk' — did you"),
        ("from: 08:00\nuntil", "from: 8 am\nuntil", "day.yaml:5: '8 am' is no time of day"),
        ("until: 12:00}", "until: 24:01}", "day.yaml:14: '24:01' is no time of day"),
        ("mean_seconds: 90", "mean_seconds: -1", "day.yaml:12: 'mean_seconds' cannot be '-1'"),
        (
            "{mean_seconds: 120}",
            "{mean_seconds: 120, law: normal}",
            "day.yaml:11: 'law' cannot be 'normal' — use one of: 'exponential', 'lognormal' or",
        ),
        (
            "{mean_seconds: 120}",
            "{mean_seconds: 120, law: lognormal}",
            "day.yaml:11: 'deviation_seconds' belongs to a lognormal law",
        ),
        ("calls_per_hour: 5}", "people: 9}", "day.yaml:9: it must be said once how many call"),
        ("queue: dnipro/vip", "people: 5", "day.yaml:9: callers dial a number or enter a queue"),
        ("1: 60", "1: 61", "day.yaml:8: more than all callers press a key"),
        ("Europe/Kyiv", "Europe/Kiew", "day.yaml:4: there is no time zone 'Europe/Kiew'"),
    ],
)
def test_a_mistake_has_a_line_and_a_remedy(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert QUIET.count(old) == 1
    (problem,) = problems(scenario_file(tmp_path, QUIET.replace(old, new)))
    assert problem.startswith(told)


def test_what_a_day_needs_is_asked_for(tmp_path: Path) -> None:
    found = problems(scenario_file(tmp_path, "seed: 1\n"))
    assert [text.partition(" — ")[0] for text in found] == [
        "day.yaml:1: 'arrivals' is missing",
        "day.yaml:1: 'shifts' is missing",
    ]


def with_csv(folder: Path, rows: str) -> Path:
    (folder / "calls.csv").write_text(f"from,until,calls_per_hour\n{rows}")
    return scenario_file(folder, QUIET.replace("calls_per_hour: 5}", "csv: calls.csv}"))


def test_a_profile_may_stand_in_a_csv_file(tmp_path: Path) -> None:
    file = with_csv(tmp_path, "08:00,09:00,4\n09:00,10:30,2.5\n")
    (_, vip) = scenario(file).arrivals
    assert [(p.starts, p.until, p.calls_per_hour) for p in vip.profile] == [
        (8 * 3600, 9 * 3600, 4.0),
        (9 * 3600, 10 * 3600 + 1800, 2.5),
    ]


def test_a_mistake_in_a_csv_file_has_its_line_there(tmp_path: Path) -> None:
    (problem,) = problems(with_csv(tmp_path, "08:00,09:00,4\n09:00,10:30,many\n"))
    assert problem.startswith("calls.csv:3: 'calls_per_hour' must be a number, not 'many'")


def test_a_csv_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = scenario_file(tmp_path, QUIET.replace("calls_per_hour: 5}", "csv: calls.csv}"))
    (problem,) = problems(file)
    assert problem.startswith("calls.csv:1: the file is unreadable")


def test_times_are_of_the_scenarios_zone_and_may_pass_midnight(tmp_path: Path) -> None:
    text = QUIET.replace("from: 08:00\nuntil: 12:00", "from: 22:00\nuntil: 06:00")
    night = scenario(scenario_file(tmp_path, text))
    assert datetime.fromtimestamp(night.opens, UTC) == datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert datetime.fromtimestamp(night.closes, UTC) == datetime(2026, 3, 3, 4, tzinfo=UTC)


def test_what_is_after_midnight_of_a_night_is_on_the_next_day(tmp_path: Path) -> None:
    text = QUIET.replace("from: 08:00\nuntil: 12:00", "from: 22:00\nuntil: 06:00")
    night = scenario(scenario_file(tmp_path, text))
    hour = 3600
    opens = night.opens
    for span, within, hours in (
        ((2, 5), None, (4, 7)),  # calls or a shift, small hours
        ((23, 3), None, (1, 5)),
        ((21, 5), None, (-1, 7)),  # agents who are there before the first call
        ((4, 5), 2, (6, 7)),  # a break in a shift that began at 2:00
        ((1, 2), 21, (3, 4)),
        ((23, 1), 21, (1, 3)),
    ):
        starts, until = span
        found = night.span(
            starts * hour, until * hour, within=None if within is None else within * hour
        )
        assert tuple((at - opens) / hour for at in found) == hours
