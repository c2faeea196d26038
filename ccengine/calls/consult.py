"""An agent calls a colleague, a queue or the client's staff: by themself, or about a customer.

The side that calls is a channel of its own (the phone's second line) or the agent's leg of the
customer's call, lent for as long as the consult lasts. What is lent is not ended here.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriRefused, AriTimeout
from ccengine.asterisk.ari.results import HangUpReason
from ccengine.asterisk.channels import Gone
from ccengine.calls.bridge_names import BRIDGE_PREFIX, TALK, bridge_of
from ccengine.calls.insistence import insist
from ccengine.calls.race import first_of
from ccengine.calls.scope import CallScope
from ccengine.calls.staff import CONSULT_SECONDS, dial_staff
from ccengine.core.commands import Connect, DivertCall, TargetMissed
from ccengine.core.events import CallEnded, ConversationEnded, ConversationStarted, Party
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from ccengine.asterisk.ari.events import ChannelTransfer
    from ccengine.asterisk.bridges import Bridge
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.directory import Target
    from ccengine.calls.keys import CardWish, Keyed, RecordWish
    from ccengine.calls.recordings import Recordings
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId

log = structlog.get_logger()

HANDED_OVER = "handed over"


class CustomersTalk(Protocol):
    """The customer's talk that a consult is about."""

    @property
    def leg(self) -> Channel:
        """The agent's."""

    def note_consult(self, consult: ConsultCall, *, is_over: bool) -> None:
        """Take note of what became of a consult."""

    def note_wish(self, wish: ChannelTransfer | Keyed | CardWish | RecordWish) -> None:
        """Take a REFER that came on the phone's second line, or a code that came from a screen."""

    def note_take_over(self, leg: Channel) -> None:
        """Go on with a supervisor in the agent's place."""


class Talks:
    """Talks of customers by call, and consults by the customer's call they are about.

    Args:
        start: runs a session beside its caller.
        recordings: of the same calls.
    """

    def __init__(
        self, start: Callable[[Coroutine[None, None, None], str], None], recordings: Recordings
    ) -> None:
        self.start = start
        self.recordings = recordings
        self.controls: dict[CallId, CustomersTalk] = {}
        self.consults: dict[CallId, ConsultCall] = {}


