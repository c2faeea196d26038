"""One call to a lead: stored, dialed, answered, and with an agent, or told who called.

The order is the law's: the attempt is stored with the law asked in the same transaction, then it is
in the journal, and only then is anything dialed. So a restart never dials a number twice: what an
engine before us has begun is taken up from wherever it stands.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.channels import Gone
from ccengine.calls.bridge_names import bridge_of
from ccengine.calls.consent import Consent
from ccengine.calls.dialing.books import NotDialed, TakenUp
from ccengine.calls.dialing.lead_leg import (
    LeadLeg,
    answered_since,
    leg_of,
    message_begun,
    outcome_of,
)
from ccengine.calls.dialing.meeting import Meeting
from ccengine.calls.inbound import InboundCall
from ccengine.calls.insistence import insist
from ccengine.calls.race import first_of
from ccengine.calls.recording_rules import rule_of
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
from ccengine.core.states import CallState
from ccengine.storage.attempts import NOTHING_NEW, Progress

if TYPE_CHECKING:
    from ccengine.asterisk.redirector import Redirector
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks, Placed
    from ccengine.calls.dialing.lead_leg import Message
    from ccengine.calls.outside import Outside
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import PlaceCall
    from ccengine.core.ids import Instant

log = structlog.get_logger()

NO_AGENT = "no agent in time"
HUNG_UP = "lead hung up"
LOST = "lost while the engine was away"


class LeadCall:
    """One call's session, from the core's word to its end."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        books: LeadBooks,
        redirector: Redirector,
        asked: PlaceCall | TakenUp,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._books = books
        self._asked = asked
        self._mailbox = wiring.engine.open_call(asked.call)
        found = asked.channel if isinstance(asked, TakenUp) else None
        channel = wiring.router.channel(leg_of(asked.call), found)
        self._leg = LeadLeg(wiring.router, redirector, channel)
        self._withdrawn = ""
        self._attempt = AttemptId("")  # once it is stored

    async def run(self) -> None:
        """Serve the call to its end. Cancelled, or without Asterisk, it goes on in Asterisk."""
        try:
            if isinstance(self._asked, TakenUp):
                await self._go_on(self._asked)
            else:
                await self._serve(self._asked)
        except AriDisconnected:
            log.warning("lead_suspended", call_id=self._asked.call)
        except Exception:
            # One call's fault must not reach another call.
            log.exception("lead_failed", call_id=self._asked.call)
            await self._clear_away()
        finally:
            self._engine.close_call(self._asked.call)

    async def look_again(self) -> None:
        """Learn what happened while nobody could tell: the connection was lost for a while."""
        if self._leg.channel.confirmed and not self._leg.channel.is_gone:
            with suppress(AriDisconnected):  # the next connect does it again
                await self._leg.listen()

    async def withdraw(self, reason: str) -> None:
        """Hang up if nobody has answered: there is no agent any more."""
        if self._asked.call not in self._engine.center.calls and not self._withdrawn:
            self._withdrawn = reason
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")

    async def _serve(self, asked: PlaceCall) -> None:
        try:
            placed = await self._books.place(asked)
        except NotDialed as error:
            log.warning("lead_not_dialed", call_id=asked.call, cause=str(error))
            self._post_unanswered(AttemptOutcome.FAILED)
            return
        if isinstance(placed, HeldBack):
            self._post_held_back(asked, placed)
            return
        self._attempt = placed.attempt
        if await self._is_ringing(asked, placed) and await self._leg.answered():
            await self._with_who_answered()
        else:
            await self._end_unanswered()

    async def _go_on(self, asked: TakenUp) -> None:
        """Serve a call that was begun before, from wherever it stands."""
        self._attempt = asked.attempt
        if asked.channel is None:
            self._leg.channel.end(Gone(0, LOST))
        else:
            await self._leg.listen()
        if asked.is_answered or await self._leg.answered():
            await self._with_who_answered()
        else:
            await self._end_unanswered()
            await self._books.give_back((asked.lead,))  # if nothing was stored at all

    # --- nobody has answered yet ---------------------------------------------------------------

    async def _is_ringing(self, asked: PlaceCall, placed: Placed) -> bool:
        rejection = self._engine.post(self._dialed(asked, placed))
        if rejection or self._withdrawn:
            self._withdrawn = self._withdrawn or rejection
            return False
        try:
            tenant = self._engine.center.plan.tenant
            return await self._leg.dial(asked, placed, tenant)
        except AriDisconnected:
            raise
        except AriError as error:
            log.warning("lead_not_dialed", call_id=self._asked.call, cause=str(error))
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")
            return False

    async def _end_unanswered(self) -> None:
        gone = self._leg.channel.gone
        ended = gone.result() if gone.done() else Gone(0, "never rang")
        outcome = outcome_of(ended) if gone.done() else AttemptOutcome.FAILED
        if self._withdrawn:
            outcome = AttemptOutcome.CANCELLED
        cause, rang = self._withdrawn or ended.text, Progress(rang_at=self._at(self._leg.rang_at))
        await self._books.end(self._asked, self._attempt, outcome, cause, rang)
        self._post_unanswered(outcome)

    # --- somebody has --------------------------------------------------------------------------

    async def _with_who_answered(self) -> None:
        """Have an agent talk with them, or end it after they were told who called.

        Nobody waits for the books meanwhile.
        """
        try:
            async with asyncio.TaskGroup() as beside:
                beside.create_task(self._note(self._begin()))
                await self._until_over()
        except ExceptionGroup as errors:
            # As a plain await would have raised it.
            raise errors.exceptions[0] from None

    async def _until_over(self) -> None:
        while True:
            left, connect = await first_of(self._leg.left(), self._connect())
            if isinstance(left, Gone) and await self._leg.lives_on():
                self._abandon()  # the agent's phone was too slow: they hear who called
            elif left is not None:
                await self._leave(left)
                return
            elif connect is not None and await self._talk(connect):
                return

    def _begin(self) -> Progress:
        """Say that somebody answered, and that they hear who called if that has begun already."""
        call, now = self._asked.call, self._engine.clock.now()
        if call not in self._engine.center.calls:
            self._engine.post(LeadAnswered(call=call, leg=self._leg.channel.id))
        rang_at = self._at(self._leg.rang_at)
        if not isinstance(self._asked, TakenUp) or self._asked.channel is None:
            return Progress(rang_at=rang_at, answered_at=now)
        if message_begun(self._asked.channel) is not None:
            self._abandon()
        answered_at = answered_since(self._asked.channel)
        if answered_at is None and not self._asked.is_answered:
            answered_at = now
        return Progress(rang_at=rang_at, answered_at=answered_at)

    async def _note(self, progress: Progress) -> None:
        try:
            await self._books.note(self._attempt, progress)
        except Exception:
            # What is said matters more than what is noted of it.
            log.exception("lead_not_noted", call_id=self._asked.call)

    def _abandon(self) -> None:
        self._engine.post(LeadAbandoned(call=self._asked.call, reason=NO_AGENT))

    async def _connect(self) -> Connect:
        while True:
            command = await self._mailbox.get()
            if isinstance(command, Connect):
                return command

    async def _talk(self, connect: Connect) -> bool:
        """Bring them together; False: they could not be had, or were told already who called."""
        taken_at, leg = self._engine.clock.now(), self._leg
        call = self._engine.center.calls[connect.call]
        if call.state is not CallState.CONNECTING:  # taken back meanwhile: they hear who called
            await self._let_go(connect)
            return False
        if not await leg.pull_out():
            await self._let_go(connect)
            failed = ConversationFailed(call=connect.call, agent=connect.agent)
            self._engine.post(failed)
            return False
        if self._hears_first(call):
            await leg.stay()
        self._mailbox.put_nowait(connect)
        talk = InboundCall(self._wiring, self._talks, leg.channel, call, resumed=False)
        outside: Outside | None = None
        with Meeting(self._wiring.router, leg.channel.id, connect.offer) as meeting:
            async with asyncio.TaskGroup() as tasks:
                noting = tasks.create_task(self._note_meeting(meeting, connect, taken_at))
                outside = await talk.run()
                if not meeting.has_been:
                    noting.cancel()
        if outside is not None:
            await outside.follow()
        return not await self._is_back()

    async def _let_go(self, connect: Connect) -> None:
        """Leave no agent in silence who has answered for them."""
        leg = self._wiring.router.channel(connect.offer)
        await insist(leg.hang_up, f"end of {leg.id}")
        bridge = self._wiring.router.bridge(bridge_of(connect.offer))
        await insist(bridge.destroy, f"end of {bridge.id}")

    def _hears_first(self, call: Call) -> bool:
        """Tell whether they are told of being recorded, or asked, before they hear the agent."""
        is_recorded = rule_of(self._wiring, call) is True
        return is_recorded and not Consent(self._wiring, self._leg.channel, call).is_settled()

    async def _note_meeting(self, meeting: Meeting, connect: Connect, taken_at: Instant) -> None:
        """Have them stay as soon as they hear the agent, and note when that was."""
        met = await meeting.wait()
        try:
            await self._leg.stay()
        except AriError as error:
            log.warning("limit_not_taken_back", call_id=connect.call, cause=str(error))
        bridged_at = self._engine.clock.at(met)
        log.info("lead_bridged", call_id=connect.call, seconds=round(bridged_at - taken_at, 4))
        noted = Progress(taken_at=taken_at, bridged_at=bridged_at, agent=connect.agent)
        await self._note(noted)

    async def _is_back(self) -> bool:
        """Tell whether they are in the dialplan again, which had waited for the agent too long."""
        call = self._asked.call
        if call not in self._engine.center.calls or not await self._leg.lives_on():
            return False
        self._mailbox = self._engine.open_call(call)
        self._abandon()
        return True

    async def _leave(self, left: Message | Gone) -> None:
        call, channel = self._asked.call, self._leg.channel
        if isinstance(left, Gone):
            by, cause = (Party.LOST, LOST) if left.text == LOST else (Party.CALLER, HUNG_UP)
            self._engine.post(CallEnded(call=call, by=by, cause=cause))
            return
        self._abandon()
        await self._note(Progress(message_at=left.began_at))
        if left.wants_no_more:
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
            return
        self._post_unanswered(AttemptOutcome.FAILED)
        if self._attempt:
            failed = AttemptOutcome.FAILED
            await self._books.end(self._asked, self._attempt, failed, "engine error", NOTHING_NEW)

    # --- what is posted ------------------------------------------------------------------------

    def _dialed(self, asked: PlaceCall, placed: Placed) -> LeadDialed:
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

    def _post_held_back(self, asked: PlaceCall, held: HeldBack) -> None:
        self._engine.post(
            LeadHeldBack(
                call=asked.call,
                campaign=asked.campaign,
                lead=asked.lead.key,
                rule=held.rule,
                until=held.until,
            )
        )

    def _at(self, monotonic: float | None) -> Instant | None:
        return None if monotonic is None else self._engine.clock.at(monotonic)

    def _post_unanswered(self, outcome: AttemptOutcome) -> None:
        self._engine.post(LeadUnanswered(call=self._asked.call, outcome=outcome))
