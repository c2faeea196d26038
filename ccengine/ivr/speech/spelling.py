"""Numbers in words, by rules written as in Unicode's CLDR (rule-based number formats, RBNF).

A rule set is a table: from which number on a rule holds, and its text. `20: "twenty[->>]"` says
"twenty", and the rest by the same set when there is one. Our own small reader of them, because
CLDR's rules know no vowel signs and no cases, which a voice and a sentence need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 10**15 - 1
DEPTH: Final = 24  #: more is a rule that leads to itself
NOTHING: Final = "none"  #: the text of a rule: from here on the set has none
LAST: Final = "$"  #: ends a mark that is only replaced at the end of the text
DERIVED: Final = "of"  #: a set with this key is another one with its marks replaced

BASE: Final = re.compile(r"(?P<base>[0-9]{1,15})(/(?P<radix>[0-9]{1,6}))?")
TOKEN: Final = re.compile(
    r"<%(?P<quotient>[a-z0-9-]+)<|(?P<same_quotient><<)"
    r"|>%(?P<rest>[a-z0-9-]+)>|(?P<same_rest>>>)"
    r"|=%(?P<other>[a-z0-9-]+)="
    r"|\$\((?P<plural>[^)]*)\)\$"
)
OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")
FORM: Final = re.compile(r"([a-z]+)\{([^}]*)\}")

Rules = Mapping[str, Mapping[str, str]]
"""Rule sets by name, each as it is written."""


class CannotSpell(ValueError):
    """There is no rule for this number."""


@dataclass(frozen=True, slots=True)
class _Rule:
    base: int
    divisor: int
    text: str


class Spelling:
    """One language's numbers.

    Args:
        rules: the rule sets.
        plural_form: which of CLDR's plural forms a whole number takes.

    Raises:
        ValueError: a rule cannot be read, or asks for a set that is not there.
    """

    def __init__(self, rules: Rules, plural_form: Callable[[int], str]) -> None:
        self._plural_form = plural_form
        self._sets = {name: _read(given) for name, given in rules.items() if DERIVED not in given}
        self._derived = {name: given for name, given in rules.items() if DERIVED in given}
        asked = {found for given in rules.values() for found in _asked(given)}
        for name in sorted(asked - rules.keys()):
            message = f"there is no rule set '{name}'"
            raise ValueError(message)

    @property
    def names(self) -> frozenset[str]:
        """The sets there are."""
        return frozenset((*self._sets, *self._derived))

    def spell(self, name: str, number: int) -> str:
        """Return a number from 0 on in words.

        Raises:
            CannotSpell: it is too great, or the set has no rule for it.
        """
        if number > LARGEST:
            message = "the number is too great to be said"
            raise CannotSpell(message)
        return self._spell(name, number, 0)

    def _spell(self, name: str, number: int, depth: int) -> str:
        if depth > DEPTH:
            message = f"the rules of '{name}' lead to themselves"
            raise CannotSpell(message)
        if (marks := self._derived.get(name)) is not None:
            text = self._spell(marks[DERIVED], number, depth + 1)
            return _marked(text, marks)
        rule = next((rule for rule in self._sets[name] if rule.base <= number), None)
        if rule is None or rule.text == NOTHING:
            message = f"the number is beyond the rules of '{name}'"
            raise CannotSpell(message)
        return self._filled(rule, name, number, depth)

    def _filled(self, rule: _Rule, name: str, number: int, depth: int) -> str:
        over, rest = divmod(number, rule.divisor)
        text = OPTIONAL.sub(lambda found: found[1] if rest else "", rule.text)

        def put(found: re.Match[str]) -> str:
            if found["plural"] is not None:
                return _form(found["plural"], self._plural_form(over))
            if found["other"]:
                return self._spell(found["other"], number, depth + 1)
            if found["quotient"] or found["same_quotient"]:
                return self._spell(found["quotient"] or name, over, depth + 1)
            return self._spell(found["rest"] or name, rest, depth + 1)

        return TOKEN.sub(put, text)


def _read(given: Mapping[str, str]) -> tuple[_Rule, ...]:
    """Return the rules from the greatest base down."""
    rules = []
    for key, text in given.items():
        found = BASE.fullmatch(key)
        if found is None:
            message = f"'{key}' is no number that a rule can begin with"
            raise ValueError(message)
        base, radix = int(found["base"]), int(found["radix"] or 10)
        divisor = 1
        while divisor * radix <= base:
            divisor *= radix
        rules.append(_Rule(base, divisor if base else LARGEST, text))
    return tuple(sorted(rules, key=lambda rule: -rule.base))


def _marked(text: str, marks: Mapping[str, str]) -> str:
    """Return the text with each mark replaced, those with LAST only at the end."""
    for mark, ending in marks.items():
        if mark.endswith(LAST) and text.endswith(mark[:-1]):
            text = text.removesuffix(mark[:-1]) + ending
        elif mark != DERIVED:
            text = text.replace(mark, ending)
    return text


def _asked(given: Mapping[str, str]) -> set[str]:
    names = {given[DERIVED]} if DERIVED in given else set()
    for text in given.values():
        for found in TOKEN.finditer(text):
            names |= {name for name in (found["quotient"], found["rest"], found["other"]) if name}
    return names


def _form(plural: str, form: str) -> str:
    forms = dict(FORM.findall(plural))
    return str(forms.get(form, forms.get("other", "")))
