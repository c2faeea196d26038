"""An agent takes a caller's payment card without hearing it: the caller types it, alone.

The recording is paused, then caller and agent leave their bridge: the caller is alone with the
prompts, the agent hears one tone for any key. What is typed goes to the client's payment program
and nowhere else. Then both are together again, and the recording goes on.

The digits live in this process's memory only. An engine that dies loses them: the next one brings
both together and says so. A payment that is under way outlives the caller, and even their call.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.card_ear import CardEar, KeyTone, playbacks_of, tones_of
from ccengine.calls.languages import agents_language, language_of
from ccengine.calls.race import first_of
from ccengine.calls.whose import client_of_call
from ccengine.core.events import (
    CardEntryEnded,
    CardEntryStarted,
    CardField,
    CardFieldTyped,
    CardOutcome,
    CardPaymentSent,
    PauseReason,
)
from ccengine.ivr.card_dialogue import CardDialogue
from ccengine.ivr.cards import Card
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer, PaymentOrder
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from datetime import date

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.keys import CardWish
    from ccengine.calls.talk import Talk
    from ccengine.calls.wiring import Wiring
    from ccengine.config.clients import Client
    from ccengine.core.calls import Call

log = structlog.get_logger()

MARGIN_SECONDS: Final = 60.0
"""The pause of the recording may last so much longer than typing and paying: for prompts."""

SAID: Final = {
    CardOutcome.APPROVED: (Phrase.CARD_APPROVED, Confirmation.CARD_TAKEN),
    CardOutcome.DECLINED: (Phrase.CARD_DECLINED, Confirmation.CARD_DECLINED),
    CardOutcome.UNKNOWN: (Phrase.CARD_UNKNOWN, Confirmation.CARD_UNKNOWN),
}
"""What caller and agent hear; else that nothing was taken."""

NOT_TAKEN: Final = (Phrase.CARD_NOT_TAKEN, Confirmation.CARD_NOT_TAKEN)


@dataclass(frozen=True, slots=True)
class CardOver:
    """A card was taken, or was not: the talk goes on."""


class CardPayment:
    """One order, asked for in a task that outlives the call: nobody else learns its end."""

    def __init__(self, wiring: Wiring, call: Call, client: Client, order: PaymentOrder) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._call = call
        self._client = client
        self._order = order
        self._answer: asyncio.Future[PaymentAnswer] = asyncio.get_running_loop().create_future()
        self._is_left = False

    async def wait(self) -> PaymentAnswer:
        """Wait for the answer."""
        return await asyncio.shield(self._answer)

    def leave(self) -> None:
        """Have the end posted without whoever waited: the caller is gone, or Asterisk."""
        self._is_left = True

    async def run(self, card: Card) -> None:
        """Ask, and wipe the card."""
        answer = NOT_REACHED
        with card:
            payments = self._wiring.payments
            if payments is not None:
                answer = await payments.pay(self._client, self._order, card, sent=self._note_sent)
        if self._is_left:
            self._engine.post(ended_of(self._call, self._order.entry, answer))
        else:
            self._answer.set_result(answer)

    def _note_sent(self) -> None:
        self._engine.post(CardPaymentSent(call=self._call.id, entry=self._order.entry))


class CardTaking:
    """One card, asked for in a talk."""

    def __init__(self, talk: Talk, talks: Talks, wish: CardWish) -> None:
        self._talk = talk
        self._talks = talks
        self._wish = wish
        self._wiring = talk.wiring
        self._engine = talk.engine
        self._call = talk.call
        self._entry = f"{talk.call.id}-k{self._engine.clock.now() * 1000:.0f}"
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Have the caller stop typing; a payment that is under way goes on."""
        self._stopped.set()

    async def run(self) -> None:
        """Take the card, from the pause of the recording to its end."""
        client = client_of_call(self._wiring, self._call)
        if client is None or client.settings.payment is None or not self._begin():
            await self._talk.say(Confirmation.REFUSED)
            return
        if await self._pause(client):
            answer = await self._take_apart(client)
        else:
            answer = PaymentAnswer(outcome=CardOutcome.NOT_PAUSED)
            await self._talk.say(Confirmation.REFUSED)
        self._engine.post(ended_of(self._call, self._entry, answer))
        await go_on_recording(self._talks, self._call, self._wish.by)

    def _begin(self) -> bool:
        agent = self._talk.agent
        started = CardEntryStarted(
            call=self._call.id, entry=self._entry, by=self._wish.by, agent=agent
        )
        rejection = self._engine.post(started)
        if rejection:
            log.info("card_refused", call_id=self._call.id, cause=rejection)
        return not rejection

    async def _pause(self, client: Client) -> bool:
        """Pause the recording, if there is one; False: it goes on, so no card may be typed."""
        payment = client.settings.payment
        if payment is None or not self._call.recording:
            return payment is not None
        limit = payment.entry_seconds + payment.timeout_seconds + MARGIN_SECONDS
        refused = await self._talks.recordings.of(self._call).pause(
            self._wish.by, PauseReason.CARD, limit_seconds=limit
        )
        if refused:
            log.error("card_without_pause", call_id=self._call.id, cause=refused)
        return not refused

    async def _take_apart(self, client: Client) -> PaymentAnswer:
        """Part the two, have the card typed and paid, tell both, and bring them together."""
        talk = self._talk
        if talk.bridge is not None:
            await talk.bridge.remove(talk.caller)
            await talk.bridge.remove(talk.leg)
        talk.caller.clear_digits()  # typed for the agent
        tone = KeyTone(talk.leg, self._entry)
        dialogue = card_dialogue(self._wiring, talk.caller, self._call, self._entry, tone)
        try:
            async with asyncio.TaskGroup() as group:
                sounding = group.create_task(tone.run())
                answer = await self._typed_and_paid(dialogue, client)
                phrase, confirmation = SAID.get(answer.outcome, NOT_TAKEN)
                group.create_task(self._tell_agent(confirmation))
                await dialogue.say(phrase)
                await dialogue.drain()
                sounding.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # as a plain await would
        await talk.caller.silence()
        talk.caller.forget_digits()
        await join_again(talk)
        return answer

    async def _typed_and_paid(self, dialogue: CardDialogue, client: Client) -> PaymentAnswer:
        payment = client.settings.payment
        card = Card()
        outcome = CardOutcome.NOT_TYPED
        try:
            seconds = 0.0 if payment is None else payment.entry_seconds
            async with asyncio.timeout(seconds):
                outcome = await self._typed(dialogue, card)
        except TimeoutError:
            await self._talk.caller.silence()
        finally:
            if outcome is not CardOutcome.APPROVED:
                with card:
                    pass
        if outcome is not CardOutcome.APPROVED:
            return PaymentAnswer(outcome=outcome)
        order = PaymentOrder(
            call=self._call.id,
            entry=self._entry,
            amount=self._wish.amount,
            reference=self._wish.reference or str(self._call.id),
        )
        paying = CardPayment(self._wiring, self._call, client, order)
        self._talks.start(paying.run(card), f"payment {self._entry}")
        try:
            await dialogue.say(Phrase.CARD_WAIT)
            return await paying.wait()
        except BaseException:
            paying.leave()
            raise

    async def _typed(self, dialogue: CardDialogue, card: Card) -> CardOutcome:
        """Return APPROVED when all is typed: by the caller, that is."""
        typed, stopped = await first_of(self._filled(dialogue, card), self._stopped.wait())
        if typed is None or (stopped and typed is not CardOutcome.APPROVED):
            await self._talk.caller.silence()
            return CardOutcome.STOPPED
        return typed

    async def _filled(self, dialogue: CardDialogue, card: Card) -> CardOutcome:
        return CardOutcome.APPROVED if await dialogue.run(card) else CardOutcome.NOT_TYPED

    async def _tell_agent(self, confirmation: Confirmation) -> None:
        prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
        said = prompts.confirmation(confirmation, language)
        await (await self._talk.leg.play(said)).wait()


