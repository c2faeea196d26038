"""What the desk and its calls need of the books on leads and attempts: a port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ccengine.core.dialer.leads import AttemptId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.commands import CloseLead, PlaceCall, RefillHopper, SkipLead
    from ccengine.core.dialer.leads import AttemptOutcome, HeldBack, Lead, LeadKey
    from ccengine.core.ids import Instant


class NotDialed(Exception):
    """The attempt could not be stored: somebody else has the lead or its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An attempt that is stored, and how its call is to be made."""

    attempt: AttemptId
    caller_id: str  #: of the campaign's pool
    message: str  #: media of the dialplan: who called, and which key ends such calls
    opt_out_key: str
    opted_out: str  #: media that follows the key


class LeadBooks(Protocol):
    """Leads, attempts and wishes not to be called, off the loop."""

    async def claim(self, asked: RefillHopper) -> Sequence[Lead]:
        """Claim leads for a campaign's hopper."""

    async def give_back(self, leads: Sequence[LeadKey]) -> None:
        """Give claims back."""

    async def skip(self, told: SkipLead) -> None:
        """Put a lead off that an agent was shown, until the campaign's rules have it again."""

    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        """Ask the law once more and store the attempt, in one transaction.

        Raises:
            NotDialed: it could not be stored; nothing is to be dialed.
        """

    async def note_answer(self, attempt: AttemptId) -> None:
        """Note that somebody answered, whatever comes next."""

    async def note_message(self, attempt: AttemptId, at: Instant | None) -> None:
        """Note when they were told who called, by the dialplan's clock; None: nobody knows."""

    async def end(
        self, asked: PlaceCall, attempt: AttemptId, outcome: AttemptOutcome, cause: str
    ) -> None:
        """Give an attempt that nobody answered its outcome, and its lead what follows."""

    async def close(self, told: CloseLead) -> None:
        """Give an attempt that was answered its outcome, and its lead what follows."""

    async def opt_out(self, asked: PlaceCall) -> None:
        """Note that this number wants no more calls of the client: it counts from now on."""
