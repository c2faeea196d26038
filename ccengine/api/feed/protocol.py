"""What is said on the websocket beside news: the client's one message, greetings, why it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pydantic import Field, ValidationError

from ccengine.api.route import Strict

PATH: Final = "/feed"
SUBPROTOCOL: Final = "ccengine.v1"
TOKEN_PREFIX: Final = "bearer."
"""A browser, which cannot set headers, may offer its token as a subprotocol after this."""
LARGEST_MESSAGE: Final = 4_096
NUMBER_AT_MOST: Final = 2**53


class Close(IntEnum):
    """Why the engine closes a websocket. Clients come again after all but 4400, 4401 and 4403."""

    RESTART = 1012  #: the engine leaves; another one is there soon
    BUSY = 1013  #: too many clients
    MALFORMED = 4400  #: what the client said cannot be understood
    TOKEN_WRONG = 4401  #: no token, or one that does not hold any more
    LATE = 4408  #: nothing was said in time
    TOO_SLOW = 4410  #: the client does not read as fast as things happen: resume


REASONS: Final = {
    Close.RESTART: "the engine leaves: come again and resume",
    Close.BUSY: "too many clients: come again later",
    Close.MALFORMED: "send one message: subscribe",
    Close.TOKEN_WRONG: "the token does not hold",
    Close.LATE: "no subscribe message in time",
    Close.TOO_SLOW: "too slow: come again and resume with after=",
}


class Leave(Exception):
    """The websocket is to be closed."""

    def __init__(self, code: Close, detail: str = "") -> None:
        super().__init__(detail or REASONS[code])
        self.code = code


class Subscribe(Strict):
    """The one message of a client."""

    type: str = Field(pattern="^subscribe$")
    token: str | None = Field(
        None, max_length=256, description="Left out if the connection brought it already."
    )
    after: int | None = Field(
        None,
        ge=0,
        le=NUMBER_AT_MOST,
        description="`seq` of the last message seen: go on from there. Left out: snapshot first.",
    )
    stream: str | None = Field(
        None, max_length=128, description="`stream` of the greeting that came before it."
    )

    @classmethod
    def read(cls, text: str) -> Subscribe:
        """Read what a client sent.

        Raises:
            Leave: it is something else.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise Leave(Close.MALFORMED, f"subscribe: {place} {first['msg']}"[:120]) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The engine's first message."""

    seq: int  #: of the last row when the client came
    stream: str  #: tells this journal's numbers from another's
    resumed: bool  #: false: a snapshot comes first
    reason: str = ""  #: why it is not resumed, although asked for
    type: str = "hello"
    schema: int = 1
