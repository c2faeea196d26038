"""Agents sign in by PIN: for some hours, as themselves; wrong ones lock, and tell nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.routes.sign_in import HOLDS_SECONDS, REFUSAL_SECONDS
from ccengine.core.desk import LOCK_SECONDS, WRONG_PINS_AT_MOST
from ccengine.core.events import WrongPinGiven
from ccengine.core.ids import AgentId
from tests.api.house import FILE_TOKEN, House, house
from tests.api.house_ports import PIN

if TYPE_CHECKING:
    from pathlib import Path

WRONG = "314159"


async def sign_in(here: House, agent: str = "amira", pin: str = PIN) -> tuple[int, Any]:
    sent = {"agent": agent, "pin": pin}
    return await here.ask("POST", "/sign-in", None, json=sent)


async def token_of(here: House, agent: str = "amira") -> str:
    status, body = await sign_in(here, agent)
    assert status == 200, body
    found: str = body["token"]
    return found


@pytest.mark.parametrize("agent", ["amira", "301"])
async def test_name_or_number_and_pin_for_a_token_that_is_the_agent(
    tmp_path: Path, agent: str
) -> None:
    async with house(tmp_path) as here:
        status, body = await sign_in(here, agent)
        assert (status, body["agent"], body["name"]) == (200, "amira", "Amira Haddad")
        _, me = await here.ask("GET", "/me", body["token"])
        assert (me["role"], me["agent"]) == ("agent", "amira")
        assert me["name"].startswith("amira@")
        assert await here.status("GET", "/agents/amira/desk", body["token"]) == 200
        assert await here.status("GET", "/agents/omar/desk", body["token"]) == 404


async def test_after_twelve_hours_it_is_over_and_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        mine, kept = await token_of(here), await here.token("made", "agent", agent="amira")
        here.shift.wait(HOLDS_SECONDS - 1)
        assert await here.status("GET", "/me", mine) == 200
        here.shift.wait(2)
        assert await here.status("GET", "/me", mine) == 401
        await token_of(here, "omar")
        names = [one.name for one in await here.keeper.database.tokens.all()]
        assert [name.partition("@")[0] for name in names] == ["made", "omar"]
        assert await here.status("GET", "/me", kept) == 200


async def test_who_signs_out_is_out(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        mine, other = await token_of(here), await token_of(here)
        assert (await here.ask("POST", "/sign-out", mine))[1] == {"agent": "amira"}
        here.shift.wait(1)
        assert await here.status("GET", "/me", mine) == 401
        assert await here.status("GET", "/me", other) == 200, "another tab of theirs"
        made = await here.token("made", "agent", agent="amira")
        assert await here.status("POST", "/sign-out", made) == 409
        here.shift.wait(1)
        assert await here.status("GET", "/me", made) == 200


async def test_five_wrong_pins_lock_here_and_on_the_phone_and_all_refusals_are_one(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        began = asyncio.get_running_loop().time()
        answers = [await sign_in(here, pin=WRONG)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(sign_in(here, pin=WRONG)) for _ in range(20)]
        answers += [task.result() for task in tasks]
        answers += [await sign_in(here), await sign_in(here, "nobody"), await sign_in(here, "999")]
        took = asyncio.get_running_loop().time() - began
        assert [status for status, _ in answers] == [401] * 24
        assert all(body == answers[0][1] for _, body in answers)
        assert answers[0][1]["remedy"]
        assert took >= 5 * REFUSAL_SECONDS
        wrong = [row for row in here.shift.rows() if isinstance(row.what, WrongPinGiven)]
        assert len(wrong) == WRONG_PINS_AT_MOST, "of those that come together no more count"
        assert here.shift.center.agent(AgentId("amira")).locked_until is not None
        assert await here.status("GET", "/me", await token_of(here, "omar")) == 200
        here.shift.wait(LOCK_SECONDS + 1)
        await token_of(here)


async def test_it_is_audited_and_the_pin_is_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(tmp_path) as here:
        await sign_in(here, pin=WRONG)
        async with here.client(None) as client:
            sent = {"json": {"agent": "amira", "pin": PIN}, "headers": {"Idempotency-Key": "k"}}
            first = await (await client.post("/sign-in", **sent)).json()
            second = await (await client.post("/sign-in", **sent)).json()
        assert first["token"] != second["token"], "a token is not kept to be told again"
        await here.ask("POST", "/sign-out", first["token"])
        _, page = await here.ask("GET", "/audit", FILE_TOKEN)
        told = [(one["operation"], one["actor"], one["target"]) for one in page["entries"]]
        name = page["entries"][0]["actor"]
        assert told[0] == ("signOut", name, "agent amira")
        assert told[2] == ("signIn", name, "agent amira")
        assert len(told) == 3
        database = sqlite3.connect(tmp_path / "records.sqlite")
        kept = "\n".join(database.iterdump())
        database.close()
        printed = capsys.readouterr()
        for secret in (PIN, WRONG, first["token"], second["token"]):
            assert secret not in kept
            assert secret not in printed.out + printed.err
            assert secret.encode() not in (tmp_path / "journal.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"agent": "amira", "pin": ""}, "pin"),
        ({"agent": "amira", "pin": "12a456"}, "pin"),
        ({"agent": "amira", "pin": "٢٧١٨٢٨"}, "pin"),
        ({"agent": "amira", "pin": "1" * 17}, "pin"),
        ({"agent": "<b>amira</b>", "pin": PIN}, "agent"),
        ({"agent": "amira"}, "pin"),
    ],
)
async def test_what_can_be_no_pin_is_not_even_looked_at(
    tmp_path: Path, sent: dict[str, str], field: str
) -> None:
    async with house(tmp_path) as here:
        status, body = await here.ask("POST", "/sign-in", None, json=sent)
        assert (status, [one["field"] for one in body["errors"]]) == (422, [field])
        assert all(value not in str(body) for value in sent.values() if value and value != "amira")
