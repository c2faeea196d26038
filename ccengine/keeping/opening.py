"""Opens a sealed recording and writes some of its sound to standard output: a program of its own.

What is opened is nowhere on a disk. One line of JSON on standard input says what to open; the
exit code says how it went. Killed at any moment, it leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyrage

from ccengine.config.secret_files import SecretMissing
from ccengine.keeping.faults import StoreFailed
from ccengine.keeping.keys import KeyDestroyed, KeyRing
from ccengine.keeping.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.keeping.sealing import Reads

NICENESS = 5


class Exit(IntEnum):
    """How it went."""

    DONE = 0
    BROKEN = 3  #: it is not what was sealed
    DESTROYED = 4  #: nobody can open it any more
    UNREACHABLE = 5  #: the file, the store or its keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is to be opened."""

    file: Path | None  #: sealed; None: it is in a store
    place: Place | None
    item: str  #: in the store
    keys: Path  #: folder
    client: str
    key: str  #: public
    start: int  #: bytes of the sound
    end: int

    def line(self) -> bytes:
        """Return it as the program reads it."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"


class Enough(Exception):
    """All that was wanted is written."""


class Window:
    """Lets some bytes of a stream through."""

    def __init__(self, out: IO[bytes], start: int, end: int) -> None:
        self._out, self._start, self._end, self._at = out, start, end, 0

    def write(self, data: bytes) -> int:
        """Write what is within.

        Raises:
            Enough: nothing more is.
        """
        first = max(self._start - self._at, 0)
        last = max(self._end - self._at, 0)
        if first < len(data) and last > first:
            self._out.write(data[first:last])
        self._at += len(data)
        if self._at >= self._end:
            raise Enough
        return len(data)

    def flush(self) -> None:
        """Do nothing: the end does."""


def main() -> Exit:
    """Open what standard input names."""
    os.nice(NICENESS)
    given = json.loads(sys.stdin.buffer.readline())
    ring = KeyRing(Path(given["keys"]))
    window = Window(sys.stdout.buffer, given["start"], given["end"])
    try:
        identity = ring.identity(given["client"], given["key"])
        with _source(given) as source:
            pyrage.decrypt_io(source, window, [identity])
    except Enough:
        pass
    except KeyDestroyed:
        return Exit.DESTROYED
    except pyrage.DecryptError:
        return Exit.BROKEN
    except OSError as error:
        return Exit.UNREACHABLE if error.errno is not None else Exit.BROKEN
    except (SecretMissing, RuntimeError):
        return Exit.UNREACHABLE
    sys.stdout.buffer.flush()
    return Exit.DONE


@contextmanager
def _source(given: dict[str, Any]) -> Iterator[Reads]:
    """Give what is sealed to read.

    Raises:
        OSError: it cannot be read.
        RuntimeError: the store does not give it.
    """
    if given["file"] is not None:
        with Path(given["file"]).open("rb") as file:
            yield file
        return
    from ccengine.keeping.store import reading  # it takes half a second

    place = given["place"]
    try:
        there = Place(**{**place, "keys": Path(place["keys"])})
        with reading(there, given["item"]) as source:
            yield source
    except StoreFailed as error:
        raise RuntimeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
