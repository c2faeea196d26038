"""Webhooks on the command line: what was not taken, and having it sent again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.secrets import generate
from ccengine.config.settings import Settings
from ccengine.config.state_folder import lay_out
from ccengine.ivr.configuration import load_configuration
from ccengine.storage.database import RecordDatabase
from ccengine.storage.webhooks import HookKey, LetterState, StoredLetter
from ccengine.webhooks.signing import key_of
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from typer.testing import Result

KEY = HookKey("nour", "crm")
HOOKS = """
webhooks:
  crm: {url: "https://crm.example/{caller}", events: [call_ended], body: {who: "{caller}"}}
"""


def ccengine(*arguments: str) -> Result:
    return invoke(arguments)


def in_database(work: Callable[[RecordDatabase], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = await RecordDatabase.open(Settings().paths.database)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def hooks(tenant: Path) -> None:
    file = tenant / "clients" / "nour" / "client.yaml"
    file.write_text(file.read_text() + HOOKS)
    letter = StoredLetter(
        client="nour", hook="crm", number=7, call="c1", state=LetterState.DEAD, attempts=9, at=1.0
    )

    async def fill(database: RecordDatabase) -> None:
        await database.webhooks.set_place(KEY, 5)
        await database.webhooks.advance(KEY, 5, 8, [letter])

    in_database(fill)


def printed(*arguments: str) -> Any:
    result = ccengine(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_lists_how_far_each_is() -> None:
    (hook,) = printed("webhook", "list", "--json")
    assert (hook["number"], hook["waiting"], hook["dead"]) == (8, 0, 1)
    assert hook["secret"] == "/srv/state/secrets/webhooks/nour.crm"
    assert "c1" in ccengine("webhook", "letters", "--dead").stdout


def test_dead_ones_are_tried_again_and_it_is_audited() -> None:
    assert ccengine("webhook", "retry", "nour", "crm", "--number", "7").exit_code == 0
    (letter,) = printed("webhook", "letters", "--json")
    assert (letter["state"], letter["attempts"]) == ("waiting", 0)
    assert ccengine("webhook", "replay", "nour", "crm", "--after", "2").exit_code == 0
    assert in_database(lambda database: database.webhooks.place(KEY)) == 2
    newest = [one["operation"] for one in printed("audit", "--json")]
    assert newest == ["replayWebhook", "retryWebhook"]


@pytest.mark.parametrize("names", [("nour", "crn"), ("noor", "crm")])
def test_a_wrong_name_has_a_remedy(names: tuple[str, str]) -> None:
    result = ccengine("webhook", "replay", *names, "--after", "2")
    assert result.exit_code == 1
    assert "crm" in result.output or "nour" in result.output


def test_init_makes_the_secret_and_keeps_it() -> None:
    settings = Settings()
    tenant = load_configuration(settings.tenant_folder).tenant
    assert tenant is not None
    lay_out(settings.paths)
    generate(settings.paths, tenant)
    file = settings.paths.webhook_secret("nour", "crm")
    secret = file.read_text().strip()
    assert len(key_of(secret)) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    generate(settings.paths, tenant)
    assert file.read_text().strip() == secret


def test_check_names_file_and_line_of_a_wrong_address(tenant: Path) -> None:
    file = tenant / "clients" / "nour" / "client.yaml"
    file.write_text(file.read_text().replace("https://crm.example", "http://crm.example"))
    problems = load_configuration(tenant).problems
    assert [problem.file for problem in problems] == [file]
    assert "https://" in problems[0].remedy
