"""A message an agent hears: whose it is, the message, and keys to hear it again or call back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.events import ChannelHold, ChannelUnhold
from ccengine.asterisk.channels import Gone
from ccengine.calls.agreement import Begun, begin_if_agreed
from ccengine.calls.bridge_names import BRIDGE_PREFIX, TALK
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.customer_leg import CustomerLeg, let_hear_ringing
from ccengine.calls.insistence import insist
from ccengine.calls.languages import agents_language
from ccengine.calls.race import first_of
from ccengine.calls.recording_rules import rule_of
from ccengine.calls.scope import CallScope
from ccengine.config.settings import ASTERISK_STATE
from ccengine.core.events import (
    CallEnded,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    HoldBy,
    HoldEnded,
    HoldStarted,
    Party,
)
from ccengine.core.ids import OfferId
from ccengine.core.work_items import Failure
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.names import of_queue

if TYPE_CHECKING:
    from typing import Never

    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.recordings import Recordings
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import Connect
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

AGAIN, CALL_BACK = "1", "2"
KEY_SECONDS = 120.0
"""An agent who presses nothing for so long is done."""
HANDLED = "message handled"


def bridge_with(leg: str) -> str:
    """Return the id of the bridge for the talk with a customer who was called back."""
    return f"{leg}.talk"


class MessagePlayer:
    """One agent and one message."""

    def __init__(self, wiring: Wiring, recordings: Recordings, call: Call) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._recordings = recordings
        self._call = call

    async def run(self, connect: Connect) -> bool:
        """Serve the agent until they hang up.

        Returns:
            False if the agent was gone before they heard anything: the message waits again.
        """
        agent = self._wiring.router.channel(connect.offer)
        if not agent.is_up:
            agent.end(Gone(0, "lost while the engine was away"))
            self._engine.post(ConversationFailed(call=self._call.id, agent=connect.agent))
            return False
        started = ConversationStarted(call=self._call.id, agent=connect.agent, bridge="")
        self._engine.post(started)
        await self._serve(agent, connect.agent)
        return True

    async def resume(self) -> None:
        """Go on with an agent who has heard the message, or a part of it."""
        offer, agent = self._call.offer, self._call.agent
        channel = self._wiring.router.channel(offer or OfferId(""))
        if not channel.confirmed:
            channel.end(Gone(0, "lost while the engine was away"))
        if agent is not None:
            await self._serve(channel, agent)

    async def _serve(self, agent: Channel, name: AgentId) -> None:
        item = self._call.item
        async with CallScope(agent.gone):
            if item is not None and item.leg:
                await self._call_back(agent, name)
            while await self._play(agent):
                if await self._call_back(agent, name):
                    break
        if item is not None and item.leg:
            leg = self._wiring.router.channel(item.leg)
            await insist(leg.hang_up, f"end of {item.leg}")
            await self._wiring.router.bridge(bridge_with(item.leg)).destroy()
        await insist(agent.hang_up, f"end of {agent.id}")
        by = Party.AGENT
        self._engine.post(ConversationEnded(call=self._call.id, agent=name, by=by))
        self._engine.post(CallEnded(call=self._call.id, by=by, cause=HANDLED))

    async def _play(self, agent: Channel) -> bool:
        """Play whose message it is, the message and the keys; True: the customer is wanted."""
        prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
        item, queue = self._call.item, self._call.queue
        name = None if queue is None else prompts.name(of_queue(queue))
        whose = [prompts.confirmation(Confirmation.MESSAGE_FOR, language)]
        whose += [] if name is None else [name]
        message = "" if item is None else item.message
        media = [f"sound:{ASTERISK_STATE}/recordings/{message}"]
        keys = [prompts.confirmation(Confirmation.MESSAGE_KEYS, language)]
        ear = CallerEar(agent, language)
        heard = [*whose, *media, *keys]
        while True:
            digit = await ear.play(heard, until_digit=True) or await ear.digit(KEY_SECONDS)
            if digit is None:
                return False
            if digit == CALL_BACK and item is not None and item.to:
                return True
            heard = [*media, *keys] if digit == AGAIN else keys

    async def _call_back(self, agent: Channel, name: AgentId) -> bool:
        """Dial the customer and join the two; False: not reached, the agent goes on.

        A customer who does not want to be recorded may be one whom the client serves not at all.
        """
        leg = CustomerLeg(self._wiring, self._call)
        await let_hear_ringing(agent, self._call)
        customer = await leg.reach(name)
        await agent.silence()
        if customer is None:
            prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
            media = prompts.confirmation(Confirmation.NOT_REACHED, language)
            await CallerEar(agent, language).play([media], until_digit=False)
            return False
        bridge = self._wiring.router.bridge(bridge_with(customer.id))
        bridge.passes_keys = True
        await bridge.create(name=f"{BRIDGE_PREFIX}{self._call.id}", kind=TALK)
        if not await self._record(agent, customer):
            return True
        if not await bridge.add(agent, customer):
            await bridge.destroy()
            await leg.give_up(Failure.HUNG_UP)
            return False
        is_over = first_of(agent.wait_gone(), customer.wait_gone())
        await first_of(is_over, self._play_on_hold(name, agent, customer, bridge))
        return True

    async def _play_on_hold(
        self, name: AgentId, agent: Channel, customer: Channel, bridge: Bridge
    ) -> Never:
        """Let the customer hear music while the agent's phone has them on hold."""
        while True:
            match await agent.next_event():
                case ChannelHold():
                    held = HoldStarted(call=self._call.id, agent=name, how=HoldBy.PHONE)
                    self._engine.post(held)
                    await bridge.remove(customer)
                    await customer.start_music()
                case ChannelUnhold():
                    await customer.stop_music()
                    await bridge.add(customer)
                    self._engine.post(HoldEnded(call=self._call.id, agent=name))
                case _:
                    pass

    async def _record(self, agent: Channel, customer: Channel) -> bool:
        """Return whether the two may talk."""
        if rule_of(self._wiring, self._call) is not True:
            return True
        recording = self._recordings.of(self._call)
        begun = await begin_if_agreed(self._wiring, recording, self._call, customer, agent)
        return begun is not Begun.REFUSED
