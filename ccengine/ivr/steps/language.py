"""Let the caller choose a language, once for the whole call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.ivr.references import (
    Attempts,
    Digit,
    KeySeconds,
    LanguageName,
    Level,
    PromptNames,
    SkillName,
    StepName,
)

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStep:
    """Ask for it; it holds for prompts, queues and callbacks. Who presses nothing keeps theirs."""

    language: PromptNames  #: name each in its own, as in [ar/choose, en/choose]
    digits: Annotated[Mapping[Digit, LanguageName], Field(min_length=1)]
    next: StepName
    skills: Mapping[LanguageName, Mapping[SkillName, Level]] = field(default_factory=dict)
    """Required in every queue from then on, by the language chosen."""
    attempts: Attempts = 2
    seconds: KeySeconds = 5.0

    async def run(self, context: FlowContext) -> str:
        """Take note of the choice, if there was one, and go on."""
        media = context.media(self.language)
        for _ in range(self.attempts):
            digit = await context.caller.play(media, until_digit=True)
            digit = digit or await context.caller.digit(self.seconds)
            if digit is not None and digit in self.digits:
                chosen = self.digits[digit]
                context.choose_language(chosen, self.skills.get(chosen, {}))
                break
        return self.next
