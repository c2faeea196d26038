"""Taking cards without Asterisk: what a session would post, posted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import CardEntryEnded, CardEntryStarted, CardOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.center import ContactCenter
    from ccengine.core.events import Event
    from ccengine.core.ids import CallId


class CardDeskWithoutPhones:
    """Has callers type cards, and notes what is to be paid."""

    def __init__(self, center: ContactCenter, post: Callable[[Event], str]) -> None:
        self._center = center
        self._post = post
        self.orders: list[tuple[str, str]] = []  #: amount and reference of each

    def take(self, call: CallId, by: str, amount: str, reference: str) -> str:
        agent = self._center.calls[call].agent
        started = CardEntryStarted(
            call=call, entry=f"card-{call}", by=by or str(agent), agent=agent
        )
        refused = self._post(started)
        if not refused:
            self.orders.append((amount, reference))
        return refused

    def stop(self, call: CallId) -> str:
        card = self._center.calls[call].card
        if card is None:
            return "no card is being taken"
        return self._post(CardEntryEnded(call=call, entry=card.id, outcome=CardOutcome.STOPPED))
