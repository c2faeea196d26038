"""The books on who has whom: whose phone rings for a call, who talks, and for how long.

A caller has one owner at a time, and nobody is busy without a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState, CallState, Kind

if TYPE_CHECKING:
    from ccengine.core.commands import Connect, OfferCall
    from ccengine.core.events import OfferAccepted
    from tests.core.rulebook import Rulebook

COLLEAGUES = (Kind.INTERNAL, Kind.CONSULT)
OWNED = (CallState.DIALING, CallState.CONNECTING, CallState.TALKING)
BUSY = (AgentState.OFFERED, AgentState.ON_CALL)


@dataclass
class Talk:
    """One agent's part in a call."""

    agent: str
    began: float
    ended: float | None = None


class Hands:
    """Who has which call, as it was offered, answered, handed on and ended."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.has: dict[str, str] = {}  #: the call an agent is offered or on
        self.ringing: dict[str, tuple[str, str]] = {}  #: call and agent, by offer
        self.numbers: set[str] = set()  #: of all offers ever made
        self.legs: dict[str, str] = {}  #: the offer that an agent answered last
        self.talks: dict[str, list[Talk]] = {}  #: by call

    # --- what happens ----------------------------------------------------------------------------

    def rings(self, offer: OfferCall) -> None:
        assert offer.agent not in self.has, "offered a second call"
        assert offer.offer not in self.numbers, "an offer's number was used before"
        self.numbers.add(offer.offer)
        self.ringing[offer.offer] = (offer.call, offer.agent)
        self.has[offer.agent] = offer.call

    def rings_no_more(self, call: str, agent: str, offer: str) -> None:
        assert self.has.pop(agent) == call
        self.ringing.pop(offer, None)  # not ringing: it was just answered

    def answers(self, answer: OfferAccepted) -> None:
        """Have the first to answer have the call."""
        if self.rules.callers[answer.call].state is CallState.OFFERED:
            assert self.ringing.pop(answer.offer) == (answer.call, answer.agent)
            self.legs[answer.agent] = answer.offer

    def connects(self, connect: Connect) -> None:
        assert self.owner(connect.call) == connect.agent
        assert self.legs[connect.agent] == connect.offer

    def dials(self, agent: str, call: str, leg: str) -> None:
        assert agent not in self.has, f"{agent} dials and has a call"
        self.has[agent], self.legs[agent] = call, leg

    def lets_go(self, call: str) -> str:
        """Take the call from who has it."""
        agent = self.owner(call)
        del self.has[agent]
        return agent

    def hangs_up(self, call: str) -> str | None:
        """Free the agent who called a colleague; None: no agent did."""
        by = self.rules.callers[call].by
        if by is None or self.rules.callers[call].kind is not Kind.INTERNAL:
            return None
        assert self.has.pop(by) == call
        return by

    def talk_begins(self, call: str, agent: str, now: float) -> None:
        self.talks.setdefault(call, []).append(Talk(agent, now))

    def talk_ends(self, call: str, now: float) -> None:
        talks = self.talks.get(call)
        if talks and talks[-1].ended is None:
            talks[-1].ended = now

    # --- who it is -------------------------------------------------------------------------------

    def owner(self, call: str) -> str:
        """Return who answered the call: other phones may ring for it, and one agent dialled it."""
        (agent,) = self.owners(call)
        return agent

    def owners(self, call: str) -> list[str]:
        ring = {agent for _, agent in self.ringing.values()}
        caller = self.rules.callers[call]
        by = caller.by if caller.kind is Kind.INTERNAL else None
        return [
            agent for agent, has in self.has.items()
            if has == call and agent not in ring and agent != by
        ]  # fmt: skip

    def rung_for(self, call: str) -> list[str]:
        return [agent for of, agent in self.ringing.values() if of == call]

    # --- what must hold --------------------------------------------------------------------------

    def check(self) -> None:
        """Check between two steps that everybody is with a call who should be, and nobody else."""
        rules = self.rules
        for worker in rules.workers.values():
            busy = worker.state in BUSY
            assert busy == (worker.id in self.has), f"{worker.id} is {worker.state} with no call"
            rings = any(worker.id == agent for _, agent in self.ringing.values())
            assert rings == (worker.state is AgentState.OFFERED), f"does {worker.id}'s phone ring"
        for agent, call in self.has.items():
            assert call in rules.callers, f"{agent} has {call}, which is over"
        for call, caller in rules.callers.items():
            owners = self.owners(call)
            most = 1 if caller.state in OWNED else 0
            assert len(owners) == most, f"{call} is {caller.state} and has {owners}"
            for_one = caller.directed is not None or caller.state not in (
                CallState.OFFERED,
                CallState.CONNECTING,
            )
            assert not for_one or len(self.rung_for(call)) <= 1, f"{call} has reserved two"
            if caller.kind is Kind.INTERNAL and caller.by is not None:
                assert self.has.get(caller.by) == call, f"{caller.by} has left {call}"
        self._check_consults()

    def _check_consults(self) -> None:
        about = [one.origin for one in self.rules.callers.values() if one.origin is not None]
        assert len(about) == len(set(about)), f"asked about twice: {about}"
