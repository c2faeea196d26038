"""A campaign's report in words and columns, for the terminal and for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.simulator.dialing.trials import CampaignReport, LawResult, LimitKept, Spread

SEEDS_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of each law."""

    key: str
    head: str
    meaning: str
    digits: int


COLUMNS: Final = (
    Column("utilisation_percent", "utilis. %", "talk and wrap-up over staffed time", 1),
    Column("live_answers", "live", "calls that a person answered", 0),
    Column("abandoned_percent", "aband. %", "no agent within 2 s, of the live answers", 2),
    Column("worst_half_hour_percent", "worst ½ h %", "the same, of the worst half hour", 1),
    Column("calls_per_hour", "calls/h", "placed", 0),
    Column("connected_per_hour", "conn./h", "brought to an agent, machines included", 0),
    Column("agent_wait_seconds", "wait s", "of an agent between two calls", 0),
)


class Verdict(NamedTuple):
    """A sentence about a limit."""

    text: str
    is_broken: bool


def told(spread: Spread, digits: int) -> str:
    """Return `mean (least..most)`."""
    span = f"{spread.least:.{digits}f}..{spread.most:.{digits}f}"
    return f"{spread.mean:.{digits}f} ({span})"


def title(result: LawResult) -> str:
    """Return what the law is called beside the others."""
    return result.law if result.is_configured else f"yardstick {result.law}"


def kept(report: CampaignReport) -> Iterator[Verdict]:
    """Yield what came of each limit: of the campaign as configured, then of the others."""
    for result in report.results:
        for limit in result.limits:
            if result.is_configured or limit.seeds_over:
                is_broken = result.is_configured and bool(limit.seeds_over)
                yield Verdict(_sentence(report, result, limit), is_broken)


def _sentence(report: CampaignReport, result: LawResult, limit: LimitKept) -> str:
    rule = f"{limit.rule}: at most {limit.limit_percent:g} % of {limit.of} in a {limit.window}"
    came = f"{title(result)} {told(limit.percent, 2)}"
    over, all_of = limit.seeds_over, len(report.seeds)
    if not over:
        return f"{rule}; {came}: kept by each of {all_of} seeds"
    named = ", ".join(map(str, over[:SEEDS_NAMED])) + (", …" if len(over) > SEEDS_NAMED else "")
    return f"{rule}; {came}: BROKEN by {len(over)} of {all_of} seeds ({named})"
