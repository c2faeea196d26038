"""`ccengine campaign`, asking an engine's API over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import StatePaths
from tests.api.house import FILE_TOKEN, House, house
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        token = StatePaths(tmp_path / "state").api_token
        token.parent.mkdir(parents=True)
        token.write_text(FILE_TOKEN + "\n")
        monkeypatch.setenv("CCENGINE_STATE", str(tmp_path / "state"))
        monkeypatch.setenv("CCENGINE_API_PORT", str(opened.port))
        monkeypatch.setenv("COLUMNS", "200")
        yield opened


async def campaign(*arguments: str) -> Result:
    """Run it while the API answers."""
    return await asyncio.to_thread(invoke, ["campaign", *arguments])


@pytest.mark.usefixtures("here")
async def test_campaigns_are_listed_started_paused_and_finished() -> None:
    result = await campaign("list")
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in ("nour/renewals", "dnipro/renewals", "stopped"))
    for act, state in (("start", "running"), ("pause", "paused"), ("finish", "stopped")):
        result = await campaign(act, "nour/renewals", "--reason", "as asked")
        assert (result.exit_code, state in result.stdout) == (0, True), result.output
    listed = json.loads((await campaign("list", "--json")).stdout)["campaigns"]
    assert [one["state"] for one in listed] == ["stopped", "stopped"]


@pytest.mark.usefixtures("here")
async def test_no_cell_is_cut_short_where_the_terminal_is_narrow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = (await campaign("list")).stdout.splitlines()
    assert len(listed) == 3  # the header, and two campaigns
    assert "in the air" in listed[0]
    assert "dnipro/renewals" in listed[1] + listed[2]


@pytest.mark.usefixtures("here")
async def test_one_is_shown_with_settings_and_limits() -> None:
    result = await campaign("show", "dnipro/renewals")
    assert result.exit_code == 0, result.output
    assert "at most 1 % a day" in result.stdout
    assert "Dnipro Energy" in result.stdout
    shown = json.loads((await campaign("show", "dnipro/renewals", "--json")).stdout)
    assert shown["settings"]["lists"] == ["ending", "long_ended"]


@pytest.mark.usefixtures("here")
async def test_what_cannot_be_is_said_with_a_remedy() -> None:
    result = await campaign("start", "dnipro/renewal")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'dnipro/renewals'?" in result.stderr
    result = await campaign("pause", "renewals")
    assert result.exit_code == 2
    assert "several campaigns 'renewals' — name one of nour/renewals, dnipro/renewals" in (
        result.stderr.replace("dnipro/renewals, nour/renewals", "nour/renewals, dnipro/renewals")
    )
    result = await campaign("pause", "nour/renewals")
    assert result.exit_code == 1
    assert "it does not run" in result.stderr
