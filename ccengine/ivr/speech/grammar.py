"""How a language says the sentences: its words, and its plural forms as Unicode's CLDR has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from babel.core import Locale, UnknownLocaleError
from pydantic import AfterValidator

from ccengine.config.names import can_be_read, mistake, suggestion
from ccengine.ivr.speech.sentences import KEY_NAMES, MINUTE, Says, Sentence
from ccengine.ivr.speech.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem

COUNTED_AT_MOST: Final = 100  #: callers, minutes or seconds: no queue may say more
CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
SHOWN: Final = 5


def _text(text: str) -> str:
    line = " ".join(text.split())
    if not can_be_read(line):
        message = "the text is empty or holds characters that cannot be spoken"
        raise mistake(message, "write what shall be said on one line")
    return line


def _number(text: str) -> str:
    if re.fullmatch(r"[1-9][0-9]{0,2}", text) is None:
        message = f"'{text}' is no number that is ever said"
        raise mistake(message, f"use 1 to {COUNTED_AT_MOST}")
    return text


def _category(text: str) -> str:
    if text not in CATEGORIES:
        message = f"'{text}' is no plural form"
        raise mistake(message, f"use {', '.join(CATEGORIES)}, as far as the language has them")
    return text


Text = Annotated[str, AfterValidator(_text)]
Forms = Mapping[Annotated[str, AfterValidator(_category)], Text]
"""A text for each plural form."""
Numerals = Mapping[Annotated[str, AfterValidator(_number)], Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The keys of speech.yaml. What is left out is as it was built in."""

    next: Text = ""
    ahead: Forms = field(default_factory=dict)
    more_than: Forms = field(default_factory=dict)
    wait: Text = ""
    wait_under: Text = ""
    wait_over: Text = ""
    minutes: Forms = field(default_factory=dict)
    seconds: Forms = field(default_factory=dict)
    minutes_and_seconds: Text = ""
    leave_message: Text = ""
    call_back: Text = ""
    star: Text = ""
    hash: Text = ""
    numbers: Mapping[str, Numerals] = field(default_factory=dict)

    def over(self, other: Wording) -> Wording:
        """Return this wording, with the other's where this one has none."""
        own = {one.name: value for one in fields(self) if (value := getattr(self, one.name))}
        own["numbers"] = {
            style: {**other.numbers.get(style, {}), **self.numbers.get(style, {})}
            for style in (*other.numbers, *self.numbers)
        }
        return replace(other, **own)

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys without which a language cannot be spoken."""
        return tuple(
            one.name
            for one in fields(self)
            if one.name != "numbers" and not getattr(self, one.name)
        )


HOLDS: Final[Mapping[str, frozenset[str]]] = {
    "ahead": frozenset({"n"}),
    "more_than": frozenset({"n"}),
    "minutes": frozenset({"n"}),
    "seconds": frozenset({"n"}),
    "wait": frozenset({"time"}),
    "wait_under": frozenset({"time"}),
    "wait_over": frozenset({"time"}),
    "minutes_and_seconds": frozenset({"minutes", "seconds"}),
    "leave_message": frozenset({"key"}),
    "call_back": frozenset({"key"}),
}
"""What may stand in braces. All but a number must: `two minutes` may be one word."""


@cache
def plural_form(language: str, number: int) -> str:
    """Return which of CLDR's plural forms a number takes.

    Raises:
        LookupError: nothing is known of such a language.
    """
    try:
        return str(Locale.parse(language, sep="-").plural_form(number))
    except (UnknownLocaleError, ValueError):
        message = f"CLDR knows no language '{language}'"
        raise LookupError(message) from None


def forms_of(language: str) -> Mapping[str, list[int]]:
    """Return the plural forms a language has for what is counted here, and their numbers."""
    found: dict[str, list[int]] = {}
    for number in range(1, COUNTED_AT_MOST + 1):
        found.setdefault(plural_form(language, number), []).append(number)
    return found


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language and its whole wording."""

    language: str
    wording: Wording
    spelling: Spelling | None = None  #: numerals that the wording does not spell itself

    def text(self, sentence: Sentence) -> str:
        """Return a sentence as it is spoken."""
        words = self.wording
        match sentence.says:
            case Says.NEXT:
                return words.next
            case Says.AHEAD:
                return self._counted(words.ahead, sentence.number)
            case Says.MORE_THAN:
                return self._counted(words.more_than, sentence.number)
            case Says.LEAVE_MESSAGE | Says.CALL_BACK:
                way: str = getattr(words, sentence.says.replace("-", "_"))
                return self._filled(way, key=self._key(sentence.key))
            case Says.WAIT | Says.WAIT_UNDER | Says.WAIT_OVER:
                around: str = getattr(words, sentence.says.replace("-", "_"))
                return self._filled(around, time=self._time(sentence.number))

    def _key(self, key: str) -> str:
        return str(getattr(self.wording, KEY_NAMES[key])) if key in KEY_NAMES else key

    def _time(self, seconds: int) -> str:
        whole, rest = divmod(seconds, MINUTE)
        minutes = self._counted(self.wording.minutes, whole) if whole else ""
        if not rest:
            return minutes
        over = self._counted(self.wording.seconds, rest)
        if not minutes:
            return over
        return self._filled(self.wording.minutes_and_seconds, minutes=minutes, seconds=over)

    def _counted(self, forms: Forms, number: int) -> str:
        text = forms[plural_form(self.language, number)]
        return PLACEHOLDER.sub(lambda found: self._numeral(found[1], number), text)

    def _numeral(self, placeholder: str, number: int) -> str:
        _, _, style = placeholder.partition(":")
        own = self.wording.numbers.get(style, {}).get(str(number))
        if own is not None:
            return own
        if self.spelling is None or style not in self.spelling.names:
            return str(number)
        return self.spelling.spell(style, number)

    def _filled(self, text: str, **parts: str) -> str:
        return PLACEHOLDER.sub(lambda found: parts[found[1]], text)


