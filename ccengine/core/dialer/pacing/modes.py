"""The law that paces a campaign, by its mode and by the limits that hold for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from ccengine.core.dialer.pacing.budgets import Budget, Limit, Window
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import AbandonLimit, Denominator, WindowKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.dialer.pacing.situation import Decision, PacingPolicy, Situation

PACED: Final = (Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE)
WINDOWS: Final[Mapping[WindowKind, Window]] = {
    WindowKind.DAY: Window.DAY,
    WindowKind.MONTH: Window.CALENDAR_MONTH,
    WindowKind.THIRTY_DAYS: Window.THIRTY_DAYS,
    WindowKind.CAMPAIGN: Window.CAMPAIGN,
}
PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingTerms:
    """What a campaign's law is made of. Seconds."""

    mode: Mode
    ratio: float | None = None  #: of power
    limits: tuple[Limit, ...] = ()  #: none: predictive dialing keeps its own
    ring_timeout_s: float = 20.0
    agents: int = 1
    ends_s: float | None = None  #: when the day's work ends, if that is known


class GatedRatio(FixedRatio):
    """A fixed ratio while every limit allows one more abandoned call; then progressive."""

    def __init__(self, terms: PacingTerms) -> None:
        super().__init__(terms.ratio or 1.0)
        self._budgets = [Budget(limit, terms.agents, terms.ends_s) for limit in terms.limits]
        self._progressive = FixedRatio()

    @override
    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        if any(budget.is_overspent(situation.now_s) for budget in self._budgets):
            return self._progressive.decide(situation)
        return super().decide(situation)

    @override
    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Earn a little."""
        for budget in self._budgets:
            budget.answered(now_s)

    @override
    def machine_heard(self, now_s: float) -> None:
        """Take a live answer back."""
        for budget in self._budgets:
            budget.disowned()

    @override
    def call_abandoned(self, now_s: float) -> None:
        """Spend one."""
        for budget in self._budgets:
            budget.lost()


def law_of(terms: PacingTerms) -> PacingPolicy:
    """Make the law of a campaign.

    Raises:
        ValueError: nothing paces such a campaign: an agent dials, or there is none.
    """
    if terms.mode not in PACED:
        message = f"{terms.mode} dialing has no pacing"
        raise ValueError(message)
    none_allowed = any(limit.share <= 0 for limit in terms.limits)
    if terms.mode is Mode.PROGRESSIVE or none_allowed:
        return FixedRatio()
    if terms.mode is Mode.POWER:
        return GatedRatio(terms)
    usual = LookAheadSettings()
    settings = LookAheadSettings(
        limits=terms.limits or usual.limits,
        ring_timeout_s=terms.ring_timeout_s,
        ends_s=terms.ends_s,
    )
    return LookAhead(settings, terms.agents)


def limit_of(rule: AbandonLimit) -> Limit:
    """Return a rule's limit as a share of live answers, which is never easier than the rule.

    Of connected calls: a share q of them is q / (1 + q) of connected and abandoned ones. Of placed
    calls: there are never fewer of them than live answers.
    """
    share = rule.percent / PERCENT
    if rule.of is Denominator.CONNECTED:
        share /= 1 + share
    return Limit(share, WINDOWS[rule.window])