class ConsultCall:
    """One call between agents, from its dialling to its last event."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        call: Call,
        side: Channel,
        target: Target | None = None,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self.call = call
        self.origin = call.origin
        self.side = side
        self.target = target
        self.is_lent = _is_lent(wiring, call, side)
        self.ended = asyncio.Event()
        self.leg: Channel | None = None  #: of whom is consulted, once they answer
        self.is_joined = False
        self.has_left = False  #: handed over: the leg is another's now
        self._bridge: Bridge | None = None
        self._stop: asyncio.Event = asyncio.Event()
        self._may_begin = asyncio.Event()
        self._may_begin.set()
        self._by, self._cause = Party.CALLER, "hung up"
        self._mailbox = wiring.engine.open_call(call.id)
        if call.origin is not None:
            talks.consults[call.origin] = self

    async def run(self) -> None:
        """Serve the call from wherever it stands; a cancellation means the engine leaves."""
        try:
            try:
                await self._serve_until_gone()
            except AriDisconnected:
                raise
            except Exception:
                log.exception("consult_failed", call_id=self.call.id)
                self._by, self._cause = Party.ENGINE, "engine error"
            await self._clear_away()
        except AriDisconnected:
            log.warning("call_suspended", call_id=self.call.id)
        finally:
            if self.origin is not None and self._talks.consults.get(self.origin) is self:
                del self._talks.consults[self.origin]
            self._engine.close_call(self.call.id)
            self.ended.set()

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Have nobody hear anything for the block; what the core says meanwhile is kept."""
        self._may_begin.clear()
        try:
            yield
        finally:
            self._may_begin.set()

    def stop(self, cause: str = "consult ended") -> None:
        """End it: the customer's call is over, or the agent wants the caller back."""
        self._cause = cause
        self._by = Party.ENGINE
        self._stop.set()

    def hand_over(self) -> None:
        """End it for the agent who called; whom they consulted goes on with the customer."""
        self.has_left = True
        self.stop(HANDED_OVER)

    async def _serve_until_gone(self) -> None:
        if self.is_lent:  # whose end is the customer's talk's to deal with
            await first_of(self._serve_quietly(), self._stopped())
            return
        async with CallScope(self.side.gone):
            await first_of(self._serve_quietly(), self._stopped())

    async def _serve_quietly(self) -> bool:
        self._by, self._cause = await self._serve()
        return True

    async def _stopped(self) -> bool:
        await self._stop.wait()
        return True

    async def _serve(self) -> tuple[Party, str]:
        await self._may_begin.wait()
        if self.call.state is CallState.TALKING:
            return await self._resume()
        if self.call.outside:
            return await self._call_staff()
        await self.side.ring()
        while True:
            command = await self._mailbox.get()
            match command:
                case Connect():
                    await self.side.stop_ringing()
                    if await self._join(command):
                        return Party.AGENT, "colleague hung up"
                case TargetMissed() | DivertCall():
                    return Party.AGENT, command.reason
                case _:
                    pass

    async def _join(self, connect: Connect) -> bool:
        leg = self._wiring.router.channel(connect.offer)
        if not await self._bring_together(leg, bridge_of(connect.offer)):
            await insist(leg.hang_up, f"end of {leg.id}")
            return True
        self._engine.post(
            ConversationStarted(call=self.call.id, agent=connect.agent, bridge=self._bridge_id())
        )
        self._tell_origin()
        await leg.wait_gone()
        return True

    async def _bring_together(self, leg: Channel, bridge_id: str) -> bool:
        self.leg = leg
        self._bridge = self._wiring.router.bridge(bridge_id)
        self._bridge.passes_keys = True
        await self._bridge.create(name=f"{BRIDGE_PREFIX}{self.call.id}", kind=TALK)
        if not self.is_lent:
            await self.side.answer()
        return await self._bridge.add(self.side, leg)

    async def _resume(self) -> tuple[Party, str]:
        if self.call.offer is not None:
            self.leg = self._wiring.router.channel(self.call.offer)
            if not self.leg.confirmed:
                self.leg.end(Gone(0, "lost while the engine was away"))
            self._bridge = self._wiring.router.bridge(bridge_of(self.call.offer))
            self._bridge.passes_keys = True
            if not self.call.conference:
                self._bridge.attach(self.side, self.leg)
            self.is_joined = self.call.conference
            await self.leg.wait_gone()
        return Party.AGENT, "colleague hung up"

    async def _call_staff(self) -> tuple[Party, str]:
        """Dial the client's staff, by the same guards as any call outside."""
        leg = self._wiring.router.channel(self.call.outside)
        if not leg.confirmed:
            await self.side.ring()
            missed = await dial_staff(leg, self.call, self.call.number, CONSULT_SECONDS)
            if missed:
                return Party.AGENT, missed
            await self.side.stop_ringing()
        if await self._bring_together(leg, f"{self.call.id}.talk"):
            self._tell_origin()
            await leg.wait_gone()
        return Party.AGENT, "staff hung up"

    def _tell_origin(self) -> None:
        control = None if self.origin is None else self._talks.controls.get(self.origin)
        if control is not None:
            control.note_consult(self, is_over=False)

    def _bridge_id(self) -> str:
        return "" if self._bridge is None else self._bridge.id

    async def meet(self, *, apart: Channel | None = None) -> bool:
        """Have the two talk, or set the calling side apart, which goes to `apart`'s bridge."""
        if self._bridge is None or self.leg is None:
            return False
        if apart is not None:
            await self._bridge.remove(apart)
            await self._bridge.remove(self.leg)  # music inside would be broken
            if not self.has_left:
                await self.leg.start_music()
            return True
        await self.leg.stop_music()
        return await self._bridge.add(self.side, self.leg)

    async def part(self) -> None:
        """Let go of both sides' places in the bridge: they are brought together elsewhere."""
        if self._bridge is not None and self.leg is not None:
            await self._bridge.remove(self.leg)
            await self._bridge.remove(self.side)

    async def _clear_away(self) -> None:
        try:
            await self._end_legs()
        except (AriRefused, AriTimeout):
            log.exception("clean_up_failed", call_id=self.call.id)
        self._engine.post(CallEnded(call=self.call.id, by=self._by, cause=self._cause))
        control = None if self.origin is None else self._talks.controls.get(self.origin)
        if control is not None:
            control.note_consult(self, is_over=True)

    async def _end_legs(self) -> None:
        if not self.is_lent:
            reason = HangUpReason.NORMAL if self.leg else HangUpReason.BUSY
            await insist(lambda: self.side.hang_up(reason), f"end of {self.side.id}")
        elif not self.side.is_gone:
            await self.side.stop_ringing()
        if not self.has_left:
            await self._end_other_leg()
        if self._bridge is not None:
            await insist(self._bridge.destroy, f"end of {self._bridge.id}")

    async def _end_other_leg(self) -> None:
        leg = self.leg
        if leg is None and self.call.outside:
            leg = self._wiring.router.find(self.call.outside)
        if leg is not None:
            await insist(leg.hang_up, f"end of {leg.id}")
        agent = self.call.agent
        if agent is not None and self.call.state is CallState.TALKING:
            self._engine.post(ConversationEnded(call=self.call.id, agent=agent, by=self._by))


def _is_lent(wiring: Wiring, call: Call, side: Channel) -> bool:
    """Tell whether the side that calls is the agent's leg of the customer's call."""
    origin = None if call.origin is None else wiring.engine.center.calls.get(call.origin)
    return origin is not None and origin.offer == side.id
