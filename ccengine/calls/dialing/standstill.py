"""Campaigns rest as long as nobody who answers could be taken out of the dialplan.

That is the manager's Redirect: without it each answered call is an abandoned one. They go on as
their schedule lets them, some time after it is there again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.core.events import CampaignPaused
from ccengine.core.schedules import SCHEDULE

if TYPE_CHECKING:
    from typing import Never

    from ccengine.asterisk.redirector import Redirector
    from ccengine.engine import Engine

LOOK_SECONDS: Final = 0.5
NOBODY_CAN_BE_HAD: Final = "Asterisk's manager is out of reach: who answers would get no agent"


class Standstill:
    """Looks whether the manager is in reach, and says so to campaigns that run."""

    def __init__(self, engine: Engine, redirector: Redirector) -> None:
        self._engine = engine
        self._redirector = redirector

    async def run(self) -> Never:
        """Look again and again, until cancelled; a link that is back at once changes nothing."""
        was_connected = True
        while True:
            is_connected = self._redirector.connected
            if not (is_connected or was_connected):
                self._rest()
            was_connected = is_connected
            await asyncio.sleep(LOOK_SECONDS)

    def _rest(self) -> None:
        for name, run in list(self._engine.center.campaigns.items()):
            if run.is_running:
                self._engine.post(
                    CampaignPaused(campaign=name, by=SCHEDULE, reason=NOBODY_CAN_BE_HAD)
                )
