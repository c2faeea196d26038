"""A payment card that a caller types while an agent waits: asked for, stopped, and how far it is.

No digit of it is ever in a request or an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.api.faults import CALL_UNKNOWN, REFUSED
from ccengine.api.models import Shown, Utc
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import CardField, CardOutcome
from ccengine.core.ids import CallId

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.calls import Call

AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,3})?$"
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"


class CardAsked(Strict):
    """What is to be paid. Nothing of the card: the caller types that."""

    amount: Annotated[str, Field(pattern=AMOUNT)] | None = Field(
        None, description="As in 12.50; left out: the card is only kept by the payment program."
    )
    reference: Annotated[str, Field(pattern=REFERENCE)] | None = Field(
        None, description="Of what is paid, such as an invoice's number; left out: the call's id."
    )


class CardShown(Shown):
    """How far it is."""

    call: str
    entry: str | None = Field(description="null: no card is being taken, or not yet.")
    since: Utc | None
    typed: tuple[CardField, ...] = Field(description="What is typed, and can be.")
    paying: bool = Field(description="The payment program is asked.")
    last: CardOutcome | None = Field(description="How the last one of this call has ended.")


async def get_card(asked: Asked[Nothing, Nothing]) -> CardShown:
    """Show how far the caller is."""
    return _shown(_call(asked))


async def take_card(asked: Asked[Nothing, CardAsked]) -> Change:
    """Have the caller type a card, apart from the agent, unrecorded.

    Raises:
        Refused: there is no talk, or no card can be taken in it now.
    """
    call, body = _call(asked), asked.body
    before = _shown(call)
    refused = asked.ports.floor.take_card(
        call.id, _by(asked, call), body.amount or "", body.reference or ""
    )
    return _changed(call, before, refused, {"card": "asked for", "amount": body.amount})


async def stop_card(asked: Asked[Nothing, Nothing]) -> Change:
    """Bring both together again; a payment that is under way goes on.

    Raises:
        Refused: no card is being taken.
    """
    call = _call(asked)
    before, refused = _shown(call), asked.ports.floor.stop_card(call.id)
    return _changed(call, before, refused, {"card": "stopped"})


def _changed(call: Call, before: CardShown, refused: str, after: dict[str, str | None]) -> Change:
    if refused:
        raise REFUSED.because(detail=refused)
    return Change(
        target=f"call {call.id}",
        before=before.model_dump(mode="json"),
        after=after,
        answer=_shown(call),
    )


def _by(asked: Asked[Nothing, CardAsked], call: Call) -> str:
    return asked.identity.on_behalf_of(call.agent) if call.agent is not None else ""


def _call(asked: Asked[Nothing, CardAsked] | Asked[Nothing, Nothing]) -> Call:
    """Return the call in the address.

    Raises:
        CallUnknown: there is no such, or the token does not see it.
    """
    call = asked.ports.floor.center.calls.get(CallId(asked.path["call"]))
    if call is None or not asked.sight.call(call):
        raise CALL_UNKNOWN.because()
    return call


def _shown(call: Call) -> CardShown:
    card, last = call.card, call.card_ended
    if card is not None and card.is_over:
        card = None
    return CardShown(
        call=call.id,
        entry=None if card is None else card.id,
        since=None if card is None else card.began,
        typed=() if card is None else card.typed,
        paying=card is not None and card.is_sent,
        last=None if last is None else last.outcome,
    )


PATH = "/calls/{call}/card"

ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getCard",
        method=Method.GET,
        path=PATH,
        summary="How far a caller is who types a payment card",
        query=Nothing,
        body=Nothing,
        answer=CardShown,
        handler=get_card,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="takeCard",
        method=Method.POST,
        path=PATH,
        summary="Have the caller type a payment card: the agent hears none of it",
        query=Nothing,
        body=CardAsked,
        answer=CardShown,
        handler=take_card,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="stopCard",
        method=Method.DELETE,
        path=PATH,
        summary="Have the caller stop typing, and be with the agent again",
        query=Nothing,
        body=Nothing,
        answer=CardShown,
        handler=stop_card,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
)
