"""The API over real HTTP: who is let in, what is refused and how, what is done once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.ports import Health
from ccengine.api.roles import Role
from ccengine.api.tokens import ApiToken, TokenUnusable
from tests.api.house import FILE_TOKEN, house

if TYPE_CHECKING:
    from pathlib import Path

PROBLEM = "urn:ccengine:problem:"
LUNCH = {"reason": "lunch"}


FAILING = {"nour/customer": "open", "dnipro/contract": "half-open"}


def name_of(problem: dict[str, Any]) -> str:
    return str(problem["type"]).removeprefix(PROBLEM)


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("records.sqlite*")]


async def test_health_says_why_not(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        assert await here.ask("GET", "/healthz", None) == (
            200,
            {
                "status": "ok",
                "reasons": [],
                "failing_lookups": 0,
                "dead_submissions": 0,
                "coaching_leaks": 0,
                "recordings_failing": 0,
                "erasures_failing": 0,
                "moves_failing": 0,
                "stores_away": 0,
                "disk_level": "fine",
                "disk_used_percent": 0.0,
            },
        )
        here.health = Health(connected=True, lookups=FAILING, dead_submissions=3)
        status, body = await here.ask("GET", "/healthz", None)
        assert (status, body["failing_lookups"]) == (200, 2)  # calls go on
        assert body["dead_submissions"] == 3
        assert "nour" not in str(body)  # whoever asks
        here.health = Health(connected=False, reasons=("Asterisk out of reach",))
        status, body = await here.ask("GET", "/healthz", None)
        assert (status, body["reasons"]) == (503, ["Asterisk out of reach"])


async def test_whose_lookups_fail_is_told_to_those_who_see_the_client(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.health = Health(connected=True, lookups=FAILING)
        _, body = await here.ask("GET", "/lookups/failing")
        assert [one["client"] for one in body["lookups"]] == ["dnipro", "nour"]
        theirs = await here.token("theirs", Role.CLIENT, clients=("nour",))
        status, body = await here.ask("GET", "/lookups/failing", theirs)
        told = {"client": "nour", "lookup": "customer", "breaker": "open"}
        assert (status, body) == (200, {"lookups": [told]})
        status, _ = await here.ask("GET", "/lookups/failing", None)
        assert status == 401


async def test_a_call_with_everything(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        call = here.call("c1", "nour/billing")
        status, body = await here.ask("GET", "/calls/c1")
        assert (status, body["outcome"], body["queue"]) == (200, None, "nour/billing")
        here.shift.answer(call)
        here.shift.hang_up(call)
        status, body = await here.ask("GET", "/calls/c1")
        assert (status, body["outcome"], body["agent"]) == (200, "answered", "amira")
        assert body["caller"] == "+971501234567"
        assert body["offers"][0]["outcome"] == "accepted"
        assert body["queued_at"] == "1970-01-01T00:16:41.000000Z"
        assert body["steps"][0]["step"] == "menu"
        assert body["schema"] == 3


@pytest.mark.parametrize("token", [None, "", "wrong", FILE_TOKEN + "x", FILE_TOKEN.upper()])
async def test_nobody_is_let_in_without_a_token(tmp_path: Path, token: str | None) -> None:
    async with house(tmp_path) as here:
        status, body = await here.ask("GET", "/me", token)
        assert (status, name_of(body)) == (401, "token-wrong")
        assert "ccengine token create" in body["remedy"]


async def test_a_token_holds_until_it_expires_or_is_revoked(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        short = await here.token("short", Role.QUALITY, days=1)
        long = await here.token("long", Role.QUALITY, days=2)
        status, me = await here.ask("GET", "/me", short)
        assert (status, me["name"], me["role"]) == (200, "short", "quality")
        here.shift.wait(86_400)
        assert (await here.ask("GET", "/me", short))[0] == 401
        assert (await here.ask("GET", "/me", long))[0] == 200
        await here.keeper.database.tokens.revoke("long", here.shift.now)
        here.shift.wait(1)
        assert (await here.ask("GET", "/me", long))[0] == 401


async def test_tokens_are_kept_as_hashes_only(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("one", Role.ADMIN)
        assert not any(token.encode() in content for content in contents(tmp_path))


async def test_an_agent_is_set_not_ready_and_it_is_audited(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        boss = await here.token("boss", Role.SUPERVISOR)
        status, body = await here.ask("POST", "/agents/amira/not-ready", boss, json=LUNCH)
        assert (status, body["state"], body["reason"]) == (200, "not_ready", "lunch")
        assert body["until"].endswith("Z")
        _, audit = await here.ask("GET", "/audit")
        (entry,) = audit["entries"]
        assert (entry["actor"], entry["operation"]) == ("boss", "setAgentNotReady")
        assert entry["target"] == "agent amira"
        assert (entry["before"]["state"], entry["after"]["state"]) == ("available", "not_ready")
        rows = [row.what for row in here.shift.rows() if row.type == "AgentWentNotReady"]
        assert [getattr(row, "by", None) for row in rows] == ["boss"]


async def test_what_is_impossible_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, body = await here.ask("POST", "/agents/amira/ready")
        assert (status, name_of(body)) == (409, "refused")
        assert "offline" in body["detail"]
        _, audit = await here.ask("GET", "/audit")
        assert audit["entries"] == []


async def test_the_same_key_is_served_once(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        keyed: dict[str, Any] = {"json": LUNCH, "headers": {"Idempotency-Key": "k-1"}}
        first = await here.ask("POST", "/agents/amira/not-ready", **keyed)
        assert await here.ask("POST", "/agents/amira/ready") != first
        again = await here.ask("POST", "/agents/amira/not-ready", **keyed)
        assert again == first
        assert (await here.ask("GET", "/agents/amira"))[1]["state"] == "available"
        other: dict[str, Any] = {**keyed, "json": {"reason": "training"}}
        status, body = await here.ask("POST", "/agents/amira/not-ready", **other)
        assert (status, name_of(body)) == (422, "idempotency-key-reused")
        boss = await here.token("boss", Role.SUPERVISOR)  # another's key is another key
        assert (await here.ask("POST", "/agents/amira/not-ready", boss, **keyed))[0] == 200
        here.shift.wait(86_400)
        assert (await here.ask("POST", "/agents/amira/not-ready", **other))[0] == 200


async def test_the_same_key_twice_at_once_is_served_once(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        keyed: dict[str, Any] = {"json": LUNCH, "headers": {"Idempotency-Key": "k-1"}}
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(here.ask("POST", "/agents/amira/not-ready", **keyed))
                for _ in range(8)
            ]
        statuses = [task.result()[0] for task in tasks]
        assert set(statuses) <= {200, 409}
        assert 200 in statuses
        _, audit = await here.ask("GET", "/audit")
        assert len(audit["entries"]) == 1


async def test_other_addresses_and_methods_are_problems(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, body = await here.ask("GET", "/nowhere")
        assert (status, name_of(body)) == (404, "not-found")
        async with here.client() as client, client.delete("/me") as response:
            assert response.status == 405
            assert "GET" in response.headers["Allow"]
            assert response.content_type == "application/problem+json"


async def test_a_bug_shows_nothing_of_the_inside(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.broken = True
        status, body = await here.ask("GET", "/healthz", None)
        assert (status, name_of(body)) == (500, "engine-error")
        assert "secret" not in str(body)


def test_a_missing_or_short_token_file_has_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(TokenUnusable, match="ccengine init"):
        ApiToken.read(tmp_path / "none")
    (tmp_path / "short").write_text("x")
    with pytest.raises(TokenUnusable, match="ccengine init"):
        ApiToken.read(tmp_path / "short")
