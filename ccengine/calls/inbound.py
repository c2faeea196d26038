"""An inbound call, from its arrival in Stasis to its last event. Read it from top to bottom."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriRefused, AriTimeout
from ccengine.calls.conversation import Conversation
from ccengine.calls.flows import CallFlows, way_out
from ccengine.calls.insistence import insist
from ccengine.calls.introductions import introduce, introduction
from ccengine.calls.machine_message import leave_message, message_for
from ccengine.calls.outside import Outside
from ccengine.calls.recording_refusals import NO_ROOM
from ccengine.calls.recording_rules import may_be_served
from ccengine.calls.scope import CallScope
from ccengine.calls.staff import ring_staff
from ccengine.calls.talked import ANSWERING_MACHINE, Talked
from ccengine.calls.waiting import Waiting
from ccengine.config.dialable import identity_of
from ccengine.core.commands import Connect, DivertCall, RingStaff, TargetMissed
from ccengine.core.events import (
    CallEnded,
    CallerStrayed,
    CallQueued,
    MessageAsked,
    Party,
    StaffMissed,
)
from ccengine.core.ids import AgentId, OfferId, client_of
from ccengine.core.offers import NO_QUEUE
from ccengine.core.states import CallState
from ccengine.ivr.outcomes import CalledBack, Enqueue, HangUp, LeaveMessage, Transfer

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import ClientId
    from ccengine.ivr.runner import Place

log = structlog.get_logger()

CALLER_HUNG_UP = "caller hung up"
LOST = "lost"
AGENT_HUNG_UP = "agent hung up"
CALLED_BACK = "callback"
NOT_RECORDED = "does not want to be recorded"
NO_QUEUE_LEFT = "no such queue"

DIVERT_PAUSE_SECONDS = 1.0
"""Between two times that a queue sends a caller on to a flow, which may lead back to it at once."""

ELSEWHERE_LOOKS = 20
ELSEWHERE_SECONDS = 0.05


class InboundCall:
    """One caller's session. The core knows the call already when this is made."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        channel: Channel,
        call: Call,
        *,
        resumed: bool,
        outside: Outside | None = None,
    ) -> None:
        self._talks = talks
        self._hears_music = resumed
        self._wiring = wiring
        self._engine = wiring.engine
        self._channel = channel
        self._call = call
        self._waiting = Waiting(wiring, channel, call, taken_up=resumed)
        self._conversation: Conversation | None = None
        self._outside = outside or Outside(wiring, call)
        self._flows = CallFlows(wiring, channel, call, talks)
        self._diverted_at = -math.inf
        self._by, self._cause = Party.CALLER, CALLER_HUNG_UP

    async def run(self) -> Outside | None:
        """Serve the call from wherever it stands, then clean up and post its end.

        Cancelled means that the engine is leaving: nothing is touched, nothing is posted.
        Without Asterisk for long the session ends and the call stays: resync takes it up again.

        Returns:
            The caller's way out, to be followed, if they live on outside of the engine.
        """
        is_outside = False
        try:
            await self._serve_until_gone()
            is_outside = self._outside.has_left and self._by is Party.CALLER
            if not is_outside:
                await self._clear_away()
        except AriDisconnected:
            log.warning("call_suspended", call_id=self._call.id)
        finally:
            if not is_outside:
                self._engine.close_call(self._call.id)
        return self._outside if is_outside else None

    async def _serve_until_gone(self) -> None:
        try:
            async with CallScope(self._channel.gone) as scope:
                self._by, self._cause = await self._serve()
            if scope.hung_up:
                self._by, self._cause = Party.CALLER, CALLER_HUNG_UP
                await self._flows.keep_last_words()
        except AriDisconnected:
            raise
        except Exception:
            # One call's fault must not reach another call.
            log.exception("call_failed", call_id=self._call.id)
            self._by, self._cause = Party.ENGINE, "engine error"

    async def _serve(self) -> tuple[Party, str]:
        """Go on from the call's present state, which is not its first after a restart."""
        match self._call.state:
            case CallState.IN_FLOW if self._is_over:
                called_back = self._call.became is not None
                return (Party.ENGINE, CALLED_BACK) if called_back else (Party.AGENT, AGENT_HUNG_UP)
            case CallState.IN_FLOW:
                ended = await self._run_flow(*self._flows.place())
                if ended is not None:
                    return ended
            case CallState.TALKING | CallState.HANDED_OUT:
                ended = await self._resume_conversation()
                if ended is not None:
                    return ended
            case CallState.DIALING:
                ended = await self._talk_with_who_dialled()
                if ended is not None:
                    return ended
            case _:
                pass
        return await self._wait_and_talk()

    @property
    def _is_over(self) -> bool:
        """No flow is to be run any more: the caller has talked, or is going to be called back."""
        return self._call.became is not None or self._call.queue is not None

    async def _run_flow(
        self, name: str, start: Place | None, client: ClientId | None = None
    ) -> tuple[Party, str] | None:
        """Run the flow, the number's own if none is named; None: the call has entered a queue."""
        outcome = await self._flows.run(name, start, client)
        match outcome:
            case HangUp():
                return Party.ENGINE, f"flow ended: {outcome.cause}"
            case CalledBack():
                return Party.ENGINE, CALLED_BACK
            case Transfer() | LeaveMessage():
                return await self._leave(outcome, client or self._call.client)
            case Enqueue():
                return await self._enqueue(outcome)

    async def _leave(self, outcome: Transfer | LeaveMessage, client: ClientId) -> tuple[Party, str]:
        """Send the caller on into the dialplan."""
        prompt = None
        if isinstance(outcome, LeaveMessage):
            prompt = outcome.prompt
            self._engine.post(MessageAsked(call=self._call.id, queue=outcome.queue))
        await self._outside.send(self._channel, way_out(self._call, client, outcome), prompt)
        return Party.CALLER, CALLER_HUNG_UP

    async def _enqueue(self, outcome: Enqueue) -> tuple[Party, str] | None:
        """Have the caller wait; where a reload has taken the queue, in the client's usual one.

        Nobody hears music in no queue: without one the call ends, with an apology.
        """
        client = client_of(outcome.queue)
        usual = self._engine.center.plan.usual_queues.get(client)
        for queue in dict.fromkeys((outcome.queue, usual or outcome.queue)):
            if not may_be_served(self._wiring, queue):
                log.error("call_refused", call_id=self._call.id, queue=queue, cause=NO_ROOM)
                await self._flows.apologise()
                return Party.ENGINE, NO_ROOM
            rejection = self._engine.post(
                CallQueued(
                    call=self._call.id,
                    queue=queue,
                    priority=outcome.priority,
                    skills={**self._call.language_skills, **outcome.skills},
                    preferred=outcome.preferred,
                    agents=outcome.agents,
                    scores=outcome.scores,
                    kind=outcome.kind,
                    identity=self._identity(client),
                )
            )
            if not rejection or self._call.became is not None:
                return None
            log.error("call_not_queued", call_id=self._call.id, queue=queue, cause=rejection)
        await self._flows.apologise()
        return Party.ENGINE, NO_QUEUE_LEFT

    def _identity(self, client: ClientId) -> str:
        tenant = self._wiring.configuration.tenant
        known = None if tenant is None else tenant.clients.get(client)
        return "" if known is None else identity_of(self._call.caller, known)

    async def _wait_and_talk(self) -> tuple[Party, str]:
        while True:
            decision = await self._waiting.run(hears_music=self._hears_music)
            ended: tuple[Party, str] | None
            match decision:
                case None:
                    ended = Party.ENGINE, CALLED_BACK
                case TargetMissed():
                    ended = Party.ENGINE, decision.reason
                case DivertCall():
                    ended = await self._divert(decision)
                case RingStaff():
                    ended = await self._meet_staff(decision)
                case Connect():
                    ended = await self._talk(decision)
            if ended is not None:
                return ended

    async def _talk(self, connect: Connect) -> tuple[Party, str] | None:
        self._conversation = self._conversation_for(connect)
        await self._introduce(connect)
        return await self._go_on_from(self._conversation, await self._conversation.run())

    async def _go_on_from(
        self, conversation: Conversation, talked: Talked
    ) -> tuple[Party, str] | None:
        """Return how the call has ended; None: the caller waits for somebody else."""
        match talked:
            case Talked.OVER:
                return await self._ask_how_it_was(conversation)
            case Talked.REFUSED:
                return Party.ENGINE, NOT_RECORDED
            case Talked.NEVER:
                await conversation.close(Party.AGENT)
            case Talked.MACHINE | Talked.MESSAGE:
                return await self._leave_machine(conversation, talked)
            case Talked.SENT_ON:
                await conversation.leave_behind()
                self._hears_music = True
        return None

    async def _leave_machine(self, conversation: Conversation, talked: Talked) -> tuple[Party, str]:
        """Let the agent go, and leave the campaign's message on the machine, if it is to be."""
        await self._talks.recordings.end(self._call, ANSWERING_MACHINE)
        await conversation.close(Party.AGENT)
        lead, unasked = self._call.lead, talked is Talked.MACHINE
        media = lead and message_for(self._wiring, lead.campaign, unasked=unasked)
        if media:
            await leave_message(self._wiring, self._channel, media)
        return Party.ENGINE, ANSWERING_MACHINE

    async def _ask_how_it_was(self, conversation: Conversation) -> tuple[Party, str]:
        """Take a caller whom the agent has left through the queue's survey, if they are drawn.

        The agent is free before, and nothing that a survey leads to but its end counts.
        """
        survey = self._flows.survey
        asks = survey.flow()
        if asks is not None:
            queue, flow = asks
            await self._talks.recordings.end(self._call, "survey")
            await conversation.close(Party.AGENT)
            self._channel.clear_digits()  # typed for the agent
            survey.begin()
            await self._flows.run(flow, None, client_of(queue))
        return Party.AGENT, AGENT_HUNG_UP

    async def _talk_with_who_dialled(self) -> tuple[Party, str] | None:
        """Let the agent who dialled this call by hand talk with whoever has answered."""
        agent, leg = self._call.agent, self._call.offer
        if agent is None or leg is None:
            return Party.LOST, LOST
        connect = Connect(offer=leg, call=self._call.id, agent=agent, queue=NO_QUEUE)
        self._conversation = self._conversation_for(connect)
        talked = await self._conversation.run()
        if talked is Talked.NEVER:
            return Party.AGENT, AGENT_HUNG_UP
        return await self._go_on_from(self._conversation, talked)

    async def _meet_staff(self, ring: RingStaff) -> tuple[Party, str] | None:
        """Ring the client's staff for a caller who hears music; None: the call has come back."""
        queue = self._call.queue or NO_QUEUE
        connect = Connect(
            offer=OfferId(ring.leg),
            call=self._call.id,
            agent=AgentId(""),
            queue=queue,
        )
        self._conversation = conversation = self._conversation_for(connect)
        await self._channel.start_music(self._waiting.music)
        missed = await ring_staff(self._wiring, self._call, ring)
        if not missed:
            await self._channel.stop_music()
            talked = await conversation.meet_staff()
            if talked is not Talked.NEVER:
                return await self._go_on_from(conversation, talked)
            missed = "hung up"
        await conversation.leave_behind()
        self._hears_music = True
        self._engine.post(StaffMissed(call=self._call.id, leg=ring.leg, reason=missed))
        return None

    async def _introduce(self, connect: Connect) -> None:
        """Tell the agent whose call it is, if the queue wants that; the caller hears music."""
        media = introduction(self._wiring, connect)
        if media:
            await self._channel.start_music(self._waiting.music)
            await introduce(self._wiring.router.channel(connect.offer), media)
            await self._channel.stop_music()

    async def _divert(self, divert: DivertCall) -> tuple[Party, str] | None:
        """Send the caller on; None: by a flow that has led to a queue."""
        await self._talks.recordings.end(self._call, divert.reason)
        if divert.flow is None:
            await self._outside.send(self._channel, divert)
            return Party.CALLER, CALLER_HUNG_UP
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._diverted_at + DIVERT_PAUSE_SECONDS - now)
        self._diverted_at = asyncio.get_running_loop().time()
        return await self._run_flow(divert.flow, None, client_of(divert.queue))

    async def _resume_conversation(self) -> tuple[Party, str] | None:
        """Go on talking if the bridge still holds both; else who they talked with is gone."""
        call = self._call
        offer, agent = call.offer or OfferId(call.outside), call.agent or AgentId("")
        connect = Connect(offer=offer, call=call.id, agent=agent, queue=call.queue or NO_QUEUE)
        self._conversation = self._conversation_for(connect)
        return await self._go_on_from(self._conversation, await self._conversation.resume())

    def _conversation_for(self, connect: Connect) -> Conversation:
        return Conversation(self._wiring, self._talks, self._channel, self._call, connect)

    async def _clear_away(self) -> None:
        if self._by is Party.CALLER and await self._is_elsewhere():
            await self._let_stray()
            return
        try:
            await insist(self._channel.hang_up, f"end of {self._call.id}")
            await self._close_conversation(self._by)
        except (AriRefused, AriTimeout):
            log.exception("clean_up_failed", call_id=self._call.id)
        self._engine.post(CallEnded(call=self._call.id, by=self._by, cause=self._cause))

    async def _close_conversation(self, by: Party) -> None:
        if self._conversation is not None:
            await self._conversation.close(by)

    async def _is_elsewhere(self) -> bool:
        """Tell whether the caller lives on in the dialplan: our end came without a hang-up."""
        gone = self._channel.gone
        if not gone.done() or gone.result().cause != 0:
            return False
        ari = self._wiring.router.ari
        seen = False
        for _ in range(ELSEWHERE_LOOKS):
            found = await ari.channel(self._channel.id)
            if found is None:
                return False
            elsewhere = bool(found.app_name) and not found.in_app(ari.app)
            if elsewhere and seen:
                return True
            seen = elsewhere
            # A channel that is hung up can still be seen for some milliseconds, where it was or in
            # the dialplan's last step: it must be seen there twice.
            await asyncio.sleep(ELSEWHERE_SECONDS)
        return False

    async def _let_stray(self) -> None:
        await self._close_conversation(Party.LOST)
        self._engine.post(CallerStrayed(call=self._call.id))
