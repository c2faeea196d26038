"""A logged-in agent: ring, answer, or not.

Owns the agent's leg until it is answered; from `OfferAccepted` on it belongs to the call.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.results import Originated, Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.calls.insistence import insist
from ccengine.core.commands import OfferCall, ShowAgent, WithdrawOffer
from ccengine.core.events import OfferAccepted, OfferDeclined
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Router
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId
    from ccengine.engine import Engine

log = structlog.get_logger()

LEG_CONTEXT = "agent-leg"
"""Of the dialplan: hands the answered leg to us, or keeps it until there is an engine."""

ORPHAN_SECONDS = 5
"""Asterisk itself gives up ringing this much later, should no engine be there to do it."""

OLD_LEG_SECONDS = 10.0
"""How long an overloaded Asterisk may take to end the agent's last leg before the next rings."""

CAUSES = {17: "busy", 19: "no answer", 20: "phone not registered", 21: "declined", 34: "congestion"}
"""Q.850 causes of a leg that was never answered, in words."""


LastLegs = dict["PhoneId", "Channel"]
"""The latest leg to each phone, of whichever agent: a phone outlives an agent's session."""


def endpoint_of(phone: PhoneId) -> str:
    """Return the phone's endpoint as ARI names it."""
    return f"PJSIP/phone-{phone}"


class AgentSession:
    """Rings one agent's phone as the core asks, until the agent is offline."""

    def __init__(self, engine: Engine, router: Router, last_legs: LastLegs, agent: AgentId) -> None:
        self._engine = engine
        self._router = router
        self._last_legs = last_legs
        self._agent = agent
        self._mailbox = engine.open_agent(agent)

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
            self._decline(call, offer, CAUSES.get(result.cause, "not answered"))
        else:
            self._engine.post(OfferAccepted(call=call, agent=self._agent, offer=offer))

    async def _serve(self, legs: asyncio.TaskGroup) -> None:
        while True:
            command = await self._mailbox.get()
            match command:
                case OfferCall():
                    await self._ring(legs, command)
                case WithdrawOffer():
                    legs.create_task(self._withdraw(command.offer))
                case ShowAgent(state=AgentState.OFFLINE) if self._is_offline():
                    return
                case ShowAgent(phone=phone) if phone is not None:
                    await self._listen(phone)
                case _:
                    pass

    async def _listen(self, phone: PhoneId) -> None:
        try:
            await self._router.listen(endpoint_of(phone))
        except AriError as error:
            # Tried again by the next resync; until then a refusal looks like no answer.
            log.warning("listen_failed", agent=self._agent, cause=str(error))

    def _is_offline(self) -> bool:
        # The mailbox may be behind: who has logged in again meanwhile goes on with this session.
        return self._engine.center.agent(self._agent).state is AgentState.OFFLINE

    async def _ring(self, legs: asyncio.TaskGroup, offer: OfferCall) -> None:
        if self._call_of(offer) is None:
            return  # the mailbox is behind: the withdrawal is the next command
        if not await self._phone_is_free(offer.phone):
            self._decline(offer.call, offer.offer, "the phone's last call does not end")
            return
        call = self._call_of(offer)
        if call is None:
            return
        leg = self._last_legs[offer.phone] = self._router.channel(offer.offer)
        try:
            result = await self._originate(leg, offer, call)
        except AriError as error:
            log.warning("offer_failed", call_id=offer.call, agent=self._agent, cause=str(error))
            legs.create_task(self._give_up(leg, offer))
            return
        if isinstance(result, Unreachable):
            self._decline(offer.call, offer.offer, "phone not registered")
        else:
            legs.create_task(self.watch(offer.call, offer.offer, leg))

    def _call_of(self, offer: OfferCall) -> Call | None:
        """Return the call if the offer still stands."""
        call = self._engine.center.calls.get(offer.call)
        return call if call is not None and call.offer == offer.offer else None

    async def _originate(
        self, leg: Channel, offer: OfferCall, call: Call
    ) -> Originated | Unreachable:
        return await leg.originate_into_dialplan(
            endpoint=endpoint_of(offer.phone),
            context=LEG_CONTEXT,
            variables={
                "CC_ROLE": "agent",
                "CC_CALL_ID": call.id,
                "CC_TENANT": call.tenant,
                "CC_CLIENT": call.client,
                "CC_AGENT": self._agent,
                "CC_OFFER": offer.offer,
            },
            caller_id=call.caller if call.caller.removeprefix("+").isdigit() else "",
            timeout_seconds=round(offer.ring_seconds) + ORPHAN_SECONDS,
        )

    async def _phone_is_free(self, phone: PhoneId) -> bool:
        # Asterisk says yes to a hang-up before it sends CANCEL or BYE: whoever rings at once rings
        # a phone that is still in the old call.
        leg = self._last_legs.get(phone)
        if leg is not None and not leg.is_gone:
            with suppress(TimeoutError):
                async with asyncio.timeout(OLD_LEG_SECONDS):
                    await leg.wait_gone()
        return leg is None or leg.is_gone

    async def _give_up(self, leg: Channel, offer: OfferCall) -> None:
        # The leg may ring all the same: the agent is free only when it is sure that it does not.
        if not await self._drop(offer.offer):
            leg.end(Gone(0, "given up"))  # no more will be heard of it
        with suppress(TimeoutError):
            async with asyncio.timeout(OLD_LEG_SECONDS):
                await leg.wait_gone()
        self._decline(offer.call, offer.offer, "Asterisk refused")

    async def _withdraw(self, offer: OfferId) -> None:
        await self._drop(offer)

    async def _drop(self, offer: OfferId) -> bool:
        try:
            await insist(self._router.channel(offer).hang_up, f"end of {offer}")
        except AriError as error:
            # Asterisk's own ring limit ends the leg.
            log.warning("withdraw_failed", offer=offer, agent=self._agent, cause=str(error))
            return False
        return True

    def _decline(self, call: CallId, offer: OfferId, reason: str) -> None:
        self._engine.post(OfferDeclined(call=call, agent=self._agent, offer=offer, reason=reason))
