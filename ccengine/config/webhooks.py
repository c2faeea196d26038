"""Webhooks of a client: what is sent where. `Webhook` is the schema of an entry in client.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator

from ccengine.config.names import mistake, suggestion
from ccengine.config.requests import checked_url, texts_of
from ccengine.core.events import CoachingEvent
from ccengine.reporting.facts import told

OF_COACHING: Final = frozenset(
    fact.action for cls, fact in told().items() if cls in get_args(CoachingEvent)
)
ACTIONS: Final = frozenset(fact.action for fact in told().values()) - OF_COACHING
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
    "survey_score",
    "survey_comment",
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
    checked_url(text, ("https",))
    _check_fields(text)
    return text


def _action(text: str) -> str:
    if text in OF_COACHING:
        message = f"'{text}' is of coaching, which clients' programs are not told"
        raise mistake(message, "leave it out")
    if text not in ACTIONS:
        message = f"there is no event '{text}'"
        raise mistake(message, suggestion(text, sorted(ACTIONS)))
    return text


def _template(value: Any) -> Any:
    for text in texts_of(value):
        _check_fields(text)
    return value


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
