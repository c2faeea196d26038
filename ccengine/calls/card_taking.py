"""An agent takes a caller's payment card without hearing it: the caller types it, alone.

The recording is paused, then caller and agent leave their bridge: the caller is alone with the
prompts, the agent hears one tone for any key. Then both are together again, and the recording goes
on. What is typed, and what becomes of it, is `card_entry.py`'s.

An engine that dies loses the digits: the next one brings both together and says how it stands.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ccengine.calls.card_ear import KeyTone
from ccengine.calls.card_entry import (
    NOT_TAKEN,
    SAID,
    TypedCard,
    end_entry,
    end_sounds,
    go_on_recording,
    keep_out,
)
from ccengine.calls.languages import agents_language
from ccengine.calls.whose import client_of_call
from ccengine.core.events import CardEntryStarted, CardOutcome, CardTalkResumed
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.payments import PaymentAnswer, PaymentOrder

if TYPE_CHECKING:
    from ccengine.calls.consult import Talks
    from ccengine.calls.keys import CardWish
    from ccengine.calls.talk import Talk
    from ccengine.config.clients import Client

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CardOver:
    """A card was taken, or was not: the talk goes on."""


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
        if await keep_out(self._talks, self._call, client, self._wish.by):
            await self._take_apart(client)
        else:
            answer = PaymentAnswer(outcome=CardOutcome.NOT_PAUSED)
            await self._talk.say(Confirmation.REFUSED)
            end_entry(self._engine, self._call, self._entry, answer)
        self._engine.post(CardTalkResumed(call=self._call.id, entry=self._entry))
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

    async def _take_apart(self, client: Client) -> None:
        """Part the two, have the card typed and paid, tell both, and bring them together."""
        talk = self._talk
        if talk.bridge is not None:
            await talk.bridge.remove(talk.caller)
            await talk.bridge.remove(talk.leg)
        talk.caller.clear_digits()  # typed for the agent
        tone = KeyTone(talk.leg, self._entry)
        order = PaymentOrder(
            call=self._call.id,
            entry=self._entry,
            amount=self._wish.amount,
            reference=self._wish.reference or str(self._call.id),
        )
        typed = TypedCard(self._wiring, self._talks, talk.caller, self._call, order, tone.sound)
        try:
            async with asyncio.TaskGroup() as group:
                sounding = group.create_task(tone.run())
                answer = await typed.take(client, self._stopped)
                group.create_task(self._tell_agent(answer.outcome))
                await typed.tell(answer.outcome)
                sounding.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # as a plain await would
        finally:
            talk.caller.forget_digits()
        await join_again(talk)

    async def _tell_agent(self, outcome: CardOutcome) -> None:
        prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
        said = prompts.confirmation(SAID.get(outcome, NOT_TAKEN)[1], language)
        await (await self._talk.leg.play(said)).wait()


async def join_again(talk: Talk) -> None:
    """Let agent and caller talk with each other again."""
    if talk.bridge is not None:
        await talk.bridge.add(talk.caller, talk.leg)


async def take_up(talk: Talk, talks: Talks) -> None:
    """Go on after an engine that died while a card was taken: its digits are gone."""
    entry, call = talk.call.card, talk.call
    if entry is not None:
        await end_sounds(talk.wiring, entry.id)
        talk.caller.forget_digits()
        if not entry.is_over:
            outcome = CardOutcome.UNKNOWN if entry.is_sent else CardOutcome.ENGINE_LOST
            end_entry(talk.engine, call, entry.id, PaymentAnswer(outcome=outcome))
        ended = CardOutcome.UNKNOWN if call.card_ended is None else call.card_ended.outcome
        begins_again = ended is CardOutcome.ENGINE_LOST
        told = Confirmation.CARD_BEGIN_AGAIN if begins_again else SAID.get(ended, NOT_TAKEN)[1]
        await talk.say(told)
        await join_again(talk)
        talk.engine.post(CardTalkResumed(call=call.id, entry=entry.id))
    await go_on_recording(talks, call, "")
