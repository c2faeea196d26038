"""The journal as a test reads it: calls' and agents' states, and when they came."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ccengine.core.commands import OfferCall, ShowAgent, ShowCall
from ccengine.core.events import (
    CallArrived,
    CallMissed,
    CallTakenOver,
    CoachingEvent,
    PhoneEvent,
    PhoneFound,
    PhoneLost,
    PlanLoaded,
)
from ccengine.core.states import AgentState, CallState
from ccengine.reporting.story import tell
from ccengine.storage.journal_reader import JournalReader
from tests.core.lines_book import turns_left

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import AgentId, CallId, QueueId
    from ccengine.core.plan import Plan
    from ccengine.reporting.rows import JournalRow, What


class Ledger:
    """Follows the journal from its first row."""

    def __init__(self, journal: Path) -> None:
        self._path = journal
        self.last_number = 0
        self.rows: dict[CallId, list[JournalRow]] = defaultdict(list)
        self.arrivals: list[tuple[int, CallArrived | CallMissed]] = []
        self.agents: dict[AgentId, ShowAgent] = {}
        self.plans = 0  #: configurations that were loaded
        self.turns: dict[str, str] = {}  #: whom each queue rang last
        self.lost: set[str] = set()  #: phones that cannot be rung
        self.coaching: list[CoachingEvent] = []
        self.taken_over: list[CallTakenOver] = []
        self._plan: Plan | None = None
        self._phone_events: list[tuple[type, str]] = []

    def read(self) -> None:
        """Take in what was written meanwhile."""
        with JournalReader.open(self._path) as reader:
            for row in reader.rows(since=self.last_number):
                self.last_number = row.number
                self._take(row)

    def _take(self, row: JournalRow) -> None:
        if row.call is not None:
            self.rows[row.call].append(row)
        if isinstance(row.what, CallArrived | CallMissed):
            self.arrivals.append((row.number, row.what))
        elif isinstance(row.what, ShowAgent):
            self.agents[row.what.agent] = row.what
        elif isinstance(row.what, PlanLoaded):
            self.plans += 1
            if self._plan is not None:
                self.turns = turns_left(self.turns, self._plan, row.what.plan)
            self._plan = row.what.plan
        elif isinstance(row.what, OfferCall):
            self._take_turn(row.what)
        elif isinstance(row.what, PhoneEvent):
            self._take_phone(row.what)
        else:
            self._take_coaching(row.what)

    def _take_turn(self, offer: OfferCall) -> None:
        if not offer.why.directed:  # asked for by name: nobody's turn
            self.turns[offer.queue] = offer.agent

    def _take_coaching(self, what: What) -> None:
        if isinstance(what, CoachingEvent):
            self.coaching.append(what)
        elif isinstance(what, CallTakenOver):
            self.taken_over.append(what)

    def _take_phone(self, event: PhoneEvent) -> None:
        self._phone_events.append((type(event), event.phone))
        if isinstance(event, PhoneLost):
            self.lost.add(event.phone)
        elif isinstance(event, PhoneFound):
            self.lost.discard(event.phone)

    def arrived_since(self, number: int) -> list[CallArrived | CallMissed]:
        """Return the calls that arrived, or were found missed, after that row."""
        return [arrival for at, arrival in self.arrivals if at > number]

    def saw(self, kind: type, phone: str) -> bool:
        """Read on, and tell whether the last of what happened to a phone was this."""
        self.read()
        told = [what for what, where in self._phone_events if where == phone]
        return bool(told) and told[-1] is kind

    def agent_state(self, agent: AgentId) -> AgentState:
        """Return what the agent is doing now."""
        shown = self.agents.get(agent)
        return AgentState.OFFLINE if shown is None else shown.state

    def call_states(self, call: CallId) -> list[CallState]:
        """Return the states the call has been in, in order."""
        return [row.what.state for row in self.rows[call] if isinstance(row.what, ShowCall)]

    def queue_of(self, call: CallId) -> QueueId | None:
        """Return the queue the call was last shown in."""
        queues = [row.what.queue for row in self.rows[call] if isinstance(row.what, ShowCall)]
        return next((queue for queue in reversed(queues) if queue is not None), None)

    def story(self, call: CallId) -> str:
        """Tell the call, a line per thing."""
        lines = tell(self.rows[call])
        return "\n".join(f"  {line.seconds:8.3f}  {line.text}" for line in lines)
