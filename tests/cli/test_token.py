"""Tokens and audit on the command line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import Settings
from ccengine.storage.database import RecordDatabase
from ccengine.storage.tokens import digest_of
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from ccengine.storage.tokens import StoredToken

pytestmark = pytest.mark.usefixtures("tenant")


def ccengine(*arguments: str) -> Result:
    return invoke(arguments)


@pytest.fixture
def database(tenant: Path) -> Path:
    del tenant  # it has the settings point to its own state folder
    path = Settings().paths.database

    async def make() -> None:
        made = await RecordDatabase.open(path)
        await made.close()

    asyncio.run(make())
    return path


def found(path: Path, token: str) -> StoredToken | None:
    async def find() -> StoredToken | None:
        opened = RecordDatabase.open_to_read(path)
        try:
            return await opened.tokens.find(digest_of(token))
        finally:
            await opened.close()

    return asyncio.run(find())


def test_a_token_is_shown_once_and_kept_as_a_hash(database: Path) -> None:
    sets = ("--client", "nour", "--team", "nour-desk", "--site", "dubai")
    made = ccengine("token", "create", "boss", "--role", "supervisor", *sets)
    assert made.exit_code == 0
    token = made.stdout.strip()
    assert len(token) >= 43
    stored = found(database, token)
    assert stored is not None
    assert (stored.role, stored.clients, stored.teams, stored.sites) == (
        "supervisor",
        ("nour",),
        ("nour-desk",),
        ("dubai",),
    )
    assert round((stored.expires_at - stored.created_at) / 86_400) == 90
    listed = ccengine("token", "list", "--json").stdout
    shown = ccengine("token", "list").stdout + ccengine("audit", "--json").stdout
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert all(secret not in listed + shown for secret in (token, digest))
    assert json.loads(listed)[0]["name"] == "boss"


def test_a_revoked_token_stays_in_the_list_and_its_name_is_never_given_again(
    database: Path,
) -> None:
    token = ccengine("token", "create", "ear", "--role", "quality", "--all-clients").stdout.strip()
    assert ccengine("token", "revoke", "ear").exit_code == 0
    stored = found(database, token)
    assert stored is not None
    assert not stored.holds(stored.created_at)
    again = ccengine("token", "create", "ear", "--role", "quality", "--all-clients")
    assert (again.exit_code, "never given twice" in again.stderr) == (1, True)
    operations = [one["operation"] for one in json.loads(ccengine("audit", "--json").stdout)]
    assert operations == ["revokeToken", "createToken"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("x", "--role", "supervisor"), "give --client"),
        (("x", "--role", "supervisor", "--client", "nou"), "did you mean 'nour'?"),
        (("x", "--role", "quality", "--client", "nour", "--all-clients"), "exclude each other"),
        (("x", "--role", "supervisor", "--client", "nour", "--team", "n"), "no team 'n'"),
        (("x", "--role", "agent"), "--agent"),
        (("x", "--role", "agent", "--agent", "nobody"), "no agent 'nobody'"),
        (("x", "--role", "client", "--client", "nour", "--agent", "amira"), "--agent"),
        (("X Y", "--role", "admin"), "cannot be a name"),
        (("token-file", "--role", "admin"), "somebody else"),
        (("command-line", "--role", "admin"), "somebody else"),
    ],
)
def test_what_cannot_be_is_said_with_a_remedy(arguments: tuple[str, ...], complaint: str) -> None:
    result = ccengine("token", "create", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr


def test_without_a_database_there_is_nowhere_to_keep_a_token() -> None:
    for arguments in (("token", "create", "x", "--role", "admin"), ("token", "list"), ("audit",)):
        result = ccengine(*arguments)
        assert (result.exit_code, "start the engine" in result.stderr) == (1, True)


def test_a_list_leaves_the_database_of_an_older_engine_as_it_is() -> None:
    path = Settings().paths.database
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as older:
        older.execute("CREATE TABLE call_records (call TEXT)")
    older.close()
    before = path.read_bytes()
    for arguments in (("token", "list"), ("audit",), ("webhook", "letters")):
        result = ccengine(*arguments)
        assert (result.exit_code, "start this one's engine" in result.stderr) == (1, True)
    assert path.read_bytes() == before
