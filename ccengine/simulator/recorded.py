"""A day as a journal tells it, to be played again under another configuration.

What is taken from the journal, and what has to be supposed:

- Callers enter the queue they entered, when they did; what happened before is not repeated, nor
  how they came to another queue later. Callers who entered none, or came before the day, are left
  out.
- Who hung up in line has patience for exactly as long as they had. Who was answered has patience
  for ever: that they would have waited longer is all that is known. So where a change makes waits
  longer, it will lose more callers than this shows.
- Who was answered talks for as long as they did, and the agent wraps up for as long as then, if
  that was ended by hand. Who hung up talks, if answered now, for as long as the caller of the same
  queue did who was the last to arrive before.
- Agents and phones do what they did of themselves. An agent answers, or does not, in the order in
  which they did; when all is used up, from the beginning again. A phone that stopped ringing
  because the caller left would have rung for as much longer as the agent's next one did. Who was
  made not ready for missing calls comes back after the mean of what that took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.events import Event
from ccengine.core.ids import AgentId, ClientId, Instant
from ccengine.core.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.ids import QueueId
    from ccengine.simulator.world import Caller, JourneyEvent

FOR_EVER = float("inf")
USUAL_TALK_SECONDS = 180.0
USUAL_AWAY_SECONDS = 60.0
USUAL_REACTION_SECONDS = 4.0


@dataclass(slots=True, kw_only=True)
class RecordedCaller:
    """A caller of that day."""

    arrival: events.CallArrived
    after_seconds: float = 0.0  #: from arrival to the queue
    queued: events.CallQueued | None = None
    patience: float = FOR_EVER
    talk: float | None = None
    wrap_up: float | None = None

    def enter(self, flow: str | None, now: Instant) -> Sequence[tuple[float, JourneyEvent]]:
        """Return the way into the line; a flow that a queue sends callers to ends the call."""
        del now
        if flow is not None or self.queued is None:
            call = self.arrival.call
            ended = events.CallEnded(call=call, by=events.Party.ENGINE, cause="left for a flow")
            return ((0.0, ended),)
        return ((self.after_seconds, self.queued),)

    def patience_seconds(self, queue: QueueId) -> float:
        """Return after how long they hung up."""
        del queue
        return self.patience

    def talk_seconds(self, queue: QueueId) -> float:
        """Return how long they talked, or somebody like them."""
        del queue
        return USUAL_TALK_SECONDS if self.talk is None else self.talk

    def wrap_up_seconds(self, queue: QueueId) -> float | None:
        """Return how long the agent wrapped up, None if for as long as the queue gave."""
        del queue
        return self.wrap_up


@dataclass(slots=True, kw_only=True)
class RecordedDay:
    """All who called and worked on that day: `People` for a world."""

    starts: Instant = 0.0
    ends: Instant = 0.0
    plan: Plan | None = None  #: in force when it began
    replans: list[tuple[Instant, Event]] = field(default_factory=list)  #: while it lasted
    people: list[RecordedCaller] = field(default_factory=list)
    moves: list[tuple[Instant, Event]] = field(default_factory=list)
    reactions: dict[AgentId, list[float | None]] = field(default_factory=dict)
    absences: list[float] = field(default_factory=list)  #: after missed calls
    _next: dict[AgentId, Iterator[int]] = field(default_factory=dict)

    def again(self, *, with_replans: bool) -> RecordedDay:
        """Return the day to be played from its beginning, with or without its reloads."""
        moves = sorted([*self.moves, *self.replans] if with_replans else self.moves, key=_at)
        return RecordedDay(
            starts=self.starts,
            ends=self.ends,
            plan=self.plan,
            people=self.people,
            moves=moves,
            reactions=self.reactions,
            absences=self.absences,
        )

    @property
    def away_seconds(self) -> float:
        """After how long agents who had missed calls were ready again, in the mean."""
        known = self.absences
        return sum(known) / len(known) if known else USUAL_AWAY_SECONDS

    def callers(self) -> list[Iterator[Caller]]:
        """Return all callers."""
        return [iter(self.people)]

    def movements(self) -> list[tuple[Instant, Event]]:
        """Return what agents, phones and admins did of themselves."""
        return self.moves

    def reaction_seconds(self, agent: AgentId) -> float | None:
        """Return how the agent took the next offer, None if not at all."""
        known = self.reactions.get(agent)
        if not known:
            return USUAL_REACTION_SECONDS
        return known[next(self._next.setdefault(agent, count())) % len(known)]

    def lend_talks(self) -> None:
        """Let those who never talked talk for as long as somebody like them did."""
        last: dict[QueueId, float] = {}
        for caller in [*self.people, *self.people]:  # the first ones borrow from who came later
            if caller.queued is None:
                continue
            queue = caller.queued.queue
            if caller.talk is None:
                caller.talk = last.get(queue)
            elif caller.patience == FOR_EVER:
                last[queue] = caller.talk
        self._lend_of_client()

    def _lend_of_client(self) -> None:
        """Where a whole queue never answered, take the mean of the client's others."""
        known: defaultdict[ClientId, list[float]] = defaultdict(list)
        for caller in self.people:
            if caller.talk is not None:
                known[caller.arrival.client].append(caller.talk)
        means = {client: sum(talks) / len(talks) for client, talks in known.items()}
        for caller in self.people:
            if caller.talk is None:
                caller.talk = means.get(caller.arrival.client, USUAL_TALK_SECONDS)


def _at(move: tuple[Instant, Event]) -> Instant:
    return move[0]
