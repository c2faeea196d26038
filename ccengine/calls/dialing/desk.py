"""What the core asks of campaigns: leads claimed and given back, calls begun and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from ccengine.calls.dialing.lead_call import LeadCall
from ccengine.core.commands import (
    CampaignChange,
    CloseLead,
    FollowSchedule,
    PlaceCall,
    RefillHopper,
    ReturnLeads,
    SkipLead,
    WithdrawCalls,
)
from ccengine.core.events import CampaignFinished, CampaignPaused, CampaignStarted, LeadsClaimed
from ccengine.core.schedules import SCHEDULE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Never

    from ccengine.asterisk.redirector import Redirector
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.commands import DialingCommand
    from ccengine.core.ids import CallId

log = structlog.get_logger()

CHANGES: Final[
    Mapping[CampaignChange, type[CampaignStarted | CampaignPaused | CampaignFinished]]
] = {
    CampaignChange.START: CampaignStarted,
    CampaignChange.PAUSE: CampaignPaused,
    CampaignChange.FINISH: CampaignFinished,
}


class DialingDesk:
    """Never waits for what it begins: a slow database holds up no call that rings.

    Args:
        wiring: engine and configuration.
        talks: all talks, of which an answered call becomes one.
        books: on leads and attempts.
        redirector: takes who has answered out of the dialplan.
        start: begins a coroutine of its own, whose faults reach nobody else.
    """

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        books: LeadBooks,
        redirector: Redirector,
        start: Callable[[Coroutine[None, None, None], str], None],
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._books = books
        self._redirector = redirector
        self._start = start
        self._calls: dict[CallId, LeadCall] = {}

    async def run(self) -> Never:
        """Serve until cancelled."""
        while True:
            self._serve(await self._engine.dialing.get())

    def _serve(self, command: DialingCommand) -> None:
        match command:
            case FollowSchedule():
                self._follow(command)
            case RefillHopper():
                self._start(self._refill(command), f"refill {command.campaign}")
            case PlaceCall():
                self._place(command)
            case WithdrawCalls():
                for call in command.calls:
                    if call in self._calls:
                        self._start(self._calls[call].withdraw(command.reason), f"withdraw {call}")
            case ReturnLeads() | SkipLead() | CloseLead():
                self._note(command)

    def _note(self, command: ReturnLeads | SkipLead | CloseLead) -> None:
        match command:
            case ReturnLeads():
                self._start(self._books.give_back(command.leads), f"return {command.campaign}")
            case SkipLead():
                self._start(self._books.skip(command), f"skip {command.lead}")
            case CloseLead():
                self._start(self._books.close(command), f"close {command.attempt}")

    def _follow(self, command: FollowSchedule) -> None:
        event = CHANGES[command.change]
        self._engine.post(event(campaign=command.campaign, by=SCHEDULE, reason=command.reason))

    def _place(self, asked: PlaceCall) -> None:
        call = LeadCall(self._wiring, self._talks, self._books, self._redirector, asked)
        self._calls[asked.call] = call
        self._start(self._run(asked, call), f"lead {asked.call}")

    async def _run(self, asked: PlaceCall, call: LeadCall) -> None:
        try:
            await call.run()
        finally:
            del self._calls[asked.call]

    async def _refill(self, asked: RefillHopper) -> None:
        try:
            leads = await self._books.claim(asked)
        except Exception:
            # The campaign asks again in a while; its calls go on.
            log.exception("leads_not_claimed", campaign=asked.campaign)
            leads = ()
        rejection = self._engine.post(LeadsClaimed(campaign=asked.campaign, leads=tuple(leads)))
        if rejection and leads:
            await self._books.give_back([one.key for one in leads])
