"""A caller types a payment card in a flow, without an agent: by the same code as with one.

Nothing is recorded in flows, so nothing is paused. A step that a lost engine was in is taken again:
what it has been answered already is not asked for a second time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from ccengine.calls.card_taking import (
    NOT_TAKEN,
    SAID,
    CardPayment,
    card_dialogue,
    end_sounds,
    ended_of,
)
from ccengine.calls.whose import client_of_call
from ccengine.core.events import CardEntryStarted, CardOutcome
from ccengine.ivr.cards import Card
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer, PaymentOrder
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

    Start = Callable[[Coroutine[None, None, None], str], None]


class FlowCard:
    """Cards of one call's flows."""

    def __init__(self, wiring: Wiring, channel: Channel, call: Call, start: Start) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._channel = channel
        self._call = call
        self._start = start

    async def take(self, amount: str, reference: str) -> PaymentAnswer:
        """Return how it has ended; once for each pass of a step."""
        call, entry = self._call, f"{self._call.id}-f{self._call.flow_pass}"
        known = await self._known(entry)
        client = client_of_call(self._wiring, call)
        if known is not None or client is None or client.settings.payment is None:
            return known or NOT_REACHED
        if self._engine.post(CardEntryStarted(call=call.id, entry=entry, by="")):
            return NOT_REACHED
        order = PaymentOrder(
            call=call.id, entry=entry, amount=amount, reference=reference or str(call.id)
        )
        card = Card()
        dialogue = card_dialogue(self._wiring, self._channel, call, entry, None)
        answer = PaymentAnswer(outcome=CardOutcome.NOT_TYPED)
        is_typed = False
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(client.settings.payment.entry_seconds):
                    is_typed = await dialogue.run(card)
        finally:
            if not is_typed:
                with card:
                    await self._channel.silence()
        if is_typed:
            paying = CardPayment(self._wiring, call, client, order)
            self._start(paying.run(card), f"payment {entry}")
            try:
                await dialogue.say(Phrase.CARD_WAIT)
                answer = await paying.wait()
            except BaseException:
                paying.leave()
                raise
        self._engine.post(ended_of(call, entry, answer))
        await dialogue.say(SAID.get(answer.outcome, NOT_TAKEN)[0])
        await dialogue.drain()
        await self._channel.silence()
        self._channel.forget_digits()
        return answer

    async def _known(self, entry: str) -> PaymentAnswer | None:
        """Return what this pass of the step has come to already, in an engine that is lost."""
        ended, lost = self._call.card_ended, self._call.card
        if ended is not None and ended.entry == entry:
            return PaymentAnswer(
                outcome=ended.outcome, token=ended.token, last4=ended.last4, result=ended.result
            )
        if lost is None:
            return None
        await end_sounds(self._wiring, lost.id)
        outcome = CardOutcome.UNKNOWN if lost.is_sent else CardOutcome.ENGINE_LOST
        answer = PaymentAnswer(outcome=outcome)
        self._engine.post(ended_of(self._call, lost.id, answer))
        self._channel.forget_digits()
        return answer if lost.is_sent else None
