"""Abandoned calls as a share of others, over each window that a rule names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.rules import AbandonLimit, Denominator, Result, WindowKind
from ccengine.core.ids import Instant
from ccengine.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

THIRTY_DAYS_SECONDS: Final = 30 * 86_400.0
CONNECTED: Final = frozenset({Result.ANSWERED, Result.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call, as far as these shares go."""

    at: Instant  #: it was placed
    campaign: str
    seller: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Calls of one window."""

    placed: int = 0
    connected: int = 0  #: an agent spoke with a person
    cut_off: int = 0  #: a person answered, and hung up before anything was said
    abandoned: int = 0
    machines: int = 0  #: taken for one by a detector, and ended before any agent heard them

    def plus(self, result: Result, *, was_heard: bool = False) -> Tally:
        """Return it with one more call, which ended so.

        Args:
            result: how.
            was_heard: of a machine: an agent was with it, so nobody was taken for one in vain.
        """
        return Tally(
            placed=self.placed + 1,
            connected=self.connected + (result in CONNECTED),
            cut_off=self.cut_off + (result is Result.CUT_OFF),
            abandoned=self.abandoned + (result is Result.ABANDONED),
            machines=self.machines + (result is Result.MACHINE and not was_heard),
        )

    def detector_errors(self, error_share: float) -> float:
        """Return how many of the machines were people, as an audit of some of them tells.

        Args:
            error_share: of those that were listened to, 0 to 1.
        """
        return self.machines * error_share


def tally(outcomes: Iterable[Outcome], window: Period, *, seller: str | None = None) -> Tally:
    """Count the calls of a window.

    Args:
        outcomes: of one campaign.
        window: calls placed in it.
        seller: only this one's; None: all.
    """
    count = Tally()
    for one in outcomes:
        if window.holds(one.at) and seller in (None, one.seller):
            count = count.plus(one.result)
    return count


def parts(limit: AbandonLimit, count: Tally, error_share: float = 0.0) -> tuple[float, float]:
    """Return numerator and denominator, as the limit's rule takes them.

    Args:
        limit: whose.
        count: of its window.
        error_share: of a detector's machines that were people, 0 to 1.
    """
    errors = count.detector_errors(error_share) if limit.detector_errors else 0.0
    numerator = count.abandoned + errors
    match limit.of:
        case Denominator.LIVE_ANSWERS:
            return numerator, count.connected + count.cut_off + numerator
        case Denominator.TO_AGENTS:
            return numerator, count.connected + numerator
        case Denominator.CONNECTED:
            return numerator, float(count.connected)
        case Denominator.PLACED:
            return numerator, float(count.placed)


def abandoned_percent(limit: AbandonLimit, count: Tally, error_share: float = 0.0) -> float:
    """Return the share; 0 without abandoned calls, 100 at most."""
    numerator, denominator = parts(limit, count, error_share)
    if numerator == 0.0:
        return 0.0
    return 100.0 if denominator <= numerator else 100.0 * numerator / denominator


def is_over(limit: AbandonLimit, count: Tally, error_share: float = 0.0) -> bool:
    """Tell whether more calls were abandoned than the limit allows."""
    numerator, denominator = parts(limit, count, error_share)
    return numerator * 100.0 > limit.percent * denominator


def window_since(kind: WindowKind, began: Instant, now: Instant) -> Period | None:
    """Return the window that now is in, by the campaign's first call.

    Args:
        kind: which.
        began: of the campaign's first call.
        now: not before that.

    Returns:
        None: it goes by the calendar, which the core does not have.
    """
    match kind:
        case WindowKind.CAMPAIGN:
            return Period(began, None)
        case WindowKind.THIRTY_DAYS:
            first = began + math.floor((now - began) / THIRTY_DAYS_SECONDS) * THIRTY_DAYS_SECONDS
            return Period(first, first + THIRTY_DAYS_SECONDS)
        case WindowKind.DAY | WindowKind.MONTH:
            return None
