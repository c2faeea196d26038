"""Each role on each route, as the table says; of what a token does not see, nothing anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from ccengine.api.roles import MAY, Role
from ccengine.api.routes.every import ROUTES
from tests.api.house import CALLERS, house
from tests.api.requests import request_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.house import House

GUARDED = [route for route in ROUTES if not route.is_open]
LISTS = [route for route in GUARDED if not route.parts and not route.changes]
SERVED_BY = {"nour": "amira", "dnipro": "olena"}
CALLS = ("talks", "ended", "waits")
LIMITED = [Role.SUPERVISOR, Role.QUALITY, Role.BILLING, Role.CLIENT, Role.AGENT]


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[House]:
    """Both clients have a call that ended, one that talks and one that waits; both are recorded."""
    async with house(tmp_path) as here:
        here.log_in(*SERVED_BY.values())
        for client in SERVED_BY:
            here.work_through(client)
        here.shift.wait(30)
        await here.keep_records()
        for client in SERVED_BY:
            here.talk(f"{client}-talks", f"{client}/billing")
            here.call(f"{client}-waits", f"{client}/billing")
        yield here


async def token_of(here: House, client: str, role: Role) -> str:
    agent = SERVED_BY[client] if role is Role.AGENT else None
    clients = None if role is Role.AGENT else (client,)
    sets = {} if clients is None else {"clients": clients}
    return await here.token(f"{client}-{role}", role, agent=agent, **sets)


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_what_the_table_says_and_nothing_else(busy: House, role: Role) -> None:
    agent = "amira" if role is Role.AGENT else None
    token = await busy.token(f"the-{role}", role, agent=agent)
    for route in GUARDED:
        method, path, sent = request_of(route)
        status = await busy.status(method, path, token, **sent)
        assert (status == 403) == (role not in MAY[route.operation]), (route.operation, status)
        assert status not in (401, 500), route.operation


@pytest.mark.parametrize("role", LIMITED)
async def test_a_token_sees_its_own_client(busy: House, role: Role) -> None:
    """Or else it would prove nothing that it does not see the other's."""
    token = await token_of(busy, "nour", role)
    for route in GUARDED:
        if role in MAY[route.operation]:
            method, path, sent = request_of(route, call=_call_for(route.operation))
            status = await busy.status(method, path, token, **sent)
            assert status in (200, 409), (route.operation, status)


@pytest.mark.parametrize("role", LIMITED)
async def test_what_belongs_to_the_other_client_is_not_there(busy: House, role: Role) -> None:
    token = await token_of(busy, "dnipro", role)
    for route in GUARDED:
        if role not in MAY[route.operation] or not route.parts:
            continue
        for call in CALLS:
            method, path, sent = request_of(route, call=f"nour-{call}")
            status, body = await busy.ask(method, path, token, **sent)
            assert status == 404, (route.operation, status, body)
            tells_nothing(body)


@pytest.mark.parametrize("role", LIMITED)
async def test_no_list_names_anything_of_the_other_client(busy: House, role: Role) -> None:
    token = await token_of(busy, "dnipro", role)
    asked = [(route.operation, request_of(route)[1], {}) for route in LISTS]
    asked += [
        (operation, path, {"client": "nour"})
        for operation, path, _ in asked
        if operation in ("listCalls", "listLiveCalls", "listQueues", "listRecordings")
    ]
    for operation, path, query in asked:
        if role in MAY[operation]:
            status, body = await busy.ask("GET", path, token, params=query)
            assert status == 200, operation
            tells_nothing(body)


async def test_nothing_of_the_other_client_is_in_what_one_reads_of_ones_own(busy: House) -> None:
    busy.log_in("omar")  # who serves both, and is on a call of the other
    busy.talk("nour-omar", "nour/technical")
    call = busy.call("dnipro-vip", "dnipro/vip")
    token = await token_of(busy, "dnipro", Role.SUPERVISOR)
    for path in (
        "/agents",
        "/agents/omar",
        "/agents/omar/desk",
        f"/calls/{call}/explanation",
        "/calls/dnipro-talks/explanation",
        "/calls/dnipro-talks/history",
        "/calls/dnipro-talks/story",
        "/queues/dnipro/technical",
    ):
        status, body = await busy.ask("GET", path, token)
        assert status == 200, path
        tells_nothing(body)


async def test_one_cannot_act_on_the_other_client_from_ones_own_side(busy: House) -> None:
    token = await token_of(busy, "dnipro", Role.SUPERVISOR)
    for path, body in (
        ("/calls/dnipro-waits/move", {"queue": "nour/billing"}),
        ("/agents/olena/pause", {"queue": "nour/billing"}),
        ("/agents/olena/resume", {"queue": "nour/billing"}),
    ):
        status, told = await busy.ask("POST", path, token, json=body)
        assert (status, told["type"].rpartition(":")[2]) == (404, "queue-unknown")
    boss = await busy.token("boss", Role.ADMIN)
    status, told = await busy.ask(
        "POST", "/calls/dnipro-waits/move", boss, json={"queue": "nour/billing"}
    )
    assert status == 409  # who sees both cannot mix them either


async def test_a_supervisor_of_a_team_sees_its_agents_and_their_calls(busy: House) -> None:
    for sets in ({"teams": ("dnipro-desk",)}, {"sites": ("kyiv",)}):
        token = await busy.token(f"boss-{min(sets)}", Role.SUPERVISOR, **sets)
        _, page = await busy.ask("GET", "/agents", token)
        assert [one["agent"] for one in page["agents"]] == ["olena", "taras"]
        assert await busy.status("GET", "/agents/amira", token) == 404
        assert await busy.status("POST", "/agents/amira/ready", token) == 404
        assert await busy.status("GET", "/calls/nour-talks", token) == 404
        assert await busy.status("GET", "/calls/nour-ended/recording", token) == 404
        _, page = await busy.ask("GET", "/calls", token)
        assert [one["call"] for one in page["calls"]] == ["dnipro-ended"]


async def test_an_agent_sees_no_colleague_and_no_call_of_theirs(busy: House) -> None:
    token = await busy.token("taras", Role.AGENT, agent="taras")
    assert await busy.status("GET", "/agents/taras", token) == 200
    for path in (
        "/agents/olena",
        "/agents/olena/desk",
        "/calls/dnipro-talks",
        "/calls/dnipro-ended",
    ):
        assert await busy.status("GET", path, token) == 404
    assert (await busy.ask("GET", "/calls", token))[1]["calls"] == []


async def test_billing_sees_neither_numbers_nor_what_was_filled_in(busy: House) -> None:
    token = await token_of(busy, "nour", Role.BILLING)
    _, record = await busy.ask("GET", "/calls/nour-ended", token)
    _, page = await busy.ask("GET", "/calls", token)
    assert record["caller"] == page["calls"][0]["caller"] == "+971*******67"
    assert all(one["values"] == {} for one in record["dispositions"])
    assert record["dispositions"]


def tells_nothing(body: Any) -> None:
    """Check that an answer names nothing of client nour; the team's name is the house's own."""
    text = orjson.dumps(body).decode().replace("nour-desk", "")
    number, caller = CALLERS["nour"]
    for word in ("nour-", "nour/", '"nour"', "amira", "Amira", number, caller, caller[4:]):
        assert word not in text, f"{word} in {text}"


def _call_for(operation: str) -> str:
    if operation in ("moveCall", "reprioritiseCall"):
        return "nour-waits"
    over = ("getPicture", "getComment", "getTrainingRecording", "listPlays")
    ended = operation in over or ("Recording" in operation and operation != "actOnRecording")
    return "nour-ended" if ended else "nour-talks"
