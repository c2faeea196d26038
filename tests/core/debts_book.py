"""The books on what agents owe: an outcome, where the queue requires one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.outcome_rules import NO_RULES, AtDeadline, OutcomeRules
from ccengine.core.states import AgentState
from tests.core.hands_book import COLLEAGUES

if TYPE_CHECKING:
    from ccengine.core.commands import Connect, ShowAgent, ShowOutcome
    from tests.core.rulebook import Rulebook


@dataclass
class Part:
    """An agent's part in a call."""

    call: str
    offer: str
    queue: str
    said: str = ""
    owed: bool = False
    client: str = ""
    defaults: int = 0


class Debts:
    """Who has said what, and who must before their next call."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.parts: dict[str, Part] = {}

    def connected(self, connect: Connect) -> None:
        caller = self.rules.callers[connect.call]
        assert not self.owes(connect.agent), f"{connect.agent} got a call and owes an outcome"
        if caller.kind not in COLLEAGUES:  # of a talk between them there is nothing to say
            self._begin(connect.agent, connect.call, connect.offer)

    def dialled(self, agent: str, call: str, leg: str, client: str) -> None:
        self.parts[agent] = Part(call, leg, "", client=client)

    def handed(self, agent: str, call: str, leg: str) -> None:
        """The agent who was consulted has the caller now, by the leg they answered with."""
        self._begin(agent, call, leg)

    def _begin(self, agent: str, call: str, offer: str) -> None:
        caller = self.rules.callers[call]
        self.parts[agent] = Part(call, offer, caller.queue, client=caller.client)

    def owes(self, agent: str) -> bool:
        part = self.parts.get(agent)
        return part is not None and part.owed

    def talk_over(self, agent: str) -> None:
        """The agent owes from now on what the rules ask for."""
        part = self.parts[agent]
        part.owed = self.asks(part).required and not part.said

    def showed(self, shown: ShowAgent) -> None:
        part = self.parts.get(shown.agent)
        if part is None:
            return
        if shown.state is AgentState.AVAILABLE:
            assert not part.owed, f"{shown.agent} is available and owes an outcome"
        if shown.state is AgentState.WRAP_UP and shown.until is None:
            assert part.owed, f"{shown.agent} wraps up for ever and owes nothing"
        if shown.state is AgentState.OFFLINE and not self.rules.known(shown.agent):
            del self.parts[shown.agent]

    def said(self, shown: ShowOutcome) -> None:
        part = self.parts[shown.agent]
        if part.offer != shown.offer:
            return  # a correction of an earlier call
        assert part.call == shown.call
        if shown.defaulted:
            rules = self.asks(part)
            assert rules.at_deadline is AtDeadline.DEFAULT
            assert shown.disposition == rules.default
            assert part.owed
            part.defaults += 1
            assert part.defaults == 1, "the deadline's rule came twice"
        if shown.disposition:
            part.said, part.owed = shown.disposition, False

    def replan(self) -> None:
        for part in self.parts.values():
            part.owed = part.owed and self.asks(part).required

    def asks(self, part: Part) -> OutcomeRules:
        plan = self.rules.plan
        settings = {str(name): one for name, one in plan.queues.items()}
        clients = {str(name): one for name, one in plan.outcomes.items()}
        if part.queue in settings:
            return settings[part.queue].outcome
        return clients.get(part.client, NO_RULES)
