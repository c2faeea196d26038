"""Goes through recorded steps and works out for each offer whom it should have gone to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.core.commands import OfferCall
from tests.core.naive_routing import Due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.reporting.rows import Step
    from tests.core.naive_routing import NaiveRouting

SHOWN_AT_MOST = 3


@dataclass
class Recount:
    """What was worked out, beside what was done."""

    offers: dict[str, Due] = field(default_factory=dict)  #: what should have been, by offer made
    differences: list[str] = field(default_factory=list)
    latest: float = 0.0  #: for how long the timer had something to do and was not acted on

    def told(self) -> str:
        """Tell the first differences: what comes later may follow from them."""
        first = self.differences[:SHOWN_AT_MOST]
        return "\n".join([f"{len(self.differences)} differences, the first:", *first])

    @property
    def agents_chose(self) -> int:
        """Count the offers for which a free agent had several callers to choose from."""
        return sum(len(due.callers) > 1 for due in self.offers.values())

    @property
    def callers_chose(self) -> int:
        """Count the offers for which a caller had several free agents to choose from."""
        return sum(len(due.agents) > 1 for due in self.offers.values())

    @property
    def relaxed(self) -> int:
        """Count the offers of calls for which a step had been taken."""
        return sum(due.relaxed > 0 for due in self.offers.values())


def recount(routing: NaiveRouting, steps: Iterable[Step]) -> Recount:
    """Compare offer by offer, in order; after a difference, go on from what was done."""
    found = Recount()
    for step in steps:
        if step.rejection:
            continue
        found.latest = max(found.latest, routing.late(step.at))
        routing.hear(step.event, step.at)
        for made in step.commands:
            if isinstance(made, OfferCall):
                _compare(found, routing, made)
        _compare(found, routing, None)
    return found


def _compare(found: Recount, routing: NaiveRouting, made: OfferCall | None) -> None:
    due, then = routing.due(), routing.told()
    was = None if made is None else (made.call, made.agent)
    should_be = None if due is None else (due.call, due.agent)
    if was != should_be:
        found.differences.append(f"{routing.now:.3f}: offered {was}, should be {should_be}\n{then}")
    if made is None:
        return
    offer = routing.offered(made.call, made.agent)
    if offer != made.offer:
        found.differences.append(f"{routing.now:.3f}: the offer {offer} is called {made.offer}")
    if due is not None:
        found.offers[made.offer] = due