def check_wording(
    document: Document,
    wording: Wording,
    whole: Wording,
    language: str,
    rule_sets: Collection[str] = (),
) -> list[Problem]:
    """Return what is wrong with a file's wording.

    Args:
        document: the file.
        wording: what it says.
        whole: the same, with what is built in below it.
        language: whose plural forms it must have.
        rule_sets: of the language's values, in which numerals may be spelled.
    """
    problems: list[Problem] = []
    try:
        needed = forms_of(language)
    except LookupError as unknown:
        return [document.problem((), str(unknown), "use a code of ISO 639 such as en, ar, uk")]
    for one in fields(wording):
        value = getattr(wording, one.name)
        if one.name == "numbers" or not value:
            continue
        if isinstance(value, str):
            problems += _check_braces(document, (one.name,), value, whole, rule_sets)
            continue
        problems += _check_forms(document, one.name, value, needed)
        for form, text in value.items():
            problems += _check_braces(document, (one.name, form), text, whole, rule_sets)
    return problems


def _check_forms(
    document: Document, name: str, forms: Forms, needed: Mapping[str, list[int]]
) -> Iterator[Problem]:
    for form, numbers in needed.items():
        if form not in forms:
            shown = ", ".join(map(str, numbers[:SHOWN]))
            message = f"'{name}' has no form '{form}', which this language has for {shown} …"
            yield document.problem((name,), message, f"add '{form}: …'")
    for form in forms:
        if form not in needed:
            message = (
                f"this language has no form '{form}' for whole numbers up to {COUNTED_AT_MOST}"
            )
            yield document.problem((name, form), message, f"it has {', '.join(needed)}")


def _check_braces(
    document: Document,
    place: tuple[str, ...],
    text: str,
    whole: Wording,
    rule_sets: Collection[str],
) -> Iterator[Problem]:
    allowed = HOLDS.get(place[0], frozenset())
    found = [name.partition(":") for name in PLACEHOLDER.findall(text)]
    for name, colon, style in found:
        if name not in allowed:
            known = ", ".join(f"{{{one}}}" for one in sorted(allowed)) or "nothing"
            message = f"'{place[0]}' knows nothing to put in place of {{{name}}}"
            yield document.problem(place, message, f"it takes {known} in braces")
        elif colon and style not in whole.numbers and style not in rule_sets:
            message = f"there are no numerals '{style}'"
            known = suggestion(style, {*whole.numbers, *rule_sets})
            yield document.problem(place, message, f"write them in 'numbers'; {known}")
    needed = allowed - {"n"} - {name for name, _, _ in found}
    for name in sorted(needed):
        message = f"'{place[0]}' does not say the {{{name}}}"
        yield document.problem(place, message, f"write {{{name}}} where it belongs")
