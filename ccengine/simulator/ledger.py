"""Counts what happens on a day, simulated or recorded, from the core's steps.

What happened is taken from the core's decisions, as call records take it: an offer that was
answered too late leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.commands import OfferCall, ShowAgent, ShowCall
from ccengine.core.events import CallArrived, CallEnded, CallQueued, Party
from ccengine.core.ids import AgentId, CallId, Instant, QueueId
from ccengine.core.states import IN_LINE, AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.commands import Command
    from ccengine.core.events import Event
    from ccengine.reporting.rows import Step


class Fate(StrEnum):
    """How a stay in a queue ended."""

    WAITING = "waiting"  #: it has not: the day was over first
    ANSWERED = "answered"
    ABANDONED = "abandoned"  #: the caller hung up
    SENT_ON = "sent on"  #: by the queue's own limits: to another queue or out of all


@dataclass(slots=True)
class Visit:
    """A caller's stay in one queue, or in all queues together."""

    call: CallId
    queue: QueueId
    entered: Instant
    left: Instant = 0.0
    fate: Fate = Fate.WAITING
    agent: AgentId | None = None

    @property
    def seconds(self) -> float:
        """How long the caller waited, the ringing of the agent's phone included."""
        return self.left - self.entered


@dataclass(slots=True)
class Spell:
    """An agent in one state."""

    agent: AgentId
    state: AgentState
    starts: Instant
    ends: Instant
    queue: QueueId | None  #: whose call it is


class Ledger:
    """All visits and spells of a day."""

    def __init__(self) -> None:
        self.arrived = 0  #: calls
        self.offers = 0  #: times a phone was rung
        self.visits: list[Visit] = []  #: of queues, in the order in which they began
        self.stays: list[Visit] = []  #: of callers in all queues together, under the first's name
        self.spells: list[Spell] = []  #: as they ended; nobody's time offline
        self._open: dict[CallId, tuple[Visit, Visit]] = {}
        self._queue_of: dict[CallId, QueueId] = {}
        self._states: dict[AgentId, Spell] = {}

    def take(self, step: Step) -> None:
        """Take one step of the core into account."""
        event, at = step.event, step.at
        if type(event) is CallArrived and not step.rejection:
            self.arrived += 1
        elif type(event) is CallQueued and step.commands and not step.rejection:
            self._enter(event.call, event.queue, at)
        self._obey(step.commands, event, at)

    def close(self, at: Instant) -> None:
        """End the day: what is going on ends now, whoever waits still does."""
        for agent in list(self._states):
            self._end_spell(agent, at)
        for visit, stay in self._open.values():
            stay.left = at
            if visit.fate is Fate.WAITING:
                visit.left = at
            else:
                stay.fate = visit.fate
        self._open.clear()

    def _obey(self, commands: Sequence[Command], event: Event | None, at: Instant) -> None:
        for command in commands:
            if type(command) is ShowCall:
                self._show_call(command, event, at)
            elif type(command) is ShowAgent:
                self._show_agent(command, at)
            elif type(command) is OfferCall:
                self.offers += 1

    # --- callers -------------------------------------------------------------------------------

    def _enter(self, call: CallId, queue: QueueId, at: Instant) -> None:
        known = self._open.get(call)
        stay = Visit(call, queue, at) if known is None else known[1]
        if known is None:
            self.stays.append(stay)
        visit = Visit(call, queue, at)
        self.visits.append(visit)
        self._open[call] = (visit, stay)
        self._queue_of[call] = queue

    def _show_call(self, shown: ShowCall, event: Event | None, at: Instant) -> None:
        call, state = shown.call, shown.state
        if call not in self._open:
            return
        visit, stay = self._open[call]
        if state in IN_LINE:
            visit.agent = None
            if shown.queue is not None and shown.queue != visit.queue:
                visit.left, visit.fate = at, Fate.SENT_ON
                self._enter(call, shown.queue, at)
        elif state is CallState.CONNECTING:
            visit.left = stay.left = at
            visit.agent = stay.agent = shown.agent
        elif state is CallState.TALKING:
            visit.fate = stay.fate = Fate.ANSWERED
            del self._open[call]
        elif state is CallState.IN_FLOW:
            visit.left, visit.fate = at, Fate.SENT_ON
        elif state is CallState.ENDED:
            self._end_visit(visit, stay, event, at)

    def _end_visit(self, visit: Visit, stay: Visit, event: Event | None, at: Instant) -> None:
        del self._open[visit.call]
        hung_up = isinstance(event, CallEnded) and event.by is Party.CALLER
        fate = Fate.ABANDONED if hung_up else Fate.SENT_ON
        if visit.fate is Fate.WAITING:
            visit.left, visit.fate = at, fate
        stay.left, stay.fate = visit.left, visit.fate

    # --- agents --------------------------------------------------------------------------------

    def _show_agent(self, shown: ShowAgent, at: Instant) -> None:
        known = self._states.get(shown.agent)
        if known is not None:
            if known.state is shown.state:
                return
            self._end_spell(shown.agent, at)
        if shown.state is not AgentState.OFFLINE:
            queue = None if shown.call is None else self._queue_of.get(shown.call)
            self._states[shown.agent] = Spell(shown.agent, shown.state, at, at, queue)

    def _end_spell(self, agent: AgentId, at: Instant) -> None:
        spell = self._states.pop(agent)
        if at > spell.starts:
            spell.ends = at
            self.spells.append(spell)
