"""A number dialled at a phone: to a colleague, a queue, the client's staff, or outside by hand.

The dialplan hands the channel over unanswered. Calls outside go back to the dialplan on a channel
of their own, where rules and caps are (`dialplan/outbound.conf`); here they become calls of the
center's, with a record, a recording and wrap-up. Where nobody is logged in the dialplan goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.events import ChannelHold, ChannelTransfer, ChannelUnhold
from ccengine.asterisk.ari.results import HangUpReason, Originated
from ccengine.asterisk.channels import Gone
from ccengine.calls.asking import aim, begin_consult
from ccengine.calls.directory import Colleague, Directory, Line, Outside, StaffMember
from ccengine.calls.languages import agents_language
from ccengine.calls.scope import CallScope
from ccengine.core.events import AgentDialled, CallEnded, Party
from ccengine.core.ids import CallId, ClientId, PhoneId, client_of
from ccengine.core.states import AgentState, Kind
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import ConsultCall, Talks
    from ccengine.calls.directory import Target
    from ccengine.calls.wiring import Wiring
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call

log = structlog.get_logger()

ALONE_CONTEXT = "phone-alone"
"""Of the dialplan: calls outside from a phone at which nobody is logged in."""

OUTSIDE_CONTEXT = "agent-outside"
OUTSIDE_SECONDS = 60
DENIED = "sound:ccengine/outbound-denied"
REASONS = {17: HangUpReason.BUSY, 19: HangUpReason.NO_ANSWER, 1: HangUpReason.UNALLOCATED}
REFUSED_CAUSE = 21


def far_leg_of(call: CallId) -> str:
    """Return the channel id of whom an agent has called outside."""
    return f"{call}.far"


class Starter(Protocol):
    """Starts the sessions of calls that agents make."""

    @property
    def talks(self) -> Talks:
        """All talks."""

    def start_call(self, channel: Channel, call: Call, *, resumed: bool) -> None:
        """Start the session of a call the core knows."""

    def start_consult(self, side: Channel, call: Call, target: Target | None) -> None:
        """Start the session of a call between agents."""


class DialledCall:
    """One number dialled, until it is clear whose call it is."""

    def __init__(self, wiring: Wiring, sessions: Starter, channel: Channel) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._sessions = sessions
        self._channel = channel

    async def run(self, digits: str) -> None:
        """Call whom the digits mean."""
        snapshot, tenant = self._channel.snapshot, self._wiring.configuration.tenant
        if snapshot is None or tenant is None:
            return
        phone = PhoneId(snapshot.variables.get("CC_PHONE", ""))
        agent = self._engine.center.agent_on(phone)
        try:
            if agent is None:
                await self._channel.continue_in_dialplan(context=ALONE_CONTEXT, extension=digits)
                return
            directory = Directory(tenant, self._engine.center)
            is_done = await self._dial(directory, digits, agent, snapshot)
            if not is_done:
                await self._refuse()
        except AriError:
            log.exception("dialled_call_failed", phone=phone)

    async def _dial(
        self, directory: Directory, digits: str, agent: Agent, snapshot: ChannelSnapshot
    ) -> bool:
        origin = None if agent.call is None else self._engine.center.calls.get(agent.call)
        if agent.state is AgentState.ON_CALL:
            return origin is not None and await self._consult(directory, digits, agent, origin)
        target = directory.dialled(digits, agent.id, PhoneId(agent.phone or ""))
        if target is None:
            return await self._say_unknown()
        call = CallId(snapshot.variables.get("CC_CALL_ID", ""))
        outside = target if isinstance(target, Outside) else None
        event = AgentDialled(
            call=call,
            agent=agent.id,
            tenant=self._engine.center.plan.tenant,
            client=_client_of(target),
            number=digits if outside is None else outside.number,
            channel=self._channel.id if outside is None else far_leg_of(call),
            leg=self._channel.id,
            kind=Kind.INTERNAL if outside is None else Kind.OUTBOUND,
            node=self._wiring.node,
        )
        if not call or self._engine.post(event):
            return False
        if outside is not None:
            await self._call_outside(self._engine.center.calls[call], outside, agent)
            return True
        return aim(self._wiring, call, target) and await self._talk(call, target)

    async def _consult(self, directory: Directory, digits: str, agent: Agent, origin: Call) -> bool:
        target = directory.inside(digits, origin.client)
        if target is None:
            return await self._say_unknown()
        consult = begin_consult(self._wiring, origin, agent.id, self._channel, target)
        return consult is not None and await self._talk(consult.id, target)

    async def _talk(self, call: CallId, target: Target) -> bool:
        self._sessions.start_consult(self._channel, self._engine.center.calls[call], target)
        return True

    async def _call_outside(self, call: Call, to: Outside, agent: Agent) -> None:
        far = self._wiring.router.channel(far_leg_of(call.id))
        self._engine.open_call(call.id)
        cause = 0
        async with CallScope(self._channel.gone) as scope:
            await self._channel.ring()
            cause = await self._reach(far, call, to, agent)
        if scope.hung_up or cause:
            await far.hang_up()
            by = Party.AGENT if scope.hung_up else Party.CALLER
            said = "agent hung up" if scope.hung_up else f"not reached ({cause})"
            self._engine.close_call(call.id)
            self._engine.post(CallEnded(call=call.id, by=by, cause=said))
            await self._tell(cause)
            return
        self._engine.close_call(call.id)
        await self._channel.stop_ringing()
        await self._channel.answer()
        self._sessions.start_call(far, call, resumed=False)

    async def _reach(self, far: Channel, call: Call, to: Outside, agent: Agent) -> int:
        """Ring the far end, by the dialplan's rules and caps; 0, or why it cannot be had."""
        result = await far.originate(
            endpoint=f"Local/{to.number}@{OUTSIDE_CONTEXT}/n",
            app_args=("far",),
            variables={
                "CC_ROLE": "far",
                "CC_CALL_ID": call.id,
                "CC_TENANT": call.tenant,  # these for whoever is sent on to voicemail
                "CC_NUMBER": to.number,
                "CC_ARRIVED_AT": f"{call.arrived_at * 1000:.0f}",
                "__CC_CLIENT": to.client,
                "__CC_AGENT": agent.id,
            },
            timeout_seconds=OUTSIDE_SECONDS,
        )
        if not isinstance(result, Originated):
            return REFUSED_CAUSE
        entered = await far.entered()
        return (entered.cause or REFUSED_CAUSE) if isinstance(entered, Gone) else 0

    async def _tell(self, cause: int) -> None:
        """Let the agent hear why nobody answers."""
        if self._channel.is_gone:
            return
        if cause == REFUSED_CAUSE:
            await self._channel.answer()
            await (await self._channel.play(DENIED)).wait()
        await self._channel.hang_up(REASONS.get(cause, HangUpReason.NORMAL))

    async def _say_unknown(self) -> bool:
        """Say that there is no such number; nothing rings, nothing is dialled."""
        configuration = self._wiring.configuration
        language = agents_language(self._wiring)
        said = configuration.prompts.confirmation(Confirmation.UNKNOWN_EXTENSION, language)
        async with CallScope(self._channel.gone):
            await self._channel.answer()
            await (await self._channel.play(said)).wait()
        await self._channel.hang_up(HangUpReason.UNALLOCATED)
        return True

    async def _refuse(self) -> None:
        """Say at once that it cannot be: nothing rings."""
        await self._channel.hang_up(HangUpReason.BUSY)


def _client_of(target: Target) -> ClientId:
    match target:
        case Line():
            return client_of(target.queue)
        case Outside() | StaffMember():
            return target.client
        case Colleague():
            return ClientId("")


class ConsultEar:
    """Hears what a phone does on its second line: its hold, and the REFER the first is told of."""

    def __init__(self, sessions: Starter, consult: ConsultCall) -> None:
        self._talks = sessions.talks
        self._consult = consult

    async def run(self) -> None:
        """Listen until the consult is over."""
        async with CallScope(self._consult.side.gone):
            while True:
                event = await self._consult.side.next_event()
                origin = self._consult.origin
                control = None if origin is None else self._talks.controls.get(origin)
                if isinstance(event, ChannelTransfer) and control is not None:
                    control.note_wish(event)
                elif isinstance(event, ChannelHold | ChannelUnhold):
                    await self._hold(starts=isinstance(event, ChannelHold))

    async def _hold(self, *, starts: bool) -> None:
        """Let the colleague hear music; in a conference the two others go on talking."""
        if not (self._consult.is_joined or self._consult.has_left):
            await self._consult.meet(apart=self._consult.side if starts else None)
