"""Text with named values in it, `{order_number}`: nothing else can be written in braces.

No expressions and no ways into a value, so that what a caller typed or another program answered
can never become more than text. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccengine.config.names import VALUE_NAME, mistake

if TYPE_CHECKING:
    from collections.abc import Callable

HOLE: Final = re.compile(rf"\{{({VALUE_NAME})\}}")
_PARTS: Final = re.compile(rf"\{{\{{|\}}\}}|\{{{VALUE_NAME}\}}|[{{}}]")


def holes(template: str) -> tuple[str, ...]:
    """Return the names that a template asks for, each once."""
    found = [part[1:-1] for part in _PARTS.findall(template) if HOLE.fullmatch(part)]
    return tuple(dict.fromkeys(found))


def filled(template: str, value_of: Callable[[str], str]) -> str:
    """Return the text. A value is put in as it is: braces in it mean nothing."""

    def fill(part: re.Match[str]) -> str:
        hole = HOLE.fullmatch(part[0])
        return part[0][0] if hole is None else value_of(hole[1])

    return _PARTS.sub(fill, template)


def checked(template: str) -> str:
    """Return a template as it was written, if it is one.

    Raises:
        PydanticCustomError: a brace stands where no name is between two.
    """
    if any(part in ("{", "}") for part in _PARTS.findall(template)):
        message = f"'{template}' has a brace without a name in it"
        raise mistake(message, "write {name}, or {{ and }} for braces")
    return template
