"""Which words the recogniser can hear: its dictionary, read without the recogniser itself."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

DICTIONARY: Final = "model/en-us/cmudict-en-us.dict"
"""In pocketsphinx's package: a word and its sounds in each line."""


class Dictionary:
    """The words of the English model, by the file's text."""

    def __init__(self, text: bytes) -> None:
        self._text = b"\n" + text

    def unknown(self, words: Iterable[str]) -> list[str]:
        """Return those that cannot be heard, in their order."""
        return [word for word in words if f"\n{word} ".encode() not in self._text]


def installed_dictionary() -> Dictionary | None:
    """Read the dictionary; None where the extra `speech` is not installed."""
    spec = find_spec("pocketsphinx")
    for folder in (spec and spec.submodule_search_locations) or ():
        file = Path(folder, DICTIONARY)
        if file.is_file():
            return Dictionary(file.read_bytes())
    return None
