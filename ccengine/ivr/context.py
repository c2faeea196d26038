"""What a running flow has at hand. What is outside of it is a function that the session gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from ccengine.config.timetable import Timetable
from ccengine.core.ids import ClientId, Instant, QueueId, SkillId
from ccengine.ivr.caller import Caller
from ccengine.ivr.data import CallData
from ccengine.ivr.lookups import Answer, Question, ask_nobody, submit_nothing
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer
from ccengine.ivr.prompts import Prompts
from ccengine.ivr.recogniser import Phrases
from ccengine.ivr.speaker import Speaker, TextSpeaker, names_in


class TimeUp(Exception):
    """A flow has taken as long as it may."""


@dataclass(frozen=True, slots=True)
class Take:
    """What is to be recorded."""

    seconds: int  #: at most
    silence_seconds: int  #: that end it


@dataclass(frozen=True, slots=True)
class Taken:
    """What was recorded."""

    file: str  #: below the recordings folder
    seconds: float


Chooser = Callable[[Sequence[str], float, Phrases], Awaitable[str | None]]


async def offer_nothing(_queue: QueueId) -> bool:
    """Offer no callback, where there is nobody to make it."""
    return False


async def record_nothing(_take: Take) -> Taken | None:
    """Record nothing, where nobody can speak."""
    return None


async def take_no_card(_amount: str, _reference: str) -> PaymentAnswer:
    """Take no card, where nobody can be paid."""
    return NOT_REACHED


async def note_nobody() -> bool:
    """Note nobody who wants no more calls, where no list is kept."""
    return False


def forget_answer(_score: int, _comment: str) -> None:
    """Keep no answer, where nobody asks how it was."""


def keep_language(_language: str, _skills: Mapping[SkillId, int]) -> None:
    """Let the caller go on in the language they had."""


def without_limit(_seconds: float) -> AbstractAsyncContextManager[None]:
    """Let a step take its time, where there is none."""
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowContext:
    """One call in one flow."""

    client: ClientId
    caller: Caller
    prompts: Prompts
    hours: Mapping[str, Timetable]  #: the client's
    now: Callable[[], datetime]  #: UTC
    began: Instant | None = None
    """When the caller came to this flow: whether it is open is judged for then. None: now."""
    offer_callback: Callable[[QueueId], Awaitable[bool]] = offer_nothing
    """Asks the caller for a number; True when they are going to be called back."""
    data: CallData = field(default_factory=CallData)
    staff: Mapping[str, str] = field(default_factory=dict)  #: the client's numbers, by code
    choose_language: Callable[[str, Mapping[SkillId, int]], None] = keep_language
    """Has the caller spoken to in a language from now on, and the skills asked for."""
    record: Callable[[Take], Awaitable[Taken | None]] = record_nothing
    """Sounds a tone and records the caller; None when nothing was said."""
    lookup: Callable[[Question], Awaitable[Answer]] = ask_nobody
    """Asks one of the client's lookups; never takes longer than its deadline."""
    submit: Callable[[Question], bool] = submit_nothing
    """Keeps one of the client's submissions, to be carried out; False: it will not be."""
    opt_out: Callable[[], Awaitable[bool]] = note_nobody
    """Notes that the caller wants no more calls of the client; False: it is not noted."""
    take_card: Callable[[str, str], Awaitable[PaymentAnswer]] = take_no_card
    """Has the caller type a payment card and pays: an amount, and of what."""
    answer_survey: Callable[[int, str], None] = forget_answer
    """Keeps a score from 1 to 5, and the file of a comment; empty: there is none."""
    within: Callable[[float], AbstractAsyncContextManager[None]] = without_limit
    """Raises `TimeUp` in what runs inside when the seconds are over."""

    choose: Chooser | None = None
    """Plays, and returns the key that is pressed, or said by one of its phrases, over the sound or
    within so many seconds after it. None: nobody can listen."""

    passes: tuple[type[Exception], ...] = ()
    """What goes through a step and ends the session: not the step's fault, nor the flow's."""

    speaker: Speaker | None = None  #: None: words without a sound, where flows are only tried

    async def said(self, sayings: tuple[str, ...]) -> list[str] | None:
        """Return what Asterisk plays for prompts with values; None: it cannot be said, or in time.

        What is secret is never said: sound is kept in files.
        """
        language = self.caller.language
        names = names_in(self.prompts, self.client, sayings, language)
        if any(self.data.is_secret(name) for name in names):
            return None
        speaker = self.speaker or TextSpeaker(self.prompts, self.client)
        return await speaker.media(sayings, language, self.data)

    def media(self, names: tuple[str, ...]) -> list[str]:
        """Return what Asterisk plays for the prompts, in the caller's language."""
        language = self.caller.language
        return [self.prompts.media(self.client, name, language) for name in names]

    def phrases(self, names: Iterable[str]) -> list[str]:
        """Return what Asterisk plays for phrases and digits, in the caller's language."""
        language = self.caller.language
        return [self.prompts.phrase(self.client, name, language) for name in names]
