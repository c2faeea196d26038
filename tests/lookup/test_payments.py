"""One POST to a payment program: what is sent, what an answer means, and what nobody repeats."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from ccengine.config.payments import Payment
from ccengine.config.settings import StatePaths
from ccengine.core.events import CardOutcome
from ccengine.core.ids import CallId, ClientId
from ccengine.ivr.cards import Card, HiddenDigits
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer, PaymentOrder
from ccengine.lookup.payments import PaymentDesk, SecretUnfit, secret_headers
from tests.local_server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NUMBER = "4929183650472013"
ORDER = PaymentOrder(call=CallId("c1"), entry="c1-k7", amount="12.50", reference="INV-7")


class Client:
    """As much of a client as a payment needs."""

    def __init__(self, payment: Payment | None) -> None:
        self.id = ClientId("nova")
        self.settings = self
        self.payment = payment
        self.contract = None


class Program:
    """Answers as it is told to."""

    def __init__(self) -> None:
        self.status, self.answer = 200, {"id": "tok_1", "status": "ok", "last4": NUMBER[-4:]}
        self.seconds = 0.0
        self.breaks = False
        self.asked: list[tuple[dict[str, str], Any]] = []

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((dict(request.headers), await request.json()))
        await asyncio.sleep(self.seconds)
        if self.breaks and request.transport is not None:
            request.transport.abort()
        headers = {"Location": "/elsewhere"} if self.status in range(300, 400) else {}
        return web.json_response(self.answer, status=self.status, headers=headers)


@asynccontextmanager
async def program() -> AsyncIterator[tuple[Program, str]]:
    here = Program()
    app = web.Application()
    app.router.add_post("/{rest:.*}", here.take)
    async with serving(app) as port:
        yield here, f"http://127.0.0.1:{port}/charges"


def card() -> Card:
    return Card(HiddenDigits(NUMBER), HiddenDigits("1130"), HiddenDigits("864"))


async def pay(folder: Path, payment: Payment, *, may_leave: bool = True) -> PaymentAnswer:
    desk = PaymentDesk(StatePaths(folder))
    try:
        return await desk.pay(
            Client(payment),  # type: ignore[arg-type]
            ORDER,
            card(),
            sent=lambda: may_leave,
        )
    finally:
        await desk.close()


KEEP = {"token": "$.id", "last4": "$.last4", "result": "$.status"}


def payment(url: str, **more: Any) -> Payment:
    made: Payment = TypeAdapter(Payment).validate_python({"url": url, "keep": KEEP, **more})
    return made


async def test_the_card_is_in_the_body_and_the_key_in_a_header(tmp_path: Path) -> None:
    async with program() as (there, url):
        answer = await pay(tmp_path, payment(url, currency="EUR"))
    assert answer == PaymentAnswer(
        outcome=CardOutcome.APPROVED, token="tok_1", last4=NUMBER[-4:], result="ok"
    )
    [(headers, body)] = there.asked
    assert headers["Idempotency-Key"] == ORDER.entry
    assert body == {
        "amount": "12.50",
        "currency": "EUR",
        "reference": "INV-7",
        "card": {
            "number": NUMBER,
            "expiry_month": "11",
            "expiry_year": "2030",
            "security_code": "864",
        },
    }


async def test_nothing_leaves_that_nobody_would_know_of(tmp_path: Path) -> None:
    async with program() as (there, url):
        answer = await pay(tmp_path, payment(url), may_leave=False)
    assert (answer, there.asked) == (NOT_REACHED, [])


@pytest.mark.parametrize(
    ("status", "result", "outcome"),
    [
        (200, "ok", CardOutcome.APPROVED),
        (201, "no", CardOutcome.DECLINED),
        (200, "", CardOutcome.UNKNOWN),
        (402, "no", CardOutcome.DECLINED),
        (401, "", CardOutcome.FAILED),
        (422, "", CardOutcome.FAILED),
        (303, "ok", CardOutcome.UNKNOWN),
        (409, "", CardOutcome.UNKNOWN),
        (500, "ok", CardOutcome.UNKNOWN),
    ],
)
async def test_what_an_answer_means(
    tmp_path: Path, status: int, result: str, outcome: CardOutcome
) -> None:
    async with program() as (there, url):
        there.status, there.answer = status, {"status": result}
        answer = await pay(tmp_path, payment(url, approved=["ok"]))
    assert answer.outcome is outcome
    assert len(there.asked) == 1  # neither followed nor repeated


@pytest.mark.parametrize("how", ["late", "broken", "long"])
async def test_without_an_answer_nobody_knows_and_nothing_is_repeated(
    tmp_path: Path, how: str
) -> None:
    async with program() as (there, url):
        there.seconds, there.breaks = (5.0 if how == "late" else 0.0), how == "broken"
        if how == "long":
            there.answer = {"status": "x" * 100_000}
        answer = await pay(tmp_path, payment(url, timeout_seconds=1))
    assert answer.outcome is CardOutcome.UNKNOWN
    assert len(there.asked) == 1


async def test_where_nobody_listens_nothing_was_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert (await pay(tmp_path, payment(url))).outcome is CardOutcome.FAILED


@pytest.mark.parametrize(
    "told",
    [NUMBER, f"card {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}", f"tok_{NUMBER[3:10]}", "864"],
)
async def test_an_answer_that_gives_the_card_back_is_not_kept(tmp_path: Path, told: str) -> None:
    async with program() as (there, url):
        there.answer = {"id": told, "last4": "9999", "status": told}
        with structlog.testing.capture_logs() as logs:
            answer = await pay(tmp_path, payment(url))
    assert (answer.token, answer.last4, answer.result) == ("", "", "")
    assert NUMBER[:7] not in repr(logs)


async def test_a_secret_is_for_the_engine_alone(tmp_path: Path) -> None:
    paths = StatePaths(tmp_path)
    file = paths.lookup_secret("nova", "payment")
    file.parent.mkdir(parents=True)
    file.write_text("Authorization: Bearer s3cret\nX-Merchant: 7\n")
    async with program() as (there, url):
        file.chmod(0o640)
        with structlog.testing.capture_logs() as logs:
            assert (
                await pay(tmp_path, payment(url, secret="payment"))
            ).outcome is CardOutcome.FAILED
        assert "s3cret" not in repr(logs)
        assert there.asked == []
        file.chmod(0o600)
        await pay(tmp_path, payment(url, secret="payment"))
    headers = there.asked[0][0]
    assert (headers["Authorization"], headers["X-Merchant"]) == ("Bearer s3cret", "7")
    file.write_text("Bearer s3cret\n")
    with pytest.raises(SecretUnfit):
        secret_headers(file)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://pay.example/charges"},
        {"url": "https://u:p@pay.example/"},
        {"url": "https://pay.example/{reference}"},
        {"url": "https://pay.example/", "body": {"x": "{pan}"}},
        {"url": "https://pay.example/", "reference": "{number}"},
        {"url": "https://pay.example/", "keep": {"number": "$.number"}},
        {"url": "https://pay.example/", "currency": "XXY"},
    ],
)
def test_what_cannot_be_configured(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Payment).validate_python(wrong)
