"""Where the steps of a flow stand in its picture: in rows by how far they are from the start.

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
    leads: dict[Thing, list[Thing]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            chain: list[Thing] = [name]
            for row in range(row_of[name] + 1, row_of[target]):
                passage = Passage((name, target), row)
                rows[row].append(passage)
                chain.append(passage)
            chain.append(target)
            for one, following in itertools.pairwise(chain):
                leads.setdefault(one, []).append(following)
    for _ in range(ROUNDS):
        for above, row_there in itertools.pairwise(rows):
            _sort(row_there, above, leads)
    return Layout(rows, row_of)


def _rows(starts: Sequence[str], ways: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many steps lead to each one at least; ways back count for nothing."""
    rows: dict[str, int] = {}
    ahead = [(name, 0) for name in starts]
    while ahead:
        name, row = ahead.pop(0)
        if name not in rows:
            rows[name] = row
            ahead += [(target, row + 1) for target in ways[name]]
    last = max(rows.values(), default=-1) + 1
    return rows | {name: last for name in ways if name not in rows}


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
