"""Where a caller's card goes: the schema of `payment` in client.yaml."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ccengine.config.currencies import Currency
from ccengine.config.lookup_sources import PATH
from ccengine.config.names import Line, Name, mistake, suggestion
from ccengine.config.requests import checked_url, texts_of

HOLE: Final = re.compile(r"\{([a-z0-9_]+)\}")
CARD_HOLES: Final = ("number", "expiry_month", "expiry_year", "security_code")
ORDER_HOLES: Final = ("amount", "reference", "currency", "call", "client", "entry")
USUAL_BODY: Final = {
    "amount": "{amount}",
    "currency": "{currency}",
    "reference": "{reference}",
    "card": {
        "number": "{number}",
        "expiry_month": "{expiry_month}",
        "expiry_year": "{expiry_year}",
        "security_code": "{security_code}",
    },
}


class Kept(StrEnum):
    """What of the payment program's answer may be kept."""

    TOKEN = "token"
    LAST4 = "last4"
    RESULT = "result"


def _url(text: str) -> str:
    checked_url(text, ("https", "http"))
    parts = urlsplit(text)
    if "{" in text:
        message = "the payment program's address holds no field"
        raise mistake(message, "put the reference into the body")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        message = "a card is sent by https only"
        raise mistake(message, "write https://…; plain http is for a program on this machine")
    return text


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(value: Any) -> Any:
    for text in texts_of(value):
        for name in HOLE.findall(text):
            if name not in (*CARD_HOLES, *ORDER_HOLES):
                message = f"there is no field '{name}' of a card or a payment"
                raise mistake(message, suggestion(name, (*CARD_HOLES, *ORDER_HOLES)))
    return value


def _reference(text: str) -> str:
    for name in HOLE.findall(text):
        if name not in ("reference", "call", "client"):
            message = f"a reference cannot be made of '{name}'"
            raise mistake(message, "use {reference}, {call} or {client}")
    return text


def _path(text: str) -> str:
    if PATH.fullmatch(text) is None:
        message = f"'{text}' leads to no part of an answer"
        raise mistake(message, 'write it as in "$.card.last4"')
    return text


def _header(text: str) -> str:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", text) is None:
        message = f"'{text}' is no header"
        raise mistake(message, "write its name alone, as in Idempotency-Key")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One HTTP POST with JSON as its body and as its answer."""

    url: Annotated[str, AfterValidator(_url)]
    secret: Name | None = None  #: file with headers, one a line, that only the engine can read
    timeout_seconds: Annotated[float, Field(ge=1, le=60)] = 20.0
    currency: Currency | None = None  #: None: the contract's
    reference: Annotated[Line, AfterValidator(_reference)] = "{reference}"
    body: Annotated[Any, AfterValidator(_body)] = None  #: None: as in the documentation
    idempotency_header: Annotated[str, AfterValidator(_header)] = "Idempotency-Key"
    keep: Mapping[Kept, Annotated[str, AfterValidator(_path)]] = field(default_factory=dict)
    approved: tuple[Line, ...] = ()  #: results that mean so; left out: every status 2xx does
    security_code: bool = True  #: no: it is not asked for
    entry_seconds: Annotated[float, Field(ge=30, le=900)] = 300.0  #: for the whole typing
