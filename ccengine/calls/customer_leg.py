"""A customer who is dialed: one leg, by the dialplan's outbound rules, and how it went.

The attempt is told to the core first, which may refuse it; so it is in the journal before anything
is dialed, and a restart never dials twice. Only digits that were checked get as far as this, and
the dialplan lets nothing else pass (`callback-leg` in `dialplan/outbound.conf`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.ari.results import Originated, Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.calls.insistence import insist
from ccengine.calls.languages import LANGUAGE, language_of
from ccengine.config.clients import digits_of
from ccengine.core.events import CallbackAnswered, CallbackDialed, CallbackFailed
from ccengine.core.turns import USUAL
from ccengine.core.work_items import Failure

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

ROLE = "customer"
CONTEXT = "callback-leg"
ANSWERED_CONTEXT = "customer-leg"
"""Of the dialplan: hands the answered leg to us, or asks the customer's pardon where we are not."""

NOTES, NOTED = "cc-called", "CC_CALLED"
"""Family of the dialplan's notes on customers who were let go there, and the list of them."""

GONE_AT_ONCE = 34
"""No cause was told: the leg was gone before we could ask for its end."""

ORPHAN_SECONDS = 5
"""Asterisk itself gives up this much later, should the dialplan not."""

CAUSES = {
    0: Failure.LOST,
    1: Failure.NO_SUCH_NUMBER,
    17: Failure.BUSY,
    18: Failure.NO_ANSWER,
    19: Failure.NO_ANSWER,
    21: Failure.REFUSED,
    22: Failure.NO_SUCH_NUMBER,
    28: Failure.NO_SUCH_NUMBER,
    29: Failure.FORBIDDEN,
}
"""Q.850 causes of a leg that was never answered; 29 is what the dialplan's own refusal says."""


RINGING_TONE = "tone:ring"
"""It never ends by itself: it is stopped by name, if need be by the next engine."""


def leg_of(call: Call) -> str:
    """Return the channel by which the customer is dialed, or will be."""
    item = call.item
    if item is None:
        return ""
    return item.leg or f"{call.id}.c{item.attempts + 1}"


async def let_hear_ringing(agent: Channel, call: Call, *media: str) -> None:
    """Play to an agent whose customer is dialed; where that goes on after a restart, no more."""
    name = f"{leg_of(call)}.ring"
    if call.item is not None and call.item.leg:
        await agent.ari.stop_playback(name)
    else:
        await agent.play(*media, RINGING_TONE, playback_id=name)


class CustomerLeg:
    """One attempt to reach an item's customer."""

    def __init__(self, wiring: Wiring, call: Call) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._router = wiring.router
        self._call = call
        self._leg = ""
        self.is_answered = False
        self.channel: Channel | None = None  #: once it is dialed

    async def reach(self, agent: AgentId | None = None) -> Channel | None:
        """Dial, or take up the leg that an earlier engine has dialed, and wait for the answer.

        Returns:
            The customer's channel; None when the attempt came to nothing, which is posted.

        Raises:
            AriDisconnected: the attempt goes on in Asterisk.
        """
        item = self._call.item
        if item is None:
            return None
        channel = await self._taken_up(item.leg) if item.leg else await self._dial(item.to, agent)
        if channel is None:
            return None
        self.channel = channel
        entered = await channel.entered()
        if isinstance(entered, Gone):
            await self._tell(entered)
            return None
        if not item.answered:
            self._engine.post(CallbackAnswered(call=self._call.id, leg=self._leg))
        self.is_answered = True
        return channel

    async def give_up(self, how: Failure) -> None:
        """End the leg, and post that the attempt came to nothing."""
        await self.hang_up()
        self.fail(how)

    async def hang_up(self) -> None:
        """End the leg, if there is one."""
        channel = self.channel
        if channel is not None and not channel.is_gone:
            await insist(channel.hang_up, f"end of {channel.id}")

    def fail(self, how: Failure) -> None:
        """Post that the attempt came to nothing."""
        self._engine.post(CallbackFailed(call=self._call.id, leg=self._leg, how=how))

    async def _tell(self, gone: Gone) -> None:
        """Post why nobody is there: perhaps somebody was, and there was no engine."""
        ari = self._router.ari
        is_noted = self._leg in (await ari.global_variable(NOTED)).split(",")
        how = Failure.UNMET if is_noted else CAUSES.get(gone.cause, Failure.FAILED)
        self.fail(how)
        if is_noted:
            await ari.forget_database_key(NOTES, self._leg)

    async def _taken_up(self, leg: str) -> Channel:
        self._leg = leg
        channel = self._router.channel(leg)
        if not channel.confirmed:
            channel.end(Gone(0, "lost while the engine was away"))
        elif not channel.is_up:
            await self._listen(channel)
        return channel

    async def _listen(self, channel: Channel) -> None:
        """Be told of a leg that the dialplan has: nobody can subscribe to its endpoint."""
        if not await self._router.ari.subscribe_channel(channel.id):
            channel.end(Gone(GONE_AT_ONCE, "gone at once"))

    async def _dial(self, to: str, agent: AgentId | None) -> Channel | None:
        leg = leg_of(self._call)
        rejection = self._engine.post(CallbackDialed(call=self._call.id, leg=leg))
        if rejection:
            log.warning("callback_not_dialed", call_id=self._call.id, cause=rejection)
            self.fail(Failure.FAILED)
            return None
        self._leg = leg
        self.channel = channel = self._router.channel(leg)
        try:
            result = await self._ring(channel, digits_of(to), agent)
        except AriDisconnected:
            raise
        except AriError as error:
            log.warning("callback_failed", call_id=self._call.id, cause=str(error))
            await self.give_up(Failure.FAILED)
            return None
        return None if result is None else channel

    async def _ring(
        self, channel: Channel, digits: str, agent: AgentId | None
    ) -> Originated | None:
        result = await self._originate(channel, digits, agent)
        if isinstance(result, Unreachable):
            self.fail(Failure.FAILED)
            return None
        await self._listen(channel)
        return result

    async def _originate(
        self, channel: Channel, digits: str, agent: AgentId | None
    ) -> Originated | Unreachable:
        queue = self._call.queue
        plan = self._engine.center.plan
        rules = (None if queue is None else plan.queues[queue].callback) or USUAL
        seconds = round(rules.ring_seconds)
        return await channel.originate_into_dialplan(
            endpoint=f"Local/{digits}@{CONTEXT}/n",
            context=ANSWERED_CONTEXT,
            variables={
                "CC_ROLE": ROLE,
                "CC_CALL_ID": self._call.id,
                "CC_TENANT": self._call.tenant,
                "CC_CLIENT": self._call.client,
                "CC_NUMBER": self._call.number,  # these two for whoever leaves by key to voicemail
                "CC_ARRIVED_AT": f"{self._call.arrived_at * 1000:.0f}",
                "CC_AGENT": agent or "",
                "CC_RING_SECONDS": str(seconds),
                LANGUAGE: language_of(self._wiring, self._call, queue),
            },
            timeout_seconds=seconds + ORPHAN_SECONDS,
        )
