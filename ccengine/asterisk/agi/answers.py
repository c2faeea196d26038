"""What a dialplan is answered with: some variables, and how the asking went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ccengine.asterisk.agi.protocol import Request

TEXT_SIGNS: Final = 200
_HARMLESS: Final = frozenset(" -_.:+/@")


class Status(StrEnum):
    """How the asking went: the value of CC_STATUS."""

    OK = "ok"
    UNKNOWN = "unknown"  #: no such route, client, queue, number
    REFUSED = "refused"  #: asked wrongly, or it cannot be had; CC_REASON says why
    BUSY = "busy"  #: not now: too many ask, or the engine is not ready


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request."""

    status: Status
    variables: Mapping[str, str] = field(default_factory=dict)  #: by their whole names
    reason: str = ""  #: a word or two; empty if it went well
    route: str = ""  #: for the log: of what is known only, so no text of a stranger's

    def settings(self) -> list[tuple[str, str]]:
        """Return the variables in the order in which they are set: how it went comes last."""
        own = {"CC_REASON": self.reason, "CC_STATUS": self.status.value}
        return [(name, plain(value)) for name, value in {**self.variables, **own}.items()]


BUSY: Final = Answer(Status.BUSY, reason="too many ask")

Answerer = Callable[[Request], Awaitable[Answer]]
"""Answers a request. Raises nothing but faults of its own."""


def plain(text: str) -> str:
    """Return a text that changes no expression of a dialplan, whatever somebody wrote.

    Letters and digits of any script, spaces and a few signs stay; what could end a quotation, part
    arguments or begin a variable becomes a space.
    """
    kept = (sign if sign.isalnum() or sign in _HARMLESS else " " for sign in text[:TEXT_SIGNS])
    return "".join(kept).strip()
