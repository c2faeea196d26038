"""Let the caller choose by a digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.ivr.references import (
    ChosenStep,
    Digit,
    LanguageName,
    Phrases,
    PromptName,
    PromptNames,
    StepName,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.ivr.context import FlowContext


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuStep:
    """Play prompts and take a digit, also one pressed while they play, or said where that is heard.

    A phrase stands for its key. What is not understood is as if nothing had been said.
    """

    menu: PromptNames
    digits: Annotated[Mapping[Digit, ChosenStep], Field(min_length=1)]  #: where each key leads
    no_input: StepName  #: where a caller goes who pressed nothing at the last attempt
    bad_input: ChosenStep | None = None  #: the same after a wrong key; as `no_input` when left out
    bad_input_prompt: PromptName | None = None  #: said after a wrong key, before the next attempt
    attempts: Annotated[int, Field(ge=1, le=10)] = 3  #: how often the menu is played
    seconds: Annotated[float, Field(ge=0.5, le=60)] = 5.0  #: to press a key after the prompts

    speech: Mapping[LanguageName, Mapping[Digit, Phrases]] = field(default_factory=dict)
    """What may be said for each key, by language."""

    async def run(self, context: FlowContext) -> str:
        """Return where the pressed key leads, or the way out after the last attempt."""
        menu = context.media(self.menu)
        sorry = context.media((self.bad_input_prompt,)) if self.bad_input_prompt else []
        digit: str | None = None
        for _ in range(self.attempts):
            heard = [*sorry, *menu] if digit is not None else menu
            digit = await self._choice(context, heard)
            if digit is not None and digit in self.digits:
                return self.digits[digit]
        if digit is None:
            return self.no_input
        return self.bad_input or self.no_input

    async def _choice(self, context: FlowContext, heard: Sequence[str]) -> str | None:
        caller = context.caller
        phrases = self.speech.get(caller.language, {})
        if phrases and context.choose is not None:
            return await context.choose(heard, self.seconds, phrases)
        digit = await caller.play(heard, until_digit=True)
        return digit if digit is not None else await caller.digit(self.seconds)
