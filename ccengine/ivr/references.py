"""Types of a step's fields that name something else, so that the loader can look it up."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from ccengine.config.names import mistake, value_name
from ccengine.core.ids import AgentId, SkillId
from ccengine.core.plan import PROFICIENCY_HIGHEST, PROFICIENCY_LOWEST
from ccengine.ivr.data import BUILT_IN
from ccengine.ivr.speech.holes import parts_of
from ccengine.ivr.templates import checked

PROMPT: Final = re.compile(r"([a-z]{2,3}(-[a-z0-9]{2,8})?/)?[a-z][a-z0-9_-]{0,63}")


class Names(Enum):
    """What a field's text is the name of."""

    STEP = "step"  #: gone to by itself
    CHOICE = "choice"  #: a step gone to only because the caller pressed a key
    PROMPT = "prompt"
    SAYING = "saying"  #: a prompt, or a text of values
    QUEUE = "queue"
    HOURS = "hours"
    SKILL = "skill"
    AGENT = "agent"
    FLOW = "flow"  #: of the same client
    LANGUAGE = "language"
    STAFF = "staff"  #: of client.yaml, or a number outside
    DATA = "data"  #: a value that is read
    TEMPLATE = "template"  #: text with names of values in it
    SHOWN = "shown"  #: likewise, for the agent
    LOOKUP = "lookup"  #: of client.yaml
    SUBMISSION = "submission"  #: likewise
    SETS = "sets"  #: a value that is learned


def _prompt(text: str) -> str:
    if PROMPT.fullmatch(text) is None:
        message = f"'{text}' cannot be a prompt's name"
        raise mistake(message, "use a name such as greeting, or en/greeting for that in English")
    return text


def _saying(text: str) -> str:
    if "{" not in text:
        return _prompt(text)
    try:
        parts = parts_of(text)
    except ValueError as error:
        raise mistake(str(error), "write {name} or {name:form}, as in {amount:money}") from None
    if any(isinstance(part, str) and not set(part) <= set(" ,.;:") for part in parts):
        message = f"'{text}' has words in it, which are of one language"
        raise mistake(message, "write them to prompts.yaml, and name that prompt here")
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _digit(text: str) -> str:
    if re.fullmatch(r"[0-9*#]", text) is None:
        message = f"'{text}' is no key of a telephone"
        raise mistake(message, 'use 0 to 9, "*" or "#", one each')
    return text


def _phrase(text: str) -> str:
    if re.fullmatch(r"[a-z']{1,32}( [a-z']{1,32}){0,7}", text) is None:
        message = f"'{text}' cannot be listened for"
        raise mistake(message, "write one to eight words of small letters, numbers as words")
    return text


def _phrases(phrases: tuple[str, ...]) -> tuple[str, ...]:
    if not phrases:
        message = "no phrase is given"
        raise mistake(message, "name at least one")
    return phrases


def _settable(text: str) -> str:
    if text in BUILT_IN:
        message = f"'{text}' is what every call knows by itself"
        raise mistake(message, "choose another name for what is learned")
    return value_name(text)


def _some(prompts: tuple[str, ...]) -> tuple[str, ...]:
    if not prompts:
        message = "no prompt is given"
        raise mistake(message, "name at least one")
    return prompts


Digit = Annotated[str, AfterValidator(_digit)]
Phrase = Annotated[str, AfterValidator(_phrase)]
"""What a caller may say. Only letters: it goes into a grammar."""
Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_listed), AfterValidator(_phrases)]
StepName = Annotated[str, Names.STEP]
ChosenStep = Annotated[str, Names.CHOICE]
QueueName = Annotated[str, Names.QUEUE]
HoursName = Annotated[str, Names.HOURS]
SkillName = Annotated[SkillId, Names.SKILL]
AgentName = Annotated[AgentId, Names.AGENT]
FlowName = Annotated[str, Names.FLOW]
LookupName = Annotated[str, Names.LOOKUP]
SubmissionName = Annotated[str, Names.SUBMISSION]
LanguageName = Annotated[str, Names.LANGUAGE]
StaffName = Annotated[str, Names.STAFF]
DataName = Annotated[str, AfterValidator(value_name), Names.DATA]
SetName = Annotated[str, AfterValidator(_settable), Names.SETS]
ResultName = Annotated[str, AfterValidator(value_name)]
Template = Annotated[str, AfterValidator(checked), Names.TEMPLATE]
ShownText = Annotated[str, AfterValidator(checked), Names.SHOWN]
Attempts = Annotated[int, Field(ge=1, le=10)]
KeySeconds = Annotated[float, Field(ge=0.5, le=60)]
Level = Annotated[int, Field(ge=PROFICIENCY_LOWEST, le=PROFICIENCY_HIGHEST)]
"""Proficiency in a skill."""
PromptName = Annotated[str, AfterValidator(_prompt), Names.PROMPT]
Saying = Annotated[str, AfterValidator(_saying), Names.SAYING]
Sayings = Annotated[tuple[Saying, ...], BeforeValidator(_listed), AfterValidator(_some)]
"""One or several prompts, which may have values in them, and texts of values: `{amount:money}`."""
PromptNames = Annotated[tuple[PromptName, ...], BeforeValidator(_listed), AfterValidator(_some)]
"""One prompt, or several one after the other. `en/greeting` is spoken in English to everybody."""
