"""Scripted far ends: whoever a campaign calls, played by one phone at a trunk's other end.

What each does is told by the number: so no list is needed, and whoever looks at a call's number
knows what should have come of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ccengine.phone.errors import CallFailed
from ccengine.phone.sounds import Sound, Tone, Words

if TYPE_CHECKING:
    from random import Random
    from typing import Never

    from ccengine.phone.incoming import IncomingCall
    from ccengine.phone.phone import Phone

SHIFT_SECONDS: Final = 86_400.0
LONGEST_RING_SECONDS: Final = 180.0
FAR_HZ: Final = 450


class Deed(StrEnum):
    """What a far end does."""

    ANSWERS = "answers"
    IS_MACHINE = "is_machine"  #: answers with a greeting, and is gone after it
    IS_BUSY = "is_busy"
    NEVER_ANSWERS = "never_answers"
    FAILS = "fails"  #: its network does


REFUSALS: Final = {Deed.IS_BUSY: 486, Deed.FAILS: 503}


def person() -> Sound:
    """Return what a person says: a word, and then they listen."""
    return Words(FAR_HZ, word_seconds=0.4, pause_seconds=1.6)


def machine() -> Sound:
    """Return what a machine says: much, without a pause."""
    return Tone(FAR_HZ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How far ends do what they do. Seconds, drawn evenly between the two."""

    ring_seconds: tuple[float, float] = (1.0, 9.0)  #: until they answer
    talk_seconds: tuple[float, float] = (5.0, 20.0)  #: until they hang up
    greeting_seconds: float = 8.0  #: of machines, which are gone after it
    agent_hz: int = 650  #: what agents say: listened for
    person: Callable[[], Sound] = person
    machine: Callable[[], Sound] = machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A call that was answered."""

    number: str
    deed: Deed
    agent_after: float | None  #: seconds from the answer until an agent was heard; None: never
    heard_after: float | None  #: likewise until anything was heard
    lasted_seconds: float


@dataclass(slots=True)
class FarEndBook:
    """What far ends did, and heard."""

    called: Counter[Deed] = field(default_factory=Counter)
    answered: list[Answered] = field(default_factory=list)  #: and over


class FarEnds:
    """All far ends behind one phone.

    Args:
        phone: the trunk's other end.
        deed_of: what the owner of a number does.
        chance: for everything that is drawn.
        manners: of all.
        book: where it is noted what came of it.
    """

    def __init__(
        self,
        phone: Phone,
        deed_of: Callable[[str], Deed],
        chance: Random,
        manners: Manners,
        book: FarEndBook,
    ) -> None:
        self._phone = phone
        self._deed_of = deed_of
        self._chance = chance
        self._manners = manners
        self._book = book

    async def run(self) -> Never:
        """Take calls until cancelled."""
        async with asyncio.TaskGroup() as calls:
            while True:
                incoming = await self._phone.incoming(timeout_seconds=SHIFT_SECONDS)
                calls.create_task(self._take(incoming))

    async def _take(self, incoming: IncomingCall) -> None:
        deed = self._deed_of(incoming.called)
        self._book.called[deed] += 1
        if deed in REFUSALS:
            incoming.decline(REFUSALS[deed])
            return
        incoming.ring()
        if deed is Deed.NEVER_ANSWERS:
            with suppress(TimeoutError):
                await incoming.ended(timeout_seconds=LONGEST_RING_SECONDS)
            return
        with suppress(CallFailed):  # nobody wants it any more
            self._book.answered.append(await self._answer(incoming, deed))

    async def _answer(self, incoming: IncomingCall, deed: Deed) -> Answered:
        manners, is_machine = self._manners, deed is Deed.IS_MACHINE
        call = await incoming.answer(
            sound=manners.machine() if is_machine else manners.person(),
            after_seconds=self._chance.uniform(*manners.ring_seconds),
        )
        talks = self._chance.uniform(*manners.talk_seconds)
        with suppress(TimeoutError):
            await call.ended(timeout_seconds=manners.greeting_seconds if is_machine else talks)
        ending = await call.hang_up()
        answered = call.timeline.answered or 0.0
        agent = call.heard.first_tone(manners.agent_hz, since=answered)
        anybody = call.heard.first_audio(answered)
        return Answered(
            number=incoming.called,
            deed=deed,
            agent_after=None if agent is None else agent - answered,
            heard_after=None if anybody is None else anybody - answered,
            lasted_seconds=ending.at - answered,
        )
