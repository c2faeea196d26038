"""Where words are stressed: marks in a text, and what voices that know no marks are given instead.

A stress is written by an acute accent after the vowel, as dictionaries do. `stress/<language>.txt`
has the words of our own texts that a voice would stress wrongly; an author writes others with
marks in a prompt's `speech`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ACUTE: Final = "\u0301"
FOLDER: Final = Path(__file__).parent / "stress"
WORD: Final = re.compile(rf"[\w{ACUTE}]+(?:['\u02bc][\w{ACUTE}]+)*")
VOWELS: Final = "аеєиіїоуюя"
SOUNDED: Final = re.compile(r"(?P<stress>[,']*)(?P<glide>j?)(?P<vowel>[aeiouyAEIOUV])(?P<end>.*)")
CLEAR: Final = dict(zip("аяоеє", "aaoee", strict=True))
"""The sounds of letters that are dull where no stress is."""


@cache
def _known(language: str) -> Mapping[str, str]:
    file = FOLDER / f"{language}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return {word.replace(ACUTE, ""): word for word in words}


@lru_cache(maxsize=8192)
def stressed(text: str, language: str) -> str:
    """Return a text with marks on those of its words that are known and have none."""
    known = _known(language)
    if not known:
        return text

    def mark(found: re.Match[str]) -> str:
        word = found[0]
        marked = known.get(word.lower(), word)
        return word[0] + marked[1:] if len(marked) > len(word) else word

    return WORD.sub(mark, text)


def in_sounds(text: str, sounds_of: Callable[[Sequence[str]], Sequence[str]]) -> str:
    """Return a text with its marked words in espeak-ng's sounds, stressed where the mark is.

    Its Ukrainian voice knows no marks, but takes sounds in double brackets. As many vowels are
    heard as are written, so that the marked one is found by counting.

    Args:
        text: with marks.
        sounds_of: gives the sounds of words without marks, with spaces between them.
    """
    words = [word for word in dict.fromkeys(WORD.findall(text)) if ACUTE in word]
    if not words:
        return text
    heard = sounds_of([word.replace(ACUTE, "") for word in words])
    sounds = dict(zip(words, map(_moved, words, heard), strict=True))
    return WORD.sub(lambda found: sounds.get(found[0], found[0]), text)


def _moved(word: str, sounds: str) -> str:
    """Return the sounds of a word in brackets, the stress moved to the marked vowel."""
    before = word.lower().partition(ACUTE)[0]
    wanted = sum(letter in VOWELS for letter in before)
    moved, count = [], 0
    for sound in sounds.split():
        found = SOUNDED.fullmatch(sound)
        if found is None:
            moved.append(sound)
            continue
        count += 1
        vowel, stress = found["vowel"], ""
        if count == wanted:
            vowel, stress = CLEAR.get(before[-1], vowel), "'"
        moved.append(f"{stress}{found['glide']}{vowel}{found['end']}")
    if count != sum(letter in VOWELS for letter in word.lower()):
        return word.replace(ACUTE, "")  # better a wrong stress than a wrong word
    return f"[[{''.join(moved)}]]"
