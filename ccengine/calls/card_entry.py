"""One payment card that a caller types, alone with the prompts: in a talk and in a flow alike.

What is typed goes to the client's payment program and nowhere else. The digits live in this
process's memory only. A payment that is under way outlives the caller, and even their call: how it
has ended is in the journal as soon as it is known, whoever is still there to be told.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.card_ear import CardEar, playbacks_of, tones_of
from ccengine.calls.languages import language_of
from ccengine.calls.race import first_of
from ccengine.calls.whose import client_of_call
from ccengine.core.events import (
    CardEntryEnded,
    CardField,
    CardFieldTyped,
    CardOutcome,
    CardPaymentSent,
    PauseReason,
)
from ccengine.ivr.card_dialogue import CardDialogue
from ccengine.ivr.cards import Card
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.config.clients import Client
    from ccengine.core.calls import Call
    from ccengine.engine import Engine
    from ccengine.ivr.payments import PaymentOrder

log = structlog.get_logger()

SAID: Final = {
    CardOutcome.APPROVED: (Phrase.CARD_APPROVED, Confirmation.CARD_TAKEN),
    CardOutcome.DECLINED: (Phrase.CARD_DECLINED, Confirmation.CARD_DECLINED),
    CardOutcome.UNKNOWN: (Phrase.CARD_UNKNOWN, Confirmation.CARD_UNKNOWN),
}
"""What caller and agent hear; else that nothing was taken."""

MARGIN_SECONDS: Final = 60.0
"""The pause of the recording may last so much longer than typing and paying: for prompts."""

NOT_TAKEN: Final = (Phrase.CARD_NOT_TAKEN, Confirmation.CARD_NOT_TAKEN)


class CardPayment:
    """One order, asked for in a task that outlives the call: nobody else learns its end."""

    def __init__(self, wiring: Wiring, call: Call, client: Client, order: PaymentOrder) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._call = call
        self._client = client
        self._order = order
        self._is_sent = False
        self._answer: asyncio.Future[PaymentAnswer] = asyncio.get_running_loop().create_future()

    async def wait(self) -> PaymentAnswer:
        """Wait for the answer, which is in the journal by then."""
        return await asyncio.shield(self._answer)

    async def run(self, card: Card) -> None:
        """Ask, wipe the card, and post how it has ended."""
        answer = NOT_REACHED
        with card:
            payments = self._wiring.payments
            if payments is not None:
                answer = await payments.pay(self._client, self._order, card, sent=self._note_sent)
        # Who left before anything was sent has had the entry's end.
        if self._is_sent or is_open(self._call, self._order.entry):
            end_entry(self._engine, self._call, self._order.entry, answer)
        self._answer.set_result(answer)

    def _note_sent(self) -> bool:
        """Have it on disk first: who does not know that a card was sent would send it again."""
        if not is_open(self._call, self._order.entry):
            return False  # somebody has left, and that nothing was taken is in the journal
        self._engine.post(CardPaymentSent(call=self._call.id, entry=self._order.entry))
        self._is_sent = self._engine.write()
        return self._is_sent


class TypedCard:
    """Has a caller type one card, and has it paid.

    Args:
        talks: runs the payment beside the call.
        channel: the caller's, outside of any bridge.
        call: which knows of the entry already.
        order: what is to be paid.
        pressed: is told that some key was pressed.
    """

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        channel: Channel,
        call: Call,
        order: PaymentOrder,
        pressed: Callable[[], None] = lambda: None,
    ) -> None:
        self._wiring = wiring
        self._talks = talks
        self._channel = channel
        self._call = call
        self._order = order
        self._dialogue = _dialogue(wiring, channel, call, order.entry, pressed)

    async def take(self, client: Client, stopped: asyncio.Event) -> PaymentAnswer:
        """Return how it has ended, which is in the journal by then.

        Args:
            client: whose payment program is asked.
            stopped: set, the caller types no more; a payment that is under way goes on.
        """
        card = Card()
        outcome = await self._typed(client, card, stopped)
        if outcome is not CardOutcome.APPROVED:
            answer = PaymentAnswer(outcome=outcome)
            end_entry(self._wiring.engine, self._call, self._order.entry, answer)
            return answer
        paying = CardPayment(self._wiring, self._call, client, self._order)
        self._talks.start(paying.run(card), f"payment {self._order.entry}")
        await self._dialogue.say(Phrase.CARD_WAIT)
        return await paying.wait()

    async def tell(self, outcome: CardOutcome) -> None:
        """Tell the caller how it has ended; keys that they still press are nobody's."""
        await self._dialogue.say(SAID.get(outcome, NOT_TAKEN)[0])
        await self._dialogue.drain()
        await self._channel.silence()
        self._channel.forget_digits()

    async def _typed(self, client: Client, card: Card, stopped: asyncio.Event) -> CardOutcome:
        """Return APPROVED when all is typed: by the caller, that is. Else the card is wiped."""
        payment = client.settings.payment
        outcome = CardOutcome.NOT_TYPED
        is_typed = False
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.0 if payment is None else payment.entry_seconds):
                    typed, _ = await first_of(self._filled(card), stopped.wait())
                    outcome = CardOutcome.STOPPED if typed is None else typed
                    is_typed = outcome is CardOutcome.APPROVED
        finally:
            if not is_typed:
                with card:
                    pass
        if not is_typed:
            await self._channel.silence()
        return outcome

    async def _filled(self, card: Card) -> CardOutcome:
        is_filled = await self._dialogue.run(card)
        return CardOutcome.APPROVED if is_filled else CardOutcome.NOT_TYPED


