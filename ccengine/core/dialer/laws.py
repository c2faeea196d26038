"""The law by which a campaign is paced, by its mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.gated_ratio import GatedRatio
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.pacing.policies import policy
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.core.dialer.purposes import LOOK_AHEAD, Mode

if TYPE_CHECKING:
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.pacing.situation import PacingPolicy

USUAL_LIMIT: Final = Limit(0.03)
"""Where no limit is known: that of 16 CFR 310.4(b)(4)."""


def law_for(campaign: CampaignPlan, agents: int) -> PacingPolicy:
    """Make the law of a campaign.

    Args:
        campaign: as planned.
        agents: who serve it, more or less.

    Raises:
        KeyError: there is no law of the name that the campaign asks for.
    """
    limits = campaign.limits or (USUAL_LIMIT,)
    match campaign.mode:
        case Mode.PROGRESSIVE:
            return FixedRatio(1.0)
        case Mode.POWER:
            return GatedRatio(campaign.ratio, limits, agents)
        case Mode.PREDICTIVE if campaign.law == LOOK_AHEAD:
            settings = LookAheadSettings(
                limits=limits,
                patience_s=campaign.patience_seconds,
                ring_timeout_s=campaign.ring_seconds,
            )
            return LookAhead(settings, agents)
        case Mode.PREDICTIVE:
            return policy(campaign.law, min(limit.share for limit in limits), agents)
        case Mode.PREVIEW | Mode.UNATTENDED:  # no machine dials for agents
            return FixedRatio(0.0)
