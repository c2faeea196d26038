"""Which of Asterisk's endpoints may speak wideband though their callers are recorded.

Only narrowband is recorded (`asterisk/recorder.py`). Agents' phones may speak anything, as it is
the caller's channel, or the customer's, that is recorded; all other endpoints may not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.recorder import NARROWBAND
from ccengine.config.asterisk_conf import ConfLine
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PHONES: Final = "from-phones"
"""Context of agents' phones."""
TEMPLATE: Final = "!"
MORE: Final = "+"
"""Marks a section that goes on with an earlier one of its name."""
REMEDY: Final = "write 'disallow = all' and 'allow = ulaw,alaw' there, or 'allow = !g722'"


@dataclass(slots=True)
class _Section:
    head: ConfLine
    lines: list[ConfLine] = field(default_factory=list)  #: those of its templates first

    @property
    def marks(self) -> list[str]:
        """Templates, and what kind of section it is."""
        return [mark.strip() for mark in self.head.value.split(",")]

    def last(self, key: str) -> str:
        """Return what a setting is in the end."""
        return next((line.value for line in reversed(self.lines) if line.key == key), "")


def wideband(lines: Iterable[ConfLine]) -> Iterator[Problem]:
    """Yield endpoints that are recorded and may speak wideband, where that is allowed.

    Args:
        lines: of all files of pjsip, in the order in which Asterisk reads them.
    """
    for section in _sections(lines):
        is_recorded = section.last("type") == "endpoint" and section.last("context") != PHONES
        if not is_recorded or TEMPLATE in section.marks:
            continue
        for codec, allowed_at in _allowed(section.lines).items():
            if codec not in NARROWBAND:
                where = section.head if allowed_at.section != section.head.section else allowed_at
                message = (
                    f"'{section.head.section}' may speak {codec}: then its calls are not recorded"
                )
                yield Problem(where.file, where.number, message, REMEDY, is_warning=True)


def _sections(lines: Iterable[ConfLine]) -> list[_Section]:
    found: list[_Section] = []
    by_name: dict[str, _Section] = {}
    current: _Section | None = None
    for line in lines:
        if line.key:
            if current is not None:
                current.lines.append(line)
            continue
        current = _Section(line)
        if MORE in current.marks and line.section in by_name:
            current = by_name[line.section]
            continue
        for name in current.marks:
            current.lines += by_name[name].lines if name in by_name else []
        found.append(current)
        by_name.setdefault(line.section, current)  # as Asterisk does, the first of a name
    return found


def _allowed(lines: Iterable[ConfLine]) -> dict[str, ConfLine]:
    """Return codecs in force, each with the line that allowed it."""
    allowed: dict[str, ConfLine] = {}
    for line in lines:
        names = [name.strip() for name in line.value.split(",")]
        if line.key == "disallow":
            allowed = {} if "all" in names else _without(allowed, names)
        elif line.key == "allow":
            allowed |= {name: line for name in names if name and not name.startswith("!")}
            allowed = _without(allowed, [name[1:] for name in names if name.startswith("!")])
    return allowed


def _without(allowed: dict[str, ConfLine], names: list[str]) -> dict[str, ConfLine]:
    return {name: line for name, line in allowed.items() if name not in names}
