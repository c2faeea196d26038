"""Ask the caller how it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.ivr.context import Take
from ccengine.ivr.references import Attempts, KeySeconds, PromptName, PromptNames, StepName

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext

SCORES: Final = "12345"
COMMENT: Final = Take(seconds=60, silence_seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyStep:
    """Take a score from 1 to 5 by a key, then a spoken comment if one is asked for."""

    survey: PromptNames
    next: StepName  #: after the score, and the comment
    no_input: StepName  #: where a caller goes who gave none at the last attempt
    bad_input_prompt: PromptName | None = None  #: said after another key
    comment: PromptNames | None = None  #: said before the tone; a key skips them
    attempts: Attempts = 2
    seconds: KeySeconds = 5.0  #: to press a key after the prompts

    async def run(self, context: FlowContext) -> str:
        """Have the score kept at once, and again with the comment when there is one."""
        digit: str | None = None
        for _ in range(self.attempts):
            sorry = (self.bad_input_prompt,) if digit and self.bad_input_prompt else ()
            heard = context.media((*sorry, *self.survey))
            digit = await context.caller.play(heard, until_digit=True)
            digit = digit or await context.caller.digit(self.seconds)
            if digit is not None and digit in SCORES:
                context.answer_survey(int(digit), "")
                await self._comment_on(context, int(digit))
                return self.next
        return self.no_input

    async def _comment_on(self, context: FlowContext, score: int) -> None:
        if self.comment is None:
            return
        await context.caller.play(context.media(self.comment), until_digit=True)
        taken = await context.record(COMMENT)
        if taken is not None:
            context.answer_survey(score, taken.file)
