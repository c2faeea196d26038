"""Asks a caller for a payment card, field by field: number, expiry, security code.

A field ends when it is full, at # or at a pause; * begins it again. Nothing of what is typed goes
anywhere but into the card: not even how many keys were pressed, or how often one was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Protocol

from ccengine.core.events import CardField
from ccengine.ivr.cards import KEYS, Card, can_be, most_digits, typed_of
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTEMPTS: Final = 3
FIRST_KEY_SECONDS: Final = 10.0
BETWEEN_SECONDS: Final = 4.0
END: Final = "#"
AGAIN: Final = "*"
QUIET_SECONDS: Final = 1.0
"""Keys pressed on after the last field must not reach anybody who listens again."""

LONGEST_DRAIN: Final = 40
"""Keys; who presses on for ever is not waited for."""

ASKS: Final = {
    CardField.NUMBER: Phrase.CARD_NUMBER,
    CardField.EXPIRY: Phrase.CARD_EXPIRY,
    CardField.CODE: Phrase.CARD_CODE,
}
WRONG: Final = {
    CardField.NUMBER: Phrase.CARD_NUMBER_WRONG,
    CardField.EXPIRY: Phrase.CARD_EXPIRY_WRONG,
    CardField.CODE: Phrase.CARD_CODE_WRONG,
}


class Keypad(Protocol):
    """The caller's ear and keys, alone."""

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Play one after the other; a key stops it, if `until_digit`, and is returned."""
        ...

    async def digit(self, within_seconds: float) -> str | None:
        """Return the next key, None when none was pressed in time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDialogue:
    """One caller who types one card."""

    keypad: Keypad
    media: Callable[[Phrase], str]  #: what Asterisk plays for a phrase
    today: Callable[[], date]
    typed: Callable[[CardField], None]  #: is told of each field that is right
    asks_code: bool = True

    async def run(self, card: Card) -> bool:
        """Fill the card; False: the caller gave up, or typed what no card has too often."""
        for asked in CardField:
            if asked is CardField.CODE and not self.asks_code:
                continue
            if not await self._field(asked, card):
                return False
            self.typed(asked)
        return True

    async def say(self, phrase: Phrase) -> None:
        """Say something to its end."""
        await self.keypad.play([self.media(phrase)], until_digit=False)

    async def drain(self) -> None:
        """Wait until no key is pressed any more."""
        for _ in range(LONGEST_DRAIN):
            if await self.keypad.digit(QUIET_SECONDS) is None:
                return

    async def _field(self, asked: CardField, card: Card) -> bool:
        digits = typed_of(asked, card)
        is_wrong = False
        for _ in range(ATTEMPTS):
            digits.wipe()
            heard = [self.media(ASKS[asked])]
            if is_wrong:
                heard.insert(0, self.media(WRONG[asked]))
            await self._keys(asked, card, heard)
            if can_be(asked, card, self.today()):
                return True
            is_wrong = len(digits) > 0
        digits.wipe()
        return False

    async def _keys(self, asked: CardField, card: Card, heard: Sequence[str]) -> None:
        digits = typed_of(asked, card)
        key = await self.keypad.play(heard, until_digit=True)
        key = key or await self.keypad.digit(FIRST_KEY_SECONDS)
        if key == END:  # of the field before, which was full without it
            key = await self.keypad.digit(FIRST_KEY_SECONDS)
        while key is not None and key != END:
            if key == AGAIN:
                digits.wipe()
            elif key in KEYS:
                digits.add(key)
            if len(digits) >= most_digits(asked, card):
                return
            key = await self.keypad.digit(BETWEEN_SECONDS)
