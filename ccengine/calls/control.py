"""What an agent does with a call they are on: hold, send on, consult, bring together, hand over.

By the phone's own buttons (its hold and its REFER come as events) or by keys; both end in the same
few acts below. Each act asks the core first: what it refuses changes nothing, and is said at once.

Read on in `talk.py` (hold, and what is said to the agent) and `sending_on.py` (transfers).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.events import ChannelHold, ChannelTransfer, ChannelUnhold
from ccengine.asterisk.ari.results import TransferOutcome
from ccengine.calls import agreement
from ccengine.calls.agreement import may_go_on, settle_for_joining
from ccengine.calls.asking import begin_consult
from ccengine.calls.card_entry import go_on_recording, leave
from ccengine.calls.card_taking import CardOver, CardTaking, take_up
from ccengine.calls.consult import ConsultCall
from ccengine.calls.directory import Line, Target
from ccengine.calls.insistence import insist
from ccengine.calls.keys import Action, CardWish, Keyed, RecordWish, read_keys
from ccengine.calls.machine_message import message_for
from ccengine.calls.recording_wishes import ABOUT_RECORDING, RecordingDesk
from ccengine.calls.sending_on import complete, refer, send_on
from ccengine.calls.talk import Talk
from ccengine.calls.talk_news import ConsultNews, LegGone, News, TakenOver, Wish, drop
from ccengine.calls.talked import Talked
from ccengine.core import recalls
from ccengine.core.events import CardOutcome, ConferenceStarted, HoldBy
from ccengine.core.states import CallState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

log = structlog.get_logger()

TO_MACHINE = {Action.LEAVE_MESSAGE: Talked.MESSAGE, Action.LEAVE_MACHINE: Talked.MACHINE}

ANSWERED = frozenset(TransferOutcome)
"""A transfer event that says so repeats what we have answered."""


class Control:
    """One customer's talk, from the bridge to its end, with whichever agent has it."""

    def __init__(
        self, wiring: Wiring, talks: Talks, call: Call, caller: Channel, leg: Channel
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._call = call
        self.talk = Talk(wiring, talks.recordings, call, caller, leg)
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self._desk = RecordingDesk(wiring, talks.recordings)
        self._card: CardTaking | None = None
        self._card_task: asyncio.Task[None] | None = None
        self._phone_holds = False
        self._ended: Talked | None = None  #: by what the agent, or a detector, says
        self._successor: Channel | None = None  #: has the caller, by the core's word

    @property
    def leg(self) -> Channel:
        """The agent's."""
        return self.talk.leg

    @property
    def consult(self) -> ConsultCall | None:
        """Whom the agent consults, if anybody."""
        return self._talks.consults.get(self._call.id)

    def note_consult(self, consult: ConsultCall, *, is_over: bool) -> None:
        """Take note of what became of a consult."""
        self._news.put_nowait(ConsultNews(consult, is_over))

    def note_wish(self, wish: ChannelTransfer | Keyed | CardWish | RecordWish) -> None:
        """Take a REFER that came on the phone's second line, or what came from a screen."""
        self._news.put_nowait(wish)

    def note_take_over(self, leg: Channel) -> None:
        """Go on with a supervisor in the agent's place.

        To be called at once after the core was told: what the agent before has asked for, or that
        they are gone, must not be done to a call that is theirs no more.
        """
        self._successor = leg
        self._news.put_nowait(TakenOver(leg))
        self._talks.recordings.stop_asking(self._call)

    async def run(self, bridge: Bridge) -> Talked:
        """Do what the agent asks for until their part is over, or that of who took over."""
        self.talk.bridge = bridge
        self._talks.controls[self._call.id] = self
        await take_up(self.talk, self._talks)
        await agreement.take_up(self.talk)
        try:
            while self._successor is not None or await may_go_on(self.talk):
                ended = await self._with(self.leg)
                if ended is not None:
                    return ended
            return Talked.REFUSED
        finally:
            if self._talks.controls.get(self._call.id) is self:
                del self._talks.controls[self._call.id]
            while not self._news.empty():
                drop(self._news.get_nowait())

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
                result.append(await self._obey(leg, ears))
                for ear in listening:
                    ear.cancel()
                await self._leave_card()
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

    async def _obey(self, leg: Channel, ears: asyncio.TaskGroup) -> Talked | None:
        while True:
            news = await self._news.get()
            if isinstance(news, TakenOver):
                await self._make_way(news.leg)
                return self._outcome()
            if self._is_late(news, leg):
                drop(news)
                continue
            if isinstance(news, LegGone):
                return await self._agent_left()
            if isinstance(news, CardWish):
                await self._begin_card(news, ears)
            elif self._card is not None:
                await self._take_beside_card(news)
            elif await self._take(news):
                return self._outcome()

    def _is_late(self, news: News, leg: Channel) -> bool:
        """Tell whether it is of an agent whose talk this is no more."""
        is_other = isinstance(news, LegGone) and news.leg is not leg
        return is_other or self._successor is not None

    async def _take(self, news: Wish) -> bool:
        """Do what the agent asks for; True: the caller has gone on from this agent."""
        match news:
            case ChannelHold() | ChannelUnhold():
                await self._hold_by_phone(starts=isinstance(news, ChannelHold))
            case ConsultNews():
                await self._consult_changed(news)
            case ChannelTransfer():
                return news.state not in ANSWERED and await refer(self.talk, news, self.consult)
            case Keyed():
                return await self._take_key(news)
            case RecordWish():
                await self._desk.obey(self._call, news)
            case CardWish() | CardOver():
                pass  # of another agent's part
        return False

    async def _take_key(self, keyed: Keyed) -> bool:
        """Do what a code says, if the caller can be talked with or not."""
        if keyed.action is Action.TAKE_CARD:
            self.note_wish(CardWish(by=self._call.agent or ""))
        elif keyed.action in ABOUT_RECORDING:
            await self._change_recording(keyed.action)
        elif keyed.action in TO_MACHINE:
            return await self._leave_to_machine(TO_MACHINE[keyed.action])
        else:
            return await self._press(keyed)
        return False

    async def _leave_to_machine(self, how: Talked) -> bool:
        """End the agent's part, as a machine has answered; False: there is no message for it."""
        lead = self._call.lead
        if lead is None or (
            how is Talked.MESSAGE and message_for(self._wiring, lead.campaign) is None
        ):
            if self.consult is None:
                await self.talk.say(Confirmation.REFUSED)
            return False
        self._ended = how
        return True

    def _outcome(self) -> Talked | None:
        """Tell what a transfer has led to; None: the talk goes on with another."""
        if self._ended is not None:
            return self._ended
        is_here = self._call.state in (CallState.TALKING, CallState.HANDED_OUT)
        return None if is_here else Talked.SENT_ON

    async def _make_way(self, leg: Channel) -> None:
        """Let a supervisor have the caller, whatever the agent before was doing."""
        if self._successor is leg:
            self._successor = None
        had_card = self._card is not None
        await self._leave_card()
        before = await self.talk.change_to(leg)
        await insist(before.hang_up, f"end of {before.id}")
        if had_card:
            await go_on_recording(self._talks, self._call, "")

    # --- the agent leaves ------------------------------------------------------------------------

    async def _agent_left(self) -> Talked | None:
        """Let whom they consulted have the caller, if the consult was by keys: else it is over."""
        consult = self.consult
        if consult is None or not (consult.is_lent or consult.is_joined):
            return Talked.OVER
        if await complete(self.talk, consult):
            return self._outcome()
        consult.stop()
        line = recalls.line_of(self._engine.center.plan, self._call)
        if line is not None and await send_on(self.talk, Line(line)):
            return Talked.SENT_ON
        return Talked.OVER

    # --- hold ------------------------------------------------------------------------------------

    async def _hold_by_phone(self, *, starts: bool) -> None:
        """Do as by keys: in a bridge that mixes Asterisk plays no music by itself."""
        if self.consult is not None and self.consult.is_joined:
            return  # the two others go on talking
        if starts and self._call.held is None:
            await self.talk.hold(HoldBy.PHONE)
        elif not starts and self._call.held is HoldBy.PHONE:
            await self.talk.retrieve()

    # --- a card ----------------------------------------------------------------------------------

    async def _begin_card(self, wish: CardWish, ears: asyncio.TaskGroup) -> None:
        """Part the two for a card, unless somebody is on hold or asked beside."""
        if self._card is not None or self.consult is not None or self._call.held is not None:
            return
        self._card = taking = CardTaking(self.talk, self._talks, wish)

        async def take() -> None:
            if self._successor is None:
                await taking.run()
            self._news.put_nowait(CardOver())

        self._card_task = ears.create_task(take())

    async def _take_beside_card(self, news: Wish) -> None:
        """Do nothing that would bring anybody to the caller; only stop it, if asked to."""
        match news:
            case CardOver():
                self._card = self._card_task = None
                if self._phone_holds:
                    await self.talk.hold(HoldBy.PHONE)
            case Keyed(action=Action.TAKE_CARD | Action.BACK) if self._card is not None:
                self._card.stop()
            case ChannelHold() | ChannelUnhold():
                self._phone_holds = isinstance(news, ChannelHold)
            case ChannelTransfer() if news.state not in ANSWERED:
                await self.leg.report_transfer(TransferOutcome.REFUSED)
            case _:
                drop(news)

    async def _leave_card(self) -> None:
        """End it for an agent who has left."""
        if self._card_task is not None:
            self._card_task.cancel()
            await asyncio.wait([self._card_task])
            leave(self._engine, self._call, CardOutcome.AGENT_LEFT)
            await self.talk.caller.silence()
            self._card = self._card_task = None

    # --- keys ------------------------------------------------------------------------------------

    async def _press(self, keyed: Keyed) -> bool:
        """Do what a code says; True: the caller has gone on from this agent."""
        if self.consult is not None:
            await self._press_in_consult(self.consult, keyed.action)
            return False
        match keyed.action:
            case Action.HOLD:
                await self.talk.toggle_hold()
            case Action.PUT_ASIDE:
                await self.talk.hold()
            case Action.TAKE_BACK if self._call.held is HoldBy.CODE:
                await self.talk.retrieve()
            case Action.TRANSFER:
                if await send_on(self.talk, self.talk.find(keyed.digits)):
                    await insist(self.leg.hang_up, f"end of {self.leg.id}")
                    return True
                await self.talk.say(Confirmation.REFUSED)
            case Action.CONSULT if not await self._ask(self.talk.find(keyed.digits)):
                await self.talk.say(Confirmation.REFUSED)
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

    async def _change_recording(self, action: Action) -> None:
        """Pause it, or begin it; in a consult nothing is said, where the agent hears another."""
        said = await self._desk.press(self._call, action)
        if self.consult is None and self._successor is None:
            await self.talk.say(said)

    # --- consult ---------------------------------------------------------------------------------

    async def _ask(self, target: Target | None) -> bool:
        """Call whom the agent wants to ask, who hears the agent's own leg; False: not free."""
        agent = self._call.agent
        if agent is None or target is None or not self.leg.is_up:
            return False
        consult = begin_consult(self._wiring, self._call, agent, self.leg, target)
        if consult is None:
            return False
        await self.talk.hold()
        if self.talk.bridge is not None:
            await self.talk.bridge.remove(self.leg)
        session = ConsultCall(self._wiring, self._talks, consult, self.leg, target)
        self._talks.start(session.run(), f"consult {consult.id}")
        return True

    async def _consult_changed(self, news: ConsultNews) -> None:
        is_back = news.is_over and news.consult.is_lent and not news.consult.has_left
        if is_back and not self.leg.is_gone:
            await self.talk.retrieve()

    async def _swap(self, consult: ConsultCall) -> None:
        if not consult.is_lent or consult.is_joined:
            return
        if self._call.held is HoldBy.CODE:
            await consult.meet(apart=self.leg)
            await self.talk.retrieve()
        else:
            await self.talk.hold()
            await consult.meet()

    async def _bring_together(self, consult: ConsultCall, colleague: Channel) -> None:
        """Have all three talk with each other, in the customer's bridge."""
        agent = consult.call.agent
        if self.talk.bridge is None or consult.is_joined or agent is None:
            return
        await settle_for_joining(self.talk, consult.call)
        if colleague.is_gone:
            return  # what is told of that brings the two together
        consult.is_joined = True
        event = ConferenceStarted(
            call=consult.call.id, agent=agent, bridge=self.talk.bridge.id, channel=self.leg.id
        )
        self._engine.post(event)
        await colleague.stop_music()
        await consult.part()
        await self.talk.retrieve()
        await self.talk.bridge.add(colleague)
