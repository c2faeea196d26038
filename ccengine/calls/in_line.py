"""A caller in line, with what they may say by key: a callback, please, or my old place again.

Each talk is cut the instant the core connects or sends the caller elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.callback_offer import KEY_SECONDS, CallbackOffer
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.race import first_of
from ccengine.calls.waiting import next_decision, wait_for_agent
from ccengine.core.events import PlaceReclaimed
from ccengine.core.ids import client_of
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import Connect, DivertCall
    from ccengine.core.queues import QueueSettings
    from ccengine.engine import Mailbox

RECLAIM_KEY = "1"


class InLine:
    """One caller's wait."""

    def __init__(self, wiring: Wiring, channel: Channel, call: Call, mailbox: Mailbox) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._channel = channel
        self._call = call
        self._mailbox = mailbox
        self._is_reclaim_offered = False

    async def wait(self, *, music_at_once: bool) -> Connect | DivertCall | None:
        """Wait for the core's decision; None: the caller is going to be called back."""
        if not self._is_reclaim_offered and self._engine.center.keeps_place_of(self._call.id):
            self._is_reclaim_offered = True
            decision = await self._talk(self._offer_old_place())
            if decision is not None:
                return decision
        while True:
            settings = self._settings()
            rules = None if settings is None else settings.callback
            news = await wait_for_agent(
                self._channel,
                self._mailbox,
                self.music(),
                music_at_once=music_at_once,
                key="" if rules is None or rules.key is None else rules.key,
            )
            if not isinstance(news, str):
                return news
            decision = await self._talk(self._offer_callback())
            if decision is not None or self._call.became is not None:
                return decision
            music_at_once = True

    def music(self) -> str:
        """Return the class of music of the queue that the caller is in."""
        settings = self._settings()
        return "default" if settings is None else settings.music

    async def _talk(self, talk: Coroutine[Any, Any, bool]) -> Connect | DivertCall | None:
        decision, _ = await first_of(next_decision(self._mailbox), talk)
        if decision is not None:
            await self._channel.silence()
        return decision

    async def _offer_callback(self) -> bool:
        queue = self._call.queue
        if queue is None:
            return False
        return await CallbackOffer(self._wiring, self._call, self._ear(), queue).run()

    async def _offer_old_place(self) -> bool:
        ear = self._ear()
        digit = await ear.play([self._phrase(Phrase.RECLAIM)], until_digit=True)
        digit = digit or await ear.digit(KEY_SECONDS)
        if digit != RECLAIM_KEY or self._engine.post(PlaceReclaimed(call=self._call.id)):
            return False
        await ear.play([self._phrase(Phrase.RECLAIMED)], until_digit=False)
        return True

    def _phrase(self, phrase: Phrase) -> str:
        queue = self._call.queue
        client = self._call.client if queue is None else client_of(queue)
        return self._wiring.configuration.prompts.phrase(client, phrase, self._language)

    def _ear(self) -> CallerEar:
        return CallerEar(self._channel, self._language)

    @property
    def _language(self) -> str:
        tenant = self._wiring.configuration.tenant
        route = None if tenant is None else tenant.route(self._call.number)
        return "en" if route is None else route.language

    def _settings(self) -> QueueSettings | None:
        queue = self._call.queue
        return None if queue is None else self._engine.center.plan.queues.get(queue)
