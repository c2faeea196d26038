"""A caller who presses what a script says, for tests of flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class ScriptedCaller:
    """Each entry of `keys` answers one question: a digit, or None for silence."""

    keys: list[str | None] = field(default_factory=list)
    language: str = "ar"
    over_the_prompt: bool = False
    heard: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        self.heard += media
        if until_digit and self.over_the_prompt:
            return self.keys.pop(0) if self.keys else None
        return None

    async def digit(self, within_seconds: float) -> str | None:
        self.waited.append(within_seconds)
        if self.over_the_prompt or not self.keys:
            return None
        return self.keys.pop(0)

    def pass_over(self, digit: str) -> None:
        if self.keys and self.keys[0] == digit:
            self.keys.pop(0)
