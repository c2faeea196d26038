"""The books on leads and attempts, for the desk that dials: storage, law and campaigns together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ccengine.assembly.lead_appointments import LeadAppointments
from ccengine.assembly.lead_endings import LeadEndings
from ccengine.calls.dialing.books import Machines, NotDialed, Placed
from ccengine.config.campaign_limits import watched
from ccengine.config.campaigns import Detection
from ccengine.config.detection import counts_from_greeting
from ccengine.config.dialing_rules import NO_RULES, built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.lead_columns import debt_of
from ccengine.config.whereabouts import whereabouts
from ccengine.core.commands import CloseLead, PlaceCall
from ccengine.core.dialer.leads import AttemptId, HeldBack
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import RetryRules, due_after_skip
from ccengine.core.ids import CallId, CampaignId, ClientId, owner_of
from ccengine.ivr.lead_messages import lead_message
from ccengine.storage.attempts import Ending, NotClaimed
from ccengine.storage.do_not_call import DoNotCall
from ccengine.storage.law_check import by_law
from ccengine.storage.leads import Refill
from ccengine.storage.new_attempts import NewAttempt
from ccengine.storage.writing import until_written

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ccengine.asterisk.lead_notes import LeadNote
    from ccengine.calls.dialing.books import LeadOnLine
    from ccengine.calls.wiring import Wiring
    from ccengine.config.campaigns import Campaign
    from ccengine.config.dialing_rules import DialingRules
    from ccengine.config.whereabouts import Whereabouts
    from ccengine.core.commands import OfferLead, RefillHopper, SkipLead
    from ccengine.core.dialer.campaigns import Quota
    from ccengine.core.dialer.leads import AttemptOutcome, Lead, LeadKey
    from ccengine.core.dialer.rules import Law
    from ccengine.core.ids import Instant
    from ccengine.ivr.lead_messages import LeadMessage
    from ccengine.storage.attempts import Progress, StoredAttempt
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.new_attempts import Check

log = structlog.get_logger()

LISTS_CHANGED: Final = RetryRules()
"""For a campaign that a reload has taken away while it had calls."""

CLAIMS_AT_ONCE: Final = 20
"""So many batches of whom the law allows nobody are put off before a refill gives up for now."""

ClosingOf = Callable[[CallId], Awaitable[CloseLead | None]]


async def nothing_decided(call: CallId) -> CloseLead | None:
    """Know nothing: where no journal can be read."""
    del call
    return None


class StoredBooks:
    """Keeps them in the database of call records.

    Args:
        wiring: engine and configuration.
        database: of call records.
        closing_of: finds what was decided last of a call's attempt.
    """

    def __init__(
        self, wiring: Wiring, database: RecordDatabase, closing_of: ClosingOf = nothing_decided
    ) -> None:
        self._wiring = wiring
        self._database = database
        self._closing = asyncio.Lock()
        self.appointments = LeadAppointments(wiring, database)
        self._endings = LeadEndings(database, wiring.tenant, wiring.engine.clock.now)
        self._closing_of = closing_of
        self._quotas: dict[CampaignId, Sequence[Quota]] = {}  #: by which leads were left out
        self._book = Lawbook(NO_RULES)
        self._book_is_of: DialingRules | None = None  #: the tenant's own rules that are in it

    async def claim(self, asked: RefillHopper) -> Sequence[Lead]:
        """Claim leads for a campaign's hopper."""
        campaign = self._campaign(asked.campaign)
        if campaign is None or not self._pool(campaign):
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
        await self._revive(asked.campaign, refill)
        if campaign.settings.mode is not Mode.PREVIEW:
            return await self._database.leads.claim(refill, self._now())
        for _ in range(CLAIMS_AT_ONCE):
            claimed = await self._database.leads.claim(refill, self._now())
            leads = await self._lawful(campaign, claimed)
            if leads or not claimed:
                return leads
        return ()

    async def _lawful(self, campaign: Campaign, claimed: Sequence[Lead]) -> list[Lead]:
        try:
            return [lead for lead in claimed if await self._judge(campaign, lead) is None]
        except Exception:
            await self.give_back([lead.key for lead in claimed])  # else nobody has them
            raise

    async def judge(self, shown: OfferLead) -> HeldBack | None:
        """Ask the law about a lead that an agent is to see, and put it off if it says no."""
        campaign = self._campaign(shown.campaign)
        return None if campaign is None else await self._judge(campaign, shown.lead)

    async def _judge(self, campaign: Campaign, lead: Lead) -> HeldBack | None:
        asked = PlaceCall(
            call=CallId(""),
            campaign=CampaignId(campaign.id),
            client=campaign.client,
            lead=lead,
            number=lead.to_dial or "",
            ring_seconds=0.0,
        )
        try:
            attempt = self._attempt(asked, campaign)
        except NotDialed:
            return None  # nobody may dial at all just now: that is no fault of the lead
        check, quotas = self._check(campaign, lead), campaign.settings.quotas
        judge = self._database.attempts.judge
        return await until_written(lambda: judge(attempt, check, quotas), f"judge {lead.key}")

    async def give_back(self, leads: Sequence[LeadKey]) -> None:
        """Give claims back."""
        await until_written(lambda: self._database.leads.give_back(leads), "give_back")

    async def skip(self, told: SkipLead) -> None:
        """Put a lead off that an agent was shown, until the campaign's rules have it again."""
        until = due_after_skip(told.reason, self._now(), self._rules(told.campaign))

        async def put_off() -> None:
            await self._database.leads.put_off(told.lead, until, told.reason)

        await until_written(put_off, f"skip {told.lead}")

    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        """Ask the law once more and store the attempt, in one transaction."""
        campaign = self._campaign(asked.campaign)
        if campaign is None:
            message = f"there is no campaign {asked.campaign} any more"
            raise NotDialed(message)
        attempt = self._attempt(asked, campaign)
        heard = self._message(campaign, attempt.caller_id)
        check, quotas = self._check(campaign, asked.lead), campaign.settings.quotas
        try:
            held = await self._database.attempts.place(attempt, check, quotas)
        except NotClaimed as error:
            raise NotDialed(str(error)) from error
        if held is not None:
            return held
        return Placed(
            attempt=attempt.id,
            caller_id=attempt.caller_id,
            message=heard.media,
            opt_out_key=heard.key,
            opted_out=heard.opted_out,
            machines=_machines(campaign, _where_is(asked.lead, attempt.number)),
        )

    async def note(self, attempt: AttemptId, progress: Progress) -> None:
        """Note how far a call is: it is known then whatever comes next."""
        await self._database.attempts.note(attempt, progress)

    async def settle(self, alive: Collection[AttemptId], kept: Collection[LeadKey]) -> None:
        """Close what an engine before us has left open, and give back what it had claimed.

        What that engine had decided of an attempt, and had no time to write, is in the journal.

        Args:
            alive: attempts whose calls are known, or whose outcomes are on their way.
            kept: leads that the core still has.
        """
        node = self._wiring.node
        settled = await self._database.attempts.settle(
            node, self._now(), self._rules_of, alive, self._ending_of
        )
        for one in settled:
            log.warning("attempt_settled", attempt=one.id, campaign=f"{one.client}/{one.campaign}")
        await self._database.leads.give_back_all(node, kept)
        await self.appointments.resume()

    async def note_told(self, note: LeadNote) -> CampaignId | None:
        """Note what the dialplan says that it did, and what they wished.

        Returns:
            The campaign whose counts it may have changed; None: there is no such attempt.
        """
        found = await self._database.attempts.note_told(
            AttemptId(note.call), note.answered_at, note.message_at, self._rules_of
        )
        if found is None:
            log.error("lead_note_without_attempt", call_id=note.call)
            return None
        campaign = CampaignId(f"{found.client}/{found.campaign}")
        if note.wants_no_more:
            await self._add_wish(found.number, campaign, note.call, note.message_at)
        return campaign

    async def end(
        self,
        asked: LeadOnLine,
        attempt: AttemptId,
        outcome: AttemptOutcome,
        cause: str,
        progress: Progress,
    ) -> None:
        """Give an attempt that nobody answered its outcome, and its lead what follows; once."""
        ending = Ending(outcome=outcome, at=self._now(), cause=cause, progress=progress)
        rules = self._rules(asked.campaign)

        async def close() -> None:
            await self._database.attempts.close(attempt, ending, rules)

        await until_written(close, f"end {attempt}")

    async def close(self, told: CloseLead) -> None:
        """Give an attempt that was answered its outcome, and its lead what follows."""
        async with self._closing:  # in order: what is said last of a call counts
            await until_written(lambda: self._endings.close(told), f"close {told.attempt}")
            await until_written(lambda: self.appointments.follow(told), f"follow {told.attempt}")

    async def opt_out(self, asked: LeadOnLine) -> None:
        """Note that they want no more calls of the client, on any number: it counts from now on."""
        await self._add_wish(asked.number, asked.campaign, asked.call, self._now())

    async def _add_wish(self, number: str, name: CampaignId, call: CallId, at: Instant) -> None:
        campaign, client = self._campaign(name), str(owner_of(name))
        key = "the key" if campaign is None else campaign.settings.message.key
        evidence = f"pressed {key} in call {call}"
        wish = DoNotCall(number=number, client=client, at=at, evidence=evidence, by=str(call))
        noted = self._database.attempts.opt_out
        await until_written(lambda: noted(AttemptId(call), wish), f"opt_out {call}")

    async def _ending_of(self, left: StoredAttempt) -> Ending | None:
        """Return how an attempt ended by the journal; None: nothing was decided."""
        told = await self._closing_of(CallId(left.call or left.id))
        if told is None:
            return None
        await self.appointments.follow(told)  # before it is closed: else nobody would know of it
        return await self._endings.ending_of(told)

    async def _revive(self, campaign: CampaignId, refill: Refill) -> None:
        """Have leads wait again whose groups are not full any more, as quotas were raised."""
        wanted = refill.quotas.wanted
        if self._quotas.get(campaign) != wanted:
            count = await self._database.leads.revive(refill)
            self._quotas[campaign] = wanted
            if count:
                log.info("leads_revived", campaign=campaign, leads=count)

    def _campaign(self, name: CampaignId) -> Campaign | None:
        """Return a campaign as the configuration in force has it; None: it has none."""
        client, _, own = str(name).partition("/")
        found = self._wiring.tenant().clients.get(ClientId(client))
        return None if found is None else found.campaigns.get(own)

    def _check(self, campaign: Campaign, lead: Lead) -> Check:
        """Return what is asked of the law before a lead is dialed."""
        client = self._wiring.tenant().clients[campaign.client]
        country = campaign.settings.country or client.settings.country
        book = self._lawbook()

        def law_of(new: NewAttempt) -> Law:
            law = book.law_for(_where_is(lead, new.number), new.placed_at)
            return watched(law, campaign.settings, country)

        return by_law(law_of, self._wiring.tenant().refusals)

    def _lawbook(self) -> Lawbook:
        """Return the rules in force: one book for all calls, as it remembers hours and its text."""
        own = self._wiring.tenant().dialing
        if own is not self._book_is_of:
            self._book, self._book_is_of = Lawbook(own.over(built_in())), own
        return self._book

    def _pool(self, campaign: Campaign) -> Sequence[str]:
        """Return the numbers that may be shown today."""
        zone = ZoneInfo(self._wiring.tenant().clients[campaign.client].zone)
        return campaign.settings.shown_on(datetime.fromtimestamp(self._now(), zone).date())

    def _message(self, campaign: Campaign, caller_id: str) -> LeadMessage:
        """Return what they hear if no agent comes: without it nothing is dialed."""
        client = self._wiring.tenant().clients[campaign.client]
        prompts = self._wiring.configuration.prompts
        found = lead_message(prompts, client, campaign, caller_id)
        if found is None:
            message = f"nobody can say who called for campaign {campaign.id}"
            raise NotDialed(message)
        return found

    def _rules(self, name: CampaignId) -> RetryRules:
        campaign = self._campaign(name)
        return LISTS_CHANGED if campaign is None else campaign.settings.retries

    def _rules_of(self, client: str, campaign: str) -> RetryRules:
        return self._rules(CampaignId(f"{client}/{campaign}"))

    def _attempt(self, asked: PlaceCall, campaign: Campaign) -> NewAttempt:
        pool = self._pool(campaign)
        if not pool:
            message = f"no number of campaign {campaign.id} was tested of late"
            raise NotDialed(message)
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
            debt=debt_of(asked.lead.fields),
            script=self._script(campaign),
            call=str(asked.call),
            # Who saw the lead before, or was kept for a promised call, stays until it is over.
            agent_guaranteed=campaign.settings.mode is Mode.PREVIEW or asked.agent is not None,
        )

    def _script(self, campaign: Campaign) -> str:
        client = self._wiring.tenant().clients[campaign.client]
        script = client.papers.scripts.get(campaign.settings.script or "")
        return "" if script is None else script.ref

    def _now(self) -> Instant:
        return self._wiring.engine.clock.now()


def _where_is(lead: Lead, number: str) -> Sequence[Whereabouts]:
    return whereabouts(number, lead.place, lead.zone)


def _machines(campaign: Campaign, where: Sequence[Whereabouts]) -> Machines:
    """Return how machines are looked for in one call: never before the agent where the law counts
    from the answer."""
    settings = campaign.settings
    when = settings.machines
    if when is Detection.BEFORE and not counts_from_greeting(one.place for one in where):
        is_unattended = settings.mode is Mode.UNATTENDED  # the flow is heard, whoever it is
        when = Detection.OFF if is_unattended else Detection.PARALLEL
    return Machines(when, settings.detector)
