"""How long callers will wait: three estimators for each line, mixed by how wrong each was lately.

- *last*: the wait of the last caller who was answered (last to enter service, LES). No model at
  all; lags when load changes.
- *head*: how long the first in line has waited (head of line, HOL). As `last`, but fresher.
- *length*: the callers ahead, taken away one by one by agents who get free and by callers who lose
  patience: the sum over k = 0..ahead of 1 / (s mu + k theta). Needs its rates, and is the best of
  the three as long as they are steady.

`last` and `head`: Ibrahim and Whitt, "Real-Time Delay Estimation Based on Delay History", M&SOM
11(3), 2009. `length` with patience: Whitt, "Predicting Queueing Delays", Management Science 45(6),
1999, and Ibrahim and Whitt, "Real-Time Delay Estimation in Overloaded Multiserver Queues with
Abandonments", Management Science 55(10), 2009 (QLm).

Everything is updated at a constant cost per event. Sums forget as calls go by: each new call counts
fully, those before it a little less than the last time.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING

from ccengine.core.calls import Guess
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId, Instant, QueueId

SERVING = frozenset({AgentState.OFFERED, AgentState.ON_CALL, AgentState.WRAP_UP})

KEEP_SERVICE = 0.99  # of a sum, at each new call that adds to it
KEEP_PATIENCE = 0.995  # fewer callers leave than are answered, so look back further
KEEP_ERRORS = 0.99
SHARPNESS = 4  # of the weights: 1 weighs by inverse squared error, more trusts the best more
LEAST_SQUARED_ERROR = 1.0  # seconds squared: no estimator is trusted beyond this
LOW_SHARE, HIGH_SHARE = 0.2, 0.8  # of callers who wait less than the range's ends
FIRST_STEP, LAST_STEP = 0.5, 0.01  # by which an end of the range moves at each answered call
FEW = 8  # terms of a sum that are added up one by one
OFFSET_SECONDS = 5.0  # added to both sides of a ratio: no wait of a second is five times one of 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEstimate:
    """How much longer a caller will wait for an answer, in seconds.

    Six of ten callers wait between `low` and `high`, two less and two more, if the near future is
    like the near past.
    """

    low_seconds: float
    likely_seconds: float
    high_seconds: float
    guess: Guess  #: what it is mixed from


@dataclass(slots=True, kw_only=True)
class LineHistory:
    """What a line has seen lately. Plain data: a copy of it goes into snapshots."""

    last_wait: float | None = None  #: of who was answered last, in seconds
    busy_seconds: float = 0.0  #: of agents with the queue's calls, from ring to wrap-up's end
    served: float = 0.0  #: calls answered in that time
    ring_seconds: float = 0.0  #: of answered offers
    rings: float = 0.0  #: how many those are
    waited_seconds: float = 0.0  #: of callers, answered or not
    left: float = 0.0  #: callers who left in that time: hung up, or were sent elsewhere
    squared_errors: tuple[float, float, float] = (0.0, 0.0, 0.0)  #: of last, head, length
    scored: tuple[float, float, float] = (0.0, 0.0, 0.0)  #: how many guesses those are of
    low_ratio: float = 0.5  #: range's ends, as parts of the mixed guess
    high_ratio: float = 1.5
    ranged: int = 0  #: answered calls that have moved the ends

    def cycle_seconds(self) -> float | None:
        """Return how long a call keeps an agent, offers in vain included; None: not known."""
        return self.busy_seconds / self.served if self.served > 0 else None

    def leaving_rate(self) -> float:
        """Return how often each waiting caller leaves, per second."""
        return self.left / self.waited_seconds if self.waited_seconds > 0 else 0.0

    def mean_ring_seconds(self) -> float:
        """Return for how long a phone rings that is answered."""
        return self.ring_seconds / self.rings if self.rings > 0 else 0.0


NO_HISTORY = LineHistory()


class Waits:
    """All lines' histories, and who is busy with the calls of each."""

    def __init__(self) -> None:
        self.histories: dict[QueueId, LineHistory] = {}
        self._serving: Counter[QueueId] = Counter()
        self._ringing: Counter[QueueId] = Counter()
        self._rings: dict[CallId, QueueId] = {}

    def restore(self, histories: Mapping[QueueId, LineHistory]) -> None:
        """Take over histories from a snapshot."""
        self.histories = {queue: copy(history) for queue, history in histories.items()}

    def history(self, queue: QueueId) -> LineHistory:
        """Return a line's history. Look, don't touch."""
        return self.histories.get(queue, NO_HISTORY)

    # --- what happens --------------------------------------------------------------------------

    def count(self, agent: Agent) -> None:
        """Count an agent who was busy before this was made."""
        if agent.serves is not None:
            self._serving[agent.serves] += 1

    def note_agent(
        self, agent: Agent, was: AgentState, queue: QueueId | None, now: Instant
    ) -> None:
        """Take note of an agent's new state.

        Args:
            agent: already in the new state.
            was: the state before.
            queue: of the call they have, if they have one.
            now: the time.
        """
        if agent.state is AgentState.OFFERED and queue is not None:
            agent.serves, agent.serves_since = queue, now
            self._serving[queue] += 1
        elif agent.state not in SERVING and agent.serves is not None:
            self._count_service(agent, agent.serves, now, served=was is not AgentState.OFFERED)
            agent.serves = None

    def note_hand_over(self, agent: Agent, queue: QueueId | None, now: Instant) -> None:
        """Take note that an agent who was consulted serves a caller of this queue from now on."""
        if agent.serves is not None:
            self._count_service(agent, agent.serves, now, served=True)
        agent.serves, agent.serves_since = queue, now
        if queue is not None:
            self._serving[queue] += 1

    def _count_service(self, agent: Agent, queue: QueueId, now: Instant, *, served: bool) -> None:
        history = self._begun(queue)
        if served:
            history.busy_seconds *= KEEP_SERVICE
            history.served = history.served * KEEP_SERVICE + 1.0
        history.busy_seconds += now - agent.serves_since
        self._serving[queue] -= 1

    def note_call(self, call: Call) -> None:
        """Take note of a call's state: one that rings is in no line any more, or not again yet."""
        queue = self._rings.pop(call.id, None)
        if queue is not None:
            self._ringing[queue] -= 1
        if call.state is CallState.OFFERED and call.queue is not None:
            self._rings[call.id] = call.queue
            self._ringing[call.queue] += 1

    def ringing(self, queue: QueueId) -> int:
        """Count the queue's calls that are offered to an agent."""
        return self._ringing[queue]

    def note_entry(self, call: Call, oldest: Instant | None, ahead: int, now: Instant) -> None:
        """Guess the wait of a call that enters a line, to compare it with the truth later."""
        if call.queue is not None:
            call.guess = self.guess(call.queue, oldest, ahead, ahead, now)

    def note_answer(self, call: Call, agent: Agent, now: Instant) -> None:
        """Learn from the wait of a call that was just answered."""
        if call.guess is None or call.queue is None:
            return
        waited = now - call.queued_at
        history = self._begun(call.queue)
        history.last_wait = round(waited, 3)
        history.ring_seconds = history.ring_seconds * KEEP_SERVICE + (now - agent.serves_since)
        history.rings = history.rings * KEEP_SERVICE + 1.0
        history.waited_seconds = history.waited_seconds * KEEP_PATIENCE + waited
        history.left *= KEEP_PATIENCE
        if agent.serves_since > call.queued_at:  # else somebody was free: there was no line
            _score(history, call.guess, waited)
        call.guess = None

    def note_leaving(self, call: Call, now: Instant) -> None:
        """Learn from a call that leaves its line without an answer."""
        if call.guess is None or call.queue is None:
            return
        history = self._begun(call.queue)
        waited = now - call.queued_at
        history.waited_seconds = history.waited_seconds * KEEP_PATIENCE + waited
        history.left = history.left * KEEP_PATIENCE + 1.0
        call.guess = None

    def _begun(self, queue: QueueId) -> LineHistory:
        history = self.histories.get(queue)
        if history is None:
            history = self.histories[queue] = LineHistory()
        return history

    # --- what is expected ----------------------------------------------------------------------

    def guess(
        self, queue: QueueId, oldest: Instant | None, line: int, ahead: int, now: Instant
    ) -> Guess:
        """Return what each estimator says of the wait from now on.

        Args:
            queue: whose line.
            oldest: since when the first in line waits; None: nobody does.
            line: how many others wait.
            ahead: how many of them are served first.
            now: the time.
        """
        history = self.history(queue)
        # What is known of a whole wait counts for the part of the line that is still ahead.
        part = (ahead + 1) / (line + 1)
        last = None if history.last_wait is None else history.last_wait * part
        head = None if oldest is None else (now - oldest) * part
        length = self._by_length(queue, history, ahead)
        mixed = _mixed(history, (last, head, length))
        return Guess(
            last=_rounded(last), head=_rounded(head), length=_rounded(length), mixed=_rounded(mixed)
        )

    def estimate(self, queue: QueueId, guess: Guess) -> WaitEstimate | None:
        """Return the range around a guess; None: nobody was answered in this queue yet."""
        history = self.history(queue)
        if guess.mixed is None or history.last_wait is None:
            return None
        around = guess.mixed + OFFSET_SECONDS
        low = max(0.0, around * history.low_ratio - OFFSET_SECONDS)
        high = max(low, around * history.high_ratio - OFFSET_SECONDS)
        return WaitEstimate(
            low_seconds=round(low, 3),
            likely_seconds=guess.mixed,
            high_seconds=round(high, 3),
            guess=guess,
        )

    def at_once(self, queue: QueueId) -> WaitEstimate:
        """Return what a caller waits for whom an agent is free or rings: for the phone only."""
        ring = round(self.history(queue).mean_ring_seconds(), 3)
        guess = Guess(last=None, head=None, length=ring, mixed=ring)
        return WaitEstimate(low_seconds=0.0, likely_seconds=ring, high_seconds=ring, guess=guess)

    def _by_length(self, queue: QueueId, history: LineHistory, ahead: int) -> float | None:
        cycle = history.cycle_seconds()
        if cycle is None or cycle <= 0:
            return None
        freed = max(1, self._serving[queue]) / cycle  # agents per second
        leaving = history.leaving_rate()
        return history.mean_ring_seconds() + drained_seconds(freed, leaving, ahead)


