"""An ordered set with a cheap first element: waiting calls, idle agents, deadlines."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView

Key = TypeVar("Key", bound=str)
Rank = TypeVar("Rank", bound=tuple[Any, ...])

_SLACK = 64  # stale heap entries tolerated beyond twice the live ones before rebuilding


class Ranking(Generic[Key, Rank]):
    """Keys in order of their rank; lowest first. Ranks must be distinct.

    `put` and `discard` cost O(log n) or less, `first` O(1) amortised: removed keys stay in the
    heap until they surface or outnumber the living.
    """

    __slots__ = ("_heap", "_ranks")

    def __init__(self) -> None:
        self._ranks: dict[Key, Rank] = {}
        self._heap: list[tuple[Rank, Key]] = []

    def __len__(self) -> int:
        return len(self._ranks)

    def __contains__(self, key: Key) -> bool:
        return key in self._ranks

    def __iter__(self) -> Iterator[Key]:
        """Iterate in order of rank. O(n log n): for people, tests and snapshots."""
        return iter(sorted(self._ranks, key=self._ranks.__getitem__))

    def keys(self) -> KeysView[Key]:
        """Return the keys in an order that means nothing: to count, at no cost."""
        return self._ranks.keys()

    def rank(self, key: Key) -> Rank | None:
        """Return the key's rank, None if it is not in the set."""
        return self._ranks.get(key)

    def put(self, key: Key, rank: Rank) -> None:
        """Add the key, or move it to another rank."""
        self._ranks[key] = rank
        heapq.heappush(self._heap, (rank, key))
        if len(self._heap) > 2 * len(self._ranks) + _SLACK:
            self._heap = [(rank, key) for key, rank in self._ranks.items()]
            heapq.heapify(self._heap)

    def discard(self, key: Key) -> None:
        """Remove the key if it is there."""
        self._ranks.pop(key, None)

    def first(self) -> tuple[Rank, Key] | None:
        """Return the lowest rank and its key, None if the set is empty."""
        heap, ranks = self._heap, self._ranks
        while heap:
            top = heap[0]
            if ranks.get(top[1]) == top[0]:
                return top
            heapq.heappop(heap)
        return None
