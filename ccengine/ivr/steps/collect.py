"""Take digits from the caller and keep them under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from ccengine.ivr.phrases import DIGITS, digit_name
from ccengine.ivr.references import (
    Attempts,
    ChosenStep,
    Digit,
    KeySeconds,
    PromptName,
    PromptNames,
    SetName,
    StepName,
)

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.data import Value

RIGHT: Final = "1"
POINT: Final = "*"
MOST_DIGITS: Final = 32
DATE_DIGITS: Final = 8


class Typed(StrEnum):
    """What digits mean."""

    DIGITS = "digits"  #: themselves, zeros in front too
    NUMBER = "number"  #: a whole number, or with a star for the point
    DATE = "date"  #: two digits for the day, two for the month, four for the year


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStep:
    """Ask, read keys until there are enough, an ending key or a pause; read back if wanted."""

    collect: PromptNames
    into: SetName
    next: ChosenStep  #: after it was typed, and confirmed where that is asked for
    no_input: StepName  #: where a caller goes who typed nothing at the last attempt
    bad_input: ChosenStep | None = None  #: who typed what it cannot be; as `no_input`
    bad_input_prompt: PromptName | None = None  #: said after that, before the next attempt
    kind: Typed = Typed.DIGITS
    least: Annotated[int, Field(ge=1, le=MOST_DIGITS)] = 1  #: digits
    most: Annotated[int, Field(ge=1, le=MOST_DIGITS)] = 20  #: so many need no ending key
    end: Digit | None = "#"  #: the key that ends it
    attempts: Attempts = 3
    seconds: KeySeconds = 5.0  #: to press the first key after the prompts
    between_seconds: KeySeconds = 3.0  #: a longer pause between two keys ends it
    total_seconds: Annotated[float, Field(ge=1, le=120)] = 60.0  #: for all keys of one attempt
    read_back: PromptName | None = None  #: said before the digits are read back
    confirm: PromptNames | None = None  #: said after them: 1 is right, any other key asks again
    secret: bool = False  #: stays in memory: never in the journal, logs or on a screen

    async def run(self, context: FlowContext) -> str:
        """Return the way after the digits, or the way out after the last attempt."""
        typed, wrong = "", False
        for _ in range(self.attempts):
            typed = await self._typed(context, sorry=wrong)
            value = self._value(typed, context.now())
            if value is not None and await self._is_confirmed(context, typed):
                context.data.put({self.into: value}, secret=self.secret)
                return self.next
            wrong = bool(typed) and value is None
        if not typed:
            return self.no_input
        return self.bad_input or self.no_input

    async def _typed(self, context: FlowContext, *, sorry: bool) -> str:
        """Return what was typed at one attempt, without the ending key."""
        heard = context.media(self.collect)
        if sorry and self.bad_input_prompt is not None:
            heard = [*context.media((self.bad_input_prompt,)), *heard]
        digit = await context.caller.play(heard, until_digit=True)
        digit = digit or await context.caller.digit(self.seconds)
        until = context.now().timestamp() + self.total_seconds
        typed = ""
        while digit is not None and digit != self.end:
            typed += digit
            left = min(self.between_seconds, until - context.now().timestamp())
            if len(typed) >= self._enough or left <= 0:
                if self.end is not None:
                    context.caller.pass_over(self.end)
                break
            digit = await context.caller.digit(left)
        return typed

    @property
    def _enough(self) -> int:
        return DATE_DIGITS if self.kind is Typed.DATE else self.most

    def _value(self, typed: str, now: datetime) -> Value | None:
        """Return what was typed; None: it cannot be that."""
        digits = typed.replace(POINT, "", 1) if self.kind is Typed.NUMBER else typed
        if not digits or not set(digits) <= set(DIGITS):
            return None
        if self.kind is Typed.DATE:
            return _date(typed, now)
        if not self.least <= len(typed) <= self.most:
            return None
        return typed if self.kind is Typed.DIGITS else Decimal(typed.replace(POINT, "."))

    async def _is_confirmed(self, context: FlowContext, typed: str) -> bool:
        if self.confirm is None:
            return True
        before = context.media((self.read_back,)) if self.read_back is not None else []
        digits = context.phrases(digit_name(digit) for digit in typed if digit in DIGITS)
        heard = [*before, *digits, *context.media(self.confirm)]
        digit = await context.caller.play(heard, until_digit=True)
        return (digit or await context.caller.digit(self.seconds)) == RIGHT


def _date(typed: str, now: datetime) -> date | None:
    """Return the day; one that is as far away as no caller's life or business is a slip."""
    try:
        day = date(int(typed[4:]), int(typed[2:4]), int(typed[:2]))
    except ValueError:
        return None
    years = day.year - now.astimezone(UTC).year
    return day if len(typed) == DATE_DIGITS and -130 <= years <= 100 else None  # noqa: PLR2004
