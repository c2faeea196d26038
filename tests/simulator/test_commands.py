"""`ccengine simulate` and `ccengine replay`, as people run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.every_command import invoke
from tests.config.tenants import change
from tests.simulator.days import QUIET, scenario_file

if TYPE_CHECKING:
    from typer.testing import Result

ROOT = Path(__file__).parents[2]


def ccengine(*arguments: str | Path) -> Result:
    return invoke([str(argument) for argument in arguments])


def figures(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["name"]: line for line in run["figures"]}


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return scenario_file(tmp_path)


@pytest.fixture
def changed(day: Path) -> Path:
    """The tenant with somebody more who serves Dnipro's billing."""
    folder = day.parent / "changed/demo"
    shutil.copytree(day.parent / "dialplan/tenants/demo", folder)
    change(
        folder / "tenant.yaml", "ukrainian: 9, english: 7", "billing: 9, ukrainian: 9, english: 7"
    )
    return folder


def test_a_day_in_figures(day: Path) -> None:
    done = ccengine("simulate", day)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""  # no progress where there is no terminal
    heads = done.stdout.splitlines()[1]
    for word in ("offered", "answered", "abandoned", "SL %", "ASA", "occup. %", "p99", "longest"):
        assert word in heads
    for name in ("dnipro/billing", "dnipro/technical", "dnipro/vip", "all"):
        assert name in done.stdout
    assert "dnipro: 90 % in 30 s, offered" in done.stdout


def test_the_figures_of_all_queues_add_up(day: Path) -> None:
    file = day.with_name("day.json")
    assert ccengine("simulate", day, "--json", file).exit_code == 0
    (run,) = json.loads(file.read_text())["runs"]
    found = figures(run)
    for name in ("offered", "answered", "abandoned"):
        parts = [line[name] for queue, line in found.items() if "/" in queue]
        assert sum(parts) == found["all"][name] > 0


def test_the_same_seed_gives_the_same_bytes(day: Path) -> None:
    """In processes of their own, whose sets and dicts hash otherwise."""
    outputs = []
    for number in (1, 2):
        files = [day.with_name(f"{number}.{kind}") for kind in ("json", "html")]
        command = [sys.executable, "-m", "ccengine", "simulate", str(day)]
        done = subprocess.run(
            [*command, "--json", str(files[0]), "--html", str(files[1])],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            check=True,
        )
        outputs.append([done.stdout, *(file.read_bytes() for file in files)])
    assert outputs[0] == outputs[1]


def test_another_seed_from_the_command_line(day: Path) -> None:
    assert ccengine("simulate", day).stdout != ccengine("simulate", day, "--seed", "4").stdout


def test_two_configurations_side_by_side(day: Path, changed: Path) -> None:
    file = day.with_name("both.json")
    done = ccengine("simulate", day, "--compare", changed, "--json", file)
    assert done.exit_code == 0, done.stderr
    before, after = (figures(run) for run in json.loads(file.read_text())["runs"])
    assert before["all"]["offered"] == after["all"]["offered"]  # the very same callers
    better = after["dnipro/billing"]["service_level"] - before["dnipro/billing"]["service_level"]
    assert better > 0
    assert f"+{better:.1f}" in done.stdout
    assert "before" in done.stdout
    assert "after" in done.stdout


def test_the_page_needs_nothing_from_elsewhere(day: Path, changed: Path) -> None:
    file = day.with_name("day.html")
    assert ccengine("simulate", day, "--compare", changed, "--html", file).exit_code == 0
    text = file.read_text()
    assert re.search(r"https?:|<script|<link|<img|@import|url\(", text) is None
    assert text.count("<svg") == text.count("</svg>") == 8  # four plots of each
    for title in ("How long callers waited", "Callers waiting", "What agents did", "Service level"):
        assert f"<h2>{title}" in text
    assert "nan" not in text
    for number in re.findall(r' (?:x|y|width|height)="([^"]+)"', text):
        assert float(number) >= 0


def test_mistakes_are_told_and_nothing_is_run(day: Path) -> None:
    day.write_text(day.read_text().replace("dnipro/vip", "dnipro/vpi"))
    done = ccengine("simulate", day)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{day}:9: the tenant has no 'dnipro/vpi'" in done.stderr


def test_mistakes_of_the_configuration_are_told(day: Path, changed: Path) -> None:
    change(changed / "tenant.yaml", "number: 302", "number: 301")
    done = ccengine("simulate", day, "--compare", changed)
    assert done.exit_code == 1
    assert "number 301 belongs to agents 'amira' and 'omar'" in done.stderr


