"""Bad input: a clear 4xx or harmless text, and the engine as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import MAY, Role
from ccengine.api.route import Nothing
from ccengine.api.routes.every import ROUTES
from tests.api.house import FILE_TOKEN, house
from tests.api.requests import request_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.api.route import AnyRoute
    from tests.api.house import House

JSON = {"Content-Type": "application/json"}
OUTCOME = "/agents/amira/calls/c1/outcome"
FORM = "/agents/amira/calls/c1/form"
MARKUP = "<script>alert('1')</script>"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        opened.log_in("amira")
        opened.talk("c1", "nour/billing")
        opened.call("c2", "nour/billing")
        yield opened


async def refused(here: House, status: int, name: str, *asked: Any, **sent: Any) -> dict[str, Any]:
    """Check that a request is refused in the right way, and that nothing has changed."""
    before = here.shift.center.snapshot()
    rows = len(here.shift.rows())
    got, body = await here.ask(*asked, **sent)
    assert (got, body.get("type")) == (status, f"urn:ccengine:problem:{name}"), body
    assert body["remedy"]
    assert here.shift.center.snapshot() == before
    assert len(here.shift.rows()) == rows
    assert (await here.ask("GET", "/audit"))[1]["entries"] == []
    found: dict[str, Any] = body
    return found


async def test_an_unknown_agent(here: House) -> None:
    await refused(here, 404, "agent-unknown", "POST", "/agents/nobody/ready")
    await refused(here, 404, "not-found", "POST", "/agents/NOBODY/ready")
    await refused(here, 404, "not-found", "POST", "/agents/..%2F..%2Fetc/ready")
    await refused(here, 404, "not-found", "GET", "/agents/%00")


async def test_an_unknown_client_queue_and_form(here: House) -> None:
    await refused(here, 404, "client-unknown", "GET", "/clients/nobody/forms")
    await refused(here, 404, "queue-unknown", "GET", "/queues/nobody/billing")
    await refused(here, 404, "queue-unknown", "GET", "/queues/nour/nothing/waiting")
    await refused(here, 404, "form-unknown", "GET", "/clients/nour/forms/nothing")
    to = {"json": {"queue": "nobody/billing"}}
    await refused(here, 404, "queue-unknown", "POST", "/calls/c2/move", **to)


@pytest.mark.parametrize("call", ["nobody", "%00", "x" * 200, "..%2f..%2fetc%2fpasswd", "-rf"])
async def test_an_unknown_call(here: House, call: str) -> None:
    for path in (f"/calls/{call}", f"/calls/{call}/recording", f"/calls/{call}/story"):
        status, body = await here.ask("GET", path)
        assert status == 404
        assert body["remedy"]


async def test_an_oversize_body(here: House) -> None:
    big = b'{"reason": "' + b"x" * 70_000 + b'"}'
    path = "/agents/amira/not-ready"
    sent = {"data": big, "headers": JSON}
    await refused(here, 413, "body-too-large", "POST", path, **sent)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 10_000):
            yield big[start : start + 10_000]

    sent = {"data": pieces(), "headers": JSON}  # its length is not told beforehand
    await refused(here, 413, "body-too-large", "POST", path, **sent)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"reason": lunch}',
        b'{"reason": "lunch"',
        b"\xff\xfe",
        b'{"reason": "\\ud800"}',
        b'{"reason": NaN}',
        b"[" * 500 + b"]" * 500,
        b'{"reason": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 60_000,
    ],
)
async def test_malformed_json(here: House, body: bytes) -> None:
    sent = {"data": body, "headers": JSON}
    await refused(here, 400, "malformed", "POST", "/agents/amira/not-ready", **sent)


async def test_another_type_than_json(here: House) -> None:
    sent = {"data": b'{"reason": "lunch"}', "headers": {"Content-Type": "text/plain"}}
    await refused(here, 415, "not-json", "POST", "/agents/amira/not-ready", **sent)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/agents/amira/not-ready", {}, "reason"),
        ("/agents/amira/not-ready", {"reason": 5}, "reason"),
        ("/agents/amira/not-ready", {"reason": "lunch", "until": "soon"}, "until"),
        ("/agents/amira/not-ready", {"reason": "x" * 65}, "reason"),
        ("/agents/amira/not-ready", {"reason": "a\nb"}, "reason"),
        ("/agents/amira/log-in", {"phone": "20x"}, "phone"),
        ("/agents/amira/log-in", {"phone": "٢٠١"}, "phone"),
        ("/agents/amira/log-in", {"phone": "999"}, "phone"),
        ("/agents/amira/ready", {"sure": True}, "sure"),
        ("/calls/c2/priority", {"priority": "high"}, "priority"),
        ("/calls/c2/priority", {"priority": "5"}, "priority"),
        ("/calls/c2/priority", {"priority": True}, "priority"),
        ("/calls/c2/priority", {"priority": 10**30}, "priority"),
        ("/calls/c2/priority", {"priority": 1.5}, "priority"),
        ("/calls/c2/move", {"queue": "nour"}, "queue"),
    ],
)
async def test_fields_that_cannot_be(
    here: House, path: str, body: dict[str, Any], field: str
) -> None:
    told = await refused(here, 422, "fields-wrong", "POST", path, json=body)
    assert [one["field"] for one in told["errors"]] == [field]
    assert all(one["remedy"] for one in told["errors"])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/agents", {"limit": "many"}),
        ("/agents", {"limit": "0"}),
        ("/agents", {"order": "name"}),
        ("/calls", {"number": "60o100"}),
        ("/calls", {"caller": "' OR 1=1 --"}),
        ("/calls", {"since": "yesterday"}),
        ("/calls", {"since": "2026-01-31T10:00:00"}),
        ("/calls", {"after": "x"}),
        ("/queues", {"client": "<b>"}),
    ],
)
async def test_queries_that_cannot_be(here: House, path: str, query: dict[str, str]) -> None:
    told = await refused(here, 422, "fields-wrong", "GET", path, params=query)
    assert [one["field"] for one in told["errors"]] == list(query)


async def test_a_query_that_is_given_twice(here: House) -> None:
    await refused(here, 400, "malformed", "GET", "/agents?limit=1&limit=2")


async def test_an_emoji_in_a_disposition(here: House) -> None:
    for word in ("😀", "sold 😀", "SOLD", ""):
        told = await refused(here, 422, "fields-wrong", "PUT", OUTCOME, json={"disposition": word})
        assert told["errors"][0]["field"] == "disposition"
    unknown = {"json": {"disposition": "sold"}}
    told = await refused_by_the_core(here, OUTCOME, **unknown)
    assert "sold" in told["detail"]


async def refused_by_the_core(here: House, path: str, **sent: Any) -> dict[str, Any]:
    before = here.shift.center.snapshot()
    status, body = await here.ask("PUT", path, **sent)
    assert (status, body["type"]) == (409, "urn:ccengine:problem:refused")
    assert here.shift.center.snapshot() == before
    found: dict[str, Any] = body
    return found


async def test_markup_in_what_a_customer_said_is_text(here: House) -> None:
    here.shift.hang_up(here.call("c3", "nour/technical"))
    here.log_in("omar")
    here.talk("c4", "nour/technical")
    values = {
        "product": "fibre",
        "customer": "123456",
        "installation": "2026-12-01",
        "paper_invoice": "no",
        "remarks": f"{MARKUP} 😀 ' OR 1=1 -- ${{jndi:x}}",
    }
    path = "/agents/omar/calls/c4/form"
    status, _ = await here.ask("PUT", path, json={"values": values})
    assert status == 200
    async with here.client() as client, client.get("/calls/c4") as response:
        assert response.content_type == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        record = await response.json()
    assert record["dispositions"][0]["values"] == values
    status, audit = await here.ask("GET", "/audit")
    assert MARKUP not in str(audit)  # what the customer said is in the journal, and not here


@pytest.mark.parametrize(
    ("name", "value"),
    [("customer", "12x456"), ("customer", "1" * 11), ("why", "weather"), ("ends", "tomorrow"),
     ("kept", "perhaps"), ("height", "3")],
)  # fmt: skip
async def test_a_form_takes_what_it_allows(here: House, name: str, value: str) -> None:
    values = {"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"}
    sent = {"json": {"values": {**values, name: value}}}
    told = await refused(here, 422, "fields-wrong", "PUT", FORM, **sent)
    assert [one["field"] for one in told["errors"]] == [f"values.{name}"]
    status, _ = await here.ask("PUT", FORM, json={"values": values})
    assert status == 200


# One change is the agents' own: of that test_quality tells.
CHANGES = [
    one for one in ROUTES if one.changes and Role.ADMIN in MAY.get(one.operation, {Role.ADMIN})
]
WITH_BODY = [route for route in CHANGES if route.body is not Nothing]
SENSELESS: list[tuple[int, str, bytes, str]] = [
    (413, "body-too-large", b'{"a": "' + b"x" * 70_000 + b'"}', "application/json"),
    (400, "malformed", b'{"a": ', "application/json"),
    (400, "malformed", b"\xff\xfe\x00", "application/json"),
    (400, "malformed", b"[" * 60 + b"]" * 60, "application/json"),
    (422, "fields-wrong", b"[]", "application/json"),
    (422, "fields-wrong", b"null", "application/json"),
    (422, "fields-wrong", '"😀"'.encode(), "application/json"),
    (422, "fields-wrong", '{"😀": "<script>"}'.encode(), "application/json"),
    (415, "not-json", b"a=b", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.operation)
async def test_no_route_takes_a_senseless_body(here: House, route: AnyRoute) -> None:
    method, path, _ = request_of(route, call="c1")
    for status, name, body, kind in SENSELESS:
        sent = {"data": body, "headers": {"Content-Type": kind}}
        await refused(here, status, name, method, path, **sent)


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.operation)
async def test_no_route_changes_anything_of_nobody(here: House, route: AnyRoute) -> None:
    for part in route.parts:
        for name in ("nobody", "NOBODY", "%F0%9F%98%80", "%3Cscript%3E", "..%2F..%2Fx", "x" * 300):
            method, path, sent = request_of(route, **{"call": "c1", part: name})
            before, rows = here.shift.center.snapshot(), len(here.shift.rows())
            status, told = await here.ask(method, path, **sent)
            assert (status, bool(told["remedy"])) == (404, True), (path, told)
            assert "<script>" not in str(told)
            assert (here.shift.center.snapshot(), len(here.shift.rows())) == (before, rows)


FOR_ALL = [route for route in ROUTES if route.is_open or Role.ADMIN in MAY[route.operation]]


@pytest.mark.parametrize("route", FOR_ALL, ids=lambda route: route.operation)
async def test_no_route_takes_a_senseless_query(here: House, route: AnyRoute) -> None:
    method, path, sent = request_of(route, call="c1")
    for query in ("?😀=1", "?a=1&a=2", "?%FF=%00", f"?x={'y' * 20_000}", "?<script>"):
        status, told = await here.ask(method, path + query, **sent)
        assert status in (400, 422), (path + query, told)
        assert told["remedy"]
    assert (await here.ask("GET", "/audit"))[1]["entries"] == []


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 129])
async def test_a_key_that_cannot_be(here: House, key: str) -> None:
    headers = {"Idempotency-Key": key}
    await refused(here, 400, "malformed", "POST", "/agents/amira/ready", headers=headers)


async def test_a_token_is_not_taken_from_the_address(here: House) -> None:
    status, _ = await here.ask("GET", f"/me?token={FILE_TOKEN}", None)
    assert status == 401
