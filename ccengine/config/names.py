"""What a name may look like, and which name was probably meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_PATTERN = r"^[a-z][a-z0-9_-]{0,31}$"
VALUE_NAME = r"[a-z][a-z0-9_]{0,31}"
"""Of a value that flows know: also where it stands in a text, in braces."""

JOINERS = {0x200C: None, 0x200D: None}  # zero width, between letters
SHOWN_AT_MOST = 12  # a longer list of choices helps nobody


def is_name(text: str) -> bool:
    """Tell whether the text may name a tenant, client, agent, queue, flow, skill …"""
    return re.fullmatch(NAME_PATTERN[1:-1], text) is not None


def mistake(message: str, remedy: str) -> PydanticCustomError:
    """Return an error that validation reports with exactly these words."""
    words = {"message": message, "remedy": remedy}
    return PydanticCustomError("mistake", "{message}", words)


def _name(text: str) -> str:
    if not is_name(text):
        message = f"'{text}' cannot be a name"
        remedy = "use a small letter, then up to 31 small letters, digits, '-' or '_'"
        raise mistake(message, remedy)
    return text


def _digits(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,20}", text) is None:
        message = f"'{text}' is not a row of digits"
        raise mistake(message, "use 1 to 20 digits")
    return text


def can_be_read(text: str) -> bool:
    """Tell whether people can read a text, and a voice say it: nothing in it controls anything.

    The two signs that part and join letters are spelling: Persian has them in plain words.
    """
    return bool(text.strip()) and text.translate(JOINERS).isprintable()


def _line(text: str) -> str:
    if not can_be_read(text):
        message = f"{text!r} is empty or holds characters that cannot be printed"
        raise mistake(message, "write it on one line")
    return text


def _language(text: str) -> str:
    if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", text) is None:
        message = f"'{text}' is no language"
        raise mistake(message, "use a code of ISO 639 such as en, ar, uk")
    return text


def value_name(text: str) -> str:
    """Return the text, if a value may have it as its name.

    Raises:
        PydanticCustomError: it may not.
    """
    if re.fullmatch(VALUE_NAME, text) is None:
        message = f"'{text}' cannot be the name of a value"
        raise mistake(message, "use a small letter, then small letters, digits or '_'")
    return text


Language = Annotated[str, AfterValidator(_language)]
Name = Annotated[str, AfterValidator(_name)]
Digits = Annotated[str, AfterValidator(_digits)]
ValueName = Annotated[str, AfterValidator(value_name)]
Line = Annotated[str, AfterValidator(_line)]
"""Text for people: one line, not empty."""


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return a remedy for an unknown name: what was probably meant, or what there is."""
    names = sorted(known)
    close = get_close_matches(wrong, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return "none is defined yet"
    shown = ", ".join(names[:SHOWN_AT_MOST])
    return f"known are: {shown}{', …' if len(names) > SHOWN_AT_MOST else ''}"
