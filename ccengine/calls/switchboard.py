"""Brings each ARI event to its session, and makes a session of each new caller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.asterisk.ari.events import (
    ChannelStateChange,
    Connected,
    Disconnected,
    Replaced,
    StasisStart,
)
from ccengine.core.events import CallArrived, CallerReturned, OfferRinging, SwitchLost
from ccengine.core.ids import AgentId, CallId, ClientId, OfferId, TenantId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.ari.events import AriEvent, ChannelSnapshot, StreamItem
    from ccengine.calls.resync import Resyncer
    from ccengine.calls.sessions import Sessions
    from ccengine.calls.wiring import Wiring

log = structlog.get_logger()

CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""What the dialplan mints. It becomes part of a file's name, so nothing else passes."""


class EngineReplaced(Exception):
    """Another engine has taken our place at Asterisk: leave all calls to it and stop."""


class Switchboard:
    """The one reader of Asterisk's events."""

    def __init__(self, wiring: Wiring, sessions: Sessions, resyncer: Resyncer) -> None:
        self._wiring = wiring
        self._sessions = sessions
        self._resyncer = resyncer
        self.connected = False  #: connected and resynced: calls are being served

    async def run(self, stream: AsyncIterator[StreamItem]) -> None:
        """Serve until cancelled.

        Raises:
            EngineReplaced: another engine has taken our place.
        """
        async for item in stream:
            match item:
                case Connected():
                    await self._connect()
                case Disconnected():
                    self.connected = False
                    log.warning("switch_lost", cause=item.reason)
                    self._wiring.engine.post(SwitchLost(node=self._wiring.node))
                case Replaced():
                    raise EngineReplaced
                case _:
                    self._deliver(item)

    async def _connect(self) -> None:
        try:
            await self._resyncer.resync(self.arrive)
        except AriDisconnected:
            return
        self.connected = True

    def _deliver(self, event: AriEvent) -> None:
        taken = self._wiring.router.deliver(event)
        if isinstance(event, StasisStart) and not taken:
            self.enter(event.channel, event.args)
        elif isinstance(event, ChannelStateChange):
            self._note_ringing(event.channel)
        self._sessions.phones.note(event)

    def enter(self, snapshot: ChannelSnapshot, args: tuple[str, ...]) -> None:
        """Take a channel that is new to us."""
        match args:
            case ("inbound", *_):
                self.arrive(snapshot)
            case ("feature", code, *rest):
                channel = self._wiring.router.channel(snapshot.id, snapshot)
                self._sessions.start_feature(channel, code, rest[0] if rest else "")
            case ("customer", *_) | ("lead", "abandoned" | "machine", *_):
                self._sessions.end_orphan(snapshot)
            case ("lead", *_):
                # An engine before us took them: the dialplan goes on with them in two seconds.
                log.warning("lead_left", channel=snapshot.id)
            case ("dial", digits, *_):
                channel = self._wiring.router.channel(snapshot.id, snapshot)
                self._sessions.start_dialled(channel, digits)
            case _:
                log.warning("channel_unknown", channel=snapshot.id, args=list(args))

    def arrive(self, snapshot: ChannelSnapshot) -> None:
        """Start or take up the call of a caller's channel."""
        engine = self._wiring.engine
        call_id = CallId(snapshot.variables.get("CC_CALL_ID", ""))
        if CALL_ID.fullmatch(call_id) is None:
            log.error("call_without_id", channel=snapshot.id)
            return
        resumed = call_id in engine.center.calls
        if resumed:
            engine.post(CallerReturned(call=call_id, channel=snapshot.id))
        else:
            engine.post(self._arrival(call_id, snapshot))
        call = engine.center.calls.get(call_id)
        if call is not None and not engine.has_call(call_id):
            channel = self._wiring.router.channel(snapshot.id, snapshot)
            self._sessions.start_call(channel, call, resumed=resumed)

    def _arrival(self, call: CallId, snapshot: ChannelSnapshot) -> CallArrived:
        variables = snapshot.variables
        number = variables.get("CC_NUMBER", "")
        tenant = self._wiring.configuration.tenant
        route = None if tenant is None else tenant.route(number)
        # The number decides whose call it is; what the dialplan said is the fallback.
        client = ClientId(variables.get("CC_CLIENT", "")) if route is None else route.client
        arrived_ms = variables.get("CC_ARRIVED_AT", "")
        now = self._wiring.engine.clock.now()
        return CallArrived(
            call=call,
            tenant=self._wiring.engine.center.plan.tenant or TenantId(variables["CC_TENANT"]),
            client=client,
            number=number,
            caller=snapshot.caller_number,
            channel=snapshot.id,
            node=self._wiring.node,
            arrived_at=int(arrived_ms) / 1000 if arrived_ms.isdigit() else now,
        )

    def _note_ringing(self, snapshot: ChannelSnapshot) -> None:
        variables = snapshot.variables
        if snapshot.state == "Ringing" and variables.get("CC_ROLE") == "agent":
            self._wiring.engine.post(
                OfferRinging(
                    call=CallId(variables.get("CC_CALL_ID", "")),
                    agent=AgentId(variables.get("CC_AGENT", "")),
                    offer=OfferId(variables.get("CC_OFFER", "")),
                )
            )
