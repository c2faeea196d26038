"""One call to a lead: stored, dialed, answered, and with an agent, or told who called.

The order is the law's: the attempt is stored with the law asked in the same transaction, then it is
in the journal, and only then is anything dialed. So a restart never dials a number twice: what an
engine before us has begun is taken up from wherever it stands.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError, AriTimeout
from ccengine.asterisk.channels import Gone
from ccengine.calls.dialing.answered_call import LOST, AnsweredCall
from ccengine.calls.dialing.books import NOT_LISTENED, NotDialed, TakenUp
from ccengine.calls.dialing.lead_leg import LeadLeg, leg_of, outcome_of
from ccengine.calls.dialing.machine_ear import Heard
from ccengine.calls.dialing.machine_watch import MachineWatch
from ccengine.calls.insistence import insist
from ccengine.calls.talked import ANSWERING_MACHINE
from ccengine.config.campaigns import Detection
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, HeldBack
from ccengine.core.events import CallEnded, LeadDialed, LeadHeldBack, LeadUnanswered, Party
from ccengine.storage.attempts import NOTHING_NEW, Progress

if TYPE_CHECKING:
    from ccengine.asterisk.redirector import Redirector
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks, Machines, Placed
    from ccengine.calls.wiring import Wiring
    from ccengine.core.commands import PlaceCall
    from ccengine.core.ids import Instant

log = structlog.get_logger()

GIVE_BACK_SECONDS: Final = 60.0
"""A lead whose attempt could not be stored is given back after so long: what hinders it now would
do so at once again."""


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
        wiring.engine.open_call(asked.call)
        found = asked.channel if isinstance(asked, TakenUp) else None
        channel = wiring.router.channel(leg_of(asked.call), found)
        self._leg = LeadLeg(wiring.router, redirector, channel)
        self._withdrawn = ""
        self._is_refused = False  # Asterisk has said no: nothing rang
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
        """Hang up if nobody has answered: there is no agent any more.

        Who has answered, and is listened to before an agent is looked for, hears who called.
        """
        if self._asked.call not in self._engine.center.calls and not self._withdrawn:
            self._withdrawn = reason
            await insist(self._withdraw, f"end of {self._leg.channel.id}")

    async def _withdraw(self) -> None:
        if not await self._leg.withdraw():
            self._withdrawn = ""

    async def _serve(self, asked: PlaceCall) -> None:
        try:
            placed = await self._books.place(asked)
        except NotDialed as error:
            log.warning("lead_not_dialed", call_id=asked.call, cause=str(error))
            self._post_unanswered(AttemptOutcome.FAILED)
            await self._give_back(asked)
            return
        if isinstance(placed, HeldBack):
            self._post_held_back(asked, placed)
            return
        self._attempt = placed.attempt
        if await self._is_ringing(asked, placed) and await self._leg.answered():
            await self._with_whoever_it_is(placed.machines)
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
            # A detector that listened beside went on with the engine that is gone.
            await self._with_whoever_it_is(NOT_LISTENED)
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
            self._is_refused = not await self._leg.dial(asked, placed, tenant)
        except AriDisconnected:
            raise
        except AriError as error:
            log.warning("lead_not_dialed", call_id=self._asked.call, cause=str(error))
            self._is_refused = not isinstance(error, AriTimeout)
            await insist(self._leg.channel.hang_up, f"end of {self._leg.channel.id}")
            return False
        return not self._is_refused

    async def _end_unanswered(self) -> None:
        gone = self._leg.channel.gone
        ended = gone.result() if gone.done() else Gone(0, "never rang")
        is_failed = self._is_refused or not gone.done()
        outcome = AttemptOutcome.FAILED if is_failed else outcome_of(ended)
        if self._withdrawn:
            outcome = AttemptOutcome.CANCELLED
        cause, rang = self._withdrawn or ended.text, Progress(rang_at=self._at(self._leg.rang_at))
        await self._books.end(self._asked, self._attempt, outcome, cause, rang)
        self._post_unanswered(outcome)

    # --- somebody has --------------------------------------------------------------------------

    async def _with_whoever_it_is(self, machines: Machines) -> None:
        """Serve a person, and no machine that a detector has found out."""
        asked, attempt = self._asked, self._attempt
        answered = AnsweredCall(self._wiring, self._talks, self._books, self._leg, asked, attempt)
        watch = MachineWatch(self._wiring, self._talks, self._books, asked.call, attempt, machines)
        if machines.when is Detection.BEFORE and await self._is_machine(watch):
            outcome = AttemptOutcome.MACHINE
            known = replace(answered.progress, trunk=self._leg.trunk)
            await self._books.end(asked, attempt, outcome, ANSWERING_MACHINE, known)
            self._post_unanswered(outcome)
            await answered.leave_message()
        else:
            await answered.run(watch)

    async def _is_machine(self, watch: MachineWatch) -> bool:
        """Wait for the detector's word, while the dialplan keeps the time."""
        heard = await self._leg.who_answered()
        if not isinstance(heard, Heard):
            return False
        await watch.keep(heard)
        return watch.tell(heard)

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
        attempt, failed = self._attempt or AttemptId(call), AttemptOutcome.FAILED
        try:  # stored, perhaps, without our knowledge: under the call's own id
            await self._books.end(self._asked, attempt, failed, "engine error", NOTHING_NEW)
        except Exception:
            # Its lead is wanted again all the same, if nothing was stored.
            log.exception("lead_not_ended", call_id=call)
        if isinstance(self._asked, TakenUp):
            await self._books.give_back((self._asked.lead,))
        else:
            await self._give_back(self._asked)

    async def _give_back(self, asked: PlaceCall) -> None:
        """Give the claim back of a lead for whom nothing was stored; others keep theirs."""
        while True:
            await asyncio.sleep(GIVE_BACK_SECONDS)
            try:
                await self._books.give_back((asked.lead.key,))
            except Exception:
                # Nobody else could have the lead until the engine begins anew.
                log.exception("lead_not_given_back", call_id=asked.call)
            else:
                return

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
                reason=held.reason,
            )
        )

    def _at(self, monotonic: float | None) -> Instant | None:
        return None if monotonic is None else self._engine.clock.at(monotonic)

    def _post_unanswered(self, outcome: AttemptOutcome) -> None:
        self._engine.post(LeadUnanswered(call=self._asked.call, outcome=outcome))
