"""The story of a card that is taken, and of what a caller was told about being recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    CardEntryEnded,
    CardEntryStarted,
    CardFieldTyped,
    CardPaymentSent,
    CardTalkResumed,
    ConsentAsked,
    ConsentGiven,
    ConsentKind,
    ConsentRefused,
)

if TYPE_CHECKING:
    from ccengine.core.events import CardEvent, ConsentEvent


def tell_beside(what: CardEvent | ConsentEvent) -> str:
    """Return what one of the events says; no digit of a card is in any of them."""
    match what:
        case ConsentAsked() | ConsentGiven() | ConsentRefused():
            return _tell_consent(what)
        case _:
            return _tell_card(what)


def _tell_card(what: CardEvent) -> str:
    match what:
        case CardEntryStarted():
            return f"the caller types a card, alone (asked for by {what.by or 'the flow'})"
        case CardFieldTyped():
            return f"card: {what.typed} typed"
        case CardPaymentSent():
            return "card: the payment program is asked"
        case CardEntryEnded():
            said = f" ({what.result})" if what.result else ""
            return f"card: {what.outcome}{said}"
        case CardTalkResumed():
            return "caller and agent talk again, without the card"


def _tell_consent(what: ConsentEvent) -> str:
    places = f"caller in {what.caller_place or '?'}, agent in {what.agent_place or '?'}"
    match what:
        case ConsentAsked():
            does = "asked" if what.rule is ConsentKind.CONSENT else "told"
            return f"the caller is {does} about being recorded ({places}; {what.version})"
        case ConsentGiven():
            return f"may be recorded: {what.answer} ({what.rule}; {places})"
        case ConsentRefused():
            return f"must NOT be recorded: {what.answer} ({what.rule}; {places})"
