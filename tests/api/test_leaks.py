"""Two clients in one house: what is done for one changes nothing that the other is answered.

Two houses are alike but for the other client's work: full of it in one, none in the other. Every
request that a token may make, about its own things or about the other's, gets the same answer in
both. The requests are made of the routes as they are declared: a new one is tried by itself, and a
part, filter or field that nobody has thought of here stops the test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest

from ccengine.api.roles import MAY
from ccengine.api.route import Media
from ccengine.api.routes.every import ROUTES
from tests.api.requests import request_of, sample_id
from tests.api.two_clients import OTHER, OWN, ROLES, world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

    from ccengine.api.roles import Role
    from ccengine.api.route import AnyRoute
    from tests.api.two_clients import World

OTHERS_CALLS: Final = ("nour-talks", "nour-ended", "nour-waits")
OWN_CALLS: Final = ("dnipro-talks", "dnipro-ended", "dnipro-waits")

OTHERS_PARTS: Final = {
    "agent": ("amira",),
    "client": ("nour",),
    "queue": ("support",),
    "closure": ("nour",),
    "campaign": (),  # called the same with both
    "form": ("order", "cancellation"),
    "call": OTHERS_CALLS,
    "scorecard": ("service",),
    "review": (sample_id("review", "nour"),),
    "calibration": (sample_id("calibration", "nour"),),
    "import": (sample_id("import", "nour"),),
}
"""What may stand in an address and is the other client's."""
OTHERS_QUERY: Final = {
    "after": ("1100.0~nour-ended", "amira"),
    "client": ("nour",),
    "queue": ("nour/billing",),
    "agent": ("amira",),
    "team": (),  # teams are the house's: omar of nour-desk serves both clients
    "number": ("600100",),
    "caller": ("+971501234567",),
    "by": ("client", "agent", "team", "number", "kind", "language", "queue,interval"),
    "line": ("in_no_line",),
    **dict.fromkeys(("from", "to", "zone", "figures"), ()),  # name nothing that is anybody's
    **dict.fromkeys(("campaign", "place", "person", "debt"), ()),  # nor do these
    **dict.fromkeys(("list", "name", "encoding", "columns"), ()),  # of a file of leads
}
"""The same in a query; what is no text names nothing."""
OTHERS_BODY: Final[dict[str, tuple[Any, ...]]] = {
    "queue": ("nour/billing", "nour/technical"),
    "disposition": ("ordered", "cancelled"),
    "contact_reason": ("order",),
    "values": ({"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"},),
    "to": ("11", "301"),
    "phone": (),  # phones are the house's: see below
    "reason": (),  # and so are these
    "agent": ("amira",),
    "pin": (),
    "scorecard": ("service",),
    "calibration": (sample_id("calibration", "nour"),),
    "answers": ({"identity": "yes"},),
    **dict.fromkeys(("remarks", "comment", "text", "title", "note"), ()),  # words, and no names
    **dict.fromkeys(("amount", "reference"), ()),  # of a payment: no names either
    **dict.fromkeys(("at", "zone"), ()),  # when a lead is called back
    **dict.fromkeys(("number", "evidence"), ()),  # who is not called, and why
    "reviewers": (),  # names of tokens, which are the house's
}
"""The same in a body."""
RANGES: Final = ("bytes=0-3", "bytes=-5", "bytes=99999-", "nonsense")


@dataclass
class Sent:
    """One request."""

    operation: str
    method: str
    path: str
    options: dict[str, Any] = field(default_factory=dict)


# ---- requests of all kinds, made of the routes -------------------------------------------------


def all_requests(role: Role) -> Iterator[Sent]:
    """Make every request about own things and about the other's; reading comes first."""
    routes = [one for one in ROUTES if one.is_open or role in MAY[one.operation]]
    last = ("signOut",)  # or the rest would be refused
    for route in sorted(routes, key=lambda one: (one.operation in last, one.changes)):
        yield from requests_of(route)


