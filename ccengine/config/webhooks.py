"""Webhooks of a client: what is sent where. `Webhook` is the schema of an entry in client.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from ccengine.config.names import mistake, suggestion
from ccengine.reporting.facts import told

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIONS: Final = frozenset(fact.action for fact in told().values())
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_-]+)?)\}")
RECORD_FIELDS: Final = (
    "call",
    "client",
    "number",
    "caller",
    "queue",
    "agent",
    "arrived_at",
    "answered_at",
    "ended_at",
    "outcome",
    "disposition",
    "contact_reason",
    "resolved",
    "wait_seconds",
    "talk_seconds",
    "recording",
)
"""Of the call's record, for templates."""
MESSAGE_FIELDS: Final = ("seq", "at", "type", "action", "node", "tenant")
FORM_VALUES: Final = "values."  #: before the name of a form's field, as last filled in


class Method(StrEnum):
    """How it is sent."""

    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"


def _url(text: str) -> str:
    parts = urlsplit(text)
    address = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme != "https" or not parts.hostname:
        message = f"'{text}' cannot be used"
        raise mistake(message, "write an address that begins with https://")
    if parts.username is not None or "{" in address or not text.isprintable() or " " in text:
        message = "an address holds no password, and no field before its path"
        raise mistake(message, "put what the receiver wants as Authorization into the secrets")
    _check_fields(text)
    return text


def _action(text: str) -> str:
    if text not in ACTIONS:
        message = f"there is no event '{text}'"
        raise mistake(message, suggestion(text, sorted(ACTIONS)))
    return text


def _template(value: Any) -> Any:
    for text in _texts(value):
        _check_fields(text)
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


def _check_fields(text: str) -> None:
    for name in PLACEHOLDER.findall(text):
        known = (*RECORD_FIELDS, *MESSAGE_FIELDS)
        if name not in known and not name.startswith(FORM_VALUES):
            message = f"there is no field '{name}'"
            raise mistake(message, suggestion(name, known) or "use values.<field> of a form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver. Its secret is made by `ccengine init`, in secrets/webhooks."""

    url: Annotated[str, AfterValidator(_url)]
    events: tuple[Annotated[str, AfterValidator(_action)], ...] = ()  #: left out: all of calls
    method: Method = Method.POST
    body: Annotated[Any, AfterValidator(_template)] = None  #: template; None: the message itself
    private: bool = False  #: may be at an address that the internet does not know
