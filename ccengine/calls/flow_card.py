"""A caller types a payment card in a flow, without an agent: by the same code as with one.

Nothing is recorded in flows, but what could not be ended before is paused, or no card is asked for.
A step that a lost engine was in is taken again: what it has been answered already is not asked for
a second time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.calls.card_entry import (
    TypedCard,
    end_entry,
    end_sounds,
    go_on_recording,
    keep_out,
    leave,
)
from ccengine.calls.whose import client_of_call
from ccengine.core.events import CardEntryStarted, CardOutcome
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer, PaymentOrder

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call


class FlowCard:
    """Cards of one call's flows."""

    def __init__(self, wiring: Wiring, talks: Talks, channel: Channel, call: Call) -> None:
        self._wiring = wiring
        self._talks = talks
        self._engine = wiring.engine
        self._channel = channel
        self._call = call

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
        typed = TypedCard(self._wiring, self._talks, self._channel, call, order)
        try:
            if not await keep_out(self._talks, call, client, ""):
                answer = PaymentAnswer(outcome=CardOutcome.NOT_PAUSED)
                end_entry(self._engine, call, entry, answer)
                return answer
            answer = await typed.take(client, asyncio.Event())
        finally:
            if self._channel.is_gone:
                leave(self._engine, call, CardOutcome.CALLER_LEFT)
        await typed.tell(answer.outcome)
        await go_on_recording(self._talks, call, "")
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
        end_entry(self._engine, self._call, lost.id, answer)
        await go_on_recording(self._talks, self._call, "")
        self._channel.forget_digits()
        return answer if lost.is_sent else None