def requests_of(route: AnyRoute) -> Iterator[Sent]:
    """Make a route's requests."""
    method, _, options = request_of(route, OWN)
    for path in _addresses(route):
        yield Sent(route.operation, method, path, options)
    own = request_of(route, OWN)[1]
    for query in _queries(route):
        yield Sent(route.operation, method, own, {**options, "params": query})
    for name in texts_of(route.body):
        for value in OTHERS_BODY[name]:
            body = {**options.get("json", {}), name: value}
            yield Sent(route.operation, method, own, {"json": body})
    if isinstance(route.answer, Media):
        for path, part in product(_addresses(route), RANGES):
            yield Sent(route.operation, method, path, {"headers": {"Range": part}})


def _queries(route: AnyRoute) -> Iterator[dict[str, str]]:
    """Ask for each thing of the other's, and for everything there is to choose."""
    for name in texts_of(route.query):
        for value in OTHERS_QUERY[name]:
            yield {name: value}
    for name, choice in choices_of(route.query):
        yield {name: choice}


def _addresses(route: AnyRoute) -> Iterator[str]:
    """Name own calls, and then one thing of the other's at a time."""
    for call in OWN_CALLS if "call" in route.parts else ("",):
        yield request_of(route, OWN, call=call)[1]
    for part in route.parts:
        for name in OTHERS_PARTS[part]:
            yield request_of(route, OWN, **{part: name})[1]
    if {"client", "queue"} <= set(route.parts):
        yield request_of(route, OWN, client=OTHER, queue="billing")[1]


def choices_of(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Return the fields that are one of several, with each of these."""
    schema = model.model_json_schema()
    for name, one in schema.get("properties", {}).items():
        for kind in one.get("anyOf", [one]):
            named = schema["$defs"][kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind
            for choice in named.get("enum", ()):
                yield name, str(choice)


def texts_of(model: type[BaseModel]) -> list[str]:
    """Return the fields in which a name may stand."""
    schema = model.model_json_schema()
    known = schema.get("$defs", {})

    def is_text(one: dict[str, Any]) -> bool:
        one = known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        if "enum" in one or one.get("format") == "date-time":
            return False
        return one.get("type") in ("string", "object", "array")

    return [
        name
        for name, one in schema.get("properties", {}).items()
        if any(is_text(kind) for kind in one.get("anyOf", [one]))
    ]


async def answer(at: World, sent: Sent) -> tuple[int, bytes]:
    """Send it."""
    return await at.answer(sent.method, sent.path, sent.options)


@pytest.mark.parametrize("role", ROLES)
async def test_the_others_work_changes_no_answer(tmp_path: Path, role: Role) -> None:
    async with (
        world(tmp_path / "quiet", role, OWN) as quiet,
        world(tmp_path / "busy", role, OWN, OTHER) as busy,
    ):
        served = set()
        for sent in all_requests(role):
            expected, found = await answer(quiet, sent), await answer(busy, sent)
            assert found == expected, sent
            if found[0] in (200, 206, 409):
                served.add(sent.operation)
        assert served >= {one for one, roles in MAY.items() if role in roles}  # or it proves little


@pytest.mark.parametrize("role", ROLES)
async def test_the_others_names_are_answered_as_those_of_nobody(tmp_path: Path, role: Role) -> None:
    """Names are in the configuration, whether anybody works or not."""
    async with world(tmp_path / "busy", role, OWN, OTHER) as busy:
        for sent in all_requests(role):
            ghost = Sent(sent.operation, sent.method, _ghost(sent.path), _ghosts(sent.options))
            if (ghost.path, ghost.options) == (sent.path, sent.options):
                continue
            status, body = await answer(busy, sent)
            assert status in (404, 409, 422) or sent.method == "GET", sent
            assert (status, _ghost(body.decode())) == await _text(busy, ghost), sent


async def _text(busy: World, sent: Sent) -> tuple[int, str]:
    status, body = await answer(busy, sent)
    return status, _ghost(body.decode())


GHOSTS: Final = (
    *(("nour", "ghost"), ("amira", "ghost"), ("technical", "ghosts")),
    *(("cancellation", "ghostly"), ("order", "ghost")),
    *(("600100", "609100"), ("971501234567", "971501234568")),
)
"""Names of the other client's, and such as nobody has."""


def _ghost(text: str) -> str:
    for name, nobody in GHOSTS:
        text = text.replace(name, nobody)
    return text


def _ghosts(options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(_ghost(orjson.dumps(options).decode()))
    return found
