"""A flow as a picture: SVG for a browser, light or dark as its reader likes it, with its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as Xml

from ccengine.ivr.exits import ENDS, about, exits, isolated, kind_of
from ccengine.ivr.layout import Layout, Passage, laid_out
from ccengine.ivr.placing import placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccengine.ivr.flow import Flow
    from ccengine.ivr.layout import Thing
    from ccengine.ivr.step import Step

LETTER: Final = 7.2  # how wide one is, in the smaller text
LEAST_WIDTH: Final = 176.0
HEIGHT: Final = 58.0
COUNTED_HEIGHT: Final = 78.0
PASSAGE_WIDTH: Final = 20.0
GAP: Final = 34.0  # between two things of a row
ROW_GAP: Final = 78.0
MARGIN: Final = 28.0
LABEL_HEIGHT: Final = 20.0
LANE: Final = 16.0  # between two ways that lead back
BESIDE: Final = 3.0  # between two such ways that share a row's gap
THIN, THICK = 1.4, 9.0
HUNDRED: Final = 100

STYLE: Final = """
svg {
  --paper: #fff; --ink: #1b1f24; --faint: #59636e;
  --box: #f6f8fa; --end: #e3eefc; --line: #59636e; --lost: #a3111d;
  background: var(--paper); font: 14px system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  svg {
    --paper: #0d1117; --ink: #f0f3f6; --faint: #b1bac4;
    --box: #1c222a; --end: #17304f; --line: #9ea7b3; --lost: #ffaca8;
  }
}
rect.paper { fill: var(--paper); }
.step rect { fill: var(--box); stroke: var(--line); }
.step.asks rect { stroke-width: 2.6; }
.step.end rect { fill: var(--end); }
text { fill: var(--ink); }
.name { font-weight: 600; }
.about, .count { fill: var(--faint); font-size: 12px; }
.lost { fill: var(--lost); font-weight: 600; }
.way { fill: none; stroke: var(--line); stroke-linejoin: round; }
.way.back { stroke-dasharray: 5 4; }
.label rect { fill: var(--paper); stroke: var(--line); }
.label text { font-size: 12px; }
marker path { fill: var(--line); }
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What traffic there was, for one flow."""

    title: str  #: of when it is
    entered: Mapping[str, int] = field(default_factory=dict)
    hung_up: Mapping[str, int] = field(default_factory=dict)
    went: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Way:
    """All ways from one step to another, drawn as one."""

    start: str
    end: str
    label: str

    @property
    def label_width(self) -> float:
        return len(self.label) * LETTER + 14 if self.label else 12.0


@dataclass(frozen=True, slots=True)
class _Box:
    """Where something stands."""

    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def drawn(flow: Flow, counts: Counts | None = None) -> str:
    """Return the picture of a flow, with yesterday's counts if there are any."""
    return _Picture(flow, counts).svg()


def described(flow: Flow, counts: Counts | None = None) -> str:
    """Return what the picture shows, in words."""
    return "\n".join(_told(flow, counts))


def _told(flow: Flow, counts: Counts | None) -> Iterator[str]:
    yield f"It begins with {flow.start}."
    for name, step in flow.steps.items():
        ways = "; ".join(f"{way.label or 'then'}: {way.end}" for way in _ways_of(name, step, None))
        counted = "" if counts is None else f" {_counted(name, counts)}."
        named = f"{kind_of(step)} {about(step)}".strip()
        yield f"{name}: {named}. {ways or 'Here it ends'}.{counted}"
    if flow.otherwise is not None:
        yield f"After {flow.total_minutes:g} minutes, or a failure: {flow.otherwise}."


def _counted(name: str, counts: Counts) -> str:
    calls, lost = counts.entered.get(name, 0), counts.hung_up.get(name, 0)
    share = f" ({HUNDRED * lost / calls:.0f} %)" if calls and lost else ""
    return f"{calls} calls, {lost} hung up{share}" if lost else f"{calls} calls"


def _ways_of(name: str, step: Step, counts: Counts | None) -> list[_Way]:
    labels: dict[str, list[str]] = {}
    for way in exits(step):
        labels.setdefault(way.to, []).append(way.label)
    made = []
    for end, named in labels.items():
        if any(named):
            named = [one or "next" for one in named]
        label = ", ".join(dict.fromkeys(filter(None, named)))
        if counts is not None:
            went = str(counts.went.get((name, end), 0))
            label = f"{label} · {went}" if label else went
        made.append(_Way(name, end, label))
    return made


def _what(step: Step) -> str:
    """Return what a step does, and about what."""
    named = about(step)
    return f"{kind_of(step)}: {isolated(named)}" if named else kind_of(step)


