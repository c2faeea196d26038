"""Journal rows' contents as JSON bytes: written by orjson, read back by their dataclasses."""

from __future__ import annotations

from functools import cache
from typing import get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from ccengine.core.commands import Command
from ccengine.core.events import Event
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.rows import Advance, Rejection, RowKind, Unknown, What

_TYPES: dict[tuple[str, str], type[What]] = {
    **{("event", cls.__name__): cls for cls in get_args(Event)},
    **{("command", cls.__name__): cls for cls in get_args(Command)},
    ("rejection", Rejection.__name__): Rejection,
    ("advance", Advance.__name__): Advance,
    ("snapshot", CenterSnapshot.__name__): CenterSnapshot,
}


def encode(what: What) -> bytes:
    """Return the contents of a row; equal values give equal bytes."""
    return orjson.dumps(what)


def decode(kind: RowKind, name: str, data: bytes) -> What:
    """Return what a row says; `Unknown` for what this program does not know or cannot read."""
    if (kind, name) in _TYPES:
        try:
            return _adapter(kind, name).validate_json(data)
        except ValidationError:
            pass  # a newer program's idea of this type
    return Unknown(type=name, fields=_fields(data))


def _fields(data: bytes) -> dict[str, object]:
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


@cache
def _adapter(kind: RowKind, name: str) -> TypeAdapter[What]:
    return TypeAdapter(_TYPES[kind, name])
