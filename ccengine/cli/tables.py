"""Tables on a terminal in which text from right to left stays in its own column."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from rich import table
from rich.text import Text
from typing_extensions import override

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.containers import Lines

RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
ISOLATE: Final = "\u2068"
END: Final = "\u2069"


def goes_right_to_left(text: str) -> bool:
    """Tell whether any of a text is written from right to left."""
    return any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text)


def isolated(text: str) -> str:
    """Return a text that a terminal turns round by itself, not with what stands beside it."""
    return f"{ISOLATE}{text}{END}" if goes_right_to_left(text) else text


class IsolatedText(Text):
    """A text of which each line is isolated, as a terminal takes lines one by one."""

    @override
    def wrap(self, console: Console, width: int, **options: Any) -> Lines:
        """Return its lines."""
        lines = super().wrap(console, width, **options)
        for line in lines:
            if goes_right_to_left(line.plain):
                padding = len(line.plain) - len(line.plain.rstrip())
                line.rstrip()
                line.append(END + " " * padding)
                line.pad_left(1, ISOLATE)
        return lines


class Table(table.Table):
    """A table whose cells are isolated from each other."""

    @override
    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row; text may hold markup, as in every table."""
        super().add_row(*map(_isolated, cells), **options)


def _isolated(cell: RenderableType | None) -> RenderableType | None:
    if isinstance(cell, str):
        cell = Text.from_markup(cell)
    if not isinstance(cell, Text) or not goes_right_to_left(cell.plain):
        return cell
    made = IsolatedText(style=cell.style, justify=cell.justify, overflow=cell.overflow)
    made.no_wrap = cell.no_wrap
    return made.append_text(cell)
