"""Wishes not to be called, and why a number is not, by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.api.roles import Role
from ccengine.storage.do_not_call import Register
from tests.api.house import house

if TYPE_CHECKING:
    from pathlib import Path

NOUR = "/clients/nour/do-not-call"
WHY_NOT = "/clients/nour/why-not"
NUMBER = "+971501234567"
MONDAY_NOON = "2026-11-23T12:00:00+04:00"
MONDAY_NIGHT = "2026-11-23T23:30:00+04:00"


async def test_a_wish_holds_at_once_and_its_first_evidence_stays(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        wish = {"number": NUMBER, "evidence": "call 17"}
        status, noted = await here.ask("POST", NOUR, json=wish)
        assert (status, noted["number"], noted["is_new"]) == (200, NUMBER, True)
        status, noted = await here.ask("POST", NOUR, json={**wish, "evidence": "call 18"})
        assert (status, noted["evidence"], noted["is_new"]) == (200, "call 17", False)
        _, listed = await here.ask("GET", NOUR)
        assert [(one["number"], one["by"]) for one in listed["entries"]] == [(NUMBER, "token-file")]
        asked = {"number": NUMBER, "at": MONDAY_NOON}
        _, told = await here.ask("GET", WHY_NOT, params=asked)
        assert "do_not_call" in {one["reason"] for one in told["holds"]}, told
        assert (told["may_be_called"], told["until"]) == (False, None)
        _, audit = await here.ask("GET", "/audit")
        assert audit["entries"][-1]["operation"] == "addDoNotCall"
        assert NUMBER not in str(audit)


async def test_the_list_comes_in_parts(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        numbers = [f"+97150123456{digit}" for digit in range(5)]
        numbers.reverse()
        for number in numbers:
            await here.ask("POST", NOUR, json={"number": number, "evidence": "a letter"})
        found: list[str] = []
        after = None
        while True:
            query = {"limit": "2", **({} if after is None else {"after": after})}
            _, part = await here.ask("GET", NOUR, params=query)
            found += [one["number"] for one in part["entries"]]
            after = part["next"]
            if after is None:
                break
            assert after < 1_000  # no number: who sees none must not read it from here
        assert found == numbers


async def test_for_the_whole_house_only_who_sees_all_clients_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("lead", Role.SUPERVISOR, clients=("nour",))
        wish = {"number": NUMBER, "evidence": "a letter"}
        status, told = await here.ask("POST", "/do-not-call", token, json=wish)
        assert (status, "some clients only" in told["detail"]) == (409, True)
        assert (await here.ask("POST", "/do-not-call", json=wish))[0] == 200
        _, told = await here.ask("GET", WHY_NOT, token, params={"number": NUMBER})
        assert "do_not_call" in {one["reason"] for one in told["holds"]}


async def test_the_other_clients_wishes_are_not_seen(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        await here.ask("POST", NOUR, json={"number": NUMBER, "evidence": "call 17"})
        token = await here.token("lead", Role.SUPERVISOR, clients=("dnipro",))
        for path in (NOUR, f"{WHY_NOT}?number=%2B971501234567"):
            status, told = await here.ask("GET", path, token)
            assert (status, told["type"]) == (404, "urn:ccengine:problem:client-unknown")
        _, listed = await here.ask("GET", "/clients/dnipro/do-not-call", token)
        assert listed == {"entries": [], "next": None}


async def test_hours_are_those_of_who_is_called(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        asked = {"number": NUMBER, "purpose": "service"}
        _, noon = await here.ask("GET", WHY_NOT, params={**asked, "at": MONDAY_NOON})
        _, night = await here.ask("GET", WHY_NOT, params={**asked, "at": MONDAY_NIGHT})
        hours = [
            {one["reason"] for one in told["holds"]} & {"outside_hours"} for told in (noon, night)
        ]
        assert hours == [set(), {"outside_hours"}], (noon, night)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"number": "12"}, "number"),
        ({"number": "+999123456789"}, "number"),
        ({"number": NUMBER, "place": "XX"}, "place"),
        ({"number": NUMBER, "zone": "Europe/Atlantis"}, "zone"),
        ({"number": NUMBER, "at": "tomorrow"}, "at"),
        ({"number": NUMBER, "mode": "loud"}, "mode"),
    ],
)
async def test_what_cannot_be_is_named_by_its_field(
    query: dict[str, str], field: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as here:
        status, told = await here.ask("GET", WHY_NOT, params=query)
        assert (status, [one["field"] for one in told["errors"]]) == (422, [field])
        assert all(one["remedy"] for one in told["errors"])


async def test_an_unknown_campaign_is_not_found(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        query = {"number": NUMBER, "campaign": "spring"}
        status, told = await here.ask("GET", WHY_NOT, params=query)
        assert (status, told["type"]) == (404, "urn:ccengine:problem:campaign-unknown")


async def test_registers_are_listed_with_their_age(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        store = here.keeper.database.do_not_call
        register = Register(register="gb-tps", scrubbed_at=500.0, numbers=None, source="a vendor")
        await store.scrubbed(register)
        _, listed = await here.ask("GET", "/do-not-call/registers")
        shown = {"register": "gb-tps", "numbers": None, "source": "a vendor"}
        assert listed["registers"] == [{**shown, "scrubbed_at": "1970-01-01T00:08:20.000000Z"}]
