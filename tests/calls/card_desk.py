"""A caller, an agent and a payment program, for tests of cards on the fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.config.payments import Payment
from ccengine.core.events import (
    CardEntryEnded,
    CardEntryStarted,
    CardOutcome,
    ConversationStarted,
)
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.payments import NOT_REACHED, PaymentAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.config.clients import Client
    from ccengine.ivr.cards import Card
    from ccengine.ivr.payments import PaymentOrder
    from tests.calls.center_on_fake import CenterOnFake


CALL = "node1-1-1"
LEG = "node1-1-1.1"
NUMBER, EXPIRY, CODE = "4111111111111111", "1275", "737"  # virtual time begins in 1970

PAYMENT = Payment(url="https://pay.example/charges")
APPROVED = PaymentAnswer(outcome=CardOutcome.APPROVED, token="tok_9", last4="1111", result="ok")


class PayDesk:
    """Takes cards, and remembers what it was given."""

    def __init__(self, answer: PaymentAnswer = APPROVED, seconds: float = 0.2) -> None:
        self.answer, self.seconds = answer, seconds
        self.asked: list[tuple[PaymentOrder, str, str, str]] = []
        self.cards: list[Card] = []
        self.connects_after = 0.0
        self.leaves: Callable[[], None] = lambda: None  # called as the card would leave

    async def pay(
        self, client: Client, order: PaymentOrder, card: Card, *, sent: Callable[[], bool]
    ) -> PaymentAnswer:
        assert client.id == "dnipro"
        await asyncio.sleep(self.connects_after)
        if not sent():
            return NOT_REACHED
        self.leaves()
        self.asked.append((order, card.number.reveal(), card.expiry.reveal(), card.code.reveal()))
        self.cards.append(card)
        await asyncio.sleep(self.seconds)
        return self.answer


async def talking(center: CenterOnFake, recorded: bool = True) -> str:  # noqa: FBT001, FBT002
    center.set_queue("vip", recorded=recorded)
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(ConversationStarted))
    await asyncio.sleep(1)
    return caller


async def press(center: CenterOnFake, channel: str, keys: str) -> None:
    for key in keys:
        center.asterisk.dial_digits(channel, key)
        await asyncio.sleep(0.2)


async def asked(center: CenterOnFake, caller: str) -> None:
    """The agent presses the code; the caller is asked for the number."""
    await press(center, LEG, "*8")
    await center.until(lambda: center.journal.events(CardEntryStarted))
    await asyncio.sleep(1)
    assert center.asterisk.hears(caller) not in (f"talk:{LEG}", "")
    apart = center.asterisk.world.channels
    assert [apart[one].bridge_id for one in (caller, LEG)] == ["", ""]  # each alone


async def type_all(center: CenterOnFake, caller: str) -> None:
    await press(center, caller, f"{NUMBER}#")
    await asyncio.sleep(3)
    await press(center, caller, EXPIRY)
    await asyncio.sleep(3)
    await press(center, caller, CODE)


def endings(center: CenterOnFake) -> list[CardOutcome]:
    found = center.journal.events(CardEntryEnded)
    return [one.outcome for one in found if isinstance(one, CardEntryEnded)]


def said_to_agent(center: CenterOnFake) -> list[str]:
    heard = [media for channel, media in center.asterisk.played if channel == LEG]
    prompts = center.configuration.prompts
    words = {prompts.confirmation(what, "en"): str(what) for what in Confirmation}
    return [words[media] for media in heard if media in words]


def together(center: CenterOnFake, caller: str) -> bool:
    return center.asterisk.hears(caller) == f"talk:{LEG}"


async def over(center: CenterOnFake, *channels: str) -> None:
    for channel in channels:
        center.asterisk.hang_up(channel)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()