class _Picture:
    """One picture in the making."""

    def __init__(self, flow: Flow, counts: Counts | None) -> None:
        self._flow = flow
        self._counts = counts
        self._height = HEIGHT if counts is None else COUNTED_HEIGHT
        self._ways = {name: _ways_of(name, step, counts) for name, step in flow.steps.items()}
        targets = {
            name: [way.end for way in ways if way.end in flow.steps]
            for name, ways in self._ways.items()
        }
        self._layout: Layout = laid_out([flow.start], targets)
        self._boxes = dict(self._placed())
        self._right = max((box.x + box.width for box in self._boxes.values()), default=0.0)
        self._backs: dict[str, list[tuple[_Way, tuple[float, float]]]] = {}

    def svg(self) -> str:
        """Return it as text."""
        ways = Xml.Element("g")
        for of_step in self._ways.values():
            for position, way in enumerate(of_step):
                if way.end in self._boxes:
                    self._draw_way(ways, way, self._port(way.start, position))
        self._draw_ways_back(ways)
        rows = self._layout.rows
        height = len(rows) * (self._height + ROW_GAP) + MARGIN
        if not any(self._ways.get(str(thing)) for thing in rows[-1]):
            height -= ROW_GAP - MARGIN
        width = self._right + MARGIN + len(self._backs) * LANE + LANE
        size = {"width": f"{width:.0f}", "height": f"{height:.0f}"}
        view = f"0 0 {width:.0f} {height:.0f}"
        svg = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": view, **size})
        svg.attrib |= {"role": "img", "aria-labelledby": "title description"}
        self._put_head(svg, size)
        svg.append(ways)
        for name, step in self._flow.steps.items():
            self._draw_step(svg, name, step)
        Xml.indent(svg)
        return Xml.tostring(svg, encoding="unicode") + "\n"

    def _put_head(self, svg: Xml.Element, size: Mapping[str, str]) -> None:
        when = "" if self._counts is None else f", {self._counts.title}"
        Xml.SubElement(svg, "title", id="title").text = f"Flow {self._flow.name}{when}"
        text = described(self._flow, self._counts)
        Xml.SubElement(svg, "desc", id="description").text = text
        Xml.SubElement(svg, "style").text = STYLE
        marker = Xml.SubElement(Xml.SubElement(svg, "defs"), "marker", id="tip")
        marker.attrib |= {"viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto"}
        marker.attrib |= {"markerWidth": "8", "markerHeight": "8", "markerUnits": "userSpaceOnUse"}
        Xml.SubElement(marker, "path", d="M0 0 L8 4 L0 8 z")
        Xml.SubElement(svg, "rect", {"class": "paper", **size})

    # --- places --------------------------------------------------------------------------------

    def _placed(self) -> Iterator[tuple[Thing, _Box]]:
        rows = self._layout.rows
        widths = {thing: self._width_of(thing) for row in rows for thing in row}
        middles = placed(self._layout, widths, GAP)
        for number, row in enumerate(rows):
            y = MARGIN + number * (self._height + ROW_GAP)
            for thing in row:
                left = MARGIN + middles[thing] - widths[thing] / 2
                yield thing, _Box(left, y, widths[thing])

    def _width_of(self, thing: Thing) -> float:
        if isinstance(thing, Passage):
            return PASSAGE_WIDTH
        step = self._flow.steps[thing]
        labels = sum(way.label_width + 8 for way in self._ways[thing])
        texts = [thing, _what(step)]
        texts += [] if self._counts is None else [_counted(thing, self._counts)]
        return max(LEAST_WIDTH, labels + 8, max(map(len, texts)) * LETTER + 20)

    def _port(self, name: str, position: int) -> tuple[float, float]:
        """Return where the label of a step's way stands: its upper middle."""
        box, ways = self._boxes[name], self._ways[name]
        whole = sum(way.label_width + 8 for way in ways) - 8
        x = box.middle - whole / 2
        x += sum(way.label_width + 8 for way in ways[:position])
        return x + ways[position].label_width / 2, box.y + self._height + 6

    # --- drawing -------------------------------------------------------------------------------

    def _draw_way(self, svg: Xml.Element, way: _Way, port: tuple[float, float]) -> None:
        x, y = port
        begins = y + LABEL_HEIGHT
        if self._layout.row_of[way.end] <= self._layout.row_of[way.start]:
            self._backs.setdefault(way.end, []).append((way, port))
            return
        path = f"M{x:.1f} {y - 6:.1f} V{begins:.1f} "
        path += self._path_down(x, begins, way, self._boxes[way.end])
        self._draw_line(svg, "way", path, self._thickness((way,)), is_whole=True)
        if way.label:
            self._draw_label(svg, way, x, y)

    def _draw_line(
        self, svg: Xml.Element, kind: str, path: str, width: float, *, is_whole: bool
    ) -> None:
        line = Xml.SubElement(svg, "path", {"class": kind, "d": path})
        line.set("stroke-width", f"{width:.1f}")
        if is_whole:
            line.set("marker-end", "url(#tip)")

    def _path_down(self, x: float, y: float, way: _Way, end: _Box) -> str:
        stops = [self._boxes[one] for one in self._layout.passages(way.start, way.end)]
        path = ""
        for stop in stops:
            half = (stop.y - y) / 2
            path += f"C{x:.1f} {y + half:.1f} {stop.middle:.1f} {stop.y - half:.1f} "
            path += (
                f"{stop.middle:.1f} {stop.y:.1f} L{stop.middle:.1f} {stop.y + self._height:.1f} "
            )
            x, y = stop.middle, stop.y + self._height
        half = (end.y - y) / 2
        path += f"C{x:.1f} {y + half:.1f} {end.middle:.1f} {end.y - half:.1f} "
        return path + f"{end.middle:.1f} {end.y - 1:.1f}"

    def _draw_ways_back(self, svg: Xml.Element) -> None:
        """Draw what leads back to each step: along the right side, above the row it leads to."""
        row_of = self._layout.row_of

        def rows(end: str) -> int:
            return max(row_of[way.start] for way, _ in self._backs[end]) - row_of[end]

        for number, end in enumerate(sorted(self._backs, key=rows)):
            ways, beside = self._backs[end], BESIDE * (number % 5)
            lane, reached = self._right + LANE * (number + 1), set[float]()
            for way, (x, y) in sorted(ways, key=lambda one: one[1]):
                below = y + LABEL_HEIGHT + 10 + beside
                # Of those of a row the first one goes all the way, and others run into it.
                across = f" H{lane:.1f}" if below not in reached else ""
                reached.add(below)
                path = f"M{x:.1f} {y - 6:.1f} V{below:.1f}{across}"
                self._draw_line(svg, "way back", path, self._thickness((way,)), is_whole=False)
                if way.label:
                    self._draw_label(svg, way, x, y)
            box = self._boxes[end]
            above, into = box.y - 14 - beside, box.middle + 24
            path = f"M{lane:.1f} {max(reached):.1f} V{above:.1f} H{into:.1f} V{box.y - 1:.1f}"
            width = self._thickness([way for way, _ in ways])
            self._draw_line(svg, "way back", path, width, is_whole=True)

    def _thickness(self, ways: Iterable[_Way]) -> float:
        if self._counts is None:
            return THIN
        most = max(self._counts.went.values(), default=0)
        gone = sum(self._counts.went.get((way.start, way.end), 0) for way in ways)
        return THIN + (THICK - THIN) * min(1.0, gone / most) if most else THIN

    def _draw_label(self, svg: Xml.Element, way: _Way, x: float, y: float) -> None:
        group = Xml.SubElement(svg, "g", {"class": "label"})
        width = way.label_width
        _rect(group, x - width / 2, y, width, LABEL_HEIGHT, LABEL_HEIGHT / 2)
        _text(group, x, y + 14, way.label)

    def _draw_step(self, svg: Xml.Element, name: str, step: Step) -> None:
        box = self._boxes[name]
        asks = any(way.by_key for way in exits(step))
        kind = "step end" if isinstance(step, ENDS) else "step asks" if asks else "step"
        group = Xml.SubElement(svg, "g", {"class": kind})
        round_by = self._height / 2 if isinstance(step, ENDS) else 8.0
        _rect(group, box.x, box.y, box.width, self._height, round_by)
        mark = "▶ " if name == self._flow.start else ""
        mark += "⏱ " if name == self._flow.otherwise else ""
        _text(group, box.middle, box.y + 24, mark + name, "name")
        _text(group, box.middle, box.y + 44, _what(step), "about")
        if self._counts is not None:
            kind = "count lost" if self._counts.hung_up.get(name) else "count"
            _text(group, box.middle, box.y + 64, _counted(name, self._counts), kind)


def _rect(parent: Xml.Element, x: float, y: float, width: float, height: float, r: float) -> None:
    rect = Xml.SubElement(parent, "rect", x=f"{x:.1f}", y=f"{y:.1f}", rx=f"{r:.1f}")
    rect.attrib |= {"width": f"{width:.1f}", "height": f"{height:.1f}"}


def _text(parent: Xml.Element, x: float, y: float, text: str, kind: str = "") -> None:
    made = Xml.SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}"})
    made.set("text-anchor", "middle")
    if kind:
        made.set("class", kind)
    made.text = text
