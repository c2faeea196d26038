"""What an agent does with a call they are on: hold, send on, consult, bring together, hand over.

By the phone's own buttons (its hold and its REFER come as events) or by keys; both end in the same
few acts below. Each act asks the core first: what it refuses changes nothing, and is said at once.

On hold a caller hears music outside of any bridge, as one who waits does: music inside a
mixing bridge is broken sound, and a caller in no bridge is nobody's to lose when the engine dies.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.events import ChannelHold, ChannelTransfer, ChannelUnhold
from ccengine.asterisk.ari.results import TransferOutcome
from ccengine.asterisk.channels import Channel
from ccengine.calls.asking import begin_consult, transfer_of
from ccengine.calls.consult import ConsultCall
from ccengine.calls.directory import Colleague, Directory, Line, StaffMember, Target
from ccengine.calls.insistence import insist
from ccengine.calls.keys import Action, Keyed, read_keys
from ccengine.calls.languages import agents_language
from ccengine.calls.talked import Talked
from ccengine.core import recalls
from ccengine.core.events import (
    CallHandedOut,
    CallHandedOver,
    ConferenceStarted,
    HoldBy,
    HoldEnded,
    HoldStarted,
)
from ccengine.core.states import CallState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

ANSWERED = frozenset(TransferOutcome)
"""A transfer event that says so repeats what we have answered."""


@dataclass(frozen=True, slots=True)
class ConsultNews:
    """A consult was answered, or is over."""

    consult: ConsultCall
    is_over: bool


@dataclass(frozen=True, slots=True)
class LegGone:
    """The agent's leg ended."""

    leg: Channel


Wish = Keyed | ConsultNews | ChannelHold | ChannelUnhold | ChannelTransfer
News = Wish | LegGone


