"""All sessions: starts each in the task group that owns it, contains its faults."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.calls.agent import AgentSession, LastLegs
from ccengine.calls.coaching.house import CODE, CoachingHouse, Desks
from ccengine.calls.consult import ConsultCall, Talks
from ccengine.calls.dialled import ConsultEar, DialledCall
from ccengine.calls.feature import FeatureCall
from ccengine.calls.inbound import InboundCall
from ccengine.calls.item import ItemSession
from ccengine.calls.outside import Outside
from ccengine.calls.phones import Phones
from ccengine.calls.recordings import Recordings
from ccengine.calls.strays import StrayWatch

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.directory import Target
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, CallId, OfferId

log = structlog.get_logger()


class Sessions:
    """Starts sessions. A mailbox is open before its session's task first runs."""

    def __init__(self, wiring: Wiring, tasks: asyncio.TaskGroup) -> None:
        self._wiring = wiring
        self._tasks = tasks
        self._agents: dict[AgentId, AgentSession] = {}
        self._last_legs: LastLegs = {}
        self._running: dict[asyncio.Task[None], Channel | None] = {}
        self._watching_strays = False
        self._watching_items = False
        self.phones = Phones(wiring, self._start)
        self.talks = Talks(self._start, Recordings(wiring, self._start))
        desks = Desks(self.talks, self.phones, self._last_legs, self._start, self.ensure_agent)
        self.coaching = CoachingHouse(wiring, desks)

    def begin(self, session: Coroutine[None, None, None], name: str) -> None:
        """Start what is no call's own; its faults reach nobody else."""
        self._start(session, name)

    def start_call(self, channel: Channel, call: Call, *, resumed: bool) -> None:
        """Start the session of a call the core knows; resumed: not at its beginning."""
        session = InboundCall(self._wiring, self.talks, channel, call, resumed=resumed)
        self._start(self._serve(session, call), f"call {call.id}", channel)

    def start_item(self, call: Call) -> None:
        """Start the session of a callback or a message, at its beginning or taken up."""
        self._start(ItemSession(self._wiring, self.talks, call).run(), f"item {call.id}")

    def end_orphan(self, snapshot: ChannelSnapshot) -> None:
        """End a customer's leg that no item knows of any more."""
        log.warning("leg_orphaned", channel=snapshot.id)
        leg = self._wiring.router.channel(snapshot.id, snapshot)
        self._start(leg.hang_up(), f"orphan {snapshot.id}")

    def watch_items(self) -> None:
        """See to it that each new item gets a session."""
        if not self._watching_items:
            self._watching_items = True
            self._start(self._watch_items(), "items")

    async def _watch_items(self) -> None:
        engine = self._wiring.engine
        try:
            while True:
                call = engine.center.calls.get(await engine.new_items.get())
                if call is not None:
                    self.start_item(call)
        finally:
            self._watching_items = False

    def start_feature(self, channel: Channel, code: str, digits: str) -> None:
        """Start the session of a feature code: short, but for who coaches."""
        if code == CODE:
            self._start(
                self.coaching.serve_code(channel, digits), f"coaching {channel.id}", channel
            )
            return
        feature = FeatureCall(self._wiring, channel, self.ensure_agent)
        self._start(feature.run(code, digits), f"feature {channel.id}", channel)

    def start_dialled(self, channel: Channel, digits: str) -> None:
        """Start the session of a number that somebody has dialled at a phone."""
        dialled = DialledCall(self._wiring, self, channel)
        self._start(dialled.run(digits), f"dialled {channel.id}", channel)

    def start_consult(self, side: Channel, call: Call, target: Target | None) -> None:
        """Start the session of a call between agents the core knows."""
        consult = ConsultCall(self._wiring, self.talks, call, side, target)
        self._start(consult.run(), f"consult {call.id}", None if consult.is_lent else side)
        if not consult.is_lent:
            self._start(ConsultEar(self, consult).run(), f"second line {call.id}", side)

    def ensure_agent(self, agent: AgentId) -> None:
        """Start the agent's session unless there is one."""
        if not self._wiring.engine.has_agent(agent):
            session = AgentSession(self._wiring, self.phones, self._last_legs, agent)
            self._agents[agent] = session
            self._start(session.run(), f"agent {agent}")

    def follow_outside(self, call: Call) -> None:
        """Wait for the end of a call that was sent on into the dialplan."""
        self._wiring.engine.open_call(call.id)
        self._start(Outside(self._wiring, call).take_up(), f"outside {call.id}")

    def watch_offer(self, agent: AgentId, call: CallId, offer: OfferId) -> None:
        """Have the agent's session wait for the end of an offer that rings already."""
        leg = self._wiring.router.channel(offer)
        phone = self._wiring.engine.center.agent(agent).phone
        if phone is not None:
            self._last_legs[phone] = leg
        self._start(self._agents[agent].watch(call, offer, leg), f"offer {offer}")

    def watch_strays(self) -> None:
        """See to it that callers without a session end when they hang up."""
        if not self._watching_strays:
            self._watching_strays = True
            self._start(self._watch_strays(), "strays")

    async def settle(self, seconds: float) -> None:
        """Wait until sessions whose channel is gone have ended, for so long at most."""
        ending = [task for task, channel in self._running.items() if channel and channel.is_gone]
        if ending:
            await asyncio.wait(ending, timeout=seconds)

    async def _serve(self, session: InboundCall, call: Call) -> None:
        outside = await session.run()
        if outside is not None:
            # Beside the caller's channel, which has left: nobody waits for this when we reconnect.
            self._start(outside.follow(), f"outside {call.id}")
        elif call.id in self._wiring.engine.center.calls:
            self.watch_strays()

    async def _watch_strays(self) -> None:
        try:
            await StrayWatch(self._wiring).run()
        finally:
            self._watching_strays = False

    def _start(
        self, session: Coroutine[None, None, None], name: str, channel: Channel | None = None
    ) -> None:
        task = self._tasks.create_task(self._contain(session, name), name=name)
        self._running[task] = channel
        task.add_done_callback(lambda done: self._running.pop(done, None))

    async def _contain(self, session: Coroutine[None, None, None], name: str) -> None:
        try:
            await session
        except Exception:
            # The root group must not end because one session did.
            log.exception("session_failed", session=name)
