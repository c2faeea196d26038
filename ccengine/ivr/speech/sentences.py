"""The sentences that a queue may say. All of them are known before the first caller waits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ccengine.core.queues import PositionTold, WaitTold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.queues import Announcements, KeyExit, QueueSettings

MINUTE: Final = 60
FINE_SECONDS: Final = 5 * MINUTE
"""Longer waits are told in whole minutes, however finely shorter ones are."""

KEY_NAMES: Final = {"*": "star", "#": "hash"}


class Says(StrEnum):
    """What a sentence says. The words are part of the prompts' names."""

    NEXT = "next"
    AHEAD = "ahead"  #: so many callers are ahead
    MORE_THAN = "more-than"  #: more than so many are
    WAIT = "wait"  #: about so many seconds
    WAIT_UNDER = "wait-under"  #: less than so many
    WAIT_OVER = "wait-over"  #: more than so many
    LEAVE_MESSAGE = "leave-message"  #: by this key
    CALL_BACK = "call-back"  #: likewise


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, in whatever language."""

    says: Says
    number: int = 0  #: of callers or seconds
    key: str = ""

    @property
    def name(self) -> str:
        """The name of its prompt, by which a recording may take its place."""
        which = KEY_NAMES.get(self.key, self.key) or (str(self.number) if self.number else "")
        return f"queue-{self.says}-{which}" if which else f"queue-{self.says}"


NEXT: Final = Sentence(Says.NEXT)


def position_sentence(place: int, rules: Announcements) -> Sentence | None:
    """Return how a caller is told their place, 1 being next; None: they are not."""
    ahead, limit = place - 1, rules.position_limit
    if rules.position is PositionTold.NO:
        return None
    if ahead == 0:
        return NEXT
    if ahead <= limit:
        return Sentence(Says.AHEAD, ahead)
    return Sentence(Says.MORE_THAN, limit) if rules.position is PositionTold.MORE else None


def wait_sentence(seconds: float, rules: Announcements) -> Sentence:
    """Return how an expected wait is told: rounded up, as nobody minds being served early."""
    limit = rules.wait_limit_minutes * MINUTE
    if seconds > limit:
        return Sentence(Says.WAIT_OVER, limit)
    step = rules.round_seconds if seconds <= FINE_SECONDS else MINUTE
    told = max(step, math.ceil(seconds / step) * step)
    is_least = told == step == MINUTE
    return Sentence(Says.WAIT_UNDER if is_least else Says.WAIT, told)


def key_sentence(key: str, leads: KeyExit) -> Sentence | None:
    """Return what is said of a key for which the client has no words of its own."""
    if leads.callback:
        return Sentence(Says.CALL_BACK, key=key)
    return Sentence(Says.LEAVE_MESSAGE, key=key) if leads.voicemail else None


def key_prompt(key: str, leads: KeyExit) -> str | None:
    """Return the name of the prompt that tells of a key; None: nothing does."""
    if leads.prompt is not None:
        return leads.prompt
    built_in = key_sentence(key, leads)
    return None if built_in is None else built_in.name


def sentences_of(queue: QueueSettings) -> Iterator[Sentence]:
    """Yield each sentence that a queue may say; none if it announces nothing."""
    rules = queue.announcements
    if rules.every_seconds is None:
        return
    if rules.position is not PositionTold.NO:
        yield NEXT
        yield from (Sentence(Says.AHEAD, ahead) for ahead in range(1, rules.position_limit + 1))
    if rules.position is PositionTold.MORE:
        yield Sentence(Says.MORE_THAN, rules.position_limit)
    if rules.wait is not WaitTold.NO:
        limit = rules.wait_limit_minutes * MINUTE
        fine = range(rules.round_seconds, FINE_SECONDS + 1, rules.round_seconds)
        coarse = range(FINE_SECONDS + MINUTE, limit + 1, MINUTE)
        waits = [*(seconds for seconds in fine if seconds <= limit), *coarse, limit + 1]
        yield from (wait_sentence(seconds, rules) for seconds in waits)
    for key, leads in queue.keys.items():
        said = None if leads.prompt else key_sentence(key, leads)
        if said is not None:
            yield said
