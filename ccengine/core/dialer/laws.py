"""From a campaign to the law that paces it: the one way, for the engine and for simulations.

A mode names the law; limits on abandoned calls are over all but the default, which keeps them by
itself. Where no call may be abandoned at all there is one call for each free agent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.pacing.gated import Gated
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.pacing.policies import policy
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.core.dialer.purposes import LOOK_AHEAD, Mode
from ccengine.core.dialer.rules import AbandonLimit, Denominator, WindowKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.pacing.situation import PacingPolicy

PACED: Final = (Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE)
USUAL_LIMIT: Final = Limit(0.03, Window.THIRTY_DAYS)
"""Where no limit is known: that of 16 CFR 310.4(b)(4)."""

WINDOWS: Final[Mapping[WindowKind, Window]] = {
    WindowKind.DAY: Window.DAY,
    WindowKind.MONTH: Window.CALENDAR_MONTH,
    WindowKind.THIRTY_DAYS: Window.THIRTY_DAYS,
    WindowKind.CAMPAIGN: Window.CAMPAIGN,
}
PERCENT: Final = 100.0
SMALL_TEAM: Final = 15
"""Below so many agents a day has so few answers that none are counted on before they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingTerms:
    """What a campaign's law is made of. Seconds."""

    mode: Mode
    ratio: float | None = None  #: of power
    law: str = LOOK_AHEAD  #: of predictive, by its name
    limits: tuple[Limit, ...] = ()  #: none: the usual one
    ring_timeout_s: float = 20.0
    patience_s: float = 2.0
    agents: int = 1
    ends_s: float | None = None  #: when the day's work ends, if that is known


def law_for(campaign: CampaignPlan, agents: int) -> PacingPolicy:
    """Make the law of a campaign as planned; where agents dial, one that never asks for a call.

    Args:
        campaign: as planned.
        agents: who serve it, more or less.

    Raises:
        KeyError: there is no law of the name that the campaign asks for.
    """
    if campaign.mode not in PACED:
        return FixedRatio(0.0)
    terms = PacingTerms(
        mode=campaign.mode,
        ratio=campaign.ratio,
        law=campaign.law,
        limits=campaign.limits,
        ring_timeout_s=campaign.ring_seconds,
        patience_s=campaign.patience_seconds,
        agents=agents,
    )
    return law_of(terms)


def law_of(terms: PacingTerms) -> PacingPolicy:
    """Make the law of a campaign.

    Raises:
        KeyError: there is no law of the name.
        ValueError: nothing paces such a campaign: an agent dials, or there is none.
    """
    if terms.mode not in PACED:
        message = f"{terms.mode} dialing has no pacing"
        raise ValueError(message)
    limits = tuple(_kept_by(terms.agents, one) for one in terms.limits or (USUAL_LIMIT,))
    if terms.mode is Mode.PROGRESSIVE or any(limit.share <= 0 for limit in limits):
        return FixedRatio()
    if terms.mode is Mode.PREDICTIVE and terms.law == LOOK_AHEAD:
        settings = LookAheadSettings(
            limits=limits,
            patience_s=terms.patience_s,
            ring_timeout_s=terms.ring_timeout_s,
            ends_s=terms.ends_s,
        )
        return LookAhead(settings, terms.agents)
    if terms.mode is Mode.POWER:
        law: PacingPolicy = FixedRatio(terms.ratio or 1.0)
    else:
        law = policy(terms.law, min(limit.share for limit in limits), terms.agents)
    return Gated(law, limits, terms.agents, terms.ends_s)


def _kept_by(agents: int, limit: Limit) -> Limit:
    is_small = agents < SMALL_TEAM and limit.window is Window.DAY
    return replace(limit, strict=True) if is_small else limit


def limit_of(rule: AbandonLimit) -> Limit:
    """Return a rule's limit as a share of live answers, which is never easier than the rule.

    Of connected calls: a share q of them is q / (1 + q) of connected and abandoned ones. Of placed
    calls: there are never fewer of them than live answers.
    """
    share = rule.percent / PERCENT
    if rule.of is Denominator.CONNECTED:
        share /= 1 + share
    return Limit(share, WINDOWS[rule.window])
