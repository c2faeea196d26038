"""How supervisors coach: the keys they press meanwhile, and what a client asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from ccengine.config.names import mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem


def _key(text: str) -> str:
    if re.fullmatch(r"[0-9*#]", text) is None:
        message = f"'{text}' is no key"
        raise mistake(message, 'write one digit, a star or a hash in quotes, as in "4"')
    return text


CoachKey = Annotated[str, AfterValidator(_key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachKeys:
    """What a supervisor presses while they coach."""

    monitor: CoachKey = "4"  #: nobody hears the supervisor
    whisper: CoachKey = "5"  #: the agent alone does
    barge: CoachKey = "6"  #: all do
    take_over: CoachKey = "7"  #: the supervisor goes on with the caller, the agent wraps up


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCoaching:
    """What a client asks for."""

    tone: bool = False  #: the agent, and nobody else, hears a tone when a supervisor listens


def check_coach_keys(keys: CoachKeys, document: Document) -> Iterator[Problem]:
    """Yield a problem for each key that means two things."""
    taken: dict[str, str] = {}
    for field in fields(keys):
        key = str(getattr(keys, field.name))
        other = taken.setdefault(key, field.name)
        if other != field.name:
            message = f"key {key} ({field.name}) is that of {other}, too"
            yield document.problem(("coach_keys", field.name), message, "choose another")