def card_dialogue(
    wiring: Wiring, channel: Channel, call: Call, entry: str, tone: KeyTone | None
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
        keypad=CardEar(channel, entry, _nothing if tone is None else tone.sound),
        media=media,
        today=today,
        typed=typed,
        asks_code=payment is None or payment.security_code,
    )


def ended_of(call: Call, entry: str, answer: PaymentAnswer) -> CardEntryEnded:
    """Return the end of a card's taking."""
    return CardEntryEnded(
        call=call.id,
        entry=entry,
        outcome=answer.outcome,
        token=answer.token,
        last4=answer.last4,
        result=answer.result,
    )


async def join_again(talk: Talk) -> None:
    """Let agent and caller talk with each other again."""
    if talk.bridge is not None:
        await talk.bridge.add(talk.caller, talk.leg)


async def end_sounds(wiring: Wiring, entry: str) -> None:
    """End what an earlier engine played to a caller who typed a card, and to their agent."""
    for playback in (*playbacks_of(entry), *tones_of(entry)):
        with suppress(AriError):
            await wiring.router.ari.stop_playback(playback)


async def go_on_recording(talks: Talks, call: Call, by: str) -> None:
    """End the pause of a card, if there is one."""
    pause = call.recording_pause
    if pause is not None and pause.reason is PauseReason.CARD:
        await talks.recordings.of(call).resume(by, of=PauseReason.CARD)


async def take_up(talk: Talk, talks: Talks) -> None:
    """Go on after an engine that died while a card was taken: its digits are gone."""
    entry, call = talk.call.card, talk.call
    if entry is not None:
        outcome = CardOutcome.UNKNOWN if entry.is_sent else CardOutcome.ENGINE_LOST
        await end_sounds(talk.wiring, entry.id)
        told = Confirmation.CARD_UNKNOWN if entry.is_sent else Confirmation.CARD_BEGIN_AGAIN
        talk.caller.forget_digits()
        await talk.say(told)
        await join_again(talk)
        talk.engine.post(ended_of(call, entry.id, PaymentAnswer(outcome=outcome)))
    await go_on_recording(talks, call, "")


def leave(talk: Talk, outcome: CardOutcome) -> None:
    """Post the end of a card that one of the two left in the middle of; paid, it has its own."""
    card = talk.call.card
    if card is not None and not card.is_sent:
        talk.engine.post(ended_of(talk.call, card.id, PaymentAnswer(outcome=outcome)))


def _nothing() -> None:
    """Tell nobody: in a flow no agent waits."""
