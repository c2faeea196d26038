"""Lines and tables for people, and what the limit is."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from rich.table import Table

from tests.benchmarks.inbound.runs import percentile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.recorded.runs import Outcome
    from tests.benchmarks.recorded.streams import Pace

OURS: Final = ("asterisk", "engine", "keeper")
LOAD: Final = ("callers", "phones")
FULL_PERCENT: Final = 90.0
"""Of a processor: who has but one thread for its work has no more."""
LOST_PERCENT: Final = 1.0
"""More packets lost than this are heard."""
MEGABYTE: Final = 1_000_000


def line(outcome: Outcome) -> str:
    """Say in one line what a run showed."""
    used, times = outcome.used, outcome.times
    words = [
        f"{outcome.calls:4} {'recorded' if outcome.recorded else 'plain   '}",
        f"joined {outcome.joined}",
        "CPU% " + " ".join(f"{name} {share:.0f}" for name, share in used.percent.items()),
        f"packets {used.softirq_percent:.0f} rest {used.rest_percent:.0f} idle {used.idle_percent:.0f}%",
        f"rung p50 {times.p('rung', 0.5):.0f} p99 {times.p('rung', 0.99):.0f} ms",
        f"heard {_pace(outcome.heard)} of sent {_pace(outcome.sent)}",
    ]
    if outcome.recorded:
        words.append(f"whole {outcome.whole}/{outcome.calls}")
        words.append(f"begun {percentile(outcome.late, 0.5):.0f} ms after the answer")
    if outcome.backlog is not None:
        left = outcome.backlog.seconds
        words.append("NOT KEPT" if left is None else f"kept {left:.1f} s after the last")
    if outcome.dropped or outcome.left_over:
        words.append(f"VOID: {outcome.dropped} packets, {outcome.left_over} channels left")
    words += [f"\n       {fault}" for fault in outcome.faults[:3]]
    return "  ".join(words)


def is_carried(outcome: Outcome) -> bool:
    """Tell whether all calls were joined, were heard, and are kept whole."""
    if outcome.faults or outcome.joined < outcome.calls or outcome.left_over:
        return False
    if outcome.heard.lost_percent > LOST_PERCENT:
        return False
    backlog = outcome.backlog
    return backlog is None or (backlog.seconds is not None and outcome.whole == outcome.calls)


def limit(outcome: Outcome) -> str:
    """Name who had nothing left to give in a run, by what was measured."""
    used = outcome.used
    if used.percent["engine"] > FULL_PERCENT:
        return "the engine, which has one processor"
    ours = sum(used.percent[name] for name in OURS)
    load = sum(used.percent[name] for name in LOAD)
    most = max((*OURS, *LOAD), key=lambda name: used.percent[name])
    shares = (
        f"calls {ours:.0f} %, SIPp's callers and phones {load:.0f} %, packets on their way "
        f"{used.softirq_percent:.0f} %, others {used.rest_percent:.0f} %; most of it {most}"
    )
    if used.idle_percent < 100 - FULL_PERCENT:
        return f"the processors ({shares})"
    return f"none of the processors ({shares}, {used.idle_percent:.0f} % idle)"


def costs(outcomes: Sequence[Outcome]) -> Table:
    """Lay out what a recorded call costs beside one that is not: medians of the rounds."""
    made = Table(title="All talk: percent of one processor per call, and what is written")
    for heading in (
        "calls",
        "",
        *OURS,
        *LOAD,
        "packets (softirq)",
        "others",
        "idle",
        "files kB/s",
        "disk MB/s",
    ):
        made.add_column(heading, justify="right")
    for calls in _levels(outcomes):
        by_kind = [_of(outcomes, calls, recorded=kind) for kind in (False, True)]
        for kind, runs in zip(("plain", "recorded"), by_kind, strict=True):
            if runs:
                made.add_row(str(calls), kind, *_cost_row(runs))
        if all(by_kind):
            ratios = (
                f"{_percent(by_kind[1], name) / max(0.01, _percent(by_kind[0], name)):.2f}"
                for name in (*OURS, *LOAD)
            )
            made.add_row("", "ratio", *ratios)
        made.add_section()
    return made


def quality(outcomes: Sequence[Outcome]) -> Table:
    """Lay out how calls were set up and heard, and what was kept of them."""
    made = Table(title="Milliseconds: p50/p99 of set-up; RTP p99.9/longest (what SIPp sent), lost")
    headings = ("calls", "", "INVITE-200", "INVITE-ring", "answer-rec", "RTP", "lost %")
    for heading in (*headings, "RTP at the end", "others ring", "whole", "kept after s", "carried"):
        made.add_column(heading, justify="right")
    for outcome in outcomes:
        late = outcome.late
        begun = f"{percentile(late, 0.5):.0f}/{percentile(late, 0.99):.0f}" if late else ""
        left = "" if outcome.backlog is None else f"{outcome.backlog.seconds or float('nan'):.1f}"
        made.add_row(
            str(outcome.calls),
            "recorded" if outcome.recorded else "plain",
            *(
                f"{outcome.times.p(what, 0.5):.0f}/{outcome.times.p(what, 0.99):.0f}"
                for what in ("answer", "rung")
            ),
            begun,
            f"{_pace(outcome.heard)} ({_pace(outcome.sent)})",
            f"{outcome.heard.lost_percent:.2f}",
            f"{_pace(outcome.heard_late)} ({_pace(outcome.sent_late)})",
            f"{outcome.others.p('rung', 0.5):.0f}/{outcome.others.p('rung', 0.99):.0f}",
            f"{outcome.whole}/{outcome.calls}" if outcome.recorded else "",
            left,
            "yes" if is_carried(outcome) else "NO",
        )
    return made


def highest(outcomes: Sequence[Outcome]) -> str:
    """Say how many recorded calls were carried, in every round, and what limits them."""
    recorded = [one for one in outcomes if one.recorded]
    carried = [
        calls
        for calls in _levels(recorded)
        if all(map(is_carried, _of(recorded, calls, recorded=True)))
    ]
    most = max(carried, default=0)
    last = max(recorded, key=lambda one: one.calls)
    return f"carried: {most} recorded calls at once; limit at {last.calls}: {limit(last)}"


def _levels(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({one.calls for one in outcomes})


def _of(outcomes: Sequence[Outcome], calls: int, *, recorded: bool) -> list[Outcome]:
    return [one for one in outcomes if one.calls == calls and one.recorded is recorded]


def _percent(runs: Sequence[Outcome], name: str) -> float:
    return statistics.median(one.used.percent[name] / one.calls for one in runs)


def _cost_row(runs: Sequence[Outcome]) -> list[str]:
    def middle(values: list[float]) -> float:
        return statistics.median(values)

    return [
        *(f"{_percent(runs, name):.3f}" for name in (*OURS, *LOAD)),
        f"{middle([one.used.softirq_percent / one.calls for one in runs]):.3f}",
        f"{middle([one.used.rest_percent for one in runs]):.0f} %",
        f"{middle([one.used.idle_percent for one in runs]):.0f} %",
        f"{middle([one.spool_bytes_per_second / 1000 for one in runs]):.0f}",
        f"{middle([one.used.disk_bytes_per_second / MEGABYTE for one in runs]):.2f}",
    ]


def _pace(pace: Pace) -> str:
    return f"{pace.p999:.0f}/{pace.longest:.0f}"
