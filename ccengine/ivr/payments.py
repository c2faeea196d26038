"""What a step, or a session, sees of payments: one order, one card, and one of four ends.

Who is asked, and how, is `ccengine.lookup.payments`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ccengine.core.events import CardOutcome
from ccengine.core.ids import CallId

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.config.clients import Client
    from ccengine.ivr.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """What is to be paid."""

    call: CallId
    entry: str  #: the key by which a repetition is known
    amount: str = ""  #: as in 12.50; empty: the card is only to be kept by the payment program
    reference: str = ""  #: of what is paid, such as an invoice's number


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAnswer:
    """How it has ended; of the answer only what may be kept."""

    outcome: CardOutcome
    token: str = ""
    last4: str = ""
    result: str = ""


NOT_REACHED = PaymentAnswer(outcome=CardOutcome.FAILED)


class Payments(Protocol):
    """Asks the client's payment program."""

    async def pay(
        self, client: Client, order: PaymentOrder, card: Card, *, sent: Callable[[], bool]
    ) -> PaymentAnswer:
        """Return how it has ended, within the payment's deadline. Never raises.

        `sent` is called before the first byte of the card leaves; False: it must not leave, as
        nobody would know of it later.
        """
        ...
