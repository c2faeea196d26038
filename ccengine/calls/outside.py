"""A caller sent out of the line into the dialplan: to voicemail, or to an outside partner.

There the caller stays: no session plays to them any more. But the channel is listened to until it
ends, and its last variables say how far the caller came and who ended it, so that the call's
record tells what happened after us. If it ended while we were away, the dialplan's note says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.calls.insistence import insist
from ccengine.calls.languages import LANGUAGE, language_of
from ccengine.calls.messages import Messages
from ccengine.calls.unmet import noted_end
from ccengine.config.clients import digits_of
from ccengine.core.events import CallEnded, Party, Reached
from ccengine.core.ids import client_of
from ccengine.reporting.call_record import MISSED_CAUSES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.asterisk.ari.client import Ari
    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Departure
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import DivertCall
    from ccengine.core.ids import CallId, QueueId

log = structlog.get_logger()

REACHED = "CC_REACHED"
ENDED_BY = "CC_ENDED_BY"
"""Variables in which the dialplan says how far the caller came and who ended the call."""

GREETING = "CC_GREETING"
"""What voicemail says in the place of its own words."""

BEYOND = frozenset({Reached.VOICEMAIL, Reached.MESSAGE, Reached.PARTNER, Reached.PARTNER_TALK})
"""Who came so far does not come back to the engine."""

LOST = "lost in the dialplan"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the dialplan a caller goes on."""

    context: str
    extension: str
    reached: Reached


def place_of(divert: DivertCall) -> Place:
    """Return where the dialplan takes a caller on; the number is the configuration's."""
    if divert.number is not None:
        return Place("partner", digits_of(divert.number), Reached.PARTNER)
    return Place("fallback", "voicemail", Reached.VOICEMAIL)


def has_left(channel: ChannelSnapshot) -> bool:
    """Tell whether the caller is where nobody comes back from."""
    return channel.variables.get(REACHED, "") in BEYOND


async def unseen_end(ari: Ari, call: CallId, node: str) -> CallEnded | None:
    """Return how a call ended that was sent on, by the dialplan's note; None: it has none.

    Raises:
        AriDisconnected: nobody knows yet.
    """
    try:
        noted = await noted_end(ari, call, node)
    except AriDisconnected:
        raise
    except AriError as error:
        log.warning("notes_not_collected", call_id=call, cause=str(error))
        return None
    if noted is None:
        return None
    return CallEnded(
        call=call,
        by=noted.by,
        cause=MISSED_CAUSES[noted.reached],
        reached=noted.reached,
        ended_at=noted.ended_at,
    )


class Outside:
    """One caller's way out, and the end of it.

    Args:
        wiring: engine and configuration.
        call: the caller's.
        let_go: done before they leave, by whoever has them on a time limit.
    """

    def __init__(
        self, wiring: Wiring, call: Call, let_go: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.has_left = False
        self._let_go = let_go
        self._wiring = wiring
        self._node = wiring.node
        self._departure: Departure | None = None
        self._engine = wiring.engine
        self._router = wiring.router
        self._call = call
        self._messages = Messages(wiring)

    async def send(self, channel: Channel, divert: DivertCall, prompt: str | None = None) -> None:
        """Have the dialplan take the caller, who hears no music by now; wait until they are off.

        Args:
            channel: the caller's.
            divert: where to.
            prompt: what is said before the tone, instead of the queue's words.
        """
        place = place_of(divert)
        self._departure = self._router.departure(channel.id)  # its end cannot be missed any more
        if not await self._router.ari.subscribe_channel(channel.id):
            self._router.give_up(channel.id)
            return
        await channel.set_variable(name=REACHED, value=place.reached.value)
        language = language_of(self._wiring, self._call, divert.queue or None)
        await channel.set_variable(name=LANGUAGE, value=language)
        greeting = self._greeting(divert.queue, prompt, language)
        if greeting:
            await channel.set_variable(name=GREETING, value=greeting)
        if self._let_go is not None:
            await self._let_go()
        if divert.number is not None:
            # The partner is that of the queue's client, whose rules and caps hold.
            await channel.set_variable(name="CC_CLIENT", value=client_of(divert.queue))
        self.has_left = True
        log.info("caller_sent_on", call_id=self._call.id, to=place.reached, cause=divert.reason)

        async def go_on() -> None:
            await channel.continue_in_dialplan(context=place.context, extension=place.extension)

        await insist(go_on, f"way out of {self._call.id}")
        await channel.wait_gone()

    def _greeting(self, queue: QueueId, prompt: str | None, language: str) -> str:
        """Return the file that is said before the tone; empty: neither flow nor queue names one."""
        rules = self._engine.center.plan.queues.get(queue)
        named = prompt or (None if rules is None else rules.voicemail_prompt)
        if named is None:
            return ""
        prompts, client = self._wiring.configuration.prompts, client_of(queue)
        found = prompts.first_of(client, named, (language,))
        return "" if found is None else found.removeprefix("sound:")

    async def take_up(self) -> None:
        """Follow a caller whom an earlier engine, or an earlier connection of ours, has sent."""
        self._departure = self._router.departure(self._call.channel)
        try:
            if not await self._router.ari.subscribe_channel(self._call.channel):
                self._router.give_up(self._call.channel)
        except AriError as error:
            log.warning("listen_failed", call_id=self._call.id, cause=str(error))
        await self.follow()

    async def follow(self) -> None:
        """Wait for the caller's end, and post it."""
        try:
            last = None if self._departure is None else await self._departure
            if last is None:
                await self._end_unseen()
            else:
                self._end(last)
        finally:
            self._engine.close_call(self._call.id)

    async def _end_unseen(self) -> None:
        call = self._call.id
        try:
            ended = await unseen_end(self._router.ari, call, self._node)
        except AriDisconnected:
            return  # the next resync takes the call up
        message = self._messages.of_call(self._call)
        if message is not None:
            self._engine.post(message)
        self._engine.post(ended or CallEnded(call=call, by=Party.LOST, cause=LOST))

    def _end(self, last: ChannelSnapshot) -> None:
        call, told = self._call.id, last.variables
        reached = Reached(told[REACHED]) if has_left(last) else Reached.FALLBACK
        by = Party(told[ENDED_BY]) if told.get(ENDED_BY) in set(Party) else Party.CALLER
        cause = MISSED_CAUSES[reached]
        message = self._messages.of_call(self._call) if reached is Reached.MESSAGE else None
        if message is not None:
            self._engine.post(message)  # in the same transaction as the end
        self._engine.post(CallEnded(call=call, by=by, cause=cause, reached=reached))
