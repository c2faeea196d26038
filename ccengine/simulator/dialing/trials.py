"""A campaign's day lived over several seeds, and the same days under yardsticks beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from ccengine.config.campaign_limits import CampaignLimit
from ccengine.config.campaigns import CampaignFile, Pacing
from ccengine.core.dialer.laws import PacingTerms, law_of, limit_of
from ccengine.core.dialer.pacing.policies import RATIOS
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.core.dialer.windows import abandoned_percent
from ccengine.simulator.dialing.chance import ScenarioChance
from ccengine.simulator.dialing.floor import HOUR_S, Floor, Pause, Site
from ccengine.simulator.dialing.supposed import Assumption, Supposed, assumptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.dialer.pacing.situation import PacingPolicy
    from ccengine.simulator.dialing.day import Day

YARDSTICKS: Final = ("progressive", "ratio-2")
PERCENT: Final = 100.0
MINUTE_S: Final = 60.0
DIGITS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is to be lived, how often, and by which limits it is judged."""

    campaign: str  #: its id
    settings: CampaignFile
    limits: tuple[CampaignLimit, ...]
    supposed: Supposed
    agents: int
    hours: float
    seeds: tuple[int, ...]

    @property
    def configured(self) -> str:
        """What the campaign's law is called."""
        ratio = "" if self.settings.ratio is None else f", ratio {self.settings.ratio:g}"
        law = "" if self.settings.pacing is Pacing.LOOK_AHEAD else f", {self.settings.pacing}"
        return f"{self.settings.mode}{ratio}{law}"

    @property
    def laws(self) -> tuple[str, ...]:
        """The campaign's own law first, then the yardsticks, none twice."""
        return tuple(dict.fromkeys((self.configured, *YARDSTICKS)))

    @property
    def site(self) -> Site:
        """Where it is lived."""
        pauses = tuple(
            Pause(one.after_minutes * MINUTE_S, one.minutes * MINUTE_S, one.percent / PERCENT)
            for one in self.supposed.scenario.pauses
        )
        most = self.settings.calls_at_most
        return Site(self.agents, self.hours, pauses=pauses, calls_at_most=most)


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all seeds."""

    mean: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitKept:
    """What came of one limit under one law, as its rule counts."""

    rule: str
    limit_percent: float
    of: str
    window: str
    percent: Spread
    seeds_over: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDay:
    """One seed's day."""

    seed: int
    figures: Mapping[str, float]
    outcomes: Mapping[str, int]
    utilisation: tuple[float | None, ...]  #: by half hour, percent
    abandoned: tuple[float | None, ...]  #: likewise, of live answers
    live: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawResult:
    """All days of one law."""

    law: str
    is_configured: bool
    figures: Mapping[str, Spread]
    limits: tuple[LimitKept, ...]
    days: tuple[SeedDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """What a person sees."""

    campaign: str
    name: str
    mode: str
    agents: int
    hours: float
    seeds: tuple[int, ...]
    limits: tuple[CampaignLimit, ...]
    assumptions: tuple[Assumption, ...]
    remarks: tuple[str, ...]
    results: tuple[LawResult, ...]

    @property
    def broken(self) -> tuple[LimitKept, ...]:
        """Limits that the campaign as configured has broken with any seed."""
        return tuple(one for one in self.results[0].limits if one.seeds_over)

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "limits_broken": [one.rule for one in self.broken]}


def live(trial: Trial, tick: Callable[[float], None], remarks: Sequence[str]) -> CampaignReport:
    """Live all days under all laws; `tick` is told the simulated seconds that have passed."""
    results, passed_s = [], 0.0
    for name in trial.laws:
        days = []
        for seed in trial.seeds:
            days.append(live_day(trial, name, seed, lambda now_s: tick(passed_s + now_s)))  # noqa: B023
            passed_s += trial.hours * HOUR_S
        results.append(judge(trial, name, days))
    return CampaignReport(
        campaign=trial.campaign,
        name=trial.settings.name,
        mode=trial.configured,
        agents=trial.agents,
        hours=trial.hours,
        seeds=trial.seeds,
        limits=trial.limits,
        assumptions=tuple(assumptions(trial.supposed)),
        remarks=tuple(remarks),
        results=tuple(results),
    )


def live_day(
    trial: Trial, name: str, seed: int, tick: Callable[[float], None] | None = None
) -> Day:
    """Live the day of one seed under one law."""
    settings = trial.settings
    chance = ScenarioChance(trial.supposed.scenario, seed, settings.ring_seconds, settings.machines)
    return Floor(trial.site, chance, _law(trial, name)).live_day(tick)


def _law(trial: Trial, name: str) -> PacingPolicy:
    if name != trial.configured:
        return FixedRatio(RATIOS[name])
    return law_of(
        PacingTerms(
            mode=trial.settings.mode,
            ratio=trial.settings.ratio,
            law=trial.settings.pacing,
            limits=tuple(limit_of(one.limit) for one in trial.limits),
            ring_timeout_s=trial.settings.ring_seconds,
            agents=trial.agents,
            ends_s=_work_ends_s(trial),
        )
    )


def _work_ends_s(trial: Trial) -> float | None:
    """Return what an engine knows of the day's end: without hours nothing."""
    return None if trial.settings.schedule.hours is None else trial.hours * HOUR_S


def judge(trial: Trial, name: str, days: Sequence[Day]) -> LawResult:
    """Sum up the days of one law."""
    seen = tuple(_seed_day(trial, seed, day) for seed, day in zip(trial.seeds, days, strict=True))
    return LawResult(
        law=name,
        is_configured=name == trial.configured,
        figures={key: _spread([one.figures[key] for one in seen]) for key in seen[0].figures},
        limits=tuple(_kept(one, trial.seeds, days) for one in trial.limits),
        days=seen,
    )


def _kept(limit: CampaignLimit, seeds: Sequence[int], days: Sequence[Day]) -> LimitKept:
    shares = [abandoned_percent(limit.limit, day.tally()) for day in days]
    return LimitKept(
        rule=limit.rule,
        limit_percent=limit.limit.percent,
        of=limit.limit.of,
        window=limit.limit.window,
        percent=_spread(shares),
        seeds_over=tuple(
            seed for seed, share in zip(seeds, shares, strict=True) if share > limit.limit.percent
        ),
    )


def _seed_day(trial: Trial, seed: int, day: Day) -> SeedDay:
    hours = trial.hours
    figures = {
        "utilisation_percent": PERCENT * day.utilisation(),
        "live_answers": float(day.live),
        "abandoned": float(day.abandoned),
        "abandoned_percent": PERCENT * day.share(),
        "worst_half_hour_percent": PERCENT * day.worst(),
        "calls_per_hour": day.placed / hours,
        "connected_per_hour": day.connected / hours,
        "agent_wait_seconds": day.wait_s(),
    }
    if day.callers:
        served = max(1, day.callers - day.callers_lost - day.callers_left)
        figures["callers"] = float(day.callers)
        figures["callers_lost"] = float(day.callers_lost)
        figures["caller_wait_seconds"] = day.callers_waited_s / served
    halves = day.half_hours
    return SeedDay(
        seed=seed,
        figures={key: round(value, DIGITS) for key, value in figures.items()},
        outcomes={
            **{str(outcome): calls for outcome, calls in sorted(day.outcomes.items())},
            "in_the_air": day.left_in_the_air,
        },
        utilisation=tuple(_percent(half.utilisation()) for half in halves),
        abandoned=tuple(_percent(half.share()) for half in halves),
        live=tuple(half.live for half in halves),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(PERCENT * share, DIGITS)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(round(fmean(values), DIGITS), min(values), max(values))
