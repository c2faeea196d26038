"""Where the steps of a flow stand in its picture: in rows, each below all steps that lead to it.

Only ways that lead back to where the call has been before go upwards.

A way that passes rows by has a place of its own in each, so that no way runs through a step.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a way from a step to another goes through a row between the two."""

    way: tuple[str, str]
    row: int


Thing = str | Passage
"""What has a place in a row: a step, or a way that goes through."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows, from the start on."""

    rows: Sequence[Sequence[Thing]]
    row_of: Mapping[str, int]
    leads: Mapping[Thing, Sequence[Thing]]  #: from each to things of the next row

    def passages(self, start: str, end: str) -> list[Passage]:
        """Return what a way goes through; nothing where it leads back or to the next row."""
        between = range(self.row_of[start] + 1, self.row_of[end])
        return [Passage((start, end), row) for row in between]


def laid_out(starts: Sequence[str], ways: Mapping[str, Sequence[str]]) -> Layout:
    """Return the places of all steps.

    Args:
        starts: where calls come in.
        ways: by step, those it leads to.
    """
    row_of = _rows(starts, ways)
    rows: list[list[Thing]] = [[] for _ in range(max(row_of.values(), default=-1) + 1)]
    for name, row in row_of.items():
        rows[row].append(name)
    leads: dict[Thing, list[Thing]] = {}
    for way in ((name, target) for name, targets in ways.items() for target in targets):
        chain = _chain(way, row_of)
        for row, thing in enumerate(chain[1:-1], row_of[way[0]] + 1):
            rows[row].append(thing)
        for one, following in itertools.pairwise(chain):
            leads.setdefault(one, []).append(following)
    for _ in range(ROUNDS):
        for above, row_there in itertools.pairwise(rows):
            _sort(row_there, above, leads)
    return Layout(rows, row_of, leads)


def _chain(way: tuple[str, str], row_of: Mapping[str, int]) -> list[Thing]:
    """Return what a way goes through, its ends included; nothing for a way back."""
    first, last = row_of[way[0]], row_of[way[1]]
    if last <= first:
        return []
    return [way[0], *(Passage(way, row) for row in range(first + 1, last)), way[1]]


def _rows(starts: Sequence[str], ways: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many steps lead to each one at most; ways back count for nothing."""
    order = _in_order(starts, ways)
    rows = dict.fromkeys(order, 0)
    place = {name: position for position, name in enumerate(order)}
    for name in order:
        for target in ways[name]:
            if place[target] > place[name]:
                rows[target] = max(rows[target], rows[name] + 1)
    last = max(rows.values(), default=-1) + 1
    return rows | {name: last for name in ways if name not in rows}


def _in_order(starts: Sequence[str], ways: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what can be come to, each before those it leads to, but for ways back."""
    done: list[str] = []
    seen: set[str] = set()
    for start in reversed(starts):
        stack = [(start, iter(reversed(ways[start])))] if start not in seen else []
        seen.add(start)
        while stack:
            name, targets = stack[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                done.append(name)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(reversed(ways[target]))))
    return done[::-1]


def _sort(row: list[Thing], above: Sequence[Thing], leads: Mapping[Thing, Sequence[Thing]]) -> None:
    """Put a row's things below the middle of those that lead to them."""
    place: dict[Thing, float] = {}
    for thing in row:
        leading = [
            position + leads[one].index(thing) / (len(leads[one]) + 1)
            for position, one in enumerate(above)
            if thing in leads.get(one, ())
        ]
        place[thing] = sum(leading) / len(leading) if leading else float(len(above))
    row.sort(key=lambda thing: place[thing])
