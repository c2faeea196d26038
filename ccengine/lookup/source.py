"""What a lookup is asked of: one protocol, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from ccengine.ivr.data import plain_number

if TYPE_CHECKING:
    from decimal import Decimal

    from ccengine.ivr.data import Value

LARGEST_BYTES: Final = 65_536
"""Of an answer: more is read of nobody."""

LARGEST_WHOLE: Final = 2**63 - 1
"""Beyond 64 bits neither databases nor JSON for most programs have whole numbers."""

Document = Mapping[str, object] | list[object] | str | int | float | bool
"""An answer as it came, ready to be picked from."""


class SourceFailed(Exception):
    """There is no answer. The text is for logs: never a value that was asked with.

    Args:
        cause: why.
        hopeless: asking again at once would not help.
    """

    def __init__(self, cause: str, *, hopeless: bool = True) -> None:
        super().__init__(cause)
        self.hopeless = hopeless


class QuestionRefused(SourceFailed):
    """It was not asked for what it was asked with: nobody else's answers are the worse for it."""


def sendable(number: Decimal) -> int | float:
    """Return a number as other programs take it.

    Raises:
        QuestionRefused: it is longer than theirs are; a caller has typed that many keys.
    """
    plain = plain_number(number)
    if isinstance(plain, int) and abs(plain) > LARGEST_WHOLE:
        message = "a number is longer than 64 bits"
        raise QuestionRefused(message)
    return plain


class Source(Protocol):
    """One lookup's."""

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return the answer; None: there is nothing. Cancelled when the deadline has come.

        Raises:
            SourceFailed: there is no answer.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...
