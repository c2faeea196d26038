"""One call to a lead: stored, dialed, answered, and with an agent, or told who called.

The order is the law's: the attempt is stored with the law asked in the same transaction, then it is
in the journal, and only then is anything dialed. So a restart never dials a number twice.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.channels import Gone
from ccengine.calls.dialing.books import NotDialed
from ccengine.calls.dialing.lead_leg import LeadLeg, leg_of, message_of, outcome_of
from ccengine.calls.dialing.machine_ear import Heard
from ccengine.calls.dialing.machine_watch import MachineWatch
from ccengine.calls.inbound import InboundCall
from ccengine.calls.insistence import insist
from ccengine.calls.machine_message import leave_message, message_for
from ccengine.calls.race import first_of
from ccengine.calls.talked import ANSWERING_MACHINE
from ccengine.config.campaigns import Detection
from ccengine.core.commands import Connect
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, HeldBack
from ccengine.core.events import (
    CallEnded,
    ConversationFailed,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    LeadHeldBack,
    LeadUnanswered,
    Party,
)

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.redirector import Redirector
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks, Placed
    from ccengine.calls.wiring import Wiring
    from ccengine.core.commands import PlaceCall

log = structlog.get_logger()

NO_AGENT = "no agent in time"
HUNG_UP = "lead hung up"


class LeadCall:
    """One call's session, from the core's word to its end."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        books: LeadBooks,
        redirector: Redirector,
        asked: PlaceCall,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._books = books
        self._asked = asked
        self._mailbox = wiring.engine.open_call(asked.call)
        self._leg = LeadLeg(wiring.router, redirector, wiring.router.channel(leg_of(asked)))
        self._withdrawn = ""
        self._attempt = AttemptId("")  # once it is stored

    async def run(self) -> None:
        """Serve the call to its end. Cancelled, or without Asterisk, it goes on in Asterisk."""
        try:
            await self._serve()
        except AriDisconnected:
            log.warning("lead_suspended", call_id=self._asked.call)
        except Exception:
            # One call's fault must not reach another call.
            log.exception("lead_failed", call_id=self._asked.call)
            await self._clear_away()
        finally:
            self._engine.close_call(self._asked.call)

    async def withdraw(self, reason: str) -> None:
        """Hang up if nobody has answered: there is no agent any more."""
        if self._asked.call not in self._engine.center.calls and not self._withdrawn:
            self._withdrawn = reason
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")

    async def _serve(self) -> None:
        try:
            placed = await self._books.place(self._asked)
        except NotDialed as error:
            log.warning("lead_not_dialed", call_id=self._asked.call, cause=str(error))
            self._post_unanswered(AttemptOutcome.FAILED)
            return
        if isinstance(placed, HeldBack):
            self._post_held_back(placed)
            return
        self._attempt = placed.attempt
        if await self._is_ringing(placed) and await self._leg.answered():
            await self._books.note_answer(placed.attempt)
            await self._with_whoever_it_is(placed)
        else:
            await self._end_unanswered(placed)

    # --- nobody has answered yet ---------------------------------------------------------------

    async def _is_ringing(self, placed: Placed) -> bool:
        rejection = self._engine.post(self._dialed(placed))
        if rejection or self._withdrawn:
            self._withdrawn = self._withdrawn or rejection
            return False
        try:
            tenant = self._engine.center.plan.tenant
            return await self._leg.dial(self._asked, placed, tenant)
        except AriDisconnected:
            raise
        except AriError as error:
            log.warning("lead_not_dialed", call_id=self._asked.call, cause=str(error))
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")
            return False

    async def _end_unanswered(self, placed: Placed) -> None:
        gone = self._leg.channel.gone
        ended = gone.result() if gone.done() else Gone(0, "never rang")
        outcome = outcome_of(ended) if gone.done() else AttemptOutcome.FAILED
        if self._withdrawn:
            outcome = AttemptOutcome.CANCELLED
        cause = self._withdrawn or ended.text
        await self._books.end(self._asked, placed.attempt, outcome, cause)
        self._post_unanswered(outcome)

    # --- somebody has --------------------------------------------------------------------------

    async def _with_whoever_it_is(self, placed: Placed) -> None:
        """Serve a person, and no machine that a detector has found out."""
        call, channel = self._asked.call, self._leg.channel
        watch = MachineWatch(self._wiring, self._talks, self._books, call, placed)
        if placed.machines.when is Detection.BEFORE and await self._is_machine(watch):
            await self._end_machine()
            return
        self._engine.post(LeadAnswered(call=call, leg=channel.id))
        try:
            async with asyncio.TaskGroup() as beside:
                watching = beside.create_task(watch.run(channel.id))
                await self._with_who_answered(watch)
                watching.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # as a plain await would

    async def _is_machine(self, watch: MachineWatch) -> bool:
        """Wait for the detector's word, while the dialplan keeps the time."""
        heard = await self._leg.who_answered()
        if not isinstance(heard, Heard):
            return False
        await watch.keep(heard)
        return watch.tell(heard)

    async def _end_machine(self) -> None:
        """End a call to a machine, for which no agent was looked for."""
        outcome = AttemptOutcome.MACHINE
        await self._books.end(self._asked, self._attempt, outcome, ANSWERING_MACHINE)
        self._post_unanswered(outcome)
        await self._leave_message()

    async def _leave_message(self) -> None:
        """Leave the campaign's message, if it does so by itself, on a machine that is with us."""
        channel = self._leg.channel
        media = message_for(self._wiring, self._asked.campaign, unasked=True)
        if media is not None and channel.is_up:
            await leave_message(self._wiring, channel, media)
        await insist(channel.hang_up, f"end of {channel.id}")

    async def _with_who_answered(self, watch: MachineWatch) -> None:
        """Have an agent talk with them, or end it after they were told who called."""
        while True:
            left, connect = await first_of(self._until_left(watch), self._connect())
            if left is not None:
                await self._leave(left)
                return
            if connect is not None and await self._talk(connect):
                return

    async def _until_left(self, watch: MachineWatch) -> ChannelSnapshot | Gone | Literal[True]:
        """Wait until they are gone or were told who called; True: it is a machine."""
        entered, _ = await first_of(self._leg.channel.entered(), watch.machine())
        return True if entered is None else entered

    async def _connect(self) -> Connect:
        while True:
            command = await self._mailbox.get()
            if isinstance(command, Connect):
                return command

    async def _talk(self, connect: Connect) -> bool:
        """Bring them together; False: they could not be had, or were told already who called."""
        if not await self._leg.pull_out():
            failed = ConversationFailed(call=connect.call, agent=connect.agent)
            self._engine.post(failed)
            return False
        call = self._engine.center.calls[connect.call]
        self._mailbox.put_nowait(connect)
        talk = InboundCall(self._wiring, self._talks, self._leg.channel, call, resumed=False)
        outside = await talk.run()
        if outside is not None:
            await outside.follow()
        return True

    async def _leave(self, entered: ChannelSnapshot | Gone | Literal[True]) -> None:
        call, channel = self._asked.call, self._leg.channel
        if entered is True:
            self._engine.post(CallEnded(call=call, by=Party.ENGINE, cause=ANSWERING_MACHINE))
            await self._leg.pull_out()
            await self._leave_message()
            return
        if isinstance(entered, Gone):
            self._engine.post(CallEnded(call=call, by=Party.CALLER, cause=HUNG_UP))
            return
        self._engine.post(LeadAbandoned(call=call, reason=NO_AGENT))
        message = message_of(entered)
        if message is not None:
            await self._books.note_message(self._attempt, message.began_at)
            if message.wants_no_more:
                await self._books.opt_out(self._asked)
        await insist(channel.hang_up, f"end of {channel.id}")
        self._engine.post(CallEnded(call=call, by=Party.ENGINE, cause=NO_AGENT))

    async def _clear_away(self) -> None:
        try:
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")
        except AriError:
            log.exception("clean_up_failed", call_id=self._asked.call)
        call = self._asked.call
        if call in self._engine.center.calls:
            self._engine.post(CallEnded(call=call, by=Party.ENGINE, cause="engine error"))
        else:
            self._post_unanswered(AttemptOutcome.FAILED)

    # --- what is posted ------------------------------------------------------------------------

    def _dialed(self, placed: Placed) -> LeadDialed:
        asked = self._asked
        return LeadDialed(
            call=asked.call,
            tenant=self._engine.center.plan.tenant,
            client=asked.client,
            node=self._wiring.node,
            campaign=asked.campaign,
            lead=asked.lead.key,
            number=asked.number,
            attempt=placed.attempt,
            caller=placed.caller_id,
        )

    def _post_held_back(self, held: HeldBack) -> None:
        asked = self._asked
        self._engine.post(
            LeadHeldBack(
                call=asked.call,
                campaign=asked.campaign,
                lead=asked.lead.key,
                rule=held.rule,
                until=held.until,
            )
        )

    def _post_unanswered(self, outcome: AttemptOutcome) -> None:
        self._engine.post(LeadUnanswered(call=self._asked.call, outcome=outcome))