def drained_seconds(freed: float, leaving: float, ahead: int) -> float:
    """Return the sum over k = 0..ahead of 1 / (freed + k leaving), at a cost that is constant.

    Args:
        freed: agents who get free per second, more than 0.
        leaving: how often each waiting caller leaves, per second.
        ahead: callers in front.
    """
    if leaving * ahead < freed * 1e-9:
        return (ahead + 1) / freed
    one_by_one = min(ahead + 1, FEW)
    exact = sum(1.0 / (freed + place * leaving) for place in range(one_by_one))
    # The others by the integral between halves, which the midpoint rule makes the sum's neighbour.
    others = ahead + 1 - one_by_one
    return exact + log1p(others * leaving / (freed + (one_by_one - 0.5) * leaving)) / leaving


def _mixed(
    history: LineHistory, each: tuple[float | None, float | None, float | None]
) -> float | None:
    total = weights = 0.0
    for seconds, squared, scored in zip(each, history.squared_errors, history.scored, strict=True):
        if seconds is not None:
            mean = squared / scored if scored > 0 else _mean(history)
            weight = 1.0 / max(mean, LEAST_SQUARED_ERROR) ** SHARPNESS
            total += weight * seconds
            weights += weight
    return total / weights if weights > 0 else None


def _mean(history: LineHistory) -> float:
    """Return the mean squared error of all estimators, for one that was never tried."""
    scored = sum(history.scored)
    return sum(history.squared_errors) / scored if scored > 0 else 1.0


