"""Reads Asterisk's own files as far as we compare them with what the engine relies on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

INCLUDED: Final = re.compile(r'^#(?:try)?include\s+[<"]?([^>"\s;]+)', re.MULTILINE)
SECTION: Final = re.compile(r"\[([^\]]+)\](?:\(([^)]*)\))?")


@dataclass(frozen=True, slots=True)
class ConfLine:
    """One setting, or the head of a section, whose key is empty then."""

    file: Path
    number: int
    section: str
    key: str = ""
    value: str = ""  #: of a section, the templates it inherits


def conf_lines(file: Path, text: str) -> Iterator[ConfLine]:
    """Yield what stands in a file, without comments; includes are not followed."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.split(r"(?<!\\);", line, maxsplit=1)[0].strip()
        head = SECTION.match(bare)
        if head is not None:
            section = head[1]
            yield ConfLine(file, number, section, "", head[2] or "")
        elif bare and not bare.startswith("#"):
            key, _, value = bare.partition("=")
            yield ConfLine(file, number, section, key.strip(), value.lstrip("> ").strip())


def included_by(file: Path) -> list[str]:
    """Return the names of files, or patterns of them, that a file includes, without folders."""
    try:
        named = INCLUDED.findall(file.read_text("utf-8", "replace"))
    except OSError:
        return []
    return [Path(name).name for name in named]


def read_conf(file: Path) -> list[ConfLine]:
    """Return what stands in a file; nothing of one that cannot be read."""
    try:
        return list(conf_lines(file, file.read_text("utf-8", "replace")))
    except OSError:
        return []
