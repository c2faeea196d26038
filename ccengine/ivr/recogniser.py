"""What a menu by voice asks for: somebody who knows which of its phrases was said.

A recogniser is as deaf as it likes: what it does not know, or knows too late, is as if nothing had
been said, and the keys work all the while.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

UNDERSTOOD: Final = frozenset({"en"})
"""Languages for which a model is brought along."""

Phrases = Mapping[str, tuple[str, ...]]
"""What may be said for each key."""


class Recogniser(Protocol):
    """Listens to callers."""

    def understands(self, language: str) -> bool:
        """Tell whether phrases of a language can be known."""
        ...

    async def run(self) -> None:
        """Do what keeps it listening, until cancelled."""
        ...

    def open(self, language: str, phrases: Phrases) -> AbstractAsyncContextManager[Listener]:
        """Begin to listen for phrases of a language; at its end nothing is heard any more."""
        ...


class Listener(Protocol):
    """One caller, listened to."""

    async def choice(self) -> str:
        """Wait for the next phrase that is known for sure, and return its key.

        Waits for ever where nothing is heard, or nobody can listen any more: whoever calls this has
        a limit, and hears keys meanwhile.
        """
        ...

    def feed(self, sound: bytes) -> None:
        """Take the next 16-bit samples, 8,000 a second. Never waits; may drop them."""
        ...