# --- a recorded day -----------------------------------------------------------------------------

PAUSES = ", ".join(
    f"{{from: {hour}:{minute}0, until: {hour}:{minute}3}}"
    for hour in ("08", "09", "10")
    for minute in range(1, 6)
)
WITH_ALL = (
    QUIET.replace("  patience", "  wrap_up: {mean_seconds: 4}\n  patience").replace(
        "until: 12:00}", f"until: 11:50, breaks: [{PAUSES}]}}"
    )
    + "  - {agents: [omar], from: 08:30, until: 11:00}\n"
    + "answering: {miss_percent: 8, away_seconds: 70}\n"
)
"""Short breaks, asked for and over during calls; agents who leave in mid-call; missed calls."""


@pytest.fixture
def journal(day: Path) -> Path:
    file = day.with_name("journal.sqlite")
    day.write_text(day.read_text().replace(QUIET, WITH_ALL))
    assert ccengine("simulate", day, "--journal", file).exit_code == 0
    return file


def replayed(journal: Path, tenant: Path, *options: str) -> list[dict[str, Any]]:
    file = journal.with_suffix(".json")
    done = ccengine("replay", journal, "--config", tenant, "--json", file, *options)
    assert done.exit_code == 0, done.stderr
    runs: list[dict[str, Any]] = json.loads(file.read_text())["runs"]
    return runs


def test_a_day_played_again_as_it_was_is_the_same_day(journal: Path) -> None:
    tenant = journal.parent / "dialplan/tenants/demo"
    recorded, again, changed = replayed(journal, tenant)
    assert figures(recorded)["all"]["abandoned"] > 10
    assert recorded["figures"] == again["figures"] == changed["figures"]
    assert recorded["timeline"]["waits"] == again["timeline"]["waits"]


def test_a_change_shows_on_the_recorded_day(journal: Path, changed: Path) -> None:
    recorded, again, after = (figures(run) for run in replayed(journal, changed))
    assert recorded == again
    assert after["dnipro/billing"]["offered"] == recorded["dnipro/billing"]["offered"]
    assert after["dnipro/billing"]["abandoned"] < recorded["dnipro/billing"]["abandoned"]


def test_a_journal_of_a_day_is_not_written_over(day: Path, journal: Path) -> None:
    done = ccengine("simulate", day, "--journal", journal)
    assert done.exit_code == 1
    assert "exists" in done.stderr


def test_one_day_of_a_journal(journal: Path) -> None:
    tenant = journal.parent / "dialplan/tenants/demo"
    whole = replayed(journal, tenant)
    day = replayed(journal, tenant, "--day", "2026-03-02", "--zone", "Europe/Kyiv")
    assert figures(day[0])["all"]["offered"] == figures(whole[0])["all"]["offered"]
    done = ccengine("replay", journal, "--config", tenant, "--day", "2026-03-03")
    assert done.exit_code == 1
    assert "nobody waited in a queue then" in done.stderr


def test_agents_who_came_before_the_day_are_there(journal: Path) -> None:
    """The zone is chosen so that its day begins at 10:00 of the shift's zone."""
    tenant = journal.parent / "dialplan/tenants/demo"
    recorded, again, _ = replayed(journal, tenant, "--day", "2026-03-02", "--zone", "Etc/GMT+8")
    offered = figures(recorded)["all"]["offered"]
    assert 0 < offered < 100
    assert figures(again)["all"]["answered"] == pytest.approx(
        figures(recorded)["all"]["answered"], abs=3
    )


def test_what_the_new_configuration_has_no_more_is_told(journal: Path, changed: Path) -> None:
    for name in ("tenant.yaml", "clients/dnipro/client.yaml"):
        file = changed / name
        file.write_text(file.read_text().replace("olena", "oksana"))
    done = ccengine("replay", journal, "--config", changed)
    assert done.exit_code == 0, done.stderr
    assert "changed: 1 x impossible: AgentLoggedIn: no agent 'olena' in the plan" in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--day", "yesterday"), "'yesterday' is no day"),
        (("--day", "9999-12-31"), "9999-12-31 is not between 1970 and 2099"),
        (("--zone", "Europe/Kiew"), "there is no time zone 'Europe/Kiew'"),
    ],
)
def test_options_that_cannot_be_understood(
    journal: Path, options: tuple[str, str], told: str
) -> None:
    tenant = journal.parent / "dialplan/tenants/demo"
    done = ccengine("replay", journal, "--config", tenant, *options)
    assert done.exit_code == 2
    assert told in done.stderr
