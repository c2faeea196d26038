"""Somebody has answered: with an agent, or told who called; nobody is left in silence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.channels import Gone
from ccengine.asterisk.redirector import RedirectReply
from ccengine.calls.bridge_names import bridge_of
from ccengine.calls.consent import Consent
from ccengine.calls.dialing.books import TakenUp
from ccengine.calls.dialing.heard_flow import hear_flow
from ccengine.calls.dialing.lead_leg import Message
from ccengine.calls.dialing.machine_ear import Heard
from ccengine.calls.dialing.meeting import Meeting
from ccengine.calls.inbound import InboundCall
from ccengine.calls.insistence import insist
from ccengine.calls.machine_message import leave_message, message_for
from ccengine.calls.race import first_of
from ccengine.calls.recording_rules import rule_of
from ccengine.calls.talked import ANSWERING_MACHINE
from ccengine.core.commands import Connect
from ccengine.core.dialer.rules import MessageDuty
from ccengine.core.events import (
    CallEnded,
    LeadAbandoned,
    LeadAnswered,
    Party,
)
from ccengine.core.states import CallState
from ccengine.storage.attempts import Progress

if TYPE_CHECKING:
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.calls.dialing.lead_leg import LeadLeg
    from ccengine.calls.dialing.machine_watch import MachineWatch
    from ccengine.calls.outside import Outside
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import PlaceCall
    from ccengine.core.dialer.leads import AttemptId
    from ccengine.core.ids import Instant

log = structlog.get_logger()

IN_TIME_SECONDS: Final = MessageDuty().within_seconds
"""From the answer on, by Asterisk's clock, to the moment at which both hear each other."""

Left = Message | Gone | Heard | Literal[True]
"""How somebody was served without an agent; True: a detector beside has heard a machine."""

NO_AGENT = "no agent in time"
AFTER_MESSAGE = "they were being told who called"
TOO_LATE = "they had waited for too long"
HUNG_UP = "lead hung up"
LOST = "lost while the engine was away"


