"""What an attempt's end means, by what its agent said of it and by its campaign's files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.ids import owner_of
from ccengine.storage.attempts import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccengine.config.campaigns import Campaign
    from ccengine.config.tenant import Tenant
    from ccengine.core.commands import CloseLead
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.quotas import Group
    from ccengine.core.dialer.retries import Sequel
    from ccengine.core.ids import CampaignId, Instant
    from ccengine.storage.attempts import StoredAttempt
    from ccengine.storage.database import RecordDatabase

TALKED = frozenset({AttemptOutcome.ANSWERED, AttemptOutcome.REFUSED})


class LeadEndings:
    """Closes attempts, and closes them otherwise when agents say something else later.

    Args:
        database: of call records.
        tenant: returns the configuration in force.
        now: returns this instant.
    """

    def __init__(
        self,
        database: RecordDatabase,
        tenant: Callable[[], Tenant],
        now: Callable[[], Instant],
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    async def close(self, told: CloseLead) -> None:
        """Give an attempt that was answered its outcome, and its lead what follows."""
        campaign = self._campaign(told.campaign)
        rules = RetryRules() if campaign is None else campaign.settings.retries
        ending = await self.ending_of(told)
        # A correction may overtake what it corrects: then it is the first word.
        found = await self._attempt(told) if told.corrects else None
        if found is None or found.outcome is None:
            await self._database.attempts.close(told.attempt, ending, rules)
            return
        was = await self._ending(told, found.outcome, found.disposition)
        await self._database.corrections.correct(told.attempt, was, ending, rules)

    async def ending_of(self, told: CloseLead) -> Ending:
        """Return how an attempt has ended, as it is stored."""
        ending = await self._ending(told, told.outcome, told.disposition)
        return replace(
            ending,
            agent=told.agent,
            promise=told.promise,
            form=told.form,
            answers=told.values,
        )

    async def _ending(self, told: CloseLead, outcome: AttemptOutcome, disposition: str) -> Ending:
        lead = await self._database.leads.get(told.lead)
        counted = AttemptOutcome.ANSWERED if told.is_late else outcome
        return Ending(
            outcome=outcome,
            at=self._now() if told.ended_at is None else told.ended_at,
            disposition=disposition,
            sequel=self._sequel(told.campaign, disposition),
            groups=_groups(self._campaign(told.campaign), lead, counted, disposition),
            is_late=told.is_late,
        )

    async def _attempt(self, told: CloseLead) -> StoredAttempt | None:
        attempts = await self._database.attempts.of_lead(told.lead)
        return next((one for one in attempts if one.id == told.attempt), None)

    def _sequel(self, campaign: CampaignId, disposition: str) -> Sequel | None:
        known = self._tenant().clients.get(owner_of(campaign))
        word = None if known is None else known.settings.dispositions.get(disposition)
        return None if word is None else word.lead

    def _campaign(self, name: CampaignId) -> Campaign | None:
        found = self._tenant().clients.get(owner_of(name))
        return None if found is None else found.campaigns.get(str(name).partition("/")[2])


def _groups(
    campaign: Campaign | None, lead: Lead | None, outcome: AttemptOutcome, disposition: str
) -> Sequence[Group]:
    """Return the groups of a quota in which an attempt counts as an answer."""
    if campaign is None or lead is None or outcome not in TALKED:
        return ()
    complete = campaign.settings.complete
    if complete and disposition not in complete:
        return ()
    return Quotas(wanted=campaign.settings.quotas).groups_of(lead.fields)
