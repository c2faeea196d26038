"""Books on leads in memory, for calls on the fake Asterisk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.asterisk.lead_notes import LeadNote
from ccengine.calls.dialing.books import NotDialed, Placed
from ccengine.core.commands import CloseLead, SkipLead
from ccengine.core.dialer.leads import (
    AttemptId,
    AttemptOutcome,
    HeldBack,
    Lead,
    LeadKey,
    LeadNumber,
)
from ccengine.core.ids import CampaignId
from ccengine.storage.attempts import Progress

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ccengine.calls.dialing.books import LeadOnLine
    from ccengine.core.commands import OfferLead, PlaceCall, RefillHopper
    from ccengine.core.ids import Instant

RENEWALS = CampaignId("dnipro/renewals")


def lead(key: int) -> Lead:
    numbers = (LeadNumber(number=f"+38044000{key:04}"),)
    return Lead(key=LeadKey(key), list="ending", numbers=numbers)


def far(key: int) -> str:
    """The far end's endpoint, as the dialplan dials it."""
    return f"Local/38044000{key:04}@lead-leg/n"


@dataclass
class Books:
    """Books in memory."""

    leads: list[Lead]
    held: HeldBack | None = None
    unlawful: dict[LeadKey, HeldBack] = field(default_factory=dict)
    is_taken: bool = False
    is_broken: bool = False
    asked: list[LeadKey] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    noted: list[tuple[AttemptId, Progress]] = field(default_factory=list)
    ended: dict[str, AttemptOutcome] = field(default_factory=dict)
    closed: list[CloseLead] = field(default_factory=list)
    skipped: list[SkipLead] = field(default_factory=list)
    opted_out: list[str] = field(default_factory=list)
    given_back: list[LeadKey] = field(default_factory=list)
    settled: list[tuple[frozenset[AttemptId], frozenset[LeadKey]]] = field(default_factory=list)
    told: list[LeadNote] = field(default_factory=list)

    async def claim(self, asked: RefillHopper) -> Sequence[Lead]:
        del asked
        claimed, self.leads = self.leads, []
        return claimed

    async def give_back(self, leads: Sequence[LeadKey]) -> None:
        if self.is_broken:
            message = "database is locked"
            raise OSError(message)
        self.given_back += leads

    async def judge(self, shown: OfferLead) -> HeldBack | None:
        return self.unlawful.pop(shown.lead.key, None)

    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        self.asked.append(asked.lead.key)
        if self.is_broken:
            message = "database is locked"
            raise OSError(message)
        if self.is_taken:
            message = "somebody else"
            raise NotDialed(message)
        if self.held is not None:
            return self.held
        self.placed.append(asked.number)
        return Placed(
            attempt=AttemptId(asked.call),
            caller_id="600201",
            message="ccengine/lead-message",
            opt_out_key="9",
            opted_out="ccengine/lead-opted-out",
        )

    async def note(self, attempt: AttemptId, progress: Progress) -> None:
        self.noted.append((attempt, progress))

    async def end(
        self,
        asked: LeadOnLine,
        attempt: AttemptId,
        outcome: AttemptOutcome,
        cause: str,
        progress: Progress,
    ) -> None:
        del cause
        self.noted.append((attempt, progress))
        self.ended[asked.number] = outcome

    async def close(self, told: CloseLead) -> None:
        self.closed.append(told)

    async def skip(self, told: SkipLead) -> None:
        self.skipped.append(told)

    async def opt_out(self, asked: LeadOnLine) -> None:
        self.opted_out.append(asked.number)

    async def settle(self, alive: Collection[AttemptId], kept: Collection[LeadKey]) -> None:
        self.settled.append((frozenset(alive), frozenset(kept)))

    async def note_told(self, note: LeadNote) -> CampaignId | None:
        self.told.append(note)
        return RENEWALS

    def moment(self, name: str) -> Instant | None:
        """The first one of this name that was noted."""
        return next(iter(self._moments(name)), None)

    def latest(self, name: str) -> Instant | None:
        """The last one: what is stored in the end."""
        return next(reversed(self._moments(name)), None)

    def _moments(self, name: str) -> list[Instant]:
        found = (getattr(progress, name) for _, progress in self.noted)
        return [at for at in found if at is not None]
