"""Where callers stand in the order of service of their queue, as they may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.acd.lines import is_overdue, rank_in_queue
from ccengine.core.ids import CallId, Instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.calls import Call
    from ccengine.core.ids import QueueId
    from ccengine.core.queues import QueueSettings


@dataclass(frozen=True, slots=True)
class _Order:
    places: Mapping[CallId, int]  #: 1 is next
    oldest: Instant | None  #: since when the first waits whom the starvation guard may move yet

    def holds(self, settings: QueueSettings, now: Instant) -> bool:
        guard = settings.longest_wait_seconds
        return guard is None or self.oldest is None or now - self.oldest < guard


class Positions:
    """The orders, each worked out when it is asked for and kept until its line changes.

    Derived from calls and plan alone: a snapshot does not hold it.
    """

    def __init__(self) -> None:
        self._orders: dict[QueueId, _Order] = {}

    def forget(self, queue: QueueId) -> None:
        """Take note that a line, or the rank of somebody in it, has changed."""
        self._orders.pop(queue, None)

    def places(
        self, queue: QueueId, line: Iterable[Call], settings: QueueSettings, now: Instant
    ) -> Mapping[CallId, int]:
        """Return the place of each in the line, 1 for who is next; `line` is read if it must."""
        order = self._orders.get(queue)
        if order is None or not order.holds(settings, now):
            order = self._orders[queue] = _order_of(line, settings, now)
        return order.places


def _order_of(line: Iterable[Call], settings: QueueSettings, now: Instant) -> _Order:
    served = sorted(line, key=lambda call: rank_in_queue(call, settings, now))
    patient = (call.queued_at for call in served if not is_overdue(call, settings, now))
    places = {call.id: place for place, call in enumerate(served, 1)}
    return _Order(places, min(patient, default=None))
