"""What several answers are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from ccengine.reporting.instants import utc_text

Utc = Annotated[
    float,
    PlainSerializer(utc_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant: seconds since the epoch inside, UTC text outside."""

Moment = AwareDatetime
"""An instant as it is sent to us: with its zone."""


class Shown(BaseModel):
    """What is answered; made of the engine's own facts where these have the same names."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