def _score(history: LineHistory, guess: Guess, waited: float) -> None:
    squared, scored = list(history.squared_errors), list(history.scored)
    for place, seconds in enumerate(guess.each()):
        if seconds is not None:
            squared[place] = squared[place] * KEEP_ERRORS + (seconds - waited) ** 2
            scored[place] = scored[place] * KEEP_ERRORS + 1.0
    history.squared_errors = (squared[0], squared[1], squared[2])
    history.scored = (scored[0], scored[1], scored[2])
    if guess.mixed is not None:
        _move_ends(history, guess.mixed, waited)


def _move_ends(history: LineHistory, mixed: float, waited: float) -> None:
    """Move the range's ends a step towards where they would have been right (Robbins, Monro)."""
    ratio = (waited + OFFSET_SECONDS) / (mixed + OFFSET_SECONDS)
    step = max(LAST_STEP, FIRST_STEP / (1 + history.ranged / 4))
    history.low_ratio = _moved(history.low_ratio, ratio, LOW_SHARE, step)
    history.high_ratio = _moved(history.high_ratio, ratio, HIGH_SHARE, step)
    history.ranged += 1


def _moved(end: float, ratio: float, share: float, step: float) -> float:
    return end / (1 + step * (1 - share)) if ratio < end else end * (1 + step * share)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
