"""Follows agents: what each second of a log-in goes to.

An agent's time is cut where something changes, so that the stretches tile the log-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.ids import CallId, ClientId
from ccengine.core.states import AgentState
from ccengine.reporting.kpis.counts import BETWEEN_COLLEAGUES
from ccengine.reporting.kpis.facts import NOBODY, CallFacts, Doing, Login, Ms, Part, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.agents import Agent
    from ccengine.core.commands import ShowAgent
    from ccengine.core.ids import AgentId
    from ccengine.reporting.kpis.contacts import Contacts
    from ccengine.reporting.kpis.facts import Book

AT_DESK = {
    AgentState.AVAILABLE: Doing.AVAILABLE,
    AgentState.NOT_READY: Doing.NOT_READY,
    AgentState.OFFERED: Doing.RINGING,
    AgentState.WRAP_UP: Doing.WRAP_UP,
}


@dataclass(slots=True)
class _Hand:
    """What an agent does at present."""

    doing: Doing
    reason: str
    call: CallId | None
    since: Ms
    row: int
    facts: CallFacts | None
    part: Part | None  # whose wrap-up it is
    team: str
    approved: tuple[ClientId, ...]

    def same(self, doing: Doing, reason: str, call: CallId | None) -> bool:
        return self.doing is doing and self.reason == reason and self.call == call


class Clocks:
    """All agents who are logged in.

    Args:
        contacts: what they do in calls.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._hands: dict[AgentId, _Hand] = {}
        self._logins: dict[AgentId, Login] = {}

    @property
    def _book(self) -> Book:
        return self._contacts.book

    def show(self, shown: ShowAgent, at: Ms, row: int) -> None:
        """Take note of an agent's state."""
        if shown.state is AgentState.OFFLINE:
            self._stop(shown.agent, at)
            self._note_presence(shown.agent, shown.state, at)
            return
        self._note_presence(shown.agent, shown.state, at)
        self._turn(shown.agent, self._doing(shown), shown.reason, shown.call, (at, row))

    def look_again(self, agent: AgentId | None, call: CallId, at: Ms, row: int) -> None:
        """Take note that the call in which an agent may be has changed."""
        hand = None if agent is None else self._hands.get(agent)
        if agent is None or hand is None or hand.call != call or hand.doing in AT_DESK.values():
            return
        self._turn(agent, self._on_call(agent, call), hand.reason, call, (at, row))

    def cut(self, at: Ms) -> None:
        """Tell of all time until now; what goes on goes on."""
        for agent, hand in self._hands.items():
            self._spend(agent, hand, at)
            hand.since = max(at, hand.since)

    def tell_open(self, at: Ms, book: Book) -> None:
        """Tell another book of the time that goes on, until now; it goes on as if untold."""
        for agent, hand in self._hands.items():
            if at > hand.since:
                stretch = _stretch(agent, hand, at)
                book.spend(stretch)
                if hand.part is not None:
                    book.wrap_up(hand.part, stretch.length)

    def seed(self, agents: Iterable[Agent], at: Ms, row: int) -> None:
        """Take over from a snapshot who was there, if no row of theirs was seen."""
        for agent in agents:
            if agent.id not in self._hands and agent.state is not AgentState.OFFLINE:
                self.show(agent.shown(), at, row)

    def _doing(self, shown: ShowAgent) -> Doing:
        if shown.state is AgentState.ON_CALL:
            return self._on_call(shown.agent, shown.call)
        return AT_DESK[shown.state]

    def _on_call(self, agent: AgentId, call: CallId | None) -> Doing:
        facts = self._contacts.get(call)
        if facts is not None and facts.kind in BETWEEN_COLLEAGUES:
            return BETWEEN_COLLEAGUES[facts.kind]
        part = self._contacts.part_of(agent, call)
        if part is None:
            return Doing.CONNECTING
        return Doing.TALKING if part.held_since is None else Doing.HOLDING

    def _turn(
        self, agent: AgentId, doing: Doing, reason: str, call: CallId | None, when: tuple[Ms, int]
    ) -> None:
        at, row = when
        hand = self._hands.get(agent)
        if hand is not None:
            if hand.same(doing, reason, call):
                return
            self._spend(agent, hand, at)
        contacts = self._contacts
        wraps_up = doing is Doing.WRAP_UP
        part = contacts.last_part_of(agent, call) if wraps_up else None
        facts = contacts.get(call) if part is None else part.call
        settings = None if contacts.plan is None else contacts.plan.agents.get(agent)
        self._hands[agent] = _Hand(
            doing=doing,
            reason=reason,
            call=call,
            since=at,
            row=row,
            facts=facts,
            part=part,
            team=contacts.team_of(agent),
            approved=() if settings is None else settings.clients,
        )

    def _stop(self, agent: AgentId, at: Ms) -> None:
        hand = self._hands.pop(agent, None)
        if hand is not None:
            self._spend(agent, hand, at)

    def _spend(self, agent: AgentId, hand: _Hand, at: Ms) -> None:
        if at <= hand.since:
            return
        stretch = _stretch(agent, hand, at)
        self._book.spend(stretch)
        if hand.part is not None:
            hand.part.wrap_up += stretch.length
            self._book.wrap_up(hand.part, stretch.length)

    def _note_presence(self, agent: AgentId, state: AgentState, at: Ms) -> None:
        login = self._logins.get(agent)
        if state is AgentState.OFFLINE and login is not None:
            login.ends = at
            del self._logins[agent]
            self._book.log_out(login)
        elif state is not AgentState.OFFLINE and login is None:
            self._logins[agent] = Login(agent=agent, begins=at)
            self._book.log_in(self._logins[agent])


def _stretch(agent: AgentId, hand: _Hand, at: Ms) -> Stretch:
    facts = hand.facts
    return Stretch(
        agent=agent,
        team=hand.team,
        doing=hand.doing,
        begins=hand.since,
        ends=at,
        row=hand.row,
        reason=hand.reason,
        client=NOBODY if facts is None else facts.client,
        queue=None if facts is None else facts.queue,
        number="" if facts is None else facts.number,
        call=hand.call,
        campaign="" if facts is None else facts.campaign,
        approved=hand.approved,
    )
