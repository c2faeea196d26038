"""A campaign's report as one page of HTML that needs nothing else: figures, plots, assumptions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from ccengine.reporting.pages import document
from ccengine.reporting.plots import Axes, Series, banded_line, bars, nice_top
from ccengine.simulator.dialing.tellings import COLUMNS, kept, title, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccengine.simulator.dialing.trials import CampaignReport, LawResult

BUSY, LOST = "var(--blue)", "var(--orange)"
FULL: Final = 100.0
LABELS: Final = 12

Course = list[float | None]
"""Percent by half hour."""


def page(report: CampaignReport) -> str:
    """Return the whole page."""
    head = f"{report.name}: {report.agents} agents for {report.hours:g} hours"
    seeds = ", ".join(map(str, report.seeds))
    sections = [
        f"<h1><bdi>{escape(report.name)}</bdi></h1>",
        f"<p><bdi>{escape(report.campaign)}</bdi>: {escape(report.mode)}, {report.agents} agents, "
        f"{report.hours:g} hours, seeds {seeds}. Simulated with the pacing that dials; what is "
        "assumed of agents and of those who are called stands below.</p>",
        "<h2>Figures</h2><p>Mean of all seeds, with the least and the most.</p>",
        f'<div class="tables">{_figures(report)}</div>',
        "<h2>Limits on abandoned calls</h2>",
        *_limits(report),
        *_plots(report),
        "<h2>Assumptions</h2>",
        f'<div class="tables">{_assumptions(report)}</div>',
        *(f"<p>{escape(remark)}</p>" for remark in report.remarks),
    ]
    return document(head, sections)


def _figures(report: CampaignReport) -> str:
    heads = "".join(
        f'<th title="{escape(column.meaning)}">{escape(column.head)}</th>' for column in COLUMNS
    )
    rows = "".join(_row(result) for result in report.results)
    return f"<table><tr><th>pacing</th>{heads}</tr>{rows}</table>"


def _row(result: LawResult) -> str:
    cells = "".join(
        f"<td>{told(result.figures[column.key], column.digits)}</td>" for column in COLUMNS
    )
    total = " class=total" if result.is_configured else ""
    return f"<tr{total}><td>{escape(title(result))}</td>{cells}</tr>"


def _limits(report: CampaignReport) -> Iterator[str]:
    verdicts = list(kept(report))
    if not verdicts:
        yield "<p>No limit holds for this campaign.</p>"
    for verdict in verdicts:
        text = escape(verdict.text)
        yield f"<p><strong>{text}</strong></p>" if verdict.is_broken else f"<p>{text}</p>"
    for limit in report.limits:
        yield f"<p>{escape(limit.rule)}: {escape(limit.source)}</p>"


def _assumptions(report: CampaignReport) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{escape(one.text)}</td>"
        f"<td><bdi>{escape(one.source)}</bdi></td></tr>"
        for one in report.assumptions
    )
    return f"<table><tr><th>assumed</th><th>value</th><th>from</th></tr>{rows}</table>"


def _plots(report: CampaignReport) -> Iterator[str]:
    limit = min((one.limit.percent for one in report.limits), default=None)
    yield _section("Utilisation by half hour: mean of the seeds, and their span", (
        (title(result), _utilisation(result)) for result in report.results
    ))  # fmt: skip
    yield _section("Abandoned calls by half hour, percent of live answers: mean and span", (
        (title(result), _abandoned(report, result, limit)) for result in report.results
    ))  # fmt: skip
    yield _section("Abandoned calls of the whole day, seed by seed", (
        (title(result), _by_seed(report, result, limit)) for result in report.results
    ))  # fmt: skip


def _section(head: str, plots: Iterable[tuple[str, str]]) -> str:
    figures = "".join(
        f"<figure><h3>{escape(caption)}</h3>{plot}</figure>" for caption, plot in plots
    )
    return f'<h2>{escape(head)}</h2><div class="plots">{figures}</div>'


def _utilisation(result: LawResult) -> str:
    courses = [list(day.utilisation) for day in result.days]
    return _banded(courses, Series("utilisation", BUSY, ()), FULL, None)


def _abandoned(report: CampaignReport, result: LawResult, limit: float | None) -> str:
    courses = [list(day.abandoned) for day in result.days]
    highest = max(
        (share for one in report.results for day in one.days for share in day.abandoned if share),
        default=0.0,
    )
    top = nice_top(max(highest, limit or 0.0))
    return _banded(courses, Series("abandoned", LOST, ()), top, limit)


def _banded(courses: Sequence[Course], kind: Series, top: float, limit: float | None) -> str:
    places = len(courses[0])
    by_place = [[one for one in seeds if one is not None] for seeds in zip(*courses, strict=True)]
    least, mean, most = (
        Series(kind.name, kind.color, [pick(values) if values else None for values in by_place])
        for pick in (min, _mean, max)
    )
    axes = Axes(
        "hours since the beginning",
        "percent",
        places,
        lambda place: f"{place / 2:g}",
        next(step for step in (1, 2, 4) if places <= LABELS * step),
        top,
    )
    return banded_line(axes, (least, most), mean, line_at=limit, line_name="limit")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _by_seed(report: CampaignReport, result: LawResult, limit: float | None) -> str:
    shares = [day.figures["abandoned_percent"] for day in result.days]
    highest = max(day.figures["abandoned_percent"] for one in report.results for day in one.days)
    seeds = report.seeds
    axes = Axes(
        "seed",
        "percent of live answers",
        len(seeds),
        lambda place: str(seeds[place]) if place < len(seeds) else "",
        max(1, len(seeds) // LABELS),
        nice_top(max(highest, limit or 0.0)),
    )
    return bars(axes, Series("abandoned", LOST, shares), line_at=limit, line_name="limit")
