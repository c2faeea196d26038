"""Says values as a language does: numbers, money, dates, times, durations, digits, counted things.

What is said of a value stands in a text's hole, `{amount:money UAH}`: what it is, and words that
say how. Knows no sound: the result is text with every number in words, because a voice that reads
figures by itself takes the wrong gender and the wrong case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from babel.numbers import get_currency_precision

from ccengine.config.names import can_be_read, suggestion
from ccengine.ivr.speech.calendars import date_parts
from ccengine.ivr.speech.grammar import PLACEHOLDER, plural_form
from ccengine.ivr.speech.readings import CannotSay, Value, day_of, decimal, time_of, whole
from ccengine.ivr.speech.spelling import CannotSpell, Spelling
from ccengine.ivr.speech.value_words import PLAIN, WEEKDAYS, DateWords, Unit, ValueWords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LONGEST_TEXT: Final = 200
DIGITS_AT_MOST: Final = 40
DECIMALS_AT_MOST: Final = 6
UNITS: Final = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
NOON: Final = 12
GROUP, PAIR = 3, 2
CURRENCY: Final = re.compile(r"[A-Z]{3}")
GENDERS: Final = ("plain", "masculine", "feminine", "neuter")
CASES: Final = ("accusative", "genitive")


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is to be said: what it is, and words about it."""

    kind: str  #: empty: text
    words: tuple[str, ...] = ()


