"""Sends a card to the client's payment program: one POST, whose answer is waited for or unknown.

The card is in the request's body and nowhere else. Nothing is sent again that may have arrived:
where the answer does not come, whether it was taken is unknown, and said to be.
"""

from __future__ import annotations

import asyncio
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiohttp
import orjson
import structlog

from ccengine.config.payments import HOLE, USUAL_BODY, Kept
from ccengine.config.requests import filled_body
from ccengine.core.events import CardOutcome
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer
from ccengine.lookup.picking import value_at
from ccengine.lookup.requests import AGENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ccengine.config.clients import Client
    from ccengine.config.payments import Payment
    from ccengine.config.settings import StatePaths
    from ccengine.ivr.cards import Card
    from ccengine.ivr.payments import PaymentOrder

log = structlog.get_logger()

CONNECT_SECONDS: Final = 5.0
LARGEST_BYTES: Final = 64 * 1024
LONGEST_KEPT: Final = 64
FULL_NUMBER: Final = 7
"""So many digits of the card in a row are more than anybody may keep of it."""

DONE: Final = range(200, 300)
REFUSED: Final = frozenset({400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 429})
"""What says for certain that nothing was taken. A redirection, a conflict or a fault does not."""

DECLINED: Final = 402
HEADER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,63}):[ \t]*([\x20-\x7e]{1,2000})")


class SecretUnfit(Exception):
    """The file with headers cannot be used; its text says why, and nothing of what is in it."""


@dataclass(slots=True)
class _Attempt:
    """How far a request has come."""

    connected: bool = False


class PaymentDesk:
    """Asks payment programs, each request on a connection of its own. Made in a running loop."""

    def __init__(self, paths: StatePaths) -> None:
        self._paths = paths
        watch = aiohttp.TraceConfig()
        watch.on_connection_create_end.append(_note_connected)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            trace_configs=[watch],
        )

    async def pay(
        self, client: Client, order: PaymentOrder, card: Card, *, sent: Callable[[], bool]
    ) -> PaymentAnswer:
        """Return how it has ended; as of `Payments`."""
        payment = client.settings.payment
        if payment is None:
            return NOT_REACHED
        attempt = _Attempt()
        try:
            headers = self._headers(client, payment, order)
            async with asyncio.timeout(payment.timeout_seconds):
                if not sent():
                    return NOT_REACHED
                status, body = await self._post(payment, headers, client, order, card, attempt)
        except SecretUnfit as error:
            log.error("payment_secret_unfit", call_id=order.call, cause=str(error))  # noqa: TRY400
            return NOT_REACHED
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            # Only what kind of error it is: a text might quote the request.
            taken = "unknown" if attempt.connected else "no"
            kind = type(error).__name__
            log.warning("payment_failed", call_id=order.call, cause=kind, taken=taken)
            unknown = PaymentAnswer(outcome=CardOutcome.UNKNOWN)
            return unknown if attempt.connected else NOT_REACHED
        return _answer(payment, status, body, card, order)

    async def close(self) -> None:
        """Close what is open."""
        await self._session.close()

    async def _post(
        self,
        payment: Payment,
        headers: Mapping[str, str],
        client: Client,
        order: PaymentOrder,
        card: Card,
        attempt: _Attempt,
    ) -> tuple[int, bytes]:
        values = _values(payment, client, order, card)
        template = USUAL_BODY if payment.body is None else payment.body
        body = bytearray(orjson.dumps(filled_body(template, lambda text: _filled(text, values))))
        values.clear()
        try:
            async with self._session.post(
                payment.url,
                data=bytes(body),
                headers=headers,
                allow_redirects=False,
                trace_request_ctx=attempt,
            ) as response:
                return response.status, await _bounded(response)
        finally:
            body[:] = bytes(len(body))

    def _headers(self, client: Client, payment: Payment, order: PaymentOrder) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": AGENT,
        }
        if payment.secret is not None:
            headers |= secret_headers(self._paths.lookup_secret(client.id, payment.secret))
        return {**headers, payment.idempotency_header: order.entry}


def secret_headers(file: Path) -> dict[str, str]:
    """Return the headers of a file, one a line.

    Raises:
        SecretUnfit: it cannot be read, others can read it, or a line is none.
    """
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            message = f"{file} can be read by others: chmod 600"
            raise SecretUnfit(message)
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read ({type(error).__name__})"
        raise SecretUnfit(message) from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        header = HEADER.fullmatch(line.strip())
        if header is not None:
            found[header[1]] = header[2]
        elif line.strip():
            message = f"{file}: line {number} is no header such as 'Authorization: Bearer …'"
            raise SecretUnfit(message)
    return found


async def _note_connected(_session: object, context: object, _told: object) -> None:
    attempt = getattr(context, "trace_request_ctx", None)
    if isinstance(attempt, _Attempt):
        attempt.connected = True


def _values(payment: Payment, client: Client, order: PaymentOrder, card: Card) -> dict[str, str]:
    contract = client.settings.contract
    currency = payment.currency or ("" if contract is None else contract.currency)
    named = {"reference": order.reference, "call": str(order.call), "client": str(client.id)}
    expiry = card.expiry.reveal()
    return {
        **named,
        "reference": _filled(payment.reference, named),
        "amount": order.amount,
        "currency": currency,
        "entry": order.entry,
        "number": card.number.reveal(),
        "expiry_month": expiry[:2],
        "expiry_year": f"20{expiry[2:]}" if expiry else "",
        "security_code": card.code.reveal(),
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return HOLE.sub(lambda hole: values.get(hole[1], ""), text)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BYTES:
            response.close()
            message = "the answer is too long"
            raise ValueError(message)
    return bytes(body)


def _answer(
    payment: Payment, status: int, body: bytes, card: Card, order: PaymentOrder
) -> PaymentAnswer:
    """Return what an answer means; nothing of the card is kept that it gives back."""
    try:
        document = orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError:
        document = None
    kept = {
        what: _kept(value_at(document, path), card, what) for what, path in payment.keep.items()
    }
    result = kept.get(Kept.RESULT, "")
    outcome = _outcome(payment, status, result)
    log.info("payment_answered", call_id=order.call, status=status, outcome=str(outcome))
    return PaymentAnswer(
        outcome=outcome,
        token=kept.get(Kept.TOKEN, ""),
        last4=kept.get(Kept.LAST4, ""),
        result=result,
    )


def _outcome(payment: Payment, status: int, result: str) -> CardOutcome:
    if status in DONE:
        if not payment.approved or result in payment.approved:
            return CardOutcome.APPROVED
        return CardOutcome.DECLINED if result else CardOutcome.UNKNOWN
    if status == DECLINED:
        return CardOutcome.DECLINED
    return CardOutcome.FAILED if status in REFUSED else CardOutcome.UNKNOWN


def _kept(value: object, card: Card, what: Kept) -> str:
    """Return a value as it is kept; empty: it is none, or more of the card than may be."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if len(text) > LONGEST_KEPT or not text.isprintable():
        return ""
    if what is Kept.LAST4:
        return text if re.fullmatch("[0-9]{4}", text) and card.number.reveal()[-4:] == text else ""
    return "" if _tells(text, card) else text


def _tells(text: str, card: Card) -> bool:
    """Tell whether a text has so much of the card in it that it may not be kept."""
    digits = re.sub("[^0-9]", "", text)
    number, code = card.number.reveal(), card.code.reveal()
    parts = {number[at : at + FULL_NUMBER] for at in range(len(number) - FULL_NUMBER + 1)}
    return any(part in digits for part in parts) or (bool(code) and digits == code)
