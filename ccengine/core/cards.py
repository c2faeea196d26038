"""Taking a payment card: what the next engine has to know of it.

Digits never come here. While a card is taken the call stays where it is: nobody holds it, sends it
on or hands it over, and its recording does not go on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.calls import CardEntry
from ccengine.core.errors import IllegalTransition
from ccengine.core.events.cards import (
    CardEntryEnded,
    CardEntryStarted,
    CardFieldTyped,
    CardPaymentSent,
    CardTalkResumed,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import CardEvent
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant


def note(floor: Floor, event: CardEvent, now: Instant) -> None:
    """Take note of how far the taking of a card is.

    Raises:
        IllegalTransition: no card can be taken of this call now.
    """
    call = floor.calls[event.call]
    match event:
        case CardEntryStarted():
            _expect_possible(call, event)
            call.card = CardEntry(id=event.entry, agent=event.agent, began=now)
        case _ if call.card is None or call.card.id != event.entry:
            floor.ignored += 1
        case CardTalkResumed():
            call.card = None
        case _ if call.card.is_over:
            floor.ignored += 1
        case _:
            _go_on(call, call.card, event)


def expect_none(call: Call) -> None:
    """Check that the caller types no card now, and is not asked about being recorded.

    Raises:
        IllegalTransition: they are apart from the agent for one of the two.
    """
    expect_untyped(call)
    if call.asked is not None:
        message = f"call '{call.id}': the caller is being asked"
        raise IllegalTransition(message)


def expect_untyped(call: Call) -> None:
    """Check that the caller types no card now; what they are asked can be stopped.

    Raises:
        IllegalTransition: they do.
    """
    if call.card is not None:
        message = f"call '{call.id}': a card is being taken"
        raise IllegalTransition(message)


def _go_on(
    call: Call, card: CardEntry, event: CardFieldTyped | CardPaymentSent | CardEntryEnded
) -> None:
    match event:
        case CardFieldTyped():
            call.card = replace(card, typed=(*card.typed, event.typed))
        case CardPaymentSent():
            call.card = replace(card, is_sent=True)
        case CardEntryEnded():
            call.card_ended = event
            call.card = replace(card, is_over=True) if event.apart else None


def _expect_possible(call: Call, event: CardEntryStarted) -> None:
    expect_none(call)
    in_talk = call.state is CallState.TALKING and event.agent is not None
    in_flow = call.state is CallState.IN_FLOW and event.agent is None
    if not (in_talk or in_flow) or call.agent != event.agent or call.held is not None:
        message = f"call '{call.id}': no card can be taken now"
        raise IllegalTransition(message)
