"""The books on what agents owe: an outcome, where the queue requires one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.outcome_rules import NO_RULES, AtDeadline, OutcomeRules
from ccengine.core.states import AgentState

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
    wraps_up: bool = False
    owed: bool = False
    defaults: int = 0


class Debts:
    """Who has said what, and who must before their next call."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.parts: dict[str, Part] = {}

    def connected(self, connect: Connect) -> None:
        queue = self.rules.callers[connect.call].queue
        part = self.parts.get(connect.agent)
        assert part is None or not part.owed, f"{connect.agent} got a call and owes an outcome"
        self.parts[connect.agent] = Part(connect.call, connect.offer, queue)

    def showed(self, shown: ShowAgent) -> None:
        part = self.parts.get(shown.agent)
        if part is None:
            return
        if shown.state is AgentState.WRAP_UP and not part.wraps_up:
            part.wraps_up = True
            part.owed = self.asks(part).required and not part.said
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
            # Without a wrap-up it is said in the instant in which the talk ends.
            assert part.owed or (rules.required and not part.wraps_up and not part.said)
            part.defaults += 1
            assert part.defaults == 1, "the deadline's rule came twice"
        if shown.disposition:
            part.said, part.owed = shown.disposition, False

    def replan(self) -> None:
        for part in self.parts.values():
            part.owed = part.owed and self.asks(part).required

    def asks(self, part: Part) -> OutcomeRules:
        settings = {str(name): one for name, one in self.rules.plan.queues.items()}
        return settings[part.queue].outcome if part.queue in settings else NO_RULES
