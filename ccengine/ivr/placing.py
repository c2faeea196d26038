"""How far from the left each thing of a flow's picture stands: near what it is joined to.

Rows keep their order. Each in its turn is moved as near as can be to its neighbours above and
below, in the sense of least squares (isotonic regression by pooling adjacent violators), so that
ways are short, and those that pass rows by run straight down.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from ccengine.ivr.layout import Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccengine.ivr.layout import Layout, Thing

ROUNDS: Final = 24
STRAIGHT: Final = 8.0  #: how much more a bend in a long way counts than a slope between two steps


def placed(layout: Layout, widths: Mapping[Thing, float], gap: float) -> dict[Thing, float]:
    """Return the middle of each thing; the leftmost edge is at nought.

    Args:
        layout: the rows, and what leads to what.
        widths: of everything.
        gap: between two things of a row of which one is a step.
    """
    offsets = {number: _offsets(row, widths, gap) for number, row in enumerate(layout.rows)}
    middles = {
        thing: offset - offsets[number][-1] / 2
        for number, row in enumerate(layout.rows)
        for thing, offset in zip(row, offsets[number], strict=True)
    }
    joined = _joined(layout)
    numbers = [*range(len(layout.rows))]
    for turn in range(ROUNDS):
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            row = layout.rows[number]
            wanted = [_wanted(thing, joined, middles) for thing in row]
            middles |= zip(row, _apart(wanted, offsets[number]), strict=True)
    left = min((middles[thing] - widths[thing] / 2 for thing in middles), default=0.0)
    return {thing: middle - left for thing, middle in middles.items()}


def _offsets(row: Sequence[Thing], widths: Mapping[Thing, float], gap: float) -> list[float]:
    """Return how far each is at least from the first, from middle to middle."""
    offsets = [0.0]
    for one, following in itertools.pairwise(row):
        both_pass = isinstance(one, Passage) and isinstance(following, Passage)
        between = 0.0 if both_pass else gap
        offsets.append(offsets[-1] + (widths[one] + widths[following]) / 2 + between)
    return offsets


def _joined(layout: Layout) -> Mapping[Thing, Sequence[tuple[Thing, float]]]:
    """Return by thing what it is joined to in the rows beside its own, and how firmly."""
    joined: dict[Thing, list[tuple[Thing, float]]] = {}
    for one, targets in layout.leads.items():
        for target in targets:
            both_pass = isinstance(one, Passage) and isinstance(target, Passage)
            firmly = STRAIGHT if both_pass else 1.0
            joined.setdefault(one, []).append((target, firmly))
            joined.setdefault(target, []).append((one, firmly))
    return joined


def _wanted(
    thing: Thing,
    joined: Mapping[Thing, Sequence[tuple[Thing, float]]],
    middles: Mapping[Thing, float],
) -> tuple[float, float]:
    """Return where a thing would stand alone, and how much that counts."""
    others = joined.get(thing, ())
    weight = sum(firmly for _, firmly in others)
    if not weight:
        return middles[thing], 0.01
    return sum(middles[other] * firmly for other, firmly in others) / weight, weight


def _apart(wanted: Sequence[tuple[float, float]], offsets: Sequence[float]) -> list[float]:
    """Return the places nearest to those that are wanted, in order and far enough apart."""
    blocks: list[tuple[float, float, int]] = []  # where, how firmly, how many
    for (want, weight), offset in zip(wanted, offsets, strict=True):
        block = (want - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            where, firmly, many = blocks.pop()
            whole = firmly + block[1]
            mean = (where * firmly + block[0] * block[1]) / whole
            block = (mean, whole, many + block[2])
        blocks.append(block)
    places = [where for where, _, many in blocks for _ in range(many)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]
