"""A mistake or a doubt in a file, told to the person who can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake, or a warning: legal, and probably not meant."""

    file: Path
    line: int
    message: str  #: what is wrong
    remedy: str  #: what to do about it
    is_warning: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} — {self.remedy}"


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems by file and line, each once."""
    return tuple(sorted(set(problems)))
