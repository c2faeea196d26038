"""The lease on every busy state: now and then what the core believes is compared with Asterisk.

Events tell of every end, and a resync finds those missed while we were deaf. What then is still
wrong, by an event lost in a fault of Asterisk's or of ours, would keep an agent busy for ever. So
every half minute the live channels and bridges are listed, beside the websocket, and a belief that
nothing backs at two looks in a row is taken back: first by ending the handle, upon which the
session does what it would have done, then, if there is no session to do it, by an event.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.events import BridgeSnapshot, ChannelSnapshot, EndpointSnapshot
from ccengine.calls.bridge_names import bridge_of
from ccengine.calls.item import is_waiting
from ccengine.calls.phones import TECHNOLOGY, View
from ccengine.core.events import (
    CallEnded,
    ConversationEnded,
    ConversationFailed,
    Miss,
    OfferDeclined,
    Party,
)
from ccengine.core.handover import COLLEAGUES
from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.calls.phones import Phones
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

log = structlog.get_logger()

LOOK_SECONDS = 30.0
AGAIN_SECONDS = 2.0
"""Between the two looks, and then for the sessions to do their part: what is only on its way must
not be taken for lost."""

LOST = "lost"
BELIEVED = frozenset({CallState.OFFERED, CallState.CONNECTING, CallState.TALKING})


@dataclass(frozen=True, slots=True)
class Claim:
    """What the core believes: that a call lives; with an agent, of that agent's part in it."""

    call: CallId
    state: CallState | None = None
    agent: AgentId | None = None
    offer: OfferId | None = None
    moves: int = 0
    """Of both channels, from bridge to bridge: who is spoken to apart at two looks, and was back
    in between, is not lost."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is in Asterisk, and what was known of it before it was asked."""

    known: frozenset[str]
    channels: dict[str, ChannelSnapshot]
    bridges: dict[str, BridgeSnapshot]
    endpoints: tuple[EndpointSnapshot, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What does not agree."""

    handles: frozenset[str]  #: channels whose end was not told
    claims: frozenset[Claim]
    phones: dict[PhoneId, View]

    def __bool__(self) -> bool:
        return bool(self.handles or self.claims or self.phones)

    def also_in(self, later: Findings) -> Findings:
        """Return what is still so, and not new."""
        same = {name: view for name, view in self.phones.items() if later.phones.get(name) == view}
        return Findings(self.handles & later.handles, self.claims & later.claims, same)


class Audit:
    """Compares, and takes back what nothing backs."""

    def __init__(self, wiring: Wiring, phones: Phones) -> None:
        self._engine = wiring.engine
        self._router = wiring.router
        self._phones = phones

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._router.ari.transport.wait_connected()
            try:
                await self.compare()
            except AriError as error:
                log.warning("audit_failed", cause=str(error))
            except Exception:
                # The calls that are healthy must not suffer.
                log.exception("audit_failed")

    async def compare(self) -> None:
        """Look, and if something does not agree look again; then mend what still does not."""
        if not self._has_anything_to_look_at():
            return
        first = self._findings(await self._look())
        if not first:
            return
        await asyncio.sleep(AGAIN_SECONDS)
        found = first.also_in(self._findings(await self._look()))
        for name in sorted(found.handles):
            log.warning("end_never_told", channel=name)
            self._router.give_up(name)
        for phone, view in found.phones.items():
            log.warning("phone_not_as_told", phone=phone)
            self._phones.correct(phone, view)
        if found.claims:
            await asyncio.sleep(AGAIN_SECONDS)
            # Agents first: a call that has ended ends no leg.
            for claim in sorted(found.claims, key=lambda claim: (claim.agent is None, str(claim))):
                await self._take_back(claim)

    def _has_anything_to_look_at(self) -> bool:
        center = self._engine.center
        return bool(center.calls or self._router.known()) or any(
            agent.phone is not None for agent in center.agents()
        )

    async def _look(self) -> Look:
        ari = self._router.ari
        known = self._router.known()  # before the question: what comes after it may be missing
        channels = {channel.id: channel for channel in await ari.channels()}
        bridges = {bridge.id: bridge for bridge in await ari.bridges()}
        return Look(known, channels, bridges, await ari.endpoints(TECHNOLOGY))

    def _findings(self, look: Look) -> Findings:
        return Findings(
            frozenset(self._router.missing(look.known, look.channels)),
            frozenset(claim for claim in self._claims() if not self._is_backed(claim, look)),
            self._phones.differences(look.channels.values(), look.endpoints),
        )

    def _claims(self) -> Iterator[Claim]:
        for call in self._engine.center.calls.values():
            if not is_waiting(call):
                yield Claim(call.id)
            if call.state in BELIEVED and call.agent is not None:
                moves = self._router.moves_of(call.channel, call.offer or "")
                yield Claim(call.id, call.state, call.agent, call.offer, moves)
                for offer, agent in call.others.items():
                    yield Claim(call.id, CallState.OFFERED, agent, offer)

    def _still_holds(self, claim: Claim) -> bool:
        return claim in set(self._claims())

    def _is_backed(self, claim: Claim, look: Look) -> bool:
        call = self._engine.center.calls[claim.call]
        if claim.agent is None or claim.offer is None:
            return call.channel in look.channels
        if claim.offer not in look.channels:
            return False
        if call.is_apart or call.kind in COLLEAGUES or is_waiting(call):
            return True  # who of them hears whom is the agent's doing; a message has no bridge
        return claim.state is not CallState.TALKING or _are_joined(call, claim.offer, look)

    async def _take_back(self, claim: Claim) -> None:
        """Post what must have happened, where no session has: it is gone, or waits for nothing."""
        if not self._still_holds(claim):
            return
        call = self._engine.center.calls[claim.call]
        log.warning("belief_unfounded", call_id=call.id, agent=claim.agent, cause=call.state)
        if claim.agent is None or claim.offer is None:
            self._engine.post(CallEnded(call=call.id, by=Party.LOST, cause=LOST))
            return
        if claim.state is CallState.TALKING:
            # Two who are no longer joined hear nothing; a session does the rest.
            await self._router.ari.hang_up(claim.offer)
            await asyncio.sleep(AGAIN_SECONDS)
        if not self._still_holds(claim):
            return
        match claim.state:
            case CallState.OFFERED:
                event = OfferDeclined(
                    call=call.id,
                    agent=claim.agent,
                    offer=claim.offer,
                    reason=LOST,
                    how=Miss.FAILED,
                )
                self._engine.post(event)
            case CallState.CONNECTING:
                self._engine.post(ConversationFailed(call=call.id, agent=claim.agent))
            case _:
                lost = ConversationEnded(call=call.id, agent=claim.agent, by=Party.LOST)
                self._engine.post(lost)


def _are_joined(call: Call, offer: OfferId, look: Look) -> bool:
    bridge = look.bridges.get(call.bridge or bridge_of(offer))
    return bridge is not None and {call.channel, offer} <= set(bridge.channel_ids)
