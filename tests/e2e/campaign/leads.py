"""Leads and what each of them does when called. Their number says it: so SIPp needs no list."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.leads import AttemptOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PREFIX: Final = "38044"
"""Of Kyiv, as the provider is told it; the next digit is what they do."""


class Deed(StrEnum):
    """What the far end does, and the digit for it."""

    ANSWERS_SOON = "0"
    ANSWERS = "1"
    ANSWERS_LATE = "2"
    IS_MACHINE = "3"  #: answers with a greeting
    IS_BUSY = "5"
    NEVER_ANSWERS = "6"
    FAILS = "7"


ANSWERING: Final = (Deed.ANSWERS_SOON, Deed.ANSWERS, Deed.ANSWERS_LATE, Deed.IS_MACHINE)
OUTCOMES: Final = {
    Deed.IS_BUSY: AttemptOutcome.BUSY,
    Deed.NEVER_ANSWERS: AttemptOutcome.NO_ANSWER,
    Deed.FAILS: AttemptOutcome.FAILED,
}
"""Of those who answer it is told by whom they heard."""

TWENTY: Final = (
    *[Deed.NEVER_ANSWERS] * 5,
    *[Deed.IS_BUSY] * 2,
    Deed.FAILS,
    *[Deed.IS_MACHINE] * 2,
    *[Deed.ANSWERS_SOON] * 3,
    *[Deed.ANSWERS] * 4,
    *[Deed.ANSWERS_LATE] * 3,
)
"""What twenty of them do: half answer as people."""


def numbers(count: int) -> list[str]:
    """Return so many leads' numbers, without +, in the order of the file."""
    # 7 and 20 have no divisor in common: deeds are mixed, and each is as often as it should be.
    return [f"{PREFIX}{TWENTY[place * 7 % len(TWENTY)]}{place:06}" for place in range(count)]


def deed_of(number: str) -> Deed:
    """Return what a lead does."""
    return Deed(number.removeprefix(PREFIX)[0])


def deeds(of: Sequence[str]) -> Counter[Deed]:
    """Count what leads do."""
    return Counter(deed_of(number) for number in of)


def write(file: Path, of: Sequence[str]) -> None:
    """Write the file that is imported."""
    file.write_text("".join(["number,name\n", *(f"+{one},Lead {one[-6:]}\n" for one in of)]))
