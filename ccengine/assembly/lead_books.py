"""The books on leads and attempts, for the desk that dials: storage, law and campaigns together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.assembly.lead_appointments import LeadAppointments
from ccengine.assembly.lead_endings import LeadEndings
from ccengine.calls.dialing.books import NotDialed, Placed
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import whereabouts
from ccengine.core.dialer.leads import AttemptId, HeldBack
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules, due_after_skip
from ccengine.core.ids import CampaignId, ClientId
from ccengine.storage.attempts import Ending, NewAttempt, NotClaimed, Progress
from ccengine.storage.do_not_call import DoNotCall
from ccengine.storage.law_check import by_law
from ccengine.storage.leads import Refill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.wiring import Wiring
    from ccengine.config.campaigns import Campaign
    from ccengine.core.commands import CloseLead, PlaceCall, RefillHopper, SkipLead
    from ccengine.core.dialer.leads import AttemptOutcome, Lead, LeadKey
    from ccengine.core.dialer.rules import Law
    from ccengine.core.ids import Instant
    from ccengine.storage.database import RecordDatabase

log = structlog.get_logger()

OPT_OUT_KEY: Final = "9"
MESSAGE: Final = "ccengine/lead-message"
OPTED_OUT: Final = "ccengine/lead-opted-out"
LISTS_CHANGED: Final = RetryRules()
"""For a campaign that a reload has taken away while it had calls."""


class StoredBooks:
    """Keeps them in the database of call records."""

    def __init__(self, wiring: Wiring, database: RecordDatabase) -> None:
        self._wiring = wiring
        self._database = database
        self._closing = asyncio.Lock()
        self.appointments = LeadAppointments(wiring, database)
        self._endings = LeadEndings(database, wiring.tenant, wiring.engine.clock.now)

    async def claim(self, asked: RefillHopper) -> Sequence[Lead]:
        """Claim leads for a campaign's hopper."""
        campaign = self._campaign(asked.campaign)
        if campaign is None:
            return ()
        client, name = str(campaign.client), campaign.name
        counted = await self._database.leads.answers(client, name)
        refill = Refill(
            client=client,
            campaign=name,
            node=self._wiring.node,
            lists=campaign.settings.lists,
            wanted=asked.wanted,
            quotas=Quotas(wanted=campaign.settings.quotas, counted=counted),
            agents=asked.agents,
            own_seconds=60.0 * campaign.settings.own_callback_minutes,
            only_promised=asked.only_promised,
        )
        return await self._database.leads.claim(refill, self._now())

    async def give_back(self, leads: Sequence[LeadKey]) -> None:
        """Give claims back."""
        await self._database.leads.give_back(leads)

    async def skip(self, told: SkipLead) -> None:
        """Put a lead off that an agent was shown, until the campaign's rules have it again."""
        until = due_after_skip(told.reason, self._now(), self._rules(told.campaign))
        await self._database.leads.put_off(told.lead, until, told.reason)

    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        """Ask the law once more and store the attempt, in one transaction."""
        campaign = self._campaign(asked.campaign)
        if campaign is None:
            message = f"there is no campaign {asked.campaign} any more"
            raise NotDialed(message)
        attempt = self._attempt(asked, campaign)
        where = whereabouts(asked.number, asked.lead.place, asked.lead.zone)
        book = Lawbook(self._wiring.tenant().dialing.over(built_in()))

        def law_of(new: NewAttempt) -> Law:
            return book.law_for(where, new.placed_at)

        check = by_law(law_of, self._wiring.tenant().refusals)
        try:
            held = await self._database.attempts.place(attempt, check)
        except NotClaimed as error:
            raise NotDialed(str(error)) from error
        if held is not None:
            return held
        return Placed(
            attempt=attempt.id,
            caller_id=attempt.caller_id,
            message=MESSAGE,
            opt_out_key=OPT_OUT_KEY,
            opted_out=OPTED_OUT,
        )

    async def note_answer(self, attempt: AttemptId) -> None:
        """Note that somebody answered, whatever comes next."""
        await self._database.attempts.note_answer(attempt, self._now(), None)

    async def note_message(self, attempt: AttemptId, at: Instant | None) -> None:
        """Note when they were told who called, by the dialplan's clock; None: nobody knows."""
        await self._database.attempts.note(attempt, Progress(message_at=at))

    async def settle(self) -> None:
        """Close what an engine before us has left open, and give back what it had claimed."""
        node = self._wiring.node

        def rules_of(client: str, campaign: str) -> RetryRules:
            return self._rules(CampaignId(f"{client}/{campaign}"))

        for one in await self._database.attempts.settle(node, self._now(), rules_of):
            log.warning("attempt_settled", attempt=one.id, campaign=f"{one.client}/{one.campaign}")
        await self._database.leads.give_back_all(node)

    async def end(
        self, asked: PlaceCall, attempt: AttemptId, outcome: AttemptOutcome, cause: str
    ) -> None:
        """Give an attempt that nobody answered its outcome, and its lead what follows."""
        ending = Ending(outcome=outcome, at=self._now(), cause=cause)
        await self._database.attempts.close(attempt, ending, self._rules(asked.campaign))

    async def close(self, told: CloseLead) -> None:
        """Give an attempt that was answered its outcome, and its lead what follows."""
        async with self._closing:  # in order: what is said last of a call counts
            await self._endings.close(told)
            await self.appointments.follow(told)

    async def opt_out(self, asked: PlaceCall) -> None:
        """Note that this number wants no more calls of the client: it counts from now on."""
        evidence = f"pressed {OPT_OUT_KEY} in call {asked.call}"
        await self._database.do_not_call.add(
            DoNotCall(
                number=asked.number,
                client=str(asked.client),
                at=self._now(),
                evidence=evidence,
                by=str(asked.call),
            )
        )

    def _campaign(self, name: CampaignId) -> Campaign | None:
        """Return a campaign as the configuration in force has it; None: it has none."""
        client, _, own = str(name).partition("/")
        found = self._wiring.tenant().clients.get(ClientId(client))
        return None if found is None else found.campaigns.get(own)

    def _rules(self, name: CampaignId) -> RetryRules:
        campaign = self._campaign(name)
        return LISTS_CHANGED if campaign is None else campaign.settings.retries

    def _attempt(self, asked: PlaceCall, campaign: Campaign) -> NewAttempt:
        pool = sorted(campaign.settings.caller_ids)
        return NewAttempt(
            id=AttemptId(str(asked.call)),
            client=str(campaign.client),
            campaign=campaign.name,
            lead=asked.lead.key,
            number=asked.number,
            person=asked.lead.person,
            node=self._wiring.node,
            # By the lead: who is dialed again sees the number that they know.
            caller_id=pool[asked.lead.key % len(pool)],
            mode=campaign.settings.mode,
            purpose=campaign.settings.purpose,
            placed_at=self._now(),
            seller=campaign.settings.seller,
            call=str(asked.call),
        )

    def _now(self) -> Instant:
        return self._wiring.engine.clock.now()
