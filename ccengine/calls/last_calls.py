"""Who was called of late by a client's campaigns: a port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ccengine.core.ids import ClientId


@dataclass(frozen=True, slots=True)
class LastCall:
    """The last call of a client's campaigns to somebody."""

    campaign: str
    lead: str  #: the customer's own key of the lead, or else our number of it


class LastCalls(Protocol):
    """Tells who was called."""

    async def last(self, client: ClientId, shown: str, number: str) -> LastCall | None:
        """Return the last call to a number of late, None: there was none.

        Args:
            client: whose.
            shown: the number that was shown, by its digits.
            number: who was called, in international form.
        """
