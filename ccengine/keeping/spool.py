"""Asterisk's files: whether it has done with them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ccengine.clock import wall

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SETTLE_SECONDS: Final = 2.0
"""Asterisk writes the rest of a file, and closes it, within a second of a recording's end."""


def is_settled(files: Iterable[Path]) -> bool:
    """Tell whether nobody has written to any of the files of late."""
    newest = 0.0
    for file in files:
        with suppress(FileNotFoundError):
            newest = max(newest, file.stat().st_mtime)
    return newest + SETTLE_SECONDS <= wall()
