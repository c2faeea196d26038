"""Shares time out to clients by a named rule, to the last millisecond.

Each stretch of time is split by itself, by largest remainder on whole milliseconds: the parts of
each add up to it, so the parts of all add up to all, and each part can be traced to its stretch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from ccengine.reporting.kpis.facts import NOBODY, Ms
from ccengine.reporting.kpis.terms import HANDLING, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccengine.core.ids import AgentId, ClientId
    from ccengine.reporting.kpis.facts import Stretch

HUNDREDTHS = 10_000


Name = TypeVar("Name", bound=str)


def split(whole: int, weights: Mapping[Name, int], turn: int = 0) -> dict[Name, int]:
    """Split a whole number by weights; the parts add up to it.

    Args:
        whole: not negative.
        weights: not negative, at least one of them positive.
        turn: who is first among those with the same remainder: else it would always be the same.
    """
    total = sum(weights.values())
    parts = {name: whole * weight // total for name, weight in weights.items()}
    names = sorted(weights)
    first = turn % len(names)
    in_turn = [*names[first:], *names[:first]]
    by_remainder = sorted(in_turn, key=lambda name: -(whole * weights[name] % total))
    for name in by_remainder[: whole - sum(parts.values())]:
        parts[name] += 1
    return parts


def percentages(parts: Mapping[str, int]) -> dict[str, Decimal]:
    """Return percent with two decimals, which add up to 100 exactly; nothing if there is none."""
    if not sum(parts.values()):
        return {}
    hundredths = split(HUNDREDTHS, parts)
    return {name: Decimal(part).scaleb(-2) for name, part in hundredths.items()}


class Splitter:
    """Splits agents' time that is nobody's alone.

    Args:
        rule: by which.
        stretches: all of the days' time: for the rule `handled`, whose calls each agent had.
        weights: of clients' contracts.
    """

    def __init__(
        self, rule: Rule, stretches: Iterable[Stretch], weights: Mapping[ClientId, int]
    ) -> None:
        self._rule = rule
        self._weights = weights
        self._own: defaultdict[AgentId, Counter[ClientId]] = defaultdict(Counter)
        for stretch in stretches:
            if stretch.client and stretch.doing in HANDLING:
                self._own[stretch.agent][stretch.client] += stretch.length

    def share(self, stretch: Stretch) -> dict[ClientId, Ms]:
        """Return whose the time is, to the millisecond."""
        if stretch.client:
            return {stretch.client: stretch.length}
        weights = self._weights_of(stretch)
        parts = split(stretch.length, weights, stretch.row)
        return {client: part for client in weights if (part := parts[client])}

    def _weights_of(self, stretch: Stretch) -> Mapping[ClientId, int]:
        """Return weights by the rule; equal ones where it says nothing; nobody's if none is."""
        clients = stretch.approved or (NOBODY,)
        found: dict[ClientId, int] = {}
        match self._rule:
            case Rule.EQUAL:
                pass
            case Rule.HANDLED:
                own = self._own[stretch.agent]
                found = {client: own[client] for client in clients}
            case Rule.CONTRACT:
                found = {client: self._weights.get(client, 0) for client in clients}
        return found if any(found.values()) else dict.fromkeys(clients, 1)