class Sayer:
    """One language's way to say values.

    Args:
        language: whose plural forms it has.
        words: of the language.
        zone: of instants.
        currency: of amounts for which none is named; empty: there is none; None: the contract,
            which says it, has a mistake that is told elsewhere.

    Raises:
        ValueError: the rules cannot be read.
    """

    def __init__(
        self, language: str, words: ValueWords, zone: tzinfo, currency: str | None = ""
    ) -> None:
        self._plural_form: Callable[[int], str] = lambda number: plural_form(language, number)
        self._words = words
        self._zone = zone
        self._currency = currency or ""
        self._is_told = currency is not None
        self._spelling = Spelling(words.rules, self._plural_form)
        self._kinds: Mapping[str, Callable[[Value, tuple[str, ...]], str]] = {
            "": self._text,
            "number": self._number,
            "ordinal": self._ordinal,
            "money": self._money,
            "date": self._date,
            "time": self._time,
            "duration": self._duration,
            "digits": self._digits,
            "counted": self._counted_noun,
        }

    def say(self, value: Value, form: Form) -> str:
        """Return the value in words.

        Raises:
            CannotSay: it is of another kind, or too great.
        """
        try:
            return self._kinds[form.kind](value, form.words)
        except CannotSpell as error:
            raise CannotSay(str(error)) from None

    def fault(self, form: Form) -> tuple[str, str] | None:
        """Return what is wrong with a form in this language, and a remedy; None: nothing."""
        if form.kind not in self._kinds:
            return f"there is no way '{form.kind}' to say a value", suggestion(
                form.kind, filter(None, self._kinds)
            )
        known, least = self._known_words(form)
        for word in form.words:
            if word not in known:
                return f"'{form.kind}' cannot be '{word}' in this language", suggestion(word, known)
        if len(form.words) < least:
            return f"'{form.kind}' does not say what", suggestion("", known)
        return None

    def _known_words(self, form: Form) -> tuple[set[str], int]:
        """Return the words that may follow a kind, and how many must."""
        words, sets, cases = self._words, self._spelling.names, self._cases()
        ordinals = {name.removeprefix("ordinal-") for name in sets if name.startswith("ordinal-")}
        has_own = not self._is_told or self._currency in words.currencies
        known: Mapping[str, tuple[set[str], int]] = {
            "number": ({name for name in sets if name.split("-")[0] in GENDERS}, 0),
            "ordinal": (ordinals, 0),
            "money": ({*words.currencies, *cases}, 0 if has_own else 1),
            "date": ({"weekday", "year", *words.dates} - {PLAIN}, 0),
            "time": ({*words.times} - {PLAIN}, 0),
            "duration": (cases, 0),
            "digits": ({"pairs"}, 0),
            "counted": ({*words.nouns, *cases}, 1),
        }
        return known.get(form.kind, (set(), 0))

    def _cases(self) -> set[str]:
        return {case for case in CASES if any(name.endswith(case) for name in self._spelling.names)}

    def _text(self, value: Value, _words: tuple[str, ...]) -> str:
        """Return a text without what a speech engine would take for more than text."""
        if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
            return self._number(value, ())
        if not isinstance(value, str):
            message = "this is no text"
            raise CannotSay(message)
        text = " ".join(re.sub(r"[\[\]{}<>&|\\]", " ", value).split())
        if not can_be_read(text) or len(text) > LONGEST_TEXT:
            message = f"the text is empty, over {LONGEST_TEXT} characters, or cannot be spoken"
            raise CannotSay(message)
        return text

    def _number(self, value: Value, words: tuple[str, ...]) -> str:
        number = round(decimal(value), DECIMALS_AT_MOST)
        style = words[0] if words else PLAIN
        if number == number.to_integral_value():
            return self._signed(number, self._spelling.spell(style, int(abs(number))))
        whole, _, after = f"{abs(number):f}".partition(".")
        digits = " ".join(self._digit(digit) for digit in after.rstrip("0"))
        said = f"{self._spelling.spell(PLAIN, int(whole))} {self._words.point} {digits}"
        return self._signed(number, said)

    def _signed(self, number: Decimal, said: str) -> str:
        return f"{self._words.minus} {said}" if number < 0 else said

    def _ordinal(self, value: Value, words: tuple[str, ...]) -> str:
        return self._spelling.spell("-".join(("ordinal", *words)), whole(value))

    def _money(self, value: Value, words: tuple[str, ...]) -> str:
        amount = decimal(value)
        code = next((word for word in words if CURRENCY.fullmatch(word)), self._currency)
        currency = self._words.currencies.get(code)
        if currency is None:
            message = f"there are no words for currency '{code}'"
            raise CannotSay(message)
        case = _case(words)
        places = get_currency_precision(code) if currency.minor else 0
        total = int(abs(round(amount, places)).scaleb(places).to_integral_value())
        major, minor = divmod(total, 10**places)
        parts = [self.counted(currency, major, case)] if major or not minor else []
        if minor and currency.minor is not None:
            parts.append(self.counted(currency.minor, minor, case))
        said = parts[0]
        if len(parts) > 1:
            said = _filled(self._words.amount, {"major": parts[0], "minor": parts[1]})
        return self._signed(amount if total else Decimal(0), said)

    def counted(self, unit: Unit, number: int, case: str = "") -> str:
        """Return so many of something."""
        alone: Mapping[str, str] = getattr(unit, f"alone_{case}") if case else unit.alone
        if str(number) in alone:
            return alone[str(number)]
        plural = self._plural_form(number)
        in_case: Mapping[str, str] = getattr(unit, case) if case else {}
        form = in_case.get(plural) or unit.forms.get(plural) or unit.forms.get("other", "")
        style = f"{unit.gender}-{case}" if case else unit.gender
        style = style if style in self._spelling.names else unit.gender
        return f"{self._spelling.spell(style, number)} {form}"

    def _counted_noun(self, value: Value, words: tuple[str, ...]) -> str:
        noun = next((word for word in words if word not in CASES), "")
        unit = self._words.nouns.get(noun)
        if unit is None:
            message = f"there is no noun '{noun}'"
            raise CannotSay(message)
        return self.counted(unit, whole(value), _case(words))

    def _date(self, value: Value, words: tuple[str, ...]) -> str:
        day = day_of(value, self._zone)
        parts = date_parts(day, self._words.calendar)
        case = next((word for word in words if word in self._words.dates), PLAIN)
        pattern: DateWords = self._words.dates[case]
        numbers = {"day": parts.day, "year": parts.year}
        month = self._words.months[parts.month - 1]
        said = self._put(pattern.day, numbers, {"month": month})
        if "weekday" in words:
            names = pattern.weekdays or self._words.weekdays
            weekday = names[day.weekday() % WEEKDAYS]
            said = self._put(pattern.weekday, numbers, {"weekday": weekday, "date": said})
        if "year" in words:
            said = self._put(pattern.year, numbers, {"date": said})
        return said

    def _time(self, value: Value, words: tuple[str, ...]) -> str:
        at = time_of(value, self._zone)
        pattern = self._words.times[words[0] if words else PLAIN]
        special = pattern.special.get(f"{at.hour}:{at.minute:02}")
        if special is not None:
            return special
        hour = (at.hour - 1) % NOON + 1 if pattern.hours == NOON else at.hour
        begun = [int(start) for start in pattern.periods if int(start) <= at.hour]
        period = pattern.periods[str(max(begun))] if begun else ""
        numbers = {"hour": hour, "minute": at.minute}
        return self._put(pattern.other if at.minute else pattern.sharp, numbers, {"period": period})

    def _duration(self, value: Value, words: tuple[str, ...]) -> str:
        given = value.total_seconds() if isinstance(value, timedelta) else decimal(value)
        seconds = max(0, round(given))
        counts = []
        for name, length in UNITS:
            count, seconds = divmod(seconds, length)
            counts.append((self._words.durations[name], count))
        first = next((at for at, (_, count) in enumerate(counts) if count), len(counts) - 1)
        said = [
            self.counted(unit, count, _case(words))
            for at, (unit, count) in enumerate(counts[first : first + 2])
            if count or not at
        ]
        if len(said) == 1:
            return said[0]
        return _filled(self._words.together, {"first": said[0], "second": said[1]})

    def _digits(self, value: Value, words: tuple[str, ...]) -> str:
        text = re.sub(r"[\s().-]", "", value if isinstance(value, str) else str(whole(value)))
        if re.fullmatch(r"\+?[0-9A-Za-z]+", text) is None or len(text) > DIGITS_AT_MOST:
            message = "this is no row of digits and letters"
            raise CannotSay(message)
        plus = [self._words.plus] if text.startswith("+") else []
        size = PAIR if words else GROUP
        groups = _groups(text.removeprefix("+"), size)
        told = self._pair if words else self._group
        return ", ".join([*plus, *(told(group) for group in groups)])

    def _group(self, group: str) -> str:
        return " ".join(self._digit(sign) if sign.isdigit() else sign.upper() for sign in group)

    def _pair(self, group: str) -> str:
        is_number = len(group) == PAIR and group.isdigit() and not group.startswith("0")
        return self._spelling.spell(PLAIN, int(group)) if is_number else self._group(group)

    def _digit(self, digit: str) -> str:
        return self._spelling.spell(PLAIN, int(digit))

    def _put(self, text: str, numbers: Mapping[str, int], parts: Mapping[str, str]) -> str:
        """Fill in a text of values.yaml, where `{day:ordinal}` is a number by a rule set."""

        def put(found: re.Match[str]) -> str:
            name, _, style = found[1].partition(":")
            if name in parts:
                return parts[name]
            return self._spelling.spell(style or PLAIN, numbers[name])

        return PLACEHOLDER.sub(put, text).strip()


def _filled(text: str, parts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: parts[found[1]], text)


def _case(words: Iterable[str]) -> str:
    return next((word for word in words if word in CASES), "")


def _groups(text: str, size: int) -> Sequence[str]:
    """Return parts of this size, never leaving one sign alone at the end."""
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    if size > PAIR and len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [parts[-2][:PAIR], parts[-2][PAIR:] + parts[-1]]
    return parts
