"""`ccengine report`, as people run it, of a simulated morning."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from ccengine.cli.commands import app
from tests.simulator.days import scenario_file

if TYPE_CHECKING:
    from pathlib import Path


def ccengine(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A morning's journal, its tenant, and what the simulator says of it."""
    folder = tmp_path_factory.mktemp("day")
    scenario = scenario_file(folder)
    journal, figures = folder / "journal.sqlite", folder / "figures.json"
    done = ccengine("simulate", scenario, "--journal", journal, "--json", figures)
    assert done.exit_code == 0, done.stderr
    tenant = folder / "dialplan/tenants/demo"
    return {"--journal": journal, "--config": tenant, "figures": figures}


def report(day: dict[str, Path], *arguments: str | Path) -> str:
    options = [part for name in ("--journal", "--config") for part in (name, day[name])]
    done = ccengine("report", *arguments, *options)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def simulated(day: dict[str, Path]) -> dict[str, dict[str, Any]]:
    (run,) = json.loads(day["figures"].read_text())["runs"]
    return {line["name"]: line for line in run["figures"]}


def test_the_simulator_counts_the_same(day: dict[str, Path]) -> None:
    """Two counts of the same day, by different code."""
    told = json.loads(report(day, "queues", "--format", "json"))
    expected = simulated(day)
    assert len(told["lines"]) == 3
    for line in told["lines"]:
        queue = expected[line["labels"]["queue"]]
        for name in ("offered", "answered", "abandoned"):
            assert line["counts"][name] == queue[name]
        assert float(line["SL"]["value"]) == pytest.approx(queue["service_level"], abs=5e-4)
        figures = line["figures"]
        assert float(figures["ASA v1"]["value"]) == pytest.approx(queue["asa"], abs=2e-3)
        assert float(figures["AHT v1"]["value"]) == pytest.approx(queue["aht"], abs=2e-3)
    whole = told["total"]
    occupancy = float(whole["figures"]["occupancy v1"]["value"]) if "occupancy v1" in whole else 0
    assert occupancy == 0  # free time belongs to no queue
    agents = json.loads(report(day, "agents", "--format", "json"))
    occupied = agents["total"]["figures"]["occupancy v1"]["value"]
    assert float(occupied) == pytest.approx(expected["all"]["occupancy"], abs=2e-3)


def test_formulas_are_printed_beside_the_figures(day: dict[str, Path]) -> None:
    text = report(day, "queues")
    assert "SL v3" in text
    assert "SL v3 = A_T / (A + Ab), T = 30 s, s = 5 s, since the queue was entered" in text
    assert "ASA v1 = sum of waits of A / A" in text
    assert "2026-03-02" in text
    heads = report(day, "clients", "--format", "csv").splitlines()[0]
    assert "SL v2 [percent] = (A_T + Ab_T) / (A + Ab)" in heads


def test_csv_and_json_say_the_same(day: dict[str, Path]) -> None:
    question = ("intervals", "--by", "queue,interval", "--interval", "60", "--zone", "Asia/Dubai")
    rows = list(csv.DictReader(io.StringIO(report(day, *question, "--format", "csv"))))
    told = json.loads(report(day, *question, "--format", "json"))
    assert len(rows) == len(told["lines"]) + 1
    for row, line in zip(rows, told["lines"], strict=False):
        assert row["queue"] == line["labels"]["queue"]
        assert row["interval"] == line["labels"]["interval"]
        assert row["wait_answered"] == str(line["counts"]["wait_answered"])
        assert row["SL [percent]"] == (line["SL"]["value"] or "")
    assert told["lines"][0]["labels"]["interval"].endswith("+04:00")


def test_a_client_is_told_in_the_contracts_zone(day: dict[str, Path]) -> None:
    text = report(day, "intervals", "--client", "dnipro")
    assert "days and hours of Europe/Kyiv" in text
    assert "2026-03-02 08:00+02:00" in text


def test_a_report_goes_to_a_file(day: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    assert report(day, "agents", "--format", "csv", "--out", file) == ""
    assert file.read_text() == report(day, "agents", "--format", "csv")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--by", "colour"], "nothing is told apart by 'colour'"),
        (["--interval", "20"], "'20' is no interval"),
        (["--from", "yesterday"], "'yesterday' is no day"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "2026-03-02 is after 2026-03-01"),
        (["--zone", "Mars/Base"], "there is no time zone 'Mars/Base'"),
        (["--client", "nobody"], "there is no client 'nobody'"),
    ],
)
def test_mistakes_are_named(day: dict[str, Path], arguments: list[str], words: str) -> None:
    options = [part for name in ("--journal", "--config") for part in (name, day[name])]
    done = ccengine("report", "queues", *arguments, *options)
    assert done.exit_code in (1, 2)
    assert words in done.stderr


def test_the_queue_log_of_a_day(day: dict[str, Path]) -> None:
    lines = report(day, "queue-log").splitlines()
    assert lines[0].endswith("|NONE|NONE|NONE|QUEUESTART|")
    assert sum("|ENTERQUEUE|" in line for line in lines) == simulated(day)["all"]["offered"]
    assert sum("|CONNECT|" in line for line in lines) == simulated(day)["all"]["answered"]
    exact = report(day, "queue-log", "--exact").splitlines()
    assert len(exact) == len(lines)
    assert [line.partition("|")[0].partition(".")[0] for line in exact] == [
        line.partition("|")[0] for line in lines
    ]
