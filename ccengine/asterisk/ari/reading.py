"""Reads the bodies of answers."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ccengine.asterisk.ari.errors import AriError

_Snapshot = TypeVar("_Snapshot")


def one(body: object | None, decode: Callable[[object], _Snapshot]) -> _Snapshot | None:
    """Decode a thing that may be gone; raises AriError for an answer that makes no sense."""
    if body is None:
        return None
    try:
        return decode(body)
    except (KeyError, ValueError) as error:
        msg = "an answer that cannot be read"
        raise AriError(msg) from error


def many(body: object | None, decode: Callable[[object], _Snapshot]) -> tuple[_Snapshot, ...]:
    """Decode a listing; one entry that cannot be read must not hide the others."""
    found = []
    for entry in body if isinstance(body, list) else ():
        try:
            found.append(decode(entry))
        except (KeyError, ValueError):
            continue
    return tuple(found)


def part(body: object | None, name: str) -> Mapping[str, object]:
    """An object inside an object, empty when it is not there."""
    inner = body.get(name) if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else {}


def text(body: object | None, name: str) -> str | None:
    """A string inside an object, None when it is not there."""
    inner = body.get(name) if isinstance(body, dict) else None
    return inner if isinstance(inner, str) else None
