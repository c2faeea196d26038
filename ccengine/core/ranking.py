"""An ordered set with a cheap first element: waiting calls, idle agents, deadlines."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
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

    __slots__ = ("_entries", "_heap")

    def __init__(self) -> None:
        self._entries: dict[Key, tuple[Rank, Key]] = {}
        self._heap: list[tuple[Rank, Key]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Key]:
        """Iterate in order of rank. O(n log n): for people, tests and snapshots."""
        return iter([key for _, key in sorted(self._entries.values())])

    def keys(self) -> KeysView[Key]:
        """Return the keys in an order that means nothing: to count, at no cost."""
        return self._entries.keys()

    def entries(self) -> list[tuple[Rank, Key]]:
        """Return all ranks and keys in an order that means nothing, at little cost."""
        return list(self._entries.values())

    def rank(self, key: Key) -> Rank | None:
        """Return the key's rank, None if it is not in the set."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: Key, rank: Rank) -> None:
        """Add the key, or move it to another rank."""
        entry = self._entries[key] = (rank, key)
        heappush(self._heap, entry)
        if len(self._heap) > 2 * len(self._entries) + _SLACK:
            self._heap = list(self._entries.values())
            heapify(self._heap)

    def discard(self, key: Key) -> None:
        """Remove the key if it is there."""
        self._entries.pop(key, None)

    def first(self) -> tuple[Rank, Key] | None:
        """Return the lowest rank and its key, None if the set is empty."""
        heap, entries = self._heap, self._entries
        while heap:
            top = heap[0]
            if entries.get(top[1]) is top:
                return top
            heappop(heap)
        return None
