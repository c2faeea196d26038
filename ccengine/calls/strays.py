"""Callers without a session: they are in the dialplan's fallback, where no event reaches us.

Most come back by themselves within seconds. Who hangs up there must end, too, so as long as there
is such a call Asterisk is asked, once for all of them, which of their channels still live.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.errors import AriError
from ccengine.core.events import CallEnded, Party

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

LOOK_SECONDS = 2.0
LEFT_IN_FALLBACK = "hung up in the fallback"


class StrayWatch:
    """Ends the calls of callers who hang up in the fallback."""

    def __init__(self, wiring: Wiring) -> None:
        self._router = wiring.router
        self._engine = wiring.engine

    async def run(self) -> None:
        """Look now and then until no call is without a session."""
        while self._strays():
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    def _strays(self) -> list[Call]:
        calls = self._engine.center.calls.values()
        return [call for call in calls if not self._engine.has_call(call.id) and call.channel]

    async def _look(self) -> None:
        # Those that stray while Asterisk answers are left to the next look.
        strays = self._strays()
        try:
            alive = {channel.id for channel in await self._router.ari.channels()}
        except AriError:
            return
        for call in strays:
            is_ours = self._engine.center.calls.get(call.id) is call
            if is_ours and not self._engine.has_call(call.id) and call.channel not in alive:
                self._engine.post(CallEnded(call=call.id, by=Party.CALLER, cause=LEFT_IN_FALLBACK))