class Control:
    """One customer's talk, from the bridge to its end, with whichever agent has it."""

    def __init__(
        self, wiring: Wiring, talks: Talks, call: Call, caller: Channel, leg: Channel
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._call = call
        self._caller = caller
        self.leg = leg
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self.bridge: Bridge | None = None

    @property
    def consult(self) -> ConsultCall | None:
        """Whom the agent consults, if anybody."""
        return self._talks.consults.get(self._call.id)

    def note_consult(self, consult: ConsultCall, *, is_over: bool) -> None:
        """Take note of what became of a consult."""
        self._news.put_nowait(ConsultNews(consult, is_over))

    def note_wish(self, wish: ChannelTransfer | Keyed) -> None:
        """Take a REFER that came on the phone's second line, or a code that came from a screen."""
        self._news.put_nowait(wish)

    async def run(self, bridge: Bridge) -> Talked:
        """Do what the agent asks for until their part is over, or that of who took over."""
        self.bridge = bridge
        self._talks.controls[self._call.id] = self
        try:
            while True:
                ended = await self._with(self.leg)
                if ended is not None:
                    return ended
        finally:
            if self._talks.controls.get(self._call.id) is self:
                del self._talks.controls[self._call.id]

    def end_consult(self) -> None:
        """Let nobody wait for an agent whose customer is gone."""
        if self.consult is not None:
            self.consult.stop("the customer's call is over")

    async def _with(self, leg: Channel) -> Talked | None:
        """Serve one agent; None: another has taken over."""
        result: list[Talked | None] = []
        try:
            async with asyncio.TaskGroup() as ears:
                listening = [
                    ears.create_task(self._hear_end(leg)),
                    ears.create_task(self._hear_events(leg)),
                    ears.create_task(self._hear_keys(leg)),
                ]
                result.append(await self._obey(leg))
                for ear in listening:
                    ear.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # as a plain await would
        return result[0]

    async def _hear_end(self, leg: Channel) -> None:
        await leg.wait_gone()
        self._news.put_nowait(LegGone(leg))

    async def _hear_events(self, leg: Channel) -> None:
        while True:
            event = await leg.next_event()
            if isinstance(event, ChannelHold | ChannelUnhold | ChannelTransfer):
                self._news.put_nowait(event)

    async def _hear_keys(self, leg: Channel) -> None:
        tenant = self._wiring.configuration.tenant
        if tenant is not None:
            await read_keys(leg, tenant.settings.call_codes, self._news.put_nowait)

    async def _obey(self, leg: Channel) -> Talked | None:
        while True:
            news = await self._news.get()
            if isinstance(news, LegGone):
                if news.leg is leg:
                    return await self._agent_left()
            elif await self._take(news):
                return self._outcome()

    async def _take(self, news: Wish) -> bool:
        """Do what the agent asks for; True: the caller has gone on from this agent."""
        match news:
            case ChannelHold() | ChannelUnhold():
                await self._hold_by_phone(starts=isinstance(news, ChannelHold))
            case ConsultNews():
                await self._consult_changed(news)
            case ChannelTransfer():
                return news.state not in ANSWERED and await self._refer(news)
            case Keyed():
                return await self._press(news)
        return False

    def _outcome(self) -> Talked | None:
        """Tell what a transfer has led to; None: the talk goes on with another."""
        is_here = self._call.state in (CallState.TALKING, CallState.HANDED_OUT)
        return None if is_here else Talked.SENT_ON

    # --- the agent leaves ------------------------------------------------------------------------

    async def _agent_left(self) -> Talked | None:
        """Let whom they consulted have the caller, if the consult was by keys: else it is over."""
        consult = self.consult
        if consult is None or not (consult.is_lent or consult.is_joined):
            return Talked.OVER
        if await self._complete(consult):
            return self._outcome()
        consult.stop()
        line = recalls.line_of(self._engine.center.plan, self._call)
        if line is not None and await self._send_on(Line(line)):
            return Talked.SENT_ON
        return Talked.OVER

    # --- hold ------------------------------------------------------------------------------------

    async def _hold_by_phone(self, *, starts: bool) -> None:
        """Do as by keys: in a bridge that mixes Asterisk plays no music by itself."""
        if self.consult is not None and self.consult.is_joined:
            return  # the two others go on talking
        if starts and self._call.held is None:
            await self._hold(HoldBy.PHONE)
        elif not starts and self._call.held is HoldBy.PHONE:
            await self._retrieve()

    async def _hold(self, how: HoldBy = HoldBy.CODE) -> None:
        """Put the caller aside with music; the agent's leg stays."""
        agent = self._call.agent
        if agent is None or self.bridge is None or self._call.held is HoldBy.CODE:
            return
        self._engine.post(HoldStarted(call=self._call.id, agent=agent, how=how))
        await self.bridge.remove(self._caller)
        await self._caller.start_music(self._music())

    async def _retrieve(self) -> None:
        """Let agent and caller talk again."""
        agent = self._call.agent
        if agent is None or self.bridge is None:
            return
        await self._caller.stop_music()
        await self.bridge.add(self._caller, self.leg)
        if self._call.held is not None:
            self._engine.post(HoldEnded(call=self._call.id, agent=agent))

    def _music(self) -> str:
        queue = self._call.queue
        settings = None if queue is None else self._engine.center.plan.queues.get(queue)
        return "default" if settings is None else settings.music

    # --- keys ------------------------------------------------------------------------------------

    async def _press(self, keyed: Keyed) -> bool:
        """Do what a code says; True: the caller has gone on from this agent."""
        if self.consult is not None:
            await self._press_in_consult(self.consult, keyed.action)
            return False
        match keyed.action:
            case Action.HOLD:
                await (self._retrieve() if self._call.held is HoldBy.CODE else self._hold())
            case Action.PUT_ASIDE:
                await self._hold()
            case Action.TAKE_BACK if self._call.held is HoldBy.CODE:
                await self._retrieve()
            case Action.TRANSFER:
                if await self._send_on(self._find(keyed.digits)):
                    await insist(self.leg.hang_up, f"end of {self.leg.id}")
                    return True
                await self._say(Confirmation.REFUSED)
            case Action.CONSULT if not await self._ask(self._find(keyed.digits)):
                await self._say(Confirmation.REFUSED)
            case _:
                pass
        return False

    async def _press_in_consult(self, consult: ConsultCall, action: Action) -> None:
        if action is Action.BACK:
            consult.stop()
        elif action is Action.CONFERENCE and consult.leg is not None:
            await self._bring_together(consult, consult.leg)
        elif action is Action.SWAP and consult.leg is not None:
            await self._swap(consult)

    def _find(self, digits: str) -> Colleague | Line | StaffMember | None:
        tenant = self._wiring.configuration.tenant
        if tenant is None:
            return None
        return Directory(tenant, self._engine.center).inside(digits, self._call.client)

    async def _say(self, what: Confirmation) -> None:
        if self.bridge is not None:  # a prompt inside the bridge is the caller's, too
            await self.bridge.remove(self.leg)
        prompts, language = self._wiring.configuration.prompts, agents_language(self._wiring)
        await (await self.leg.play(prompts.confirmation(what, language))).wait()
        if self.bridge is not None and self._call.held is None:
            await self.bridge.add(self._caller, self.leg)

    # --- send on without asking ------------------------------------------------------------------

    async def _refer(self, event: ChannelTransfer) -> bool:
        """Do what the phone's REFER asks for, and tell the phone; True: the caller has gone on."""
        asked_on = self._wiring.router.find(event.channel.id) or self.leg
        leg, consult = self.leg, self.consult
        if event.consulted is None:
            is_done = await self._send_on(self._find(event.destination), asked_on)
        else:
            pair = {event.channel.id, event.consulted.id}
            ours = consult is not None and pair == {leg.id, consult.side.id}
            is_done = consult is not None and ours and await self._complete(consult, asked_on)
        if is_done:
            await insist(leg.hang_up, f"end of {leg.id}")
        else:
            await asked_on.report_transfer(TransferOutcome.REFUSED)
        return is_done

    async def _send_on(self, target: Target | None, asked_on: Channel | None = None) -> bool:
        """Send the caller on; False: it cannot be, the agent keeps them."""
        agent = self._call.agent
        if agent is None or target is None:
            return False
        event = transfer_of(self._call.id, agent, target)
        rejection = "" if event is None else self._engine.post(event)
        if event is None or rejection:
            log.info("transfer_refused", call_id=self._call.id, cause=rejection)
            return False
        if asked_on is not None:
            await asked_on.report_transfer(TransferOutcome.DONE)
        return True

    # --- consult ---------------------------------------------------------------------------------

    async def _ask(self, target: Target | None) -> bool:
        """Call whom the agent wants to ask, who hears the agent's own leg; False: not free."""
        agent = self._call.agent
        if agent is None or target is None or not self.leg.is_up:
            return False
        consult = begin_consult(self._wiring, self._call, agent, self.leg, target)
        if consult is None:
            return False
        await self._hold()
        if self.bridge is not None:
            await self.bridge.remove(self.leg)
        session = ConsultCall(self._wiring, self._talks, consult, self.leg, target)
        self._talks.start(session.run(), f"consult {consult.id}")
        return True

    async def _consult_changed(self, news: ConsultNews) -> None:
        is_back = news.is_over and news.consult.is_lent and not news.consult.has_left
        if is_back and not self.leg.is_gone:
            await self._retrieve()

    async def _swap(self, consult: ConsultCall) -> None:
        if not consult.is_lent or consult.is_joined:
            return
        if self._call.held is HoldBy.CODE:
            await consult.meet(apart=self.leg)
            await self._retrieve()
        else:
            await self._hold()
            await consult.meet()

    async def _bring_together(self, consult: ConsultCall, colleague: Channel) -> None:
        """Have all three talk with each other, in the customer's bridge."""
        agent = consult.call.agent
        if self.bridge is None or consult.is_joined or agent is None:
            return
        consult.is_joined = True
        event = ConferenceStarted(
            call=consult.call.id, agent=agent, bridge=self.bridge.id, channel=self.leg.id
        )
        self._engine.post(event)
        await colleague.stop_music()
        await consult.part()
        await self._retrieve()
        await self.bridge.add(colleague)

    # --- hand over -------------------------------------------------------------------------------

    async def _complete(self, consult: ConsultCall, asked_on: Channel | None = None) -> bool:
        """Let whom was consulted have the caller; who has not answered yet is sent the caller.

        Args:
            consult: with whom.
            asked_on: the line of the phone's REFER, which is answered before its lines are ended.
        """
        leg, agent = consult.leg, self._call.agent
        if agent is None:
            return False
        if leg is None or consult.call.state not in (CallState.TALKING, CallState.IN_FLOW):
            consult.stop("sent on")
            await consult.ended.wait()
            return await self._send_on(consult.target, asked_on)
        rejection = self._engine.post(self._hand_over_of(consult, leg, agent))
        if rejection:
            log.info("hand_over_refused", call_id=self._call.id, cause=rejection)
            return False
        before, self.leg = self.leg, leg
        consult.has_left = True  # before the music ends: none may begin from here on
        await self._caller.stop_music()
        await leg.stop_music()
        if self.bridge is not None:
            await self.bridge.add(self._caller, leg)
        if asked_on is not None:
            await asked_on.report_transfer(TransferOutcome.DONE)
        consult.hand_over()
        await insist(before.hang_up, f"end of {before.id}")
        return True

    def _hand_over_of(
        self, consult: ConsultCall, leg: Channel, agent: AgentId
    ) -> CallHandedOver | CallHandedOut:
        colleague = consult.call.agent
        if colleague is None:
            return CallHandedOut(
                call=self._call.id,
                agent=agent,
                consult=consult.call.id,
                channel=leg.id,
                number=consult.call.number,
            )
        return CallHandedOver(
            call=self._call.id, agent=agent, to_agent=colleague, consult=consult.call.id
        )
