"""The caller as a step sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Caller(Protocol):
    """Somebody who listens and presses keys.

    That they hang up is never told to a step: the call's scope then cancels the flow.
    """

    @property
    def language(self) -> str:
        """The language of prompts for this call."""
        ...

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Play one after the other.

        With `until_digit` a digit stops the sound and is returned, also one pressed before it
        began; without, or when none was pressed, None is returned at the end.
        """
        ...

    async def digit(self, within_seconds: float) -> str | None:
        """Return the next digit, None when none was pressed in time."""
        ...

    def pass_over(self, digit: str) -> None:
        """Take no notice of this key if it is the next one and comes soon.

        An ending key after as many digits as there can be: it means nothing to the next question.
        """
        ...
