"""Texts to be spoken with values in them: `Your order {order:digits} costs {amount:money}.`

A hole is a value's name and, after a colon, how it is said. As of every template of a flow there
are no expressions: what fills a hole is words, never a part of the text that is read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ccengine.ivr.speech.values import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.ivr.speech.readings import Value
    from ccengine.ivr.speech.values import Sayer

HOLE: Final = re.compile(r"\{([a-z][a-z0-9_]{0,31})(?::([a-zA-Z][a-zA-Z0-9 _-]{0,60}))?\}")
BRACES: Final = frozenset("{}")
TEXT: Final = Form("")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for a value."""

    name: str
    form: Form

    @property
    def is_row(self) -> bool:
        """Whether it can be said digit by digit, if need be."""
        return self.form.kind in ("digits", "number")


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[str | Hole, ...]:
    """Return a text's parts.

    Raises:
        ValueError: a brace stands where no hole is.
    """
    parts: list[str | Hole] = []
    end = 0
    for found in HOLE.finditer(text):
        parts += [text[end : found.start()], Hole(found[1], _form(found[2]))]
        end = found.end()
    parts.append(text[end:])
    if any(BRACES & set(part) for part in parts if isinstance(part, str)):
        message = "a brace stands where no value is named"
        raise ValueError(message)
    return tuple(part for part in parts if part)


def holes_of(text: str) -> tuple[Hole, ...]:
    """Return the holes of a text that was read."""
    return tuple(part for part in parts_of(text) if isinstance(part, Hole))


def filled(text: str, values: Mapping[str, Value], sayer: Sayer) -> str:
    """Return a text with all values in words.

    Raises:
        CannotSay: a value is of another kind than it is to be said as.
        KeyError: nothing is known of a name.
    """
    return "".join(
        part if isinstance(part, str) else sayer.say(values[part.name], part.form)
        for part in parts_of(text)
    )


def _form(text: str | None) -> Form:
    if text is None:
        return TEXT
    kind, *words = text.split()
    return Form(kind, tuple(words))
