"""The laws by the names that a campaign's configuration uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.look_ahead import LookAhead, LookAheadSettings
from ccengine.core.dialer.pacing.yardsticks import Adaptive, FixedRatio
from ccengine.core.dialer.purposes import LOOK_AHEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.dialer.pacing.situation import PacingPolicy

DEFAULT: Final = LOOK_AHEAD
RATIOS: Final[Mapping[str, float]] = {"progressive": 1.0, "ratio-2": 2.0, "ratio-3": 3.0}
ADAPTIVE: Final = ("adaptive", "adaptive-available", "adaptive-available-10")
POLICIES: Final = (DEFAULT, *RATIOS, *ADAPTIVE)


def policy(name: str, share: float, agents: int, ends_s: float | None = None) -> PacingPolicy:
    """Make a law with one limit: at most `share` of live answers abandoned by `ends_s`.

    Raises KeyError for a name that is not in POLICIES.
    """
    if name == DEFAULT:
        return LookAhead(LookAheadSettings(limits=(Limit(share),), ends_s=ends_s), agents)
    if name in ADAPTIVE:
        most = 10.0 if name.endswith("-10") else 3.0
        return Adaptive(share, available_only=name != "adaptive", most_level=most)
    return FixedRatio(RATIOS[name])
