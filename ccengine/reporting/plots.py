"""Plots as inline SVG: drawn here, so that a page needs nothing from elsewhere.

Colors are the page's own CSS variables; each mark has a tooltip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT = 560.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 18.0, 12.0, 34.0
_TICKS = 5
HUNDRED = 100  # from here on without decimals
_GAP = 2.0  # between bars


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one for each place of the horizontal axis; None: there is none."""

    name: str
    color: str  #: CSS
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes say."""

    x_label: str
    y_label: str
    places: int
    x_text: Callable[[int], str]  #: of a place's left edge
    x_every: int  #: how many places lie between two labels
    top: float  #: highest value shown; the same in plots to be compared

    def x(self, place: float) -> float:
        """Return where a place is."""
        return LEFT + (WIDTH - LEFT - RIGHT) * place / max(1, self.places)

    def y(self, value: float) -> float:
        """Return where a value is."""
        share = min(1.0, value / self.top) if self.top else 0.0
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def nice_top(highest: float) -> float:
    """Return a round number that is not below the highest value."""
    if highest <= 0:
        return 1.0
    size = 1.0
    while size * 10 <= highest:
        size *= 10
    while size > highest:
        size /= 10
    return next(size * step for step in (1, 1.5, 2, 3, 4, 5, 7.5, 10) if size * step >= highest)


def stacked_bars(axes: Axes, series: Sequence[Series]) -> str:
    """Return bars, each series on top of the one before."""
    marks = []
    for place in range(axes.places):
        base = 0.0
        for one in series:
            value = one.values[place] or 0.0
            if value > 0:
                marks.append(_bar(axes, place, base, base + value, one))
            base += value
    return _plot(axes, marks)


def stacked_areas(axes: Axes, series: Sequence[Series]) -> str:
    """Return areas over time, each series on top of the one before."""
    base = [0.0] * axes.places
    marks = []
    for one in series:
        raised = [low + (value or 0.0) for low, value in zip(base, one.values, strict=True)]
        forth = _stairs(axes, raised)
        back = reversed(_stairs(axes, base))
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*forth, *back))
        title = f"<title>{escape(one.name)}</title>"
        marks.append(f'<polygon points="{points}" fill="{one.color}">{title}</polygon>')
        base = raised
    return _plot(axes, marks)


def filled_line(axes: Axes, one: Series) -> str:
    """Return one series over time, as a line with the area below it."""
    values = [value or 0.0 for value in one.values]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in _stairs(axes, values))
    floor = axes.y(0)
    area = f"{axes.x(0):.1f},{floor:.1f} {line} {axes.x(axes.places):.1f},{floor:.1f}"
    marks = [
        f'<polygon points="{area}" fill="{one.color}" opacity="0.18"/>',
        f'<polyline points="{line}" fill="none" stroke="{one.color}" stroke-width="1.5"/>',
        *_columns(axes, one),
    ]
    return _plot(axes, marks)


def banded_line(
    axes: Axes, band: tuple[Series, Series], one: Series, *, line_at: float | None, line_name: str
) -> str:
    """Return a series over time within the band of its least and its most, and a line across.

    A place without a value parts the series.
    """
    least, most = band
    marks = []
    for first, end in _stretches(one.values):
        places = range(first, end)
        forth = [(axes.x(place + side), axes.y(most.values[place] or 0.0))
                 for place in places for side in (0, 1)]  # fmt: skip
        back = [(axes.x(place + side), axes.y(least.values[place] or 0.0))
                for place in reversed(places) for side in (1, 0)]  # fmt: skip
        line = [(axes.x(place + side), axes.y(one.values[place] or 0.0))
                for place in places for side in (0, 1)]  # fmt: skip
        marks += [
            f'<polygon points="{_points((*forth, *back))}" fill="{one.color}" opacity="0.2"/>',
            f'<polyline points="{_points(line)}" fill="none" stroke="{one.color}" '
            'stroke-width="1.5"/>',
        ]
    marks += _agreed(line_at, line_name, axes)
    marks += [*_columns(axes, one)]
    return _plot(axes, marks)


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _stretches(values: Sequence[float | None]) -> Iterable[tuple[int, int]]:
    """Yield where values begin and end that no gap parts."""
    first = None
    for place, value in enumerate((*values, None)):
        if value is not None and first is None:
            first = place
        elif value is None and first is not None:
            yield first, place
            first = None


def bars(axes: Axes, one: Series, *, line_at: float | None, line_name: str) -> str:
    """Return bars with, if wanted, a line across at a value that was agreed."""
    marks = [
        _bar(axes, place, 0.0, value, one)
        for place, value in enumerate(one.values)
        if value is not None
    ]
    marks += _agreed(line_at, line_name, axes)
    return _plot(axes, marks)


def _agreed(line_at: float | None, line_name: str, axes: Axes) -> list[str]:
    """Return a line across at a value that was agreed, if there is one."""
    if line_at is None:
        return []
    y = axes.y(line_at)
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="agreed"/>'
        f'<text x="{WIDTH - RIGHT}" y="{y - 4:.1f}" text-anchor="end" class="agreed-text">'
        f"{escape(line_name)}</text>"
    ]


def _bar(axes: Axes, place: int, low: float, high: float, one: Series) -> str:
    x, width = axes.x(place), axes.x(place + 1) - axes.x(place)
    y, floor = axes.y(high), axes.y(low)
    gap = min(_GAP, width / 4)
    title = f"{axes.x_text(place)}: {one.name} {_number(high - low)}"
    return (
        f'<rect x="{x + gap / 2:.1f}" y="{y:.1f}" width="{width - gap:.1f}" '
        f'height="{max(0.0, floor - y):.1f}" fill="{one.color}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _columns(axes: Axes, one: Series) -> Iterable[str]:
    """Return invisible columns that show the value under the pointer."""
    for place, value in enumerate(one.values):
        if value is not None:
            x, width = axes.x(place), axes.x(place + 1) - axes.x(place)
            title = escape(f"{axes.x_text(place)}: {one.name} {_number(value)}")
            yield (
                f'<rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" '
                f'height="{HEIGHT - TOP - BOTTOM}" class="column"><title>{title}</title></rect>'
            )


def _stairs(axes: Axes, values: Sequence[float]) -> list[tuple[float, float]]:
    return [
        (axes.x(place + right), axes.y(value))
        for place, value in enumerate(values)
        for right in (0, 1)
    ]


def _plot(axes: Axes, marks: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(axes.y_label)} by {escape(axes.x_label)}">'
        f"{_grid(axes)}{''.join(marks)}{_x_labels(axes)}</svg>"
    )


def _grid(axes: Axes) -> str:
    parts = []
    for tick in range(_TICKS + 1):
        value = axes.top * tick / _TICKS
        y = axes.y(value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
            f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{_number(value)}</text>'
        )
    middle = TOP + (HEIGHT - TOP - BOTTOM) / 2
    parts.append(
        f'<text x="11" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 11 {middle:.1f})">{escape(axes.y_label)}</text>'
    )
    return "".join(parts)


def _x_labels(axes: Axes) -> str:
    y = HEIGHT - BOTTOM + 14
    parts = [
        f'<text x="{axes.x(place):.1f}" y="{y}" text-anchor="middle">{escape(text)}</text>'
        for place in range(0, axes.places + 1, axes.x_every)
        if (text := axes.x_text(place))
    ]
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    label = f'<text x="{middle:.1f}" y="{HEIGHT - 4}" text-anchor="middle">'
    return "".join(parts) + label + f"{escape(axes.x_label)}</text>"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= HUNDRED else f"{value:.2f}".rstrip("0").rstrip(".")
