"""A logged-in agent: ring, answer, or not.

Owns the agent's leg until it is answered; from `OfferAccepted` on it belongs to the call. Under
ring-all several sessions ring for one call; the core lets the first answer win and withdraws the
other offers, whose legs end here, answered in the same instant or not.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.results import HangUpReason, Originated, Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.calls.auto_answer import HEADERS, answers_by_itself, sound_tone
from ccengine.calls.help_calls import HelpCall
from ccengine.calls.insistence import insist
from ccengine.calls.introductions import is_taken
from ccengine.calls.notices import tell
from ccengine.calls.phones import endpoint_of, outside_endpoint_of
from ccengine.calls.shown import shown_on_phone
from ccengine.core.commands import (
    CallSupervisors,
    OfferCall,
    RemindAgent,
    ShowAgent,
    WithdrawOffer,
)
from ccengine.core.events import Miss, OfferAccepted, OfferDeclined
from ccengine.core.offers import ANSWERED_ELSEWHERE
from ccengine.core.reasons import AfterLimit
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.phones import Phones
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId

log = structlog.get_logger()

LEG_CONTEXT = "agent-leg"
"""Of the dialplan: hands the answered leg to us, or keeps it until there is an engine."""

ORPHAN_SECONDS = 5
"""Asterisk itself gives up ringing this much later, should no engine be there to do it."""

OLD_LEG_SECONDS = 10.0
"""How long an overloaded Asterisk may take to end the agent's last leg before the next rings."""

CAUSES = {
    17: (Miss.BUSY, "busy"),
    18: (Miss.UNREACHABLE, "phone does not answer"),
    19: (Miss.NO_ANSWER, "no answer"),
    20: (Miss.UNREACHABLE, "phone not registered"),
    21: (Miss.DECLINED, "declined"),
    27: (Miss.UNREACHABLE, "phone out of order"),
    34: (Miss.FAILED, "congestion"),
    52: (Miss.FAILED, "not allowed outside"),
}
"""Q.850 causes of a leg that was never answered: what they mean, and in words."""

NO_KEY = (Miss.NO_ANSWER, "no key pressed")
UNTOLD = (Miss.FAILED, "not answered")
NOT_REGISTERED = "phone not registered"


LastLegs = dict["PhoneId", "Channel"]
"""The latest leg to each phone, of whichever agent: a phone outlives an agent's session."""


