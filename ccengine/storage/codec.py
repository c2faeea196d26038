"""Journal rows' contents as JSON bytes: written by orjson, read back by their dataclasses."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from ccengine.core.commands import Command
from ccengine.core.events import Event
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.rows import Advance, Rejection, RowKind, Unknown, What

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ccengine.core.snapshots import Imprint

SLICE = 250  # agents, calls or deadlines that are encoded at a time: some 2 ms

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


def encode_by_slices(imprint: Imprint) -> Generator[None, None, bytes]:
    """Return the bytes of an imprint's snapshot, which takes long; yield whenever some is done."""
    frame = imprint.frame
    whole: dict[str, object] = {one.name: getattr(frame, one.name) for one in fields(frame)}
    for name, items in (
        ("agents", imprint.agents()),
        ("calls", imprint.calls()),
        ("deadlines", imprint.deadlines()),
    ):
        whole[name] = orjson.Fragment((yield from _slices(items)))
    return orjson.dumps(whole)


def _slices(items: Iterator[object]) -> Generator[None, None, bytes]:
    encoded = bytearray(b"[")
    while some := list(islice(items, SLICE)):
        encoded += orjson.dumps(some)[1:-1] + b","
        yield
    encoded[max(1, len(encoded) - 1) :] = b"]"  # in the place of the last comma
    return bytes(encoded)


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
