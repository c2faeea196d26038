"""After each connect: compare the core with what is in Asterisk, adopt, close, then go on.

Asterisk is the truth about channels and bridges, the journal about everything else. What was
missed is posted as events, so that the core never learns in two ways. Rules by state:
`architecture.md` 1.6 in the project's guides; each has its method below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.caller_sound import is_ear, is_listened_by
from ccengine.calls.bridge_names import BRIDGE_PREFIX, bridge_of
from ccengine.calls.coaching.line import is_coaching, room_of
from ccengine.calls.customer_leg import ROLE
from ccengine.calls.dialing.lead_leg import is_ringing_lead
from ccengine.calls.item import is_waiting
from ccengine.calls.message import bridge_with
from ccengine.calls.messages import Messages
from ccengine.calls.outside import has_left, unseen_end
from ccengine.calls.phones import TECHNOLOGY, endpoint_of
from ccengine.core.commands import Connect, DialCallback, RingStaff
from ccengine.core.events import (
    CallbackFailed,
    CallEnded,
    CallerStrayed,
    ConversationEnded,
    ConversationFailed,
    Miss,
    OfferAccepted,
    OfferDeclined,
    Party,
    SwitchResynced,
)
from ccengine.core.handover import COLLEAGUES
from ccengine.core.ids import OfferId
from ccengine.core.offers import NO_QUEUE
from ccengine.core.states import CallState
from ccengine.core.work_items import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccengine.asterisk.ari.events import BridgeSnapshot, ChannelSnapshot
    from ccengine.calls.dialing.desk import DialingDesk
    from ccengine.calls.sessions import Sessions
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

OURS = frozenset({"agent", "feature", "dial", "far", "staff", ROLE})
"""Roles of channels that belong to a session of ours, or to nobody."""

OTHER_HALF = ";2"
"""Of a Local channel of ours: it runs the dialplan, and has the variables of the half we know."""

SETTLE_SECONDS = 2.0
LOST = "lost while the engine was away"


class Resyncer:
    """Takes up what an earlier engine, or an earlier connection of ours, has left.

    Args:
        wiring: the engine and the way to Asterisk.
        sessions: of all calls.
        leads: takes up calls of campaigns; None: nobody dials.
    """

    def __init__(
        self, wiring: Wiring, sessions: Sessions, leads: DialingDesk | None = None
    ) -> None:
        self._wiring = wiring
        self._leads = leads
        self._engine = wiring.engine
        self._sessions = sessions
        self._messages = Messages(wiring)
        self._channels: dict[str, ChannelSnapshot] = {}
        self._bridges: dict[str, BridgeSnapshot] = {}

    async def resync(self, arrive: Callable[[ChannelSnapshot], None]) -> None:
        """Bring core, sessions and Asterisk together; then let offers go on.

        Args:
            arrive: called with each caller's channel that the core does not know.

        Raises:
            AriDisconnected: the connection was lost meanwhile; the next connect tries again.
        """
        found = await self._wiring.router.resync()
        self._channels = {channel.id: channel for channel in found.channels}
        self._bridges = {bridge.id: bridge for bridge in found.bridges}
        await self._sessions.settle(SETTLE_SECONDS)
        for agent in self._engine.center.agents():
            if agent.phone is not None:
                await self._wiring.router.listen(endpoint_of(agent.phone))
                self._sessions.ensure_agent(agent.id)
        endpoints = await self._wiring.router.ari.endpoints(TECHNOLOGY)
        for call in list(self._engine.center.calls.values()):
            if not self._engine.has_call(call.id):
                await self._take_up(call)
        if self._leads is not None:
            self._leads.resync(self._channels)
        self._take_up_coaching()
        self._adopt_unknown(arrive)
        self._sessions.talks.recordings.take_up()
        self._sessions.watch_strays()
        self._sessions.watch_items()
        self._sessions.phones.resync(found.channels, endpoints)
        await self._clear_orphans()
        self._engine.post(SwitchResynced(node=self._wiring.node))
        log.info("switch_resynced", channels=len(self._channels), bridges=len(self._bridges))

    async def _take_up(self, call: Call) -> None:
        if is_waiting(call):
            self._take_up_item(call)
            return
        channel = self._channels.get(call.channel)
        if channel is None and call.item is not None and call.state is CallState.CONNECTING:
            # Cut off before anybody spoke: an attempt, not a talk.
            lost = CallbackFailed(call=call.id, leg=call.item.leg, how=Failure.LOST)
            self._engine.post(lost)
            self._take_up_item(call)
        elif channel is None or (call.state is CallState.DIALING and not self._both_are_here(call)):
            await self._close(call)
        elif call.lead is not None and self._leads is not None and not has_left(channel):
            self._take_up_lead(call, call.lead, channel, self._leads)
        elif channel.in_app(self._wiring.router.ari.app):
            self._resume(call, channel)
        elif has_left(channel):
            self._sessions.follow_outside(call)
        else:
            self._let_stray(call)

    def _take_up_lead(
        self, call: Call, lead: LeadCall, channel: ChannelSnapshot, desk: DialingDesk
    ) -> None:
        """Go on with a lead who has answered: in their talk, or with what the dialplan does."""
        if lead.talked_with is not None and channel.in_app(self._wiring.router.ari.app):
            self._resume(call, channel)
            desk.keep(self._wiring.router.channel(channel.id))
            return
        if call.state is CallState.TALKING:
            self._end_conversation(call, Party.LOST)
        answered = call.offer if call.state is CallState.CONNECTING else None
        rings = call.state in (CallState.OFFERED, CallState.CONNECTING)
        offers = _offers_of(call)
        self._adopt_legs(offers)
        desk.take_up(call, lead, channel)
        self._resume_offers(call, offers, answered, rings=rings)

    def _adopt_legs(self, offers: Iterable[OfferId]) -> None:
        for offer in offers:
            leg = self._channels.get(offer)
            if leg is not None:
                self._wiring.router.channel(offer, leg)

    def _take_up_coaching(self) -> None:
        for coaching in list(self._engine.center.coachings.values()):
            if not self._engine.has_coaching(coaching.id):
                self._sessions.coaching.take_up(coaching, self._channels.get(coaching.channel))

    def _take_up_item(self, call: Call) -> None:
        """Start the session; it takes up the customer's leg, or finds it gone."""
        item, offers = call.item, _offers_of(call)
        answered = call.offer if call.state is CallState.CONNECTING else None
        rings = call.state in (CallState.OFFERED, CallState.CONNECTING)
        for name in (*offers, *((item.leg,) if item is not None else ())):
            leg = self._channels.get(name)
            if leg is not None:
                self._wiring.router.channel(name, leg)
        if not self._engine.has_call(call.id):
            mailbox = self._engine.open_call(call.id)
            if item is not None and item.is_asked_for and not item.leg and call.queue is not None:
                mailbox.put_nowait(DialCallback(call=call.id, queue=call.queue))
            self._sessions.start_item(call)
        self._resume_offers(call, offers, answered, rings=rings)

    def _resume_offers(
        self,
        call: Call,
        offers: dict[OfferId, AgentId],
        answered: OfferId | None,
        *,
        rings: bool,
    ) -> None:
        for offer, agent in offers.items():
            leg = self._channels.get(offer)
            if offer == answered:
                self._resume_connect(call, agent, offer, leg)
            elif rings:
                self._resume_offer(call, agent, offer, leg)

    async def _close(self, call: Call) -> None:
        message = self._messages.of_call(call) if call.state is CallState.IN_FLOW else None
        # Of an agent who has just answered the end of the call takes care: the caller left first.
        if call.state is CallState.TALKING:
            self._end_conversation(call, Party.LOST)
        ended: CallEnded | None = None
        if call.state is CallState.IN_FLOW:  # it may have been sent on
            ari, node = self._wiring.router.ari, self._wiring.node
            ended = await unseen_end(ari, call.id, node)
        if message is not None:
            self._engine.post(message)  # it was left while the engine was away
        self._engine.post(ended or CallEnded(call=call.id, by=Party.LOST, cause=LOST))

    def _both_are_here(self, call: Call) -> bool:
        """Tell whether whom an agent dialled has answered, and the agent is still there."""
        app = self._wiring.router.ari.app
        ends = [self._channels.get(call.channel), self._channels.get(call.offer or "")]
        return all(end is not None and end.in_app(app) for end in ends)

    def _let_stray(self, call: Call) -> None:
        self._end_conversation(call, Party.LOST)
        self._engine.post(CallerStrayed(call=call.id))

    def _end_conversation(self, call: Call, by: Party) -> None:
        if call.agent is None:
            return
        if call.state is CallState.TALKING:
            self._engine.post(ConversationEnded(call=call.id, agent=call.agent, by=by))
        elif call.state is CallState.CONNECTING:
            self._engine.post(ConversationFailed(call=call.id, agent=call.agent))

    def _resume(self, call: Call, snapshot: ChannelSnapshot) -> None:
        """Start the session; what it must know of the missed time is posted after that."""
        answered = call.offer if call.state is CallState.CONNECTING else None
        rings = call.state in (CallState.OFFERED, CallState.CONNECTING)
        offers = _offers_of(call)  # as they are now
        self._adopt_legs(offers)
        if call.outside in self._channels:
            self._wiring.router.channel(call.outside, self._channels[call.outside])
        channel = self._wiring.router.channel(snapshot.id, snapshot)
        if call.state is CallState.SENT_OUT:
            ring = RingStaff(call=call.id, leg=call.outside, number="")
            self._engine.open_call(call.id).put_nowait(ring)
        if call.kind in COLLEAGUES:
            self._sessions.start_consult(channel, call, None)
        else:
            self._sessions.start_call(channel, call, resumed=True)
        self._resume_offers(call, offers, answered, rings=rings)

    def _resume_offer(
        self, call: Call, agent: AgentId, offer: OfferId, leg: ChannelSnapshot | None
    ) -> None:
        if leg is None:
            decline = OfferDeclined(
                call=call.id, agent=agent, offer=offer, reason="not answered", how=Miss.NO_ANSWER
            )
            self._engine.post(decline)
        elif leg.in_app(self._wiring.router.ari.app) and not self._is_outside(agent):
            self._engine.post(OfferAccepted(call=call.id, agent=agent, offer=offer))
        else:
            self._sessions.watch_offer(agent, call.id, offer)

    def _is_outside(self, agent: AgentId) -> bool:
        phone = self._engine.center.agent(agent).phone
        return phone is not None and self._sessions.phones.is_outside(phone)

    def _resume_connect(
        self, call: Call, agent: AgentId, offer: OfferId, leg: ChannelSnapshot | None
    ) -> None:
        if leg is None:
            self._engine.post(ConversationFailed(call=call.id, agent=agent))
            return
        queue = call.queue or NO_QUEUE
        self._engine.open_call(call.id).put_nowait(
            Connect(offer=offer, call=call.id, agent=agent, queue=queue)
        )

    def _adopt_unknown(self, arrive: Callable[[ChannelSnapshot], None]) -> None:
        """Take callers whose arrival the earlier engine had no time to note."""
        app = self._wiring.router.ari.app
        for channel in self._channels.values():
            inbound = channel.variables.get("CC_ROLE") == "inbound" and channel.in_app(app)
            if inbound and channel.variables.get("CC_CALL_ID") not in self._engine.center.calls:
                arrive(channel)

    async def _clear_orphans(self) -> None:
        """End legs and bridges that belong to no call any more."""
        ari = self._wiring.router.ari
        calls = self._engine.center.calls.values()
        offers = {offer for call in calls for offer in _offers_of(call)}
        bridges = {bridge_of(offer) for offer in offers} | {call.bridge for call in calls}
        outside = [call for call in calls if call.outside]
        bridges |= {f"{call.id}.talk" for call in outside}
        bridges |= {bridge_of(OfferId(call.outside)) for call in outside}
        legs = {call.item.leg for call in calls if call.item is not None and call.item.leg}
        bridges |= {bridge_with(leg) for leg in legs}
        bridges |= {room_of(coaching) for coaching in self._engine.center.coachings}
        offers |= {OfferId(call.outside) for call in calls} | {OfferId(leg) for leg in legs}
        for channel in self._channels.values():
            made = is_ear(channel.id) or is_coaching(channel.id)
            ours = made or channel.variables.get("CC_ROLE") in OURS or is_ringing_lead(channel)
            here = channel.id in offers or self._wiring.router.find(channel.id) is not None
            if ours and not here and not channel.id.endswith(OTHER_HALF):
                log.warning("leg_orphaned", channel=channel.id)
                await ari.hang_up(channel.id)
        for bridge in self._bridges.values():
            here = bridge.id in bridges or is_listened_by(self._wiring.router, bridge.id)
            if bridge.name.startswith(BRIDGE_PREFIX) and not here:
                log.warning("bridge_orphaned", bridge=bridge.id)
                await self._wiring.router.bridge(bridge.id).destroy()


def _offers_of(call: Call) -> dict[OfferId, AgentId]:
    """Return the call's offer, and under ring-all those beside it."""
    if call.offer is None or call.agent is None:
        return {}
    return {call.offer: call.agent, **call.others}
