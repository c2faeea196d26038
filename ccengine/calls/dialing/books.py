"""What the desk and its calls need of the books on leads and attempts: a port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from ccengine.asterisk.ari.events import ChannelSnapshot
from ccengine.config.campaigns import Detection
from ccengine.config.detection import Detector
from ccengine.core.dialer.leads import AttemptId, LeadKey
from ccengine.core.ids import CallId, CampaignId, ClientId, owner_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ccengine.asterisk.lead_notes import LeadNote
    from ccengine.core.commands import CloseLead, OfferLead, PlaceCall, RefillHopper, SkipLead
    from ccengine.core.dialer.leads import AttemptOutcome, HeldBack, Lead
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.storage.attempts import Progress


class NotDialed(Exception):
    """The attempt could not be stored: somebody else has the lead or its number."""


@dataclass(frozen=True, slots=True)
class Machines:
    """Whether it is found out that a machine has answered one call, and how."""

    when: Detection = Detection.OFF
    detector: Detector = field(default_factory=Detector)


NOT_LISTENED: Final = Machines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An attempt that is stored, and how its call is to be made."""

    attempt: AttemptId
    caller_id: str  #: of the campaign's pool
    message: str  #: media of the dialplan: who called, and which key ends such calls
    opt_out_key: str
    opted_out: str  #: media that follows the key
    machines: Machines = NOT_LISTENED


class LeadOnLine(Protocol):
    """A call to a lead, as the core asked for it or as it is taken up."""

    @property
    def call(self) -> CallId:
        """Its id, which is its attempt's, too."""

    @property
    def campaign(self) -> CampaignId:
        """Whose it is."""

    @property
    def client(self) -> ClientId:
        """Whose campaign."""

    @property
    def number(self) -> str:
        """E.164."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """A call that was begun by an engine before us, or before Asterisk was out of reach."""

    call: CallId
    campaign: CampaignId
    client: ClientId
    number: str
    lead: LeadKey
    attempt: AttemptId
    is_answered: bool  #: the core knows that somebody has
    channel: ChannelSnapshot | None  #: as it is now; None: it is gone


def taken_up(
    call: CallId, lead: LeadCall, channel: ChannelSnapshot | None, *, is_answered: bool
) -> TakenUp:
    """Return a call as the core knows it, with its channel."""
    return TakenUp(
        call=call,
        campaign=lead.campaign,
        client=owner_of(lead.campaign),
        number=lead.number,
        lead=lead.lead,
        # Stored, perhaps, without the journal's knowledge: under the call's own id.
        attempt=lead.attempt or AttemptId(call),
        is_answered=is_answered,
        channel=channel,
    )


class LeadBooks(Protocol):
    """Leads, attempts and wishes not to be called, off the loop."""

    async def claim(self, asked: RefillHopper) -> Sequence[Lead]:
        """Claim leads for a campaign's hopper."""

    async def give_back(self, leads: Sequence[LeadKey]) -> None:
        """Give claims back; leads that are being dialed stay."""

    async def skip(self, told: SkipLead) -> None:
        """Put a lead off that an agent was shown, until the campaign's rules have it again."""

    async def judge(self, shown: OfferLead) -> HeldBack | None:
        """Ask the law about a lead that an agent is to see, and put it off if it says no."""

    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        """Ask the law once more and store the attempt, in one transaction.

        Raises:
            NotDialed: it could not be stored; nothing is to be dialed.
        """

    async def note(self, attempt: AttemptId, progress: Progress) -> None:
        """Note how far a call is: it is known then whatever comes next."""

    async def end(
        self,
        asked: LeadOnLine,
        attempt: AttemptId,
        outcome: AttemptOutcome,
        cause: str,
        progress: Progress,
    ) -> None:
        """Give an attempt that nobody answered its outcome, and its lead what follows; once."""

    async def close(self, told: CloseLead) -> None:
        """Give an attempt that was answered its outcome, and its lead what follows."""

    async def opt_out(self, asked: LeadOnLine) -> None:
        """Note that this number wants no more calls of the client: it counts from now on."""

    async def settle(self, alive: Collection[AttemptId], kept: Collection[LeadKey]) -> None:
        """Close what an engine before us has left open, and give back what it had claimed.

        Args:
            alive: attempts whose calls are known, or whose outcomes are on their way.
            kept: leads that the core still has.
        """

    async def note_told(self, note: LeadNote) -> CampaignId | None:
        """Note what the dialplan says that it did, and what they wished.

        Returns:
            The campaign whose counts it may have changed; None: there is no such attempt.
        """
