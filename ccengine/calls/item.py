"""A callback or a message, from when it begins to wait to its last event.

Until its turn comes there is nothing to do but to wait. A customer who has answered makes it an
ordinary call: `InboundCall` goes on with it. A message is played by `message.py`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.channels import Gone
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.customer_leg import CustomerLeg, let_hear_ringing
from ccengine.calls.inbound import InboundCall
from ccengine.calls.insistence import insist
from ccengine.calls.languages import agents_language, language_of
from ccengine.calls.message import MessagePlayer, bridge_with
from ccengine.calls.scope import CallScope
from ccengine.core.commands import Connect, DialCallback, DropItem
from ccengine.core.events import (
    CallbackConfirmed,
    CallEnded,
    ConversationFailed,
    Party,
)
from ccengine.core.states import CallState, Kind
from ccengine.core.work_items import Failure
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.names import of_queue
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

log = structlog.get_logger()

CONFIRM_TIMES = 3
CONFIRM_SECONDS = 4.0
CONFIRM_KEY = "1"


class ItemSession:
    """One item's session. The core knows the item already when this is made."""

    def __init__(self, wiring: Wiring, talks: Talks, call: Call) -> None:
        self._talks = talks
        self._wiring = wiring
        self._engine = wiring.engine
        self._call = call
        self._mailbox = wiring.engine.open_call(call.id)

    async def run(self) -> None:
        """Serve the item from wherever it stands to its end.

        Cancelled, or without Asterisk for long, nothing is posted: the next one takes it up.
        """
        try:
            await self._serve()
        except AriDisconnected:
            log.warning("item_suspended", call_id=self._call.id)
        except Exception:
            # One item's fault must not reach another call.
            log.exception("item_failed", call_id=self._call.id)
            await self._clear_away()
            self._end("engine error")
        finally:
            self._engine.close_call(self._call.id)

    async def _serve(self) -> None:
        item = self._call.item
        if item is None:
            return
        if self._call.state is CallState.POSTPONED and item.leg:
            if await self._call_customer():
                return
        elif item.dropped:
            self._end(item.dropped)
            return
        elif self._call.kind is Kind.VOICEMAIL and self._call.state is CallState.TALKING:
            await MessagePlayer(self._wiring, self._talks.recordings, self._call).resume()
            return
        while not await self._take(await self._mailbox.get()):
            pass

    async def _take(self, command: object) -> bool:
        """Do what the core asks for; True when the item is over for this session."""
        match command:
            case DropItem():
                self._end(command.reason)
                return True
            case DialCallback():
                return await self._call_customer()
            case Connect() if self._call.kind is Kind.VOICEMAIL:
                return await MessagePlayer(self._wiring, self._talks.recordings, self._call).run(
                    command
                )
            case Connect():
                return await self._with_agent(command)
            case _:
                return False

    # --- agent first ---------------------------------------------------------------------------

    async def _with_agent(self, connect: Connect) -> bool:
        """Tell the agent whose callback it is, dial, and go on as a call when it is answered."""
        agent = self._wiring.router.channel(connect.offer)
        if not agent.is_up:
            agent.end(Gone(0, "lost while the engine was away"))
        leg = CustomerLeg(self._wiring, self._call)
        async with CallScope(agent.gone) as scope:
            await let_hear_ringing(agent, self._call, *self._whose(connect))
            await leg.reach(connect.agent)
        if leg.is_answered and leg.channel is not None:
            self._mailbox.put_nowait(connect)  # also with an agent who is gone: the next one then
            return await self._go_on(leg.channel)
        if scope.hung_up:
            await leg.hang_up()
            self._engine.post(ConversationFailed(call=self._call.id, agent=connect.agent))
        else:
            await self._say_not_reached(agent)
        return False

    def _whose(self, connect: Connect) -> list[str]:
        prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
        name = prompts.name(of_queue(connect.queue))
        said = prompts.confirmation(Confirmation.CALLBACK_FOR, language)
        return [said] if name is None else [said, name]

    async def _say_not_reached(self, agent: Channel) -> None:
        language = agents_language(self._wiring)
        said = self._wiring.configuration.prompts.confirmation(Confirmation.NOT_REACHED, language)
        await agent.silence()
        async with CallScope(agent.gone):
            await CallerEar(agent, language).play([said], until_digit=False)
        await insist(agent.hang_up, f"end of {agent.id}")

    # --- customer first ------------------------------------------------------------------------

    async def _call_customer(self) -> bool:
        """Dial, have a key pressed, and let them wait like a caller."""
        leg = CustomerLeg(self._wiring, self._call)
        customer = await leg.reach()
        if customer is None:
            return False
        pressed = False
        async with CallScope(customer.gone) as scope:
            pressed = await self._is_somebody(customer)
        if scope.hung_up or not pressed:
            await leg.give_up(Failure.HUNG_UP if scope.hung_up else Failure.NOBODY)
            return False
        self._engine.post(CallbackConfirmed(call=self._call.id))
        return await self._go_on(customer)

    async def _is_somebody(self, customer: Channel) -> bool:
        language = language_of(self._wiring, self._call, self._call.queue)
        prompts = self._wiring.configuration.prompts
        media = [prompts.phrase(self._call.client, Phrase.CUSTOMER, language)]
        ear = CallerEar(customer, language)
        for _ in range(CONFIRM_TIMES):
            digit = await ear.play(media, until_digit=True) or await ear.digit(CONFIRM_SECONDS)
            if digit == CONFIRM_KEY:
                return True
        return False

    # --- the end -------------------------------------------------------------------------------

    async def _go_on(self, customer: Channel) -> bool:
        call = InboundCall(self._wiring, self._talks, customer, self._call, resumed=False)
        outside = await call.run()
        if outside is not None:
            await outside.follow()
        return True

    async def _clear_away(self) -> None:
        """Leave nobody on a silent line: neither the agent nor the customer."""
        item = self._call.item
        leg = "" if item is None else item.leg
        for name in filter(None, (self._call.offer, leg)):
            channel = self._wiring.router.find(name)
            if channel is not None:
                with suppress(AriError):
                    await insist(channel.hang_up, f"end of {name}")
        if leg:
            with suppress(AriError):
                await self._wiring.router.bridge(bridge_with(leg)).destroy()

    def _end(self, reason: str) -> None:
        self._engine.post(CallEnded(call=self._call.id, by=Party.ENGINE, cause=reason))


def is_waiting(call: Call) -> bool:
    """Tell whether it is an item without anybody on the line: no channel is to be looked for."""
    item = call.item
    return item is not None and (not item.is_live or call.kind is Kind.VOICEMAIL)
