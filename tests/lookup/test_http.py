"""Lookups over HTTP, against a program that answers well and badly."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ccengine.config.lookup_sources import AnswerKind, HttpMethod, HttpRequest, Pick
from ccengine.ivr.data import text_of
from ccengine.lookup.http import HttpSource
from ccengine.lookup.picking import picked
from ccengine.lookup.requests import Wire, made
from ccengine.lookup.source import QuestionRefused, SourceFailed
from tests.lookup.crm import MEGABYTE, Crm, running_crm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "s3cret"


@asynccontextmanager
async def crm_and_wire() -> AsyncIterator[tuple[Crm, Wire]]:
    async with running_crm() as crm:
        wire = Wire()
        try:
            yield crm, wire
        finally:
            await wire.close()


def source(crm: Crm, wire: Wire, path: str = "/customers/{caller}", **others: Any) -> HttpSource:
    return HttpSource(HttpRequest(url=crm.url + path, **others), TOKEN, wire)


async def test_it_asks_with_its_token_and_reads_json() -> None:
    async with crm_and_wire() as (crm, wire):
        crm.says(b'{"customer": {"name": "Anna"}}')
        found = await source(crm, wire).ask({"caller": "+380 44/1"})
    assert found == {"customer": {"name": "Anna"}}
    (asked,) = crm.asked
    assert (asked.method, asked.path) == ("GET", "/customers/%2B380%2044%2F1")
    assert asked.headers["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize(
    "hostile", ["../admin", "a/../../b", "x?y=1", "x#y", "%2e%2e", "a b\r\nX: y"]
)
async def test_a_value_leads_nowhere_else(hostile: str) -> None:
    async with crm_and_wire() as (crm, wire):
        await source(crm, wire, "/customers/{caller}/orders?of={caller}").ask({"caller": hostile})
    (asked,) = crm.asked
    path, _, query = asked.path.partition("?")
    assert path.startswith("/customers/")
    assert path.endswith("/orders")
    assert path.count("/") == 3
    assert query.startswith("of=")
    assert "&" not in query
    assert "X" not in asked.headers


@pytest.mark.parametrize("empty", ["", ".", ".."])
async def test_an_address_that_would_be_another_is_not_asked(empty: str) -> None:
    async with crm_and_wire() as (crm, wire):
        with pytest.raises(SourceFailed, match=r"^the address needs caller$"):
            await source(crm, wire).ask({"caller": empty})
    assert crm.asked == []


async def test_a_body_has_values_and_not_texts_of_them() -> None:
    async with crm_and_wire() as (crm, wire):
        body = {"number": "{number}", "all": ["{day}", "no. {number}"], "known": "{verified}"}
        asks = source(crm, wire, "/orders", method=HttpMethod.POST, body=body)
        hostile = '"}, {"admin": true'
        await asks.ask({"number": Decimal(7), "day": date(2026, 1, 5), "verified": True})
        await asks.ask({"number": hostile})
    assert json.loads(crm.asked[0].body) == {
        "number": 7,
        "all": ["2026-01-05", "no. 7"],
        "known": True,
    }
    assert json.loads(crm.asked[1].body)["number"] == hostile


def test_a_header_takes_no_control_characters() -> None:
    request = HttpRequest(url="https://crm.example/", headers={"X-Caller": "{caller}"})
    assert made(request, {"caller": "380"}, None).headers["X-Caller"] == "380"
    for hostile in ("a\r\nX: y", "a\nb", "\x00", "naïve"):
        with pytest.raises(SourceFailed):
            made(request, {"caller": hostile}, None)


async def test_what_says_that_there_is_nothing() -> None:
    async with crm_and_wire() as (crm, wire):
        asks = source(crm, wire)
        for status, body in ((404, b"no such customer"), (410, b""), (204, b""), (200, b" ")):
            crm.says(body, status)
            assert await asks.ask({"caller": "1"}) is None


@pytest.mark.parametrize(
    ("status", "body", "says", "hopeless"),
    [
        (200, b"<html>sorry</html>", "the answer is no JSON", True),
        (200, b'{"a": ', "the answer is no JSON", True),
        (200, b"\xff\xfe", "the answer is no JSON", True),
        (401, b"", "status 401", True),
        (302, b"", "status 302", True),
        (500, b"", "status 500", False),
        (429, b"", "status 429", False),
    ],
)
async def test_what_is_no_answer(status: int, body: bytes, says: str, *, hopeless: bool) -> None:
    async with crm_and_wire() as (crm, wire):
        crm.says(body, status)
        with pytest.raises(SourceFailed, match=says) as failed:
            await source(crm, wire).ask({"caller": "1"})
    assert failed.value.hopeless is hopeless
    assert len(crm.asked) == 1  # nobody was followed


async def test_of_ten_megabytes_little_is_read() -> None:
    async with crm_and_wire() as (crm, wire):
        crm.says(b'"' + b"x" * 10 * MEGABYTE + b'"')
        with pytest.raises(SourceFailed, match="longer than 64 KB"):
            await source(crm, wire).ask({"caller": "1"})
        await asyncio.sleep(0.1)
    assert crm.sent < 8 * MEGABYTE  # what the sockets' buffers took


async def test_nobody_there() -> None:
    async with crm_and_wire() as (crm, wire):
        await crm.end()
        with pytest.raises(SourceFailed) as failed:
            await source(crm, wire).ask({"caller": "380441234567"})
    assert not failed.value.hopeless
    assert "380441234567" not in str(failed.value)


# --- what is taken of an answer ------------------------------------------------------------

ORDER = {
    "order": {"state": "sent", "total": 12.5, "due": "2026-03-01T10:00:00Z", "paid": "yes"},
    "lines": [{"name": "phone"}],
}


def picks(**paths: str | tuple[str, AnswerKind]) -> dict[str, Pick]:
    return {
        name: Pick(path=one) if isinstance(one, str) else Pick(path=one[0], kind=one[1])
        for name, one in paths.items()
    }


def test_values_are_typed() -> None:
    wanted = picks(
        state="$.order.state",
        total="$.order.total",
        due=("$.order.due", AnswerKind.DATE),
        paid=("$.order.paid", AnswerKind.BOOLEAN),
        line="$.lines[0].name",
        gone="$.lines[7].name",
    )
    assert picked(ORDER, wanted) == {
        "state": "sent",
        "total": Decimal("12.5"),
        "due": date(2026, 3, 1),
        "paid": True,
        "line": "phone",
    }


def test_without_picks_it_is_what_stands_at_the_top() -> None:
    row = {"STATE": "sent", "Total": 3, "open": False, "x y": 1, "deep": {"a": 1}, "none": None}
    assert picked(row, {}) == {"state": "sent", "total": Decimal(3), "open": False}


@pytest.mark.parametrize("nothing", [None, {}, [], "", {"order": None}, {"order": []}])
def test_nothing_is_found(nothing: Any) -> None:
    assert picked(nothing, picks(state="$.order.state")) is None


@pytest.mark.parametrize("other", [{"error": "busy"}, [1], "text", {"order": {"state": {"a": 1}}}])
def test_another_answer_is_none(other: Any) -> None:
    with pytest.raises(SourceFailed):
        picked(other, picks(state="$.order.state"))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("soon", AnswerKind.DATE),
        ("2026-02-30", AnswerKind.DATE),
        ("12 EUR", AnswerKind.NUMBER),
        ("NaN", AnswerKind.NUMBER),
        ("1e999", AnswerKind.NUMBER),
        ("perhaps", AnswerKind.BOOLEAN),
    ],
)
def test_a_value_of_another_kind_is_rubbish(value: str, kind: AnswerKind) -> None:
    with pytest.raises(SourceFailed, match=f"'it' is no {kind}"):
        picked({"it": value}, picks(it=("$.it", kind)))


def test_texts_are_bounded_and_printable() -> None:
    found = picked({"name": "A\r\nB\x00" + "x" * 5000}, {})
    assert found is not None
    name = found["name"]
    assert isinstance(name, str)
    assert len(name) == 1000
    assert name.startswith("A  B xx")


async def test_a_number_longer_than_json_has_is_refused() -> None:
    async with crm_and_wire() as (crm, wire):
        asks = source(crm, wire, "/orders", method=HttpMethod.POST, body={"number": "{number}"})
        with pytest.raises(QuestionRefused, match=r"^a number is longer than 64 bits$"):
            await asks.ask({"number": Decimal("9" * 20)})
    assert crm.asked == []


def test_what_nobody_wants_fails_no_lookup_and_whole_numbers_are_whole() -> None:
    row = {"id": UUID(int=7), "wait": timedelta(1), "raw": b"x", "parts": [1], "at": time(9, 30)}
    assert picked({**row, "level": 1.0, "sum": 12.50}, {}) == {
        "id": "00000000-0000-0000-0000-000000000007",
        "at": "09:30:00",
        "level": Decimal(1),
        "sum": Decimal("12.5"),
    }
    named = picked({"a": 3.0, "b": "1.0"}, picks(a="$.a", b=("$.b", AnswerKind.NUMBER)))
    assert named is not None
    assert [text_of(value) for value in named.values()] == ["3", "1"]
