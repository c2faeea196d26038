"""`ccengine flow`: draw and try."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.cli.tables import END, ISOLATE
from tests.cli.every_command import invoke
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(autouse=True)
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copy_of_demo(tmp_path)
    monkeypatch.setenv("CCENGINE_DIALPLAN", str(folder.parents[1]))
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path / "state"))
    return folder


def ccengine(*arguments: str, keys: str = "") -> Result:
    return invoke(list(arguments), input=keys)


def test_a_picture_is_printed_or_written(tmp_path: Path) -> None:
    printed = ccengine("flow", "draw", "nour/main")
    assert printed.exit_code == 0
    assert printed.stdout.startswith("<svg ")
    assert ccengine("flow", "draw", "vip", "--out", str(tmp_path / "vip.svg")).exit_code == 0
    assert "enqueue: vip" in (tmp_path / "vip.svg").read_text()


def test_a_name_of_two_clients_and_one_of_none() -> None:
    many, none = ccengine("flow", "draw", "main"), ccengine("flow", "draw", "night")
    assert (many.exit_code, none.exit_code) == (1, 1)
    assert "more than one client has a flow 'main'" in many.output
    assert "there is no flow 'night'" in none.output


def test_keys_lead_through_a_flow() -> None:
    result = ccengine("flow", "try", "nour/main", keys="7\n2\n")
    assert result.exit_code == 0
    assert "waits in nour/technical" in result.stdout
    assert result.stdout.count("♪") == 5  # greeting and menu twice, and that 7 was wrong


def test_what_is_said_with_values_is_shown_as_words_alone() -> None:
    result = ccengine("flow", "try", "languages", "--at", "2026-12-02T10:00", keys="2\n")
    assert "♪ Today is Wednesday, the second of December. It is ten a.m." in result.stdout
    arabic = ccengine("flow", "try", "languages", keys="1\n").stdout
    heard = [line for line in arabic.splitlines() if "♪" in line]
    assert [line.endswith(END) for line in heard] == [line.count(ISOLATE) == 1 for line in heard]
    assert any(line.endswith(END) for line in heard)


def test_silence_and_the_end_of_the_file() -> None:
    assert "waits in nour/billing" in ccengine("flow", "try", "nour/main", keys="\n\n\n").stdout
    assert "the caller has hung up" in ccengine("flow", "try", "nour/main").stdout


LOOK = """\
start: ask
steps:
  ask: {lookup: caller, into: {who: name}, found: vip, none: end, otherwise: billing}
  vip: {enqueue: technical}
  billing: {enqueue: billing}
  end: {hang_up: busy}
"""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("f\nname='Anna K' x=1\n", "waits in nour/technical"),
        ("n\n", "hung up on: busy"),
        ("\n", "waits in nour/billing"),
    ],
)
def test_a_lookup_is_answered_at_the_terminal(tenant: Path, typed: str, told: str) -> None:
    client = tenant / "clients/nour"
    (client / "vip.csv").write_text("caller,name\n971500000001,Anna\n")
    own = "  caller: {table: {file: vip.csv, key: caller}}\n"
    change(client / "client.yaml", "lookups:\n", f"lookups:\n{own}")
    with (tenant / "clients/nour/flows/main.yaml").open("w") as file:
        file.write(LOOK)
    result = ccengine("flow", "try", "nour/main", keys=typed)
    assert told in result.stdout, result.output
    assert ("who = Anna K" in result.stdout) == ("name" in typed)
