"""What a caller in line is told next, and when. Decides only; what time it is comes in."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Protocol

from ccengine.core.queues import PositionTold, WaitTold
from ccengine.ivr.speech.sentences import Says, key_prompt, position_sentence, wait_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.ids import Instant
    from ccengine.core.queues import Announcements, Messages, QueueSettings
    from ccengine.core.waits import WaitEstimate
    from ccengine.ivr.speech.sentences import Sentence

LOOK_SECONDS = 2.0
"""A change of a caller's place is noticed so late at most."""

IDLE_SECONDS = 5.0
"""So late at most it is noticed that a reload has changed what there is to say."""


class Standing(Protocol):
    """How a caller stands in line at this moment."""

    def place(self) -> int | None:
        """Return the place in the order of service, 1 for next; None: in no line."""
        ...

    def expected(self) -> WaitEstimate | None:
        """Return how much longer it will take; None: nothing to go by."""
        ...


@dataclass(frozen=True, slots=True)
class Promise:
    """How long a caller was told it will take, in seconds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to say."""

    prompts: tuple[str, ...]  #: names, in order
    promise: Promise | None = None


class Announcer:
    """One caller's announcements in one queue.

    Args:
        began: when the caller entered the queue.
        now: this instant.
        taken_up: an earlier engine has told the caller how they stand; nothing is said again at
            once, and nothing is known of what was said.
        order: decides how messages are shuffled.
    """

    def __init__(self, began: Instant, now: Instant, *, taken_up: bool, order: str) -> None:
        self._began = began
        self._taken_up = taken_up
        self._told_at: Instant | None = now if taken_up else None
        self._told_ahead: int | None = None
        self._told_wait = taken_up
        self._spoke_until = now if taken_up else None
        self._messaged_at: Instant | None = now if taken_up else None
        self._messages: list[str] = []
        self._chance = Random(order)

    def next(self, queue: QueueSettings, now: Instant, standing: Standing) -> Announcement | None:
        """Return what is to be said now; None: nothing yet."""
        if self._spoke_until is not None and now < self._spoke_until + _gap(queue):
            return None
        place = standing.place()
        if place is None:
            return None
        if self._is_time_to_tell(queue.announcements, place, now):
            told = self._telling(queue, place, standing)
            if told is not None:
                self._told_at, self._told_ahead = now, _counted(queue.announcements, place)
                return told
        return self._message(queue.messages, now)

    def finished(self, said: Announcement, now: Instant, *, heard: bool) -> None:
        """Take note that something was said, to its end (`heard`) or not."""
        self._spoke_until = now
        self._told_wait = self._told_wait or (heard and said.promise is not None)

    def pause(self, queue: QueueSettings, now: Instant) -> float:
        """Return for how many seconds there is nothing to say, nor to look for."""
        dues = [*self._dues(queue, now)]
        quiet_until = now if self._spoke_until is None else self._spoke_until + _gap(queue)
        due = max(min(dues, default=now + IDLE_SECONDS), quiet_until)
        return min(max(due - now, 0.0), IDLE_SECONDS)

    def _dues(self, queue: QueueSettings, now: Instant) -> Iterator[Instant]:
        rules = queue.announcements
        if queue.messages.prompts:
            yield self._message_due(queue.messages)
        if rules.every_seconds is None:
            return
        due = self._began + rules.after_seconds
        if self._told_at is not None:
            due = self._told_at + rules.every_seconds
            if rules.position is not PositionTold.NO:
                yield now + LOOK_SECONDS
        if not (rules.only_improved and self._told_at is not None):
            yield due if due > now else now + LOOK_SECONDS

    # --- how the caller stands -----------------------------------------------------------------

    def _is_time_to_tell(self, rules: Announcements, place: int, now: Instant) -> bool:
        if rules.every_seconds is None:
            return False
        if self._told_at is None:
            return now >= self._began + rules.after_seconds
        ahead = _counted(rules, place)
        if self._told_ahead is None:  # an earlier engine has told it
            self._told_ahead = ahead
        if rules.only_improved:
            return ahead < self._told_ahead
        has_changed = rules.position is not PositionTold.NO and ahead != self._told_ahead
        return has_changed or now >= self._told_at + rules.every_seconds

    def _telling(self, queue: QueueSettings, place: int, standing: Standing) -> Announcement | None:
        rules = queue.announcements
        position = position_sentence(place, rules)
        wait, promise = self._wait(rules, standing)
        keys = [name for key, leads in queue.keys.items() if (name := key_prompt(key, leads))]
        names = [one.name for one in (position, wait) if one is not None]
        return Announcement((*names, *keys), promise) if names or keys else None

    def _wait(
        self, rules: Announcements, standing: Standing
    ) -> tuple[Sentence | None, Promise | None]:
        if rules.wait is WaitTold.NO or (rules.wait is WaitTold.ONCE and self._told_wait):
            return None, None
        expected = standing.expected()
        if expected is None:
            return None, None
        sentence = wait_sentence(expected.likely_seconds, rules)
        return sentence, promised(sentence, expected)

    # --- what the client has to say ------------------------------------------------------------

    def _message(self, messages: Messages, now: Instant) -> Announcement | None:
        if not messages.prompts or now < self._message_due(messages):
            return None
        self._messaged_at = now
        return Announcement((self._next_message(messages),))

    def _message_due(self, messages: Messages) -> Instant:
        if self._messaged_at is not None:
            return self._messaged_at + messages.every_seconds
        after = messages.after_seconds
        return self._began + (messages.every_seconds if after is None else after)

    def _next_message(self, messages: Messages) -> str:
        known = [name for name in self._messages if name in messages.prompts]  # after a reload
        if not known:
            known = list(messages.prompts)
            if messages.shuffled:
                self._chance.shuffle(known)
        self._messages = known[1:]
        return known[0]


def promised(sentence: Sentence, expected: WaitEstimate) -> Promise:
    """Return what a sentence promises: what was expected, and never less than was said."""
    said = float(sentence.number)
    match sentence.says:
        case Says.WAIT_UNDER:
            return Promise(0.0, said)
        case Says.WAIT_OVER:
            return Promise(said, max(said, expected.high_seconds))
        case _:
            return Promise(min(said, expected.low_seconds), max(said, expected.high_seconds))


def _counted(rules: Announcements, place: int) -> int:
    """Return how many are ahead, as far as the caller is told a difference."""
    return min(place - 1, rules.position_limit + 1)


def _gap(queue: QueueSettings) -> float:
    return queue.announcements.gap_seconds
