"""One customer's talk: who is in it, and the few acts that change what the two hear.

On hold a caller hears music outside of any bridge, as one who waits does: music inside a
mixing bridge is broken sound, and a caller in no bridge is nobody's to lose when the engine dies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.directory import Directory
from ccengine.calls.languages import agents_language
from ccengine.core.events import HoldBy, HoldEnded, HoldStarted

if TYPE_CHECKING:
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.directory import Colleague, Line, StaffMember
    from ccengine.calls.recordings import Recordings
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId
    from ccengine.ivr.confirmations import Confirmation


class Talk:
    """One customer's talk, with whichever agent has it."""

    def __init__(
        self, wiring: Wiring, recordings: Recordings, call: Call, caller: Channel, leg: Channel
    ) -> None:
        self.wiring = wiring
        self.engine = wiring.engine
        self.recordings = recordings
        self.call = call
        self.caller = caller
        self.leg = leg  #: the agent's
        self.bridge: Bridge | None = None  #: once they talk

    @property
    def agent(self) -> AgentId | None:
        """Whose talk it is; None: nobody's any more."""
        return self.call.agent

    async def hold(self, how: HoldBy = HoldBy.CODE) -> None:
        """Put the caller aside with music; the agent's leg stays."""
        agent = self.agent
        if agent is None or self.bridge is None or self.call.held is HoldBy.CODE:
            return
        self.engine.post(HoldStarted(call=self.call.id, agent=agent, how=how))
        await self.bridge.remove(self.caller)
        await self.caller.start_music(self._music())

    async def retrieve(self) -> None:
        """Let agent and caller talk again."""
        agent = self.agent
        if agent is None or self.bridge is None:
            return
        await self.caller.stop_music()
        is_in = await self.bridge.holds(self.leg)
        await self.bridge.add(self.caller, *(() if is_in else (self.leg,)))
        if self.call.held is not None:
            self.engine.post(HoldEnded(call=self.call.id, agent=agent))

    async def change_to(self, leg: Channel) -> Channel:
        """Let the caller talk with another agent; return the leg of the one before.

        The core knows of it already.
        """
        await self.recordings.hold_back(self.call, self.caller)
        before, self.leg = self.leg, leg
        await self.caller.stop_music()
        await leg.stop_music()
        if self.bridge is not None:
            await self.bridge.add(self.caller, leg)
        return before

    async def toggle_hold(self) -> None:
        """Put the caller aside, or take them back: one code does both, by turns."""
        await (self.retrieve() if self.call.held is HoldBy.CODE else self.hold())

    async def say(self, what: Confirmation) -> None:
        """Say something to the agent that the caller does not hear."""
        if self.bridge is not None:  # a prompt inside the bridge is the caller's, too
            await self.bridge.remove(self.leg)
        prompts, language = self.wiring.configuration.prompts, agents_language(self.wiring)
        await (await self.leg.play(prompts.confirmation(what, language))).wait()
        if self.bridge is not None and self.call.held is None:
            await self.bridge.add(self.caller, self.leg)

    def find(self, digits: str) -> Colleague | Line | StaffMember | None:
        """Return whom an agent means by digits, None if nobody has them."""
        tenant = self.wiring.configuration.tenant
        if tenant is None:
            return None
        return Directory(tenant, self.engine.center).inside(digits, self.call.client)

    def _music(self) -> str:
        queue = self.call.queue
        settings = None if queue is None else self.engine.center.plan.queues.get(queue)
        return "default" if settings is None else settings.music
