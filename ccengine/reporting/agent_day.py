"""An agent's own day: a fold of the rows about them, the same spoken, printed and served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.core.commands import ShowAgent, WithdrawOffer
from ccengine.core.events import ConversationStarted, OfferDeclined
from ccengine.core.ids import AgentId, Instant
from ccengine.core.states import AgentState
from ccengine.reporting.call_record import OfferOutcome
from ccengine.reporting.offer_outcomes import outcome_of_refusal, outcome_of_withdrawal
from ccengine.reporting.rows import is_void, steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.reporting.rows import JournalRow, What

MISSED = frozenset({OfferOutcome.UNANSWERED, OfferOutcome.DECLINED, OfferOutcome.BUSY})
"""Offers that the agent did not take; a phone out of reach is not their doing."""

EARLIER_SECONDS = 86_400.0
"""So much of the time before a day is read to know what the agent was doing when it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """What an agent did between two instants. Times in seconds."""

    agent: AgentId
    since: Instant
    until: Instant
    logged_in: float = 0.0
    calls: int = 0  #: conversations that began
    talked: float = 0.0
    wrapped_up: float = 0.0
    not_ready: Mapping[str, float] = field(default_factory=dict)  #: by reason, as first given
    missed: int = 0  #: offers


@dataclass(slots=True)
class _Tally:
    """The fold's own state."""

    since: Instant
    until: Instant
    state: AgentState = AgentState.OFFLINE
    reason: str = ""
    at: Instant = 0.0
    talks_since: Instant | None = None
    logged_in: float = 0.0
    calls: int = 0
    talked: float = 0.0
    wrapped_up: float = 0.0
    missed: int = 0
    not_ready: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def part(self, begins: Instant, ends: Instant) -> float:
        """Return how much of a time lies within the day."""
        return max(0.0, min(ends, self.until) - max(begins, self.since))

    def move_on(self, now: Instant) -> None:
        """Count the time since the last change."""
        passed = self.part(self.at, now)
        if self.state is not AgentState.OFFLINE:
            self.logged_in += passed
        if self.state is AgentState.WRAP_UP:
            self.wrapped_up += passed
        elif self.state is AgentState.NOT_READY and passed > 0:
            self.not_ready[self.reason] += passed
        self.at = now

    def end_talk(self, now: Instant) -> None:
        """Count the talk that ends, if there is one."""
        if self.talks_since is not None:
            self.talked += self.part(self.talks_since, now)
            self.talks_since = None

    def take(self, what: What, now: Instant) -> None:
        """Count what happened."""
        match what:
            case ShowAgent():
                self.move_on(now)
                self.state, self.reason = what.state, what.reason
                if what.state is not AgentState.ON_CALL:
                    self.end_talk(now)
            case ConversationStarted():
                self.talks_since = now
                self.calls += now >= self.since
            case OfferDeclined():
                self.missed += now >= self.since and outcome_of_refusal(what) in MISSED
            case WithdrawOffer():
                self.missed += now >= self.since and outcome_of_withdrawal(what.reason) in MISSED
            case _:
                pass


def fold_day(
    rows: Iterable[JournalRow], *, agent: AgentId, since: Instant, until: Instant
) -> AgentDay:
    """Return what the agent did.

    Args:
        rows: those about the agent, in order, from `EARLIER_SECONDS` before `since` on.
        agent: whose day it is.
        since: its beginning.
        until: its end, or this instant.
    """
    tally = _Tally(since, until)
    for step in steps([row for row in rows if row.at <= until and row.agent == agent]):
        for row in () if is_void(step) else step:
            tally.take(row.what, row.at)
    tally.move_on(until)
    tally.end_talk(until)
    return AgentDay(
        agent=agent,
        since=since,
        until=until,
        logged_in=tally.logged_in,
        calls=tally.calls,
        talked=tally.talked,
        wrapped_up=tally.wrapped_up,
        not_ready=dict(tally.not_ready),
        missed=tally.missed,
    )


def beginning_of_day(at: Instant, zone: str) -> Instant:
    """Return the midnight before an instant, in a time zone."""
    there = ZoneInfo(zone)
    day = datetime.fromtimestamp(at, UTC).astimezone(there).date()
    return datetime.combine(day, time(), there).timestamp()
