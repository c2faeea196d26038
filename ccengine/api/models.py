"""What several answers are made of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from ccengine.config.names import mistake
from ccengine.reporting.instants import utc_text

RFC_3339: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

_written_utc = lru_cache(4096)(utc_text)  # the same calls are told again and again

Utc = Annotated[
    float,
    PlainSerializer(_written_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant: seconds since the epoch inside, UTC text outside."""

REMEDY: Final = "write it with its zone, as in 2026-01-31T23:59:59Z"
_READ: Final = TypeAdapter(AwareDatetime)


def _written(given: object) -> object:
    """Let nothing pass for an instant but a date with a time and a zone, as RFC 3339 has it."""
    if not isinstance(given, str) or re.fullmatch(RFC_3339, given) is None:
        msg = "no instant"
        raise mistake(msg, REMEDY)
    try:
        read = _READ.validate_python(given)  # here: a body is read strictly, and takes no text
        utc_text(read.timestamp())
    except (ValidationError, ValueError, OverflowError) as error:
        msg = "no instant"  # 30 February, or no year of four digits in UTC
        raise mistake(msg, REMEDY) from error
    return read


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""An instant as it is sent to us: with its zone."""


class Shown(BaseModel):
    """What is answered; made of the engine's own facts where these have the same names."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