class AnsweredCall:
    """A call to a lead from its answer to its end. Made at the moment of the answer."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        books: LeadBooks,
        leg: LeadLeg,
        asked: PlaceCall | TakenUp,
        attempt: AttemptId,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._books = books
        self._leg = leg
        self._asked = asked
        self._attempt = attempt
        self._mailbox = wiring.engine.open_call(asked.call)
        self.progress = self._so_far()  #: when it rang and was answered

    async def run(self, watch: MachineWatch) -> None:
        """Have an agent talk with them, or end it after they were told who called.

        Nobody waits for the books meanwhile.
        """
        self._begin()
        try:
            async with asyncio.TaskGroup() as beside:
                beside.create_task(self._note(self.progress))
                watching = beside.create_task(watch.run(self._leg.channel.id))
                await self._until_over(watch)
                watching.cancel()
        except ExceptionGroup as errors:
            # As a plain await would have raised it.
            raise errors.exceptions[0] from None

    async def leave_message(self) -> None:
        """Leave the campaign's message, if it does so by itself, on a machine that is with us."""
        channel = self._leg.channel
        media = message_for(self._wiring, self._asked.campaign, unasked=True)
        if media is not None and channel.is_up:
            await self._leg.stay()
            await leave_message(self._wiring, channel, media)
        await insist(channel.hang_up, f"end of {channel.id}")

    def _so_far(self) -> Progress:
        clock, rang_at = self._engine.clock, self._leg.rang_at
        rang = None if rang_at is None else clock.at(rang_at)
        since, asked = self._leg.waits_since, self._asked
        if since is None and not (isinstance(asked, TakenUp) and asked.is_answered):
            since = clock.now()  # until the dialplan's own time is known
        return Progress(rang_at=rang, answered_at=since, message_at=self._leg.message_began)

    def _begin(self) -> None:
        """Say that somebody answered, and that they hear who called if that has begun already."""
        call = self._asked.call
        if call not in self._engine.center.calls:
            self._engine.post(LeadAnswered(call=call, leg=self._leg.channel.id))
        if self._leg.message_began is not None:
            self._abandon()

    def _abandon(self) -> None:
        self._engine.post(LeadAbandoned(call=self._asked.call, reason=NO_AGENT))

    def _count_late(self, call: Call, now: Instant) -> None:
        """Have somebody count as abandoned with whom an agent is only now, if that is too late."""
        since = self._leg.waits_since or self.progress.answered_at
        is_late = since is not None and now - since > IN_TIME_SECONDS
        heard = self._leg.message_began is not None
        if (is_late or heard) and call.lead is not None and not call.lead.abandoned:
            reason = AFTER_MESSAGE if heard else TOO_LATE
            self._engine.post(LeadAbandoned(call=call.id, reason=reason, is_late=True))

    def _seen(self) -> Progress:
        """Return what Asterisk has told of them: its clock comes before ours."""
        leg = self._leg
        return Progress(answered_at=leg.waits_since, message_at=leg.message_began, trunk=leg.trunk)

    async def _note(self, progress: Progress) -> None:
        try:
            await self._books.note(self._attempt, progress)
        except Exception:
            # What is said matters more than what is noted of it.
            log.exception("lead_not_noted", call_id=self._asked.call)

    async def _until_over(self, watch: MachineWatch) -> None:
        if await self._hear_flow():
            return
        while True:
            left, connect = await first_of(self._until_left(watch), self._connect())
            if isinstance(left, Gone) and await self._leg.lives_on():
                self._abandon()  # the agent's phone was too slow: they hear who called
            elif left is not None:
                await self._leave(left, watch)
                return
            elif connect is not None and await self._talk(connect):
                return

    async def _until_left(self, watch: MachineWatch) -> Left:
        """Wait until they are gone or were told who called; True: it is a machine."""
        left, _ = await first_of(self._leg.left(), watch.machine())
        return True if left is None else left

    async def _connect(self) -> Connect:
        while True:
            command = await self._mailbox.get()
            if isinstance(command, Connect):
                return command

    async def _talk(self, connect: Connect) -> bool:
        """Bring them together; False: they could not be had, or were told already who called."""
        taken_at, leg = self._engine.clock.now(), self._leg
        call = self._engine.center.calls[connect.call]
        if self._is_late():
            self._abandon()
        if call.state is not CallState.CONNECTING:  # taken back meanwhile: they hear who called
            await self._let_go(connect)
            return False
        reply = await leg.pull_out()
        if reply is not RedirectReply.DONE:
            await self._let_go(connect)
            if reply is not RedirectReply.GONE:  # else the call's end frees the agent at once
                self._abandon()
            return False
        self._count_late(call, self._engine.clock.now())
        is_told = self._hears_first(call)  # and so hears us from now on
        if is_told:
            await leg.stay()
        self._mailbox.put_nowait(connect)
        talk = InboundCall(self._wiring, self._talks, leg.channel, call, resumed=False)
        outside: Outside | None = None
        with Meeting(self._wiring.router, leg.channel.id, connect.offer) as meeting:
            async with asyncio.TaskGroup() as tasks:
                met = self._note_meeting(meeting, connect, taken_at, call if not is_told else None)
                noting = tasks.create_task(met)
                outside = await talk.run()
                if not meeting.has_been:
                    noting.cancel()
        if outside is not None:
            await outside.follow()
        return not await self._is_back()

    async def _hear_flow(self) -> bool:
        """Have them hear the flow of an unattended call; False: there is none, they cannot be had,
        or the dialplan has them again."""
        call = self._engine.center.calls.get(self._asked.call)
        lead = None if call is None else call.lead
        if call is None or lead is None or not lead.flow:
            return False
        if lead.abandoned or self._leg.message_began is not None:
            return False
        if await self._leg.pull_out() is not RedirectReply.DONE:
            return False
        taken = replace(self._seen(), taken_at=self._engine.clock.now())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._note(taken))
            await hear_flow(self._wiring, self._talks, self._leg, call)
        return not await self._is_back()

    def _is_late(self) -> bool:
        """Tell whether they had answered too long ago when they were found.

        Otherwise the core keeps that time.
        """
        since = self._leg.waits_since
        plan = self._engine.center.plan.campaigns.get(self._asked.campaign)
        if since is None or plan is None:
            return False
        return self._engine.clock.now() - since > plan.patience_seconds

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

    async def _note_meeting(
        self, meeting: Meeting, connect: Connect, taken_at: Instant, hurried: Call | None
    ) -> None:
        """Have them stay as soon as they hear the agent, and note when that was.

        Args:
            meeting: theirs.
            connect: with whom.
            taken_at: when they were taken out of the dialplan.
            hurried: the call, if they have heard nothing until then.
        """
        bridged_at = self._engine.clock.at(await meeting.wait())
        if hurried is not None:
            self._count_late(hurried, bridged_at)
        try:
            await insist(self._leg.stay, f"stay {self._leg.channel.id}")
        except AriError as error:
            log.warning("limit_not_taken_back", call_id=connect.call, cause=str(error))
        log.info("lead_bridged", call_id=connect.call, seconds=round(bridged_at - taken_at, 4))
        seen = self._seen()
        agent = connect.agent
        await self._note(replace(seen, taken_at=taken_at, bridged_at=bridged_at, agent=agent))

    async def _is_back(self) -> bool:
        """Tell whether they are in the dialplan again, which had waited for the agent too long."""
        call = self._asked.call
        if call not in self._engine.center.calls or not await self._leg.lives_on():
            return False
        self._mailbox = self._engine.open_call(call)
        self._abandon()
        return True

    async def _leave_gone(self, left: Gone) -> None:
        """They hung up: abandoned, if they were being told who called."""
        began = self._leg.message_began
        if began is not None:
            self._abandon()
        by, cause = (Party.LOST, LOST) if left.text == LOST else (Party.CALLER, HUNG_UP)
        self._engine.post(CallEnded(call=self._asked.call, by=by, cause=cause))
        await self._note(self._seen())

    async def _leave(self, left: Left, watch: MachineWatch) -> None:
        call, channel = self._asked.call, self._leg.channel
        if isinstance(left, Gone):
            await self._leave_gone(left)
            return
        if not isinstance(left, Message):
            if isinstance(left, Heard):
                watch.tell(left)
            self._engine.post(CallEnded(call=call, by=Party.ENGINE, cause=ANSWERING_MACHINE))
            await self._leg.pull_out()
            await self.leave_message()
            return
        self._abandon()
        seen = self._seen()
        await self._note(replace(seen, message_at=left.began_at or seen.message_at))
        if left.wants_no_more:
            await self._books.opt_out(self._asked)
        await insist(channel.hang_up, f"end of {channel.id}")
        self._engine.post(CallEnded(call=call, by=Party.ENGINE, cause=NO_AGENT))
