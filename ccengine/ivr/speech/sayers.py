"""Who says values in each language: built in, the tenant's words, a client's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import read_document
from ccengine.config.problems import Problem
from ccengine.config.schema import fit
from ccengine.ivr.speech.grammar import PLACEHOLDER, plural_form
from ccengine.ivr.speech.spelling import Spelling
from ccengine.ivr.speech.value_words import MONTHS, PLAIN, WEEKDAYS, ValueWords
from ccengine.ivr.speech.values import Sayer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from ccengine.config.documents import Document, Place

BUILT_IN: Final = Path(__file__).parent / "values"
VALUES_FILE: Final = "values.yaml"
NOTHING: Final = ValueWords()
HOLDS: Final = {
    "day": {"day", "month", "year"},
    "weekday": {"weekday", "date", "day", "year"},
    "year": {"date", "year"},
    "sharp": {"hour", "period"},
    "other": {"hour", "minute", "period"},
}
"""What may stand in braces."""


@dataclass(slots=True)
class Sayers:
    """The words of a tenant, each file read once and its mistakes told once."""

    problems: list[Problem] = field(default_factory=list)
    _read: dict[Path, ValueWords] = field(default_factory=dict)

    def sayer(
        self, language: str, folders: Iterable[Path], zone: tzinfo, currency: str | None
    ) -> Sayer | None:
        """Return who says values in a language; None: nobody, for words are missing.

        Args:
            language: as in `prompts/<language>`.
            folders: `prompts` folders, the most general first.
            zone: of instants.
            currency: as of `Sayer`.
        """
        words, _ = _built_in(language)
        for folder in folders:
            file = folder / language / VALUES_FILE
            if file not in self._read:
                self._read[file], problems = read_values(file, language, words)
                self.problems += problems
            words = self._read[file].over(words)
        return None if any(words.missing) else Sayer(language, words, zone, currency)


def read_values(
    file: Path, language: str, below: ValueWords = NOTHING
) -> tuple[ValueWords, list[Problem]]:
    """Read one file; without what is wrong in it, and empty if it is not there."""
    if not file.exists():
        return NOTHING, []
    document, problems = read_document(file)
    if document is None:
        return NOTHING, problems
    fitted = fit(ValueWords, document)
    words = fitted.value or NOTHING
    found = list(_check(document, words, words.over(below), language))
    return NOTHING if found else words, [*problems, *fitted.problems, *found]


@cache
def built_in_spelling(language: str) -> Spelling | None:
    """Return the numbers of a language; None: it has no built-in words."""
    words, _ = _built_in(language)
    rules = words.rules
    return Spelling(rules, lambda number: plural_form(language, number)) if rules else None


@cache
def _built_in(language: str) -> tuple[ValueWords, list[Problem]]:
    return read_values(BUILT_IN / f"{language}.yaml", language)


def _check(
    document: Document, words: ValueWords, whole: ValueWords, language: str
) -> Iterator[Problem]:
    try:
        plural_form(language, 1)
        spelling = Spelling(whole.rules, lambda number: plural_form(language, number))
    except LookupError as unknown:
        yield document.problem((), str(unknown), "use a code of ISO 639 such as en, ar, uk")
        return
    except ValueError as mistake:
        yield document.problem(("rules",), str(mistake), "see the rule sets of built-in languages")
        return
    for name, number in (("months", MONTHS), ("weekdays", WEEKDAYS)):
        found = len(getattr(words, name))
        if found not in (0, number):
            yield document.problem((name,), f"there are {found} {name}", f"name all {number}")
    yield from _check_patterns(document, words, whole, spelling)
    yield from _check_units(document, words, spelling)


def _check_patterns(
    document: Document, words: ValueWords, whole: ValueWords, spelling: Spelling
) -> Iterator[Problem]:
    for what in ("dates", "times"):
        given = getattr(words, what)
        if given and PLAIN not in getattr(whole, what):
            yield document.problem((what,), f"'{what}' has no '{PLAIN}'", "add it")
        for case, pattern in given.items():
            for key in HOLDS.keys() & set(document.keys(what, case)):
                text = getattr(pattern, key)
                yield from _check_braces(document, (what, case, key), text, spelling)


def _check_braces(
    document: Document, place: Place, text: str, spelling: Spelling
) -> Iterator[Problem]:
    known = HOLDS[str(place[-1])]
    for hole in PLACEHOLDER.findall(text):
        name, colon, style = hole.partition(":")
        if name not in known:
            shown = ", ".join(f"{{{one}}}" for one in sorted(known))
            yield document.problem(place, f"nothing is put in place of {{{name}}}", f"use {shown}")
        elif colon and style not in spelling.names:
            message = f"there is no rule set '{style}'"
            yield document.problem(place, message, f"write it in 'rules', or {{{name}:{PLAIN}}}")


def _check_units(document: Document, words: ValueWords, spelling: Spelling) -> Iterator[Problem]:
    groups = {
        "durations": words.durations,
        "currencies": words.currencies,
        "nouns": words.nouns,
    }
    for group, units in groups.items():
        for name, unit in units.items():
            if unit.gender not in spelling.names:
                message = f"there is no rule set '{unit.gender}'"
                yield document.problem((group, name), message, "write it in 'rules'")
            if not unit.forms:
                message = f"'{name}' has no forms"
                yield document.problem((group, name), message, "add 'forms: {one: …, other: …}'")
