"""Closures by the API: who may, what is seen, what is kept of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from ccengine.api.feed.asyncapi import document
from ccengine.api.roles import Role
from ccengine.reporting.instants import utc_text
from tests.api.feed_client import connected
from tests.api.house import House, house

if TYPE_CHECKING:
    from pathlib import Path


def schema(name: str) -> Any:
    whole = document()
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": whole["components"]}
    )


async def close(here: House, name: str = "building", **body: Any) -> tuple[int, Any]:
    return await here.ask("POST", f"/closures/{name}/close", json=body)


async def test_closed_and_opened_again_and_both_are_in_the_audit(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        until = utc_text(here.shift.now + 600)
        status, shown = await close(here, reason="fire alarm", until=until)
        assert status == 200
        assert shown == {
            "closure": "building",
            "name": "The building is evacuated",
            "numbers": ["600200", "600201", "600202", "600100", "600101", "600102", "600300"],
            "closed": True,
            "by": "token-file",
            "reason": "fire alarm",
            "since": utc_text(here.shift.now),
            "until": until,
        }
        status, listed = await here.ask("GET", "/closures")
        assert [one["closure"] for one in listed["closures"]] == ["building", "nour", "dnipro"]
        assert listed["closures"][0] == shown
        status, opened = await here.ask("POST", "/closures/building/open")
        assert (status, opened["closed"], opened["until"]) == (200, False, None)
        _, audit = await here.ask("GET", "/audit")
        told = [
            (one["operation"], one["target"], one["before"]["closed"], one["after"]["closed"])
            for one in audit["entries"]
        ]
        assert told == [
            ("openNumbers", "closure building", True, False),
            ("closeNumbers", "closure building", False, True),
        ]
        assert audit["entries"][1]["after"]["reason"] == "fire alarm"


@pytest.mark.parametrize(
    ("name", "act", "body", "status", "told"),
    [
        ("biulding", "close", {}, 404, "No such closure"),
        ("building", "open", None, 409, "is not closed"),
        ("building", "close", {"until": "2001-01-01T00:00:00Z"}, 409, "end before it begins"),
        ("building", "close", {"until": "soon"}, 422, "RFC|zone|2026"),
        ("building", "close", {"until": "2101-01-01T00:00:00Z"}, 409, "before the year 2100"),
        ("building", "close", {"until": "9999-12-31T23:59:59-05:00"}, 422, "no instant"),
        ("building", "close", {"until": "9999-12-31T23:59:59.9999999Z"}, 422, "no instant"),
        ("building", "close", {"why": "fire"}, 422, "why"),
        ("building", "close", {"reason": "x" * 201}, 422, "reason"),
        ("building", "close", {"reason": "two\nlines"}, 422, "reason"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    name: str, act: str, body: Any, status: int, told: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as here:
        here.shift.wait(1_700_000_000)
        sent = {} if body is None else {"json": body}
        found, answer = await here.ask("POST", f"/closures/{name}/{act}", **sent)
        assert found == status, answer
        assert any(word in json.dumps(answer) for word in told.split("|")), answer
        assert here.shift.center.closed(here.shift.now) == {}


async def test_a_token_of_one_client_sees_its_numbers_and_switches_only_what_is_its_own(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        token = await here.token("shift-lead", Role.SUPERVISOR, clients=("nour",))
        _, listed = await here.ask("GET", "/closures", token)
        numbers = {one["closure"]: one["numbers"] for one in listed["closures"]}
        assert numbers == {
            "building": ["600100", "600101", "600102", "600300"],
            "nour": ["600100", "600101", "600102", "600300"],
        }
        status, answer = await here.ask("POST", "/closures/building/close", token, json={})
        assert (status, "does not see" in answer["detail"]) == (409, True)
        status, _ = await here.ask("POST", "/closures/nour/close", token, json={})
        assert status == 200
        other = await here.token("other", Role.SUPERVISOR, clients=("dnipro",))
        _, listed = await here.ask("GET", "/closures", other)
        assert [one["closure"] for one in listed["closures"]] == ["building", "dnipro"]
        status, _ = await here.ask("POST", "/closures/nour/open", other)
        assert status == 404


async def test_the_client_s_own_people_are_not_told_who_did_it(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        await close(here, "nour", reason="lines cut")
        token = await here.token("theirs", Role.CLIENT, clients=("nour",))
        _, listed = await here.ask("GET", "/closures", token)
        shown = next(one for one in listed["closures"] if one["closure"] == "nour")
        assert (shown["closed"], shown["reason"], shown["by"]) == (True, "lines cut", "")
        status, _ = await here.ask("POST", "/closures/nour/open", token)
        assert status == 403


async def test_the_feed_shows_it_in_the_snapshot_and_as_a_change(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        await close(here, "nour")
        here.shift.wait(2)  # snapshots are kept for a second
        async with connected(here) as client:
            await client.next()
            snapshot = await client.next()
            schema("snapshot").validate(snapshot)
            states = {one["closure"]: one["closed"] for one in snapshot["closures"]}
            assert states == {"building": False, "nour": True, "dnipro": False}
            whose = {one["closure"]: one["clients"] for one in snapshot["closures"]}
            assert whose == {
                "building": ["dnipro", "nour"],
                "nour": ["nour"],
                "dnipro": ["dnipro"],
            }
            await close(here, reason="fire", until=utc_text(here.shift.now + 60))
            here.shift.wait(60)
            await client.until(here.shift.journal.last_number)
            told = [one for one in client.changes if one["type"] == "ClosureState"]
            for one in told:
                schema("ClosureState").validate(one)
            shown = [(one["closure"], one["closed"], one["by"], one["cause"]) for one in told]
            assert shown == [
                ("building", True, "token-file", "fire"),
                ("building", False, "its end", ""),
            ]


async def test_the_feed_hides_what_the_token_does_not_see(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("theirs", Role.CLIENT, clients=("dnipro",))
        async with connected(here, token=token) as client:
            await client.next()
            snapshot = await client.next()
            assert [one["closure"] for one in snapshot["closures"]] == ["building", "dnipro"]
            assert [one["clients"] for one in snapshot["closures"]] == [["dnipro"]] * 2
            await close(here, "nour")
            await close(here, "building")
            await client.until(here.shift.journal.last_number)
            told = [one for one in client.changes if one["type"] == "ClosureState"]
            assert [(one["closure"], one["by"]) for one in told] == [("building", "")]


async def test_why_numbers_of_others_are_closed_too_is_not_told(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("shift-lead", Role.SUPERVISOR, clients=("dnipro",))
        async with connected(here, token=token) as client:
            await client.next()
            await client.next()  # the snapshot: what comes now is a change
            await close(here, "building", reason="nour moves out")
            await close(here, "dnipro", reason="ours")
            await client.until(here.shift.journal.last_number)
            told = [one for one in client.changes if one["type"] == "ClosureState"]
            assert [(one["closure"], one["cause"]) for one in told] == [
                ("building", ""),
                ("dnipro", "ours"),
            ]
        here.shift.wait(2)
        async with connected(here, token=token) as client:
            await client.next()
            assert "nour moves out" not in str(await client.next())
        _, listed = await here.ask("GET", "/closures", token)
        reasons = {one["closure"]: one["reason"] for one in listed["closures"]}
        assert reasons == {"building": "", "dnipro": "ours"}