def is_open(call: Call, entry: str) -> bool:
    """Tell whether a card is being taken, and how it ends is not known yet."""
    card = call.card
    return card is not None and card.id == entry and not card.is_over


def end_entry(
    engine: Engine, call: Call, entry: str, answer: PaymentAnswer, *, is_left: bool = False
) -> None:
    """Post how the taking of a card has ended; both are still apart, unless one has left."""
    card = call.card
    waits = card is not None and card.id == entry and card.agent is not None
    engine.post(
        CardEntryEnded(
            call=call.id,
            entry=entry,
            outcome=answer.outcome,
            token=answer.token,
            last4=answer.last4,
            result=answer.result,
            apart=waits and not is_left,
        )
    )
    engine.write()


def leave(engine: Engine, call: Call, outcome: CardOutcome) -> None:
    """Post the end of a card that somebody has left in the middle of; one sent has its own."""
    card = call.card
    if card is not None and is_open(call, card.id) and not card.is_sent:
        end_entry(engine, call, card.id, PaymentAnswer(outcome=outcome), is_left=True)


async def keep_out(talks: Talks, call: Call, client: Client, by: str) -> bool:
    """See to it that no recording gets what is typed; False: it does, so no card may be."""
    payment = client.settings.payment
    if payment is None:
        return False
    limit = payment.entry_seconds + payment.timeout_seconds + MARGIN_SECONDS
    refused = await talks.recordings.of(call).keep_card_out(by, limit_seconds=limit)
    if refused:
        log.error("card_without_pause", call_id=call.id, cause=refused)
    return not refused


async def go_on_recording(talks: Talks, call: Call, by: str) -> None:
    """End the pause of a card, if there is one."""
    pause = call.recording_pause
    if pause is not None and pause.reason is PauseReason.CARD:
        await talks.recordings.of(call).resume(by, of=PauseReason.CARD)


async def end_sounds(wiring: Wiring, entry: str) -> None:
    """End what an earlier engine played to a caller who typed a card, and to their agent."""
    for playback in (*playbacks_of(entry), *tones_of(entry)):
        with suppress(AriError):
            await wiring.router.ari.stop_playback(playback)


def _dialogue(
    wiring: Wiring, channel: Channel, call: Call, entry: str, pressed: Callable[[], None]
) -> CardDialogue:
    """Return the questions about a card, in the caller's language; what is right is journaled."""
    language = language_of(wiring, call, call.queue)
    client = client_of_call(wiring, call)
    payment = None if client is None else client.settings.payment

    def media(phrase: Phrase) -> str:
        return wiring.configuration.prompts.phrase(call.client, phrase, language)

    def today() -> date:
        zone = UTC if client is None else ZoneInfo(client.zone)
        return datetime.fromtimestamp(wiring.engine.clock.now(), zone).date()

    def typed(field: CardField) -> None:
        wiring.engine.post(CardFieldTyped(call=call.id, entry=entry, typed=field))

    return CardDialogue(
        keypad=CardEar(channel, entry, pressed),
        media=media,
        today=today,
        typed=typed,
        asks_code=payment is None or payment.security_code,
    )
