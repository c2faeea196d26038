"""What callers were told of their wait, and what it was: each promise is scored once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.ids import Instant, QueueId

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class PromiseOutcome(StrEnum):
    """Whether a promised range was right."""

    OPEN = "open"  #: the caller still waits
    KEPT = "kept"  #: answered within the range
    EARLY = "early"  #: answered before it began: the caller was frightened for nothing
    LATE = "late"  #: answered after it ended, or left then without an answer
    LEFT = "left"  #: hung up or was sent elsewhere before it ended: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord:
    """One promise."""

    at: Instant
    low_seconds: float  #: from then
    high_seconds: float
    waited_seconds: float | None = None  #: from then to the answer or the leaving
    outcome: PromiseOutcome = PromiseOutcome.OPEN

    @property
    def error_seconds(self) -> float | None:
        """How far outside of the range the answer came: negative too early; None: not known."""
        if self.waited_seconds is None or self.outcome is PromiseOutcome.LEFT:
            return None
        if self.waited_seconds < self.low_seconds:
            return self.waited_seconds - self.low_seconds
        return max(0.0, self.waited_seconds - self.high_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseScore:
    """How the promises of a queue came out."""

    queue: QueueId
    promises: int  #: scored; those to callers who still wait are left out
    kept: int
    early: int
    late: int
    left: int
    error_seconds: float | None  #: mean distance from the range, of those answered or late
    range_seconds: float  #: mean width: a wide range is easily kept


def scored(
    promises: Sequence[PromiseRecord], at: Instant, *, answered: bool
) -> tuple[PromiseRecord, ...]:
    """Return the promises, those that were open scored: the wait they spoke of is over."""
    return tuple(
        _score(one, at - one.at, answered=answered) if one.outcome is PromiseOutcome.OPEN else one
        for one in promises
    )


def score_queues(promises: Iterable[tuple[QueueId, PromiseRecord]]) -> list[PromiseScore]:
    """Return how the promises made in each queue came out, by name of the queue."""
    by_queue: dict[QueueId, list[PromiseRecord]] = {}
    for queue, promise in promises:
        if promise.outcome is not PromiseOutcome.OPEN:
            by_queue.setdefault(queue, []).append(promise)
    return [_score_of(queue, by_queue[queue]) for queue in sorted(by_queue)]


def _score(promise: PromiseRecord, waited: float, *, answered: bool) -> PromiseRecord:
    if waited > promise.high_seconds:
        outcome = PromiseOutcome.LATE
    elif not answered:
        outcome = PromiseOutcome.LEFT
    elif waited < promise.low_seconds:
        outcome = PromiseOutcome.EARLY
    else:
        outcome = PromiseOutcome.KEPT
    return replace(promise, waited_seconds=waited, outcome=outcome)


def _score_of(queue: QueueId, promises: Sequence[PromiseRecord]) -> PromiseScore:
    outcomes = [promise.outcome for promise in promises]
    errors = [abs(error) for one in promises if (error := one.error_seconds) is not None]
    widths = [promise.high_seconds - promise.low_seconds for promise in promises]
    return PromiseScore(
        queue=queue,
        promises=len(promises),
        kept=outcomes.count(PromiseOutcome.KEPT),
        early=outcomes.count(PromiseOutcome.EARLY),
        late=outcomes.count(PromiseOutcome.LATE),
        left=outcomes.count(PromiseOutcome.LEFT),
        error_seconds=sum(errors) / len(errors) if errors else None,
        range_seconds=sum(widths) / len(widths),
    )