class AgentSession:
    """Rings one agent's phone as the core asks, until the agent is offline."""

    def __init__(self, wiring: Wiring, phones: Phones, last_legs: LastLegs, agent: AgentId) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._router = wiring.router
        self._phones = phones
        self._last_legs = last_legs
        self._agent = agent
        self._mailbox = self._engine.open_agent(agent)

    async def run(self) -> None:
        """Serve the mailbox until the agent logs out."""
        async with asyncio.TaskGroup() as legs:
            try:
                await self._serve(legs)
            finally:
                # Before the last legs end: who logs in again meanwhile gets a session of their own.
                self._engine.close_agent(self._agent)

    async def watch(self, call: CallId, offer: OfferId, leg: Channel) -> None:
        """Post how an offer that rings is answered; also one that an earlier engine made.

        The handle is the caller's to give: one looked up here could be a new one, made after the
        end of the leg, which is told before the answer to our request by phones that are quick.
        """
        result = await leg.entered()
        if isinstance(result, Gone):
            self._decline(call, offer, *CAUSES.get(result.cause, UNTOLD))
        elif await self._takes(call, leg):
            await sound_tone(self._wiring, leg, call)
            self._engine.post(OfferAccepted(call=call, agent=self._agent, offer=offer))
        else:
            await self._drop(offer, HangUpReason.NORMAL)
            self._decline(call, offer, *NO_KEY)

    async def _serve(self, legs: asyncio.TaskGroup) -> None:
        while True:
            command = await self._mailbox.get()
            match command:
                case OfferCall():
                    await self._ring(legs, command)
                case CallSupervisors():
                    legs.create_task(HelpCall(self._wiring, self._phones, command).run())
                case RemindAgent(then=AfterLimit.REMIND):
                    legs.create_task(self._remind())
                case WithdrawOffer():
                    legs.create_task(self._withdraw(command))
                case ShowAgent(state=AgentState.OFFLINE) if self._is_offline():
                    return
                case ShowAgent(phone=phone) if phone is not None:
                    await self._phones.follow(phone)
                case _:
                    pass

    def _is_offline(self) -> bool:
        # The mailbox may be behind: who has logged in again meanwhile goes on with this session.
        return self._engine.center.agent(self._agent).state is AgentState.OFFLINE

    async def _ring(self, legs: asyncio.TaskGroup, offer: OfferCall) -> None:
        call = self._open(offer)
        if call is None:
            return  # the mailbox is behind: the withdrawal is the next command
        if not await self._phone_is_free(offer.phone):
            self._decline(offer.call, offer.offer, Miss.FAILED, "the last call does not end")
            return
        if self._open(offer) is None:
            return  # another phone was answered, or the caller left, while the last leg ended
        leg = self._last_legs[offer.phone] = self._router.channel(offer.offer)
        try:
            result = await self._originate(leg, offer, call)
        except AriError as error:
            log.warning("offer_failed", call_id=offer.call, agent=self._agent, cause=str(error))
            legs.create_task(self._give_up(leg, offer))
            return
        if isinstance(result, Unreachable):
            legs.create_task(self._miss(offer))
        else:
            await self._listen(leg, offer.phone)
            legs.create_task(self.watch(offer.call, offer.offer, leg))

    def _open(self, offer: OfferCall) -> Call | None:
        """Return the call of an offer that still stands; under ring-all it is one of several."""
        call = self._engine.center.calls.get(offer.call)
        if call is None or (call.offer != offer.offer and offer.offer not in call.others):
            return None
        return call

    async def _originate(
        self, leg: Channel, offer: OfferCall, call: Call
    ) -> Originated | Unreachable:
        return await leg.originate_into_dialplan(
            endpoint=self._endpoint(offer.phone),
            context=LEG_CONTEXT,
            variables={
                "CC_ROLE": "agent",
                "CC_CALL_ID": call.id,
                "CC_TENANT": call.tenant,
                "CC_CLIENT": call.client,
                "CC_AGENT": self._agent,
                "CC_OFFER": offer.offer,
                **(HEADERS if answers_by_itself(self._wiring, offer.phone, call.id) else {}),
            },
            caller_id=shown_on_phone(self._wiring, call),
            timeout_seconds=round(offer.ring_seconds) + ORPHAN_SECONDS,
        )

    def _endpoint(self, phone: PhoneId) -> str:
        is_outside = self._phones.is_outside(phone)
        return outside_endpoint_of(phone) if is_outside else endpoint_of(phone)

    async def _listen(self, leg: Channel, phone: PhoneId) -> None:
        """Be told of a leg to a telephone outside, whose endpoint nobody can subscribe to."""
        if self._phones.is_outside(phone) and not await self._router.ari.subscribe_channel(leg.id):
            leg.end(Gone(0, "gone at once"))

    async def _takes(self, call: CallId, leg: Channel) -> bool:
        """Tell whether an agent takes the call who has answered: outside, by a key."""
        phone = self._engine.center.agent(self._agent).phone
        if phone is None or not self._phones.is_outside(phone):
            return True
        known = self._engine.center.calls.get(call)
        return await is_taken(self._wiring, leg, None if known is None else known.queue)

    async def _remind(self) -> None:
        try:
            await tell(self._wiring, self._phones, self._agent, Confirmation.TIME_IS_UP)
        except AriError as error:
            log.warning("reminder_failed", agent=self._agent, cause=str(error))

    async def _phone_is_free(self, phone: PhoneId) -> bool:
        # Asterisk says yes to a hang-up before it sends CANCEL or BYE: whoever rings at once rings
        # a phone that is still in the old call.
        leg = self._last_legs.get(phone)
        if leg is not None and not leg.is_gone:
            with suppress(TimeoutError):
                async with asyncio.timeout(OLD_LEG_SECONDS):
                    await leg.wait_gone()
        return leg is None or leg.is_gone

    async def _miss(self, offer: OfferCall) -> None:
        # Asterisk refuses in the same words where the phone is out of reach and where it has itself
        # run out of something. Only the former is not to be held against the agent.
        is_lost = await self._phones.is_lost(offer.phone)
        how = Miss.UNREACHABLE if is_lost else Miss.FAILED
        reason = NOT_REGISTERED if is_lost else "Asterisk refused"
        self._decline(offer.call, offer.offer, how, reason)
        self._phones.tell(offer.phone)

    async def _give_up(self, leg: Channel, offer: OfferCall) -> None:
        # The leg may ring all the same: the agent is free only when it is sure that it does not.
        if not await self._drop(offer.offer, HangUpReason.NORMAL):
            leg.end(Gone(0, "given up"))  # no more will be heard of it
        with suppress(TimeoutError):
            async with asyncio.timeout(OLD_LEG_SECONDS):
                await leg.wait_gone()
        self._decline(offer.call, offer.offer, Miss.FAILED, "Asterisk refused")

    async def _withdraw(self, command: WithdrawOffer) -> None:
        # So that a phone does not show a call as missed which a colleague has taken.
        elsewhere = command.reason == ANSWERED_ELSEWHERE
        reason = HangUpReason.ANSWERED_ELSEWHERE if elsewhere else HangUpReason.NORMAL
        await self._drop(command.offer, reason)

    async def _drop(self, offer: OfferId, reason: HangUpReason) -> bool:
        leg = self._router.channel(offer)
        try:
            await insist(lambda: leg.hang_up(reason), f"end of {offer}")
        except AriError as error:
            # Asterisk's own ring limit ends the leg.
            log.warning("withdraw_failed", offer=offer, agent=self._agent, cause=str(error))
            return False
        return True

    def _decline(self, call: CallId, offer: OfferId, how: Miss, reason: str) -> None:
        event = OfferDeclined(call=call, agent=self._agent, offer=offer, reason=reason, how=how)
        self._engine.post(event)
