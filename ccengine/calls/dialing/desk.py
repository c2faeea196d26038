"""What the core asks of campaigns: leads claimed and given back, calls begun and ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.calls.dialing.books import TakenUp, taken_up
from ccengine.calls.dialing.lead_call import LeadCall
from ccengine.calls.dialing.lead_leg import LeadLeg, is_unanswered, leg_of
from ccengine.core.commands import (
    CampaignChange,
    CloseLead,
    FollowSchedule,
    OfferLead,
    PlaceCall,
    RefillHopper,
    ReturnLeads,
    SkipLead,
    WithdrawCalls,
)
from ccengine.core.dialer.leads import AttemptId
from ccengine.core.events import (
    CampaignFinished,
    CampaignPaused,
    CampaignStarted,
    LeadsClaimed,
    PreviewHeldBack,
)
from ccengine.core.schedules import SCHEDULE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from typing import Never

    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.redirector import Redirector
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import DialingCommand
    from ccengine.core.dialer.runs import LeadCall as Dialed
    from ccengine.core.ids import CallId

log = structlog.get_logger()

SETTLE_AGAIN_SECONDS: Final = 5.0
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
        self._resynced = asyncio.Event()
        self.settled = asyncio.Event()  #: what was left by an engine before us is closed

    async def run(self) -> Never:
        """Serve until cancelled; not before it is known which calls live on in Asterisk."""
        await self._resynced.wait()
        asked = self._asked_so_far()
        await self._settle(asked)
        for command in asked:
            self._serve(command)
        while True:
            self._serve(await self._engine.dialing.get())

    # --- what was begun before -----------------------------------------------------------------

    def take_up(self, call: Call, lead: Dialed, channel: ChannelSnapshot) -> None:
        """Go on with somebody who has answered and talks with nobody yet."""
        self._begin(taken_up(call.id, lead, channel, is_answered=True))

    def keep(self, channel: Channel) -> None:
        """Have somebody stay who talks with an agent."""
        leg = LeadLeg(self._wiring.router, self._redirector, channel)
        self._start(leg.stay(), f"stay {channel.id}")

    def resync(self, channels: Mapping[str, ChannelSnapshot]) -> None:
        """Go on with what rings, and end what does so no more; after each connect.

        Args:
            channels: all of Asterisk's by id.
        """
        for session in self._calls.values():
            self._start(session.look_again(), "look again")
        for call, lead in list(self._engine.center.in_air.items()):
            if not self._engine.has_call(call):
                found = channels.get(leg_of(call))
                self._begin(taken_up(call, lead, found, is_answered=False))
        self._resynced.set()

    def _asked_so_far(self) -> list[DialingCommand | OfferLead]:
        queue = self._engine.dialing
        return [queue.get_nowait() for _ in range(queue.qsize())]

    async def _settle(self, asked: Sequence[DialingCommand | OfferLead]) -> None:
        """Close attempts that nobody knows of any more, before anything new is dialed."""
        center = self._engine.center
        dialed = center.dialed
        alive = {one.attempt or AttemptId(call) for call, one in dialed.items()}
        alive |= {one.attempt for one in asked if isinstance(one, CloseLead)}
        kept = {one.lead for one in dialed.values()}
        kept |= {one.lead for one in asked if isinstance(one, CloseLead | SkipLead)}
        kept |= {lead.key for run in center.campaigns.values() for lead in run.hopper.leads}
        kept |= {preview.lead.key for preview in center.previews.values()}
        while not self.settled.is_set():
            try:
                await self._books.settle(alive, kept)
            except Exception:
                # Nothing is dialed until it is done: a number must not be dialed twice.
                log.exception("attempts_not_settled")
                await asyncio.sleep(SETTLE_AGAIN_SECONDS)
            else:
                self.settled.set()

    # --- what campaigns ask for ----------------------------------------------------------------

    def _serve(self, command: DialingCommand | OfferLead) -> None:
        match command:
            case FollowSchedule():
                self._follow(command)
            case RefillHopper():
                self._start(self._refill(command), f"refill {command.campaign}")
            case PlaceCall():
                self._begin(command)
            case WithdrawCalls():
                for call in command.calls:
                    if call in self._calls:
                        self._start(self._calls[call].withdraw(command.reason), f"withdraw {call}")
                    else:
                        self._start(self._lose(call), f"withdraw {call}")
            case ReturnLeads() | SkipLead() | CloseLead() | OfferLead():
                self._have_noted(command)

    def _have_noted(self, command: ReturnLeads | SkipLead | CloseLead | OfferLead) -> None:
        match command:
            case ReturnLeads():
                self._start(self._books.give_back(command.leads), f"return {command.campaign}")
            case SkipLead():
                self._start(self._books.skip(command), f"skip {command.lead}")
            case CloseLead():
                self._start(self._books.close(command), f"close {command.attempt}")
            case OfferLead():
                self._start(self._judge(command), f"judge {command.lead.key}")

    async def _judge(self, shown: OfferLead) -> None:
        """Take a lead from the desk that may not be called any more since it was claimed."""
        held = await self._books.judge(shown)
        if held is not None:
            self._engine.post(
                PreviewHeldBack(
                    campaign=shown.campaign,
                    lead=shown.lead.key,
                    agent=shown.agent,
                    rule=held.rule,
                    until=held.until,
                    reason=held.reason,
                )
            )

    def _follow(self, command: FollowSchedule) -> None:
        if command.change is CampaignChange.START and not self._redirector.connected:
            return  # who answers could not be had; it is asked again
        event = CHANGES[command.change]
        self._engine.post(event(campaign=command.campaign, by=SCHEDULE, reason=command.reason))

    def _begin(self, asked: PlaceCall | TakenUp) -> None:
        call = LeadCall(self._wiring, self._talks, self._books, self._redirector, asked)
        self._calls[asked.call] = call
        self._start(self._run(asked, call), f"lead {asked.call}")

    async def _run(self, asked: PlaceCall | TakenUp, call: LeadCall) -> None:
        try:
            await call.run()
        finally:
            if self._calls.get(asked.call) is call:
                del self._calls[asked.call]

    async def _lose(self, call: CallId) -> None:
        """Hang up what the core has given up, and no session is there to do it."""
        ari, leg = self._wiring.router.ari, leg_of(call)
        if await is_unanswered(ari, leg):
            await ari.hang_up(leg)

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
