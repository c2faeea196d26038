"""Who hears a flow is lent to the engine for some seconds at a time.

Should it die, the dialplan has them back, and they hear who called: nobody is left in silence, and
no watchdog is waited for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from typing import Never

    from ccengine.calls.dialing.lead_leg import LeadLeg
    from ccengine.core.calls import Call

log = structlog.get_logger()

LEASE_SECONDS: Final = 10
"""An engine that is restarted takes them up within this time, as a rule."""

RENEW_SECONDS: Final = 4.0
WITH_SOMEBODY: Final = frozenset({CallState.TALKING, CallState.HANDED_OUT})


class Lease:
    """One call's. Not while somebody talks with them: the talk outlives the engine."""

    def __init__(self, leg: LeadLeg, call: Call) -> None:
        self._leg = leg
        self._call = call
        self._is_over = False
        self._seconds: int | None = None

    async def run(self) -> Never:
        """Renew it until cancelled."""
        while True:
            await self._renew()
            await asyncio.sleep(RENEW_SECONDS)

    async def end(self) -> None:
        """Have them go wherever they are sent, for as long as that takes.

        Raises:
            AriError: nobody knows whether they may.
        """
        self._is_over = True
        await self._leg.stay()

    async def _renew(self) -> None:
        seconds = 0 if self._call.state in WITH_SOMEBODY else LEASE_SECONDS
        if self._is_over or (seconds == 0 and self._seconds == 0):
            return
        try:
            await self._leg.stay(seconds)
        except AriError as error:
            log.warning("lease_not_renewed", call_id=self._call.id, cause=str(error))
        else:
            self._seconds = seconds
