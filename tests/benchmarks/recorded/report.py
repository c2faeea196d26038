"""Lines and tables for people, and what the limit is."""

from __future__ import annotations

import os
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
OTHERS_PERCENT: Final = 20.0
"""Of a processor: what uses more beside a run is no part of it."""
LOST_PERCENT: Final = 1.0
"""If more packets are lost, it is heard."""
GAP_MS: Final = 200.0
"""Without sound for so long, too."""
KILOBYTE: Final = 1_000
KINDS: Final = ("plain", "recorded")
FAULTS_SHOWN: Final = 3


def line(outcome: Outcome) -> str:
    """Say in one line what a run showed."""
    used, times = outcome.used, outcome.times
    words = [
        f"{outcome.calls:4} {'recorded' if outcome.recorded else 'plain   '}",
        f"joined {outcome.joined}",
        "CPU% " + " ".join(f"{name} {share:.0f}" for name, share in used.percent.items()),
        f"packets {used.softirq_percent:.0f} others {used.rest_percent:.0f}",
        f"idle {used.idle_percent:.0f}%",
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
    words += [f"\n       {fault}" for fault in outcome.faults[:FAULTS_SHOWN]]
    return "  ".join(words)


def is_carried(outcome: Outcome) -> bool:
    """Tell whether all calls were joined and well heard, and are kept whole."""
    if outcome.faults or outcome.joined < outcome.calls or outcome.left_over:
        return False
    if outcome.heard.lost_percent > LOST_PERCENT or outcome.heard.longest > GAP_MS:
        return False
    backlog = outcome.backlog
    return backlog is None or (backlog.seconds is not None and outcome.whole == outcome.calls)


def limit(outcome: Outcome) -> str:
    """Name who had nothing left to give in a run, by what was measured."""
    used = outcome.used
    ours = sum(used.percent[name] for name in OURS)
    load = sum(used.percent[name] for name in LOAD)
    most = max((*OURS, *LOAD), key=lambda name: used.percent[name])
    shares = (
        f"of {100 * (os.cpu_count() or 1)} %: Asterisk, engine and keeper {ours:.0f}, "
        f"SIPp {load:.0f}, packets on their way {used.softirq_percent:.0f}, "
        f"others {used.rest_percent:.0f}; most of it {most} with {used.percent[most]:.0f}"
    )
    if used.percent["engine"] > FULL_PERCENT:
        return f"the engine, which has one processor ({shares})"
    if used.rest_percent > OTHERS_PERCENT:
        return f"not to be told, as others were at work ({shares})"
    if used.idle_percent < 100 - FULL_PERCENT:
        return f"the processors ({shares})"
    late = "; SIPp itself was late" if outcome.sent.longest > GAP_MS else ""
    return f"not the processors, {used.idle_percent:.0f} % are idle ({shares}{late})"


def costs(outcomes: Sequence[Outcome]) -> Table:
    """Lay out what a recorded call costs beside one that is not: medians of the rounds."""
    made = Table(
        title="All talk: percent of one processor per call; at the end: ms in all per call"
    )
    headings = (*OURS, *LOAD, "packets", "others", "idle", "files kB/s", "disk MB/s")
    for heading in ("calls", "", *headings, "end: engine ms", "end: keeper ms"):
        made.add_column(heading, justify="right")
    for calls in _levels(outcomes):
        by_kind = [_of(outcomes, calls, recorded=kind) for kind in (False, True)]
        for kind, runs in zip(KINDS, by_kind, strict=True):
            if runs:
                made.add_row(str(calls), kind, *_cost_row(runs))
        if all(by_kind):
            plain, recorded = (
                [_percent(runs, name) for name in (*OURS, *LOAD)] for runs in by_kind
            )
            ratios = [f"{b / max(0.001, a):.2f}" for a, b in zip(plain, recorded, strict=True)]
            made.add_row("", "ratio", *ratios)
        made.add_section()
    return made


def quality(outcomes: Sequence[Outcome]) -> Table:
    """Lay out how calls were set up and heard, and what was kept of them."""
    made = Table(title="Milliseconds: p50/p99 of set-up; RTP p99.9/longest (what SIPp sent), lost")
    headings = ("calls", "", "INVITE-200", "INVITE-ring", "answer-rec", "RTP", "lost %")
    for heading in (*headings, "RTP at the end", "others ring", "whole", "kept after s", "carried"):
        made.add_column(heading, justify="right")
    for outcome in sorted(outcomes, key=lambda one: (one.calls, one.recorded)):
        backlog, is_recorded = outcome.backlog, outcome.recorded
        left = None if backlog is None else backlog.seconds
        made.add_row(
            str(outcome.calls),
            KINDS[is_recorded],
            _middle_and_worst(outcome.times.answer),
            _middle_and_worst(outcome.times.rung),
            _middle_and_worst(outcome.late) if is_recorded else "",
            f"{_pace(outcome.heard)} ({_pace(outcome.sent)})",
            f"{outcome.heard.lost_percent:.2f}",
            f"{_pace(outcome.heard_late)} ({_pace(outcome.sent_late)})",
            _middle_and_worst(outcome.others.rung),
            f"{outcome.whole}/{outcome.calls}" if is_recorded else "",
            "" if left is None else f"{left:.1f}",
            "yes" if is_carried(outcome) else "NO",
        )
    return made


def highest(outcomes: Sequence[Outcome]) -> str:
    """Say how many recorded calls were carried in every round, and what limits them."""
    recorded = [one for one in outcomes if one.recorded]
    broken = [one for one in recorded if not is_carried(one)]
    lowest = min((one.calls for one in broken), default=None)
    levels = [calls for calls in _levels(recorded) if lowest is None or calls < lowest]
    last = max(recorded, key=lambda one: one.calls) if lowest is None else broken[0]
    ours = sum(last.used.percent[name] for name in OURS) + last.used.softirq_percent
    room = 100 * (os.cpu_count() or 1) * FULL_PERCENT / 100
    return (
        f"carried: {max(levels, default=0)} recorded calls at once"
        f"{'' if lowest is None else f', not {lowest}'}. "
        f"At {last.calls} the limit is {limit(last)}. "
        f"With callers elsewhere, by this use: about {room * last.calls / ours:.0f}."
    )


def _levels(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({one.calls for one in outcomes})


def _of(outcomes: Sequence[Outcome], calls: int, *, recorded: bool) -> list[Outcome]:
    return [one for one in outcomes if one.calls == calls and one.recorded is recorded]


def _percent(runs: Sequence[Outcome], name: str) -> float:
    return statistics.median(one.used.percent[name] / one.calls for one in runs)


def _cost_row(runs: Sequence[Outcome]) -> list[str]:
    middle, used = statistics.median, [one.used for one in runs]
    ending = (
        middle(one.used_ending.milliseconds(name) / one.calls for one in runs)
        for name in ("engine", "keeper")
    )
    return [
        *(f"{_percent(runs, name):.3f}" for name in (*OURS, *LOAD)),
        f"{middle(one.used.softirq_percent / one.calls for one in runs):.3f}",
        f"{middle(one.rest_percent for one in used):.0f} %",
        f"{middle(one.idle_percent for one in used):.0f} %",
        f"{middle(one.spool_bytes_per_second for one in runs) / KILOBYTE:.0f}",
        f"{middle(one.disk_bytes_per_second for one in used) / KILOBYTE**2:.2f}",
        *(f"{one:.0f}" for one in ending),
    ]


def _middle_and_worst(times: Sequence[float]) -> str:
    return f"{percentile(times, 0.5):.0f}/{percentile(times, 0.99):.0f}"


def _pace(pace: Pace) -> str:
    return f"{pace.p999:.0f}/{pace.longest:.0f}"
