"""Looks for a row of digits in files and texts, in every way of writing that one can think of."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LARGEST_BYTES = 256 * 1024 * 1024
ONE_BY_ONE = re.compile(
    rb"(?:digit|dtmf|signal|key|event)[^0-9A-Za-z]{1,12}(?:(?:begin|end)[^0-9]{1,4})?([0-9])(?![0-9])",
    re.IGNORECASE,
)
"""Where a program tells of one key at a time."""


def spellings(digits: str) -> dict[str, bytes]:
    """Return what the digits may look like, by name."""
    groups = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    number = int(digits)
    found = {
        "plain": digits.encode(),
        "reversed": digits[::-1].encode(),
        "in groups": groups.encode(),
        "in groups, dashes": groups.replace(" ", "-").encode(),
        "urlencoded": "".join(f"%{ord(one):02X}" for one in digits).encode(),
        "hex": digits.encode().hex().encode(),
        "HEX": digits.encode().hex().upper().encode(),
        "UTF-16": digits.encode("utf-16-le"),
        "packed": bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}"),
        "hex of the number": f"{number:x}".encode(),
        "escaped": "".join(f"\\u{ord(one):04x}" for one in digits).encode(),
        "entities": "".join(f"&#{ord(one)};" for one in digits).encode(),
    }
    for between in (" ", ", ", ",", "-", ".", '", "', "', '", '","', "|", "\n", "\t", "\\n"):
        found[f"apart by {between!r}"] = between.join(digits).encode()
    for offset in range(3):
        padded = b"\0" * offset + digits.encode() + b"\0" * 2
        inner = base64.b64encode(padded)
        length = len(digits) * 4 // 3 - 2
        start = 0 if offset == 0 else offset + 1
        found[f"base64 at {offset}"] = inner[start : start + length]
    return found


def traces(name: str, content: bytes, digits: str) -> Iterator[str]:
    """Yield where and how the digits are in a content."""
    for how, spelled in spellings(digits).items():
        at = content.find(spelled)
        if at >= 0:
            yield f"{name}: {how} at byte {at}"
    one_by_one = b"".join(ONE_BY_ONE.findall(content))
    if digits.encode() in one_by_one:
        yield f"{name}: one key after the other"


def traces_below(folder: Path, digits: str, *, but: Iterable[Path] = ()) -> list[str]:
    """Return the same of all files below a folder, but some."""
    found: list[str] = []
    left_out = set(but)
    for file in sorted(folder.rglob("*")):
        if file in left_out or not file.is_file() or file.stat().st_size > LARGEST_BYTES:
            continue
        try:
            content = file.read_bytes()
        except OSError:
            continue  # gone meanwhile, or a socket
        found += traces(str(file.relative_to(folder)), content, digits)
    return found
