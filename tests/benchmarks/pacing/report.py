"""Runs of one law at one site, and the table in which laws stand beside each other."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ccengine.core.dialer.pacing.policies import POLICIES, policy
from ccengine.simulator.dialing.day import Day
from ccengine.simulator.dialing.floor import HOUR_S, Floor, Pause, Site
from tests.benchmarks.pacing.draws import SCENARIOS, Draws
from tests.benchmarks.pacing.oracle import KnowingFloor

if TYPE_CHECKING:
    from collections.abc import Iterable

ORACLE = "oracle"
WARM_UP_S = 300.0
LUNCH = Pause(at_s=3 * HOUR_S, lasts_s=1800.0, share=0.4)
NAMES = (*POLICIES, ORACLE)
#: of the target: worst half hour over the limit, by agents
WORST_TIMES = {5: 3.0, 20: 1.8, 100: 1.4, 500: 1.2}


@dataclass(frozen=True)
class Entry:
    """One law to be run: its name, its limit, and whether it sees scores."""

    name: str
    limit: float = 0.03
    scored: bool = False

    @property
    def title(self) -> str:
        limited = (
            ""
            if self.name in {"progressive", "ratio-2", "ratio-3", ORACLE}
            else (f" {100 * self.limit:g} %")
        )
        return self.name + limited + (", scores" if self.scored else "")


@dataclass(frozen=True)
class Outcome:
    """All days of one law at one site in one scenario."""

    agents: int
    scenario: str
    entry: Entry
    days: Sequence[Day]
    decision_us: float

    @property
    def utilisation(self) -> float:
        return 100 * fmean(day.utilisation() for day in self.days)

    @property
    def abandoned(self) -> float:
        return 100 * fmean(day.share() for day in self.days)

    @property
    def worst(self) -> float:
        return 100 * max(day.worst() for day in self.days)

    @property
    def idle_s(self) -> float:
        return fmean(day.wait_s() for day in self.days)

    @property
    def over(self) -> int:
        """Count the days that ended above the limit."""
        return sum(day.abandoned > self.entry.limit * day.live for day in self.days)

    def cell(self) -> str:
        limited = self.entry.title != self.entry.name
        mark = "(!)" if limited and self.over else ""
        return (
            f"{self.utilisation:.1f} / {self.abandoned:.2f}{mark} / {self.worst:.1f}"
            f" / {self.idle_s:.0f}"
        )

    def plain(self) -> dict[str, Any]:
        return {
            "agents": self.agents,
            "scenario": self.scenario,
            "policy": self.entry.name,
            "limit": self.entry.limit,
            "scores": self.entry.scored,
            "utilisation": round(self.utilisation, 3),
            "abandoned": round(self.abandoned, 4),
            "worst_half_hour": round(self.worst, 3),
            "idle_s": round(self.idle_s, 2),
            "days": len(self.days),
            "days_over": self.over,
            "most_abandoned": round(100 * max(day.share() for day in self.days), 4),
            "decision_us": round(self.decision_us, 1),
        }


def run(site: Site, scenario: str, entry: Entry, seeds: Iterable[int]) -> Outcome:
    """Live the days of these seeds under one law."""
    days, spent_s = [], 0.0
    shaken = (LUNCH,) if SCENARIOS[scenario].shock else ()
    site = replace(site, pauses=shaken, warm_up_s=WARM_UP_S)
    for seed in seeds:
        draws = Draws(SCENARIOS[scenario], seed, scored=site.scored)
        if entry.name == ORACLE:
            days.append(KnowingFloor(site, draws).live_day())
            continue
        law = policy(entry.name, entry.limit, site.agents, ends_s=site.hours * 3600)
        began_s = time.process_time()
        days.append(Floor(site, draws, law).live_day())
        spent_s += time.process_time() - began_s
        done = days[-1]
        sys.stderr.write(
            f"{site.agents} agents, {scenario}, {entry.title}, seed {seed}: "
            f"{100 * done.utilisation():.2f} / {100 * done.share():.2f} / "
            f"{100 * done.worst():.1f}\n"
        )
    decided = sum(day.decisions for day in days)
    return Outcome(site.agents, scenario, entry, days, 1e6 * spent_s / max(1, decided))


def table(outcomes: Sequence[Outcome]) -> str:
    """Draw one table for each size, laws as rows and scenarios as columns."""
    lines = []
    for agents in sorted({outcome.agents for outcome in outcomes}):
        here = [outcome for outcome in outcomes if outcome.agents == agents]
        scenarios = list(dict.fromkeys(outcome.scenario for outcome in here))
        lines += [
            f"**{agents} agents.** utilisation % / abandon % of live / worst 30 min % / idle s",
            "",
            "| policy | " + " | ".join(scenarios) + " |",
            "|---" * (len(scenarios) + 1) + "|",
        ]
        for title in dict.fromkeys(outcome.entry.title for outcome in here):
            cells = {o.scenario: o.cell() for o in here if o.entry.title == title}
            lines.append(f"| {title} | " + " | ".join(cells.get(s, "") for s in scenarios) + " |")
        lines.append("")
    return "\n".join(lines)
