"""`ccengine report`, as people run it, of a simulated morning."""

from __future__ import annotations

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tests.cli.every_command import invoke
from tests.simulator.days import scenario_file

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def ccengine(*arguments: str | Path) -> Result:
    return invoke([str(argument) for argument in arguments])


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
        (["--interval", "20"], "'20' is not one of"),
        (["--from", "yesterday"], "'yesterday' is no day"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "2026-03-02 is after 2026-03-01"),
        (["--to", "9999-12-31"], "9999-12-31 is not between 1970 and 2099"),
        (["--from", "0001-01-01"], "0001-01-01 is not between 1970 and 2099"),
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


def test_the_ledger_says_that_it_tiles(day: dict[str, Path]) -> None:
    text = report(day, "ledger")
    assert "2 agents, 2 log-ins, 8.00 h: each millisecond once: no gap, no overlap" in text
    assert "shared out by the rule 'equal'" in text
    assert "shares: 8.00 of 8.00 h, 100.00 %" in text
    for one in (report(day, "contract", "dnipro"), report(day, "agents")):
        assert "each millisecond once: no gap, no overlap" in one
    assert "shares: 8.00 of 8.00 h, 100.00 %" in report(day, "contract", "dnipro")
    for rule in ("equal", "handled", "contract"):
        told = json.loads(report(day, "ledger", "--rule", rule, "--format", "json", "--events"))
        accounts = told["accounts"]
        assert sum(account["all"] for account in accounts.values()) == 8 * 3_600_000
        assert sum(sum(entry["whose"].values()) for entry in told["entries"]) == 8 * 3_600_000
        assert sum(float(account["percent"]) for account in accounts.values()) == 100
    agents = list(csv.DictReader(io.StringIO(report(day, "ledger", "--agents", "--format", "csv"))))
    assert [row["name"] for row in agents] == ["olena", "taras"]


def test_a_bill_and_the_events_behind_it(day: dict[str, Path]) -> None:
    told = json.loads(report(day, "contract", "dnipro", "--format", "json", "--events"))
    lines = {line["name"]: line for line in told["lines"]}
    answered = {name: line["answered"] for name, line in simulated(day).items()}
    assert len(lines["vip"]["events"]) == answered["dnipro/vip"]
    assert len(lines["contacts"]["events"]) == answered["dnipro"] - answered["dnipro/vip"]
    assert lines["vip"]["amount"] == f"{95 * answered['dnipro/vip']}.00"
    milliseconds = sum(entry["ms"] for entry in lines["hours"]["events"])
    quantity = lines["hours"]["quantity"]
    assert milliseconds * quantity["denominator"] == quantity["numerator"] * 3_600_000
    (penalty,) = told["adjustments"]
    assert penalty["label"] == "penalty: SL v3 below 85 %"
    share = penalty["quantity"]["numerator"] / penalty["quantity"]["denominator"]
    assert float(penalty["quantity"]["value"]) == pytest.approx(share * 100)
    files = report(day, "contract", "dnipro", "--format", "csv")
    rows_of = {row["line"]: row for row in csv.DictReader(io.StringIO(files))}
    assert rows_of["penalty"]["quantity"] == penalty["quantity"]["value"]
    assert f"{share * 100:.2f} %" in report(day, "contract", "dnipro")
    assert told["currency"] == "UAH"
    rows = [entry["row"] for line in told["lines"] for entry in line["events"]]
    assert all(row > 0 for row in rows)
    text = report(day, "contract", "dnipro", "--events")
    assert f"row {rows[0]}  " in text
    assert told["total"] in text
    listed = csv.DictReader(
        io.StringIO(report(day, "contract", "dnipro", "--events", "--format", "csv"))
    )
    assert sum(1 for _ in listed) == len(rows)


def test_who_has_no_contract_is_not_billed(day: dict[str, Path], tmp_path: Path) -> None:
    tenant = tmp_path / "demo"
    shutil.copytree(day["--config"], tenant)
    (tenant / "clients/dnipro/contract.yaml").unlink()
    done = ccengine(
        "report", "contract", "dnipro", "--journal", day["--journal"], "--config", tenant
    )
    assert done.exit_code == 1
    assert "nothing is billed to 'dnipro'" in done.stderr


def test_a_page_with_plots_needs_nothing_else(day: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "queues.html"
    report(day, "queues", "--client", "dnipro", "--format", "html", "--out", file)
    text = file.read_text()
    assert text.count("<svg") == 3
    assert "http" not in text.replace("http-equiv", "")
    assert 'title="SL v3 = A_T / (A + Ab)"' in text
    assert "2026-03-02, days and hours of Europe/Kyiv" in text
    tree = ElementTree.fromstring(
        text.partition("\n")[2]
        .replace("<meta ", "<meta_ ")
        .replace('"utf-8">', '"utf-8"/>')
        .replace('initial-scale=1">', 'initial-scale=1"/>')
    )
    assert len(tree.findall(".//svg")) == 3
    assert "10:00" in text  # of the course's half hours


@pytest.mark.parametrize("command", [["ledger"], ["contract", "dnipro"]])
def test_money_and_time_have_no_page(day: dict[str, Path], command: list[str]) -> None:
    options = [part for name in ("--journal", "--config") for part in (name, day[name])]
    done = ccengine("report", *command, "--format", "html", *options)
    assert done.exit_code == 2
    assert "write it as table, csv or json" in done.stderr
