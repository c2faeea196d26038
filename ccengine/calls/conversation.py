"""Caller and agent bridged: from the agent's answer to the end of the talk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from ccengine.asterisk.channels import Gone
from ccengine.calls.agreement import Begun, begin_if_agreed
from ccengine.calls.bridge_names import BRIDGE_PREFIX, TALK, bridge_of
from ccengine.calls.card_entry import leave
from ccengine.calls.control import Control
from ccengine.calls.insistence import insist
from ccengine.calls.recording_rules import rule_of
from ccengine.calls.sending_on import WITH_STAFF
from ccengine.calls.talked import Talked
from ccengine.core.events import (
    CardOutcome,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    Party,
    StaffAnswered,
)
from ccengine.core.states import CallState, Kind

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.commands import Connect

NEWS_SECONDS = 1.0  #: an event is never so late after what it tells of

NOT_RECORDED_HERE = "this queue's calls are not recorded"
NO_TALK = "no talk came of it"


class Conversation:
    """One customer's talk, in a bridge of its own, with one agent after the other."""

    def __init__(
        self, wiring: Wiring, talks: Talks, caller: Channel, call: Call, connect: Connect
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._caller = caller
        self._call = call
        self._connect = connect
        leg = wiring.router.channel(connect.offer)
        self._control = Control(wiring, talks, call, caller, leg)
        self._bridge: Bridge = wiring.router.bridge(call.bridge or bridge_of(connect.offer))
        self._bridge.passes_keys = call.kind is not Kind.CALL
        self._is_recorded = False  # by the rules, and with the caller's consent
        self._started = False
        self._closed = False

    async def run(self) -> Talked:
        """Bridge, record, and do what the agent asks for until the talk is over."""
        leg = self._control.leg
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self._connect.call}", kind=TALK)
        was_recorded = self._call.recording
        if not await self._record():
            return Talked.REFUSED
        if not await self._bridge.add(self._caller, leg):
            await self._see_who_is_gone(leg)
            if not was_recorded:
                await self._talks.recordings.end(self._call, NO_TALK)
            return Talked.NEVER
        self._started = True
        self._engine.post(
            ConversationStarted(
                call=self._connect.call,
                agent=self._connect.agent,
                bridge=self._bridge.id,
                recorded=self._is_recorded,
            )
        )
        return await self._control.run(self._bridge)

    async def resume(self) -> Talked:
        """Go on with a talk that an earlier engine began."""
        self._started = True
        leg = self._control.leg
        if not leg.confirmed:
            leg.end(Gone(0, "lost while the engine was away"))
        self._bridge.attach(self._caller, leg)
        if self._is_together() and not await self._bridge.holds(leg):
            # That engine died between the core's word for another agent and this.
            await self._bridge.add(self._caller, leg)
        if self._call.recording_lost:
            await self._talks.recordings.of(self._call).begin(
                self._caller.id, by=self._call.recorded_for
            )
        return await self._control.run(self._bridge)

    def _is_together(self) -> bool:
        """Tell whether caller and agent hear each other, by what the core knows."""
        call, calls = self._call, self._engine.center.calls
        return not call.is_apart and not any(one.origin == call.id for one in calls.values())

    async def meet_staff(self) -> Talked:
        """Let a caller who was sent to the client's staff talk with them; it is not recorded."""
        leg = self._control.leg
        await self._talks.recordings.end(self._call, WITH_STAFF)
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self._connect.call}", kind=TALK)
        if not await self._bridge.add(self._caller, leg):
            await self._see_who_is_gone(leg)
            return Talked.NEVER
        self._started = True
        event = StaffAnswered(call=self._connect.call, leg=leg.id, bridge=self._bridge.id)
        self._engine.post(event)
        return await self._control.run(self._bridge)

    async def close(self, by: Party) -> None:
        """Clear the agent's leg and the bridge away and post the end; once.

        Of a talk that never began only the agent's loss is posted: where the caller was the one
        who left, the end of the call says so, and the agent is free at once.
        """
        if self._closed:
            return
        self._closed = True
        self._control.end_consult()
        left = CardOutcome.CALLER_LEFT if by is Party.CALLER else CardOutcome.AGENT_LEFT
        leave(self._engine, self._call, left)
        leg = self._control.leg
        await insist(leg.hang_up, f"end of {leg.id}")
        call, agent = self._connect.call, self._call.agent
        if self._started and agent is not None and self._call.state is CallState.TALKING:
            self._engine.post(ConversationEnded(call=call, agent=agent, by=by))
        await insist(self._bridge.destroy, f"end of {self._bridge.id}")
        # The caller must be out of the bridge before they can wait for somebody else.
        if not self._started and by in (Party.AGENT, Party.LOST):
            self._engine.post(ConversationFailed(call=call, agent=self._connect.agent))

    async def leave_behind(self) -> None:
        """Clear away what is left of a talk whose caller was sent on."""
        self._closed = True
        leg = self._control.leg
        await insist(leg.hang_up, f"end of {leg.id}")
        await insist(self._bridge.destroy, f"end of {self._bridge.id}")

    async def _see_who_is_gone(self, leg: Channel) -> None:
        """Wait for the event that belongs to a refused bridge.

        The refusal comes before it. If it is the caller's, the session ends here.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(NEWS_SECONDS):
                await leg.wait_gone()

    async def _record(self) -> bool:
        """Begin to record, or end it where whoever has the caller now is not recorded.

        Returns:
            False: the caller does not want that, and cannot be served in another way.
        """
        call = self._call
        if rule_of(self._wiring, call) is True:
            recording, leg = self._talks.recordings.of(call), self._control.leg
            begun = await begin_if_agreed(self._wiring, recording, call, self._caller, leg)
            self._is_recorded = begun is Begun.RECORDED
            return begun is not Begun.REFUSED
        if not self._may_go_on():
            await self._talks.recordings.end(call, NOT_RECORDED_HERE)
        return True

    def _may_go_on(self) -> bool:
        """Tell whether a recording that somebody has asked for goes on with the next agent."""
        asked_for = bool(self._call.recorded_for)
        return asked_for and rule_of(self._wiring, self._call) is not False
