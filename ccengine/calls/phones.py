"""Agents' phones beside our calls: which can be rung, and which are in a call of their own.

Asterisk tells of the registrations and of the channels of each phone that we listen to. What
comes of it is compared with what the core knows of whoever sits there, and only a difference is
posted. So the same may be told twice, or be found by a look that was missed as an event.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.events import (
    ChannelCreated,
    ChannelDestroyed,
    ChannelStateChange,
    ContactStatusChange,
    StasisStart,
)
from ccengine.config.tenant import sip_user_of
from ccengine.core.events import OwnCallEnded, OwnCallStarted, PhoneFound, PhoneLost
from ccengine.core.ids import PhoneId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterable

    from ccengine.asterisk.ari.events import AriEvent, ChannelSnapshot, EndpointSnapshot
    from ccengine.calls.wiring import Wiring

log = structlog.get_logger()

TECHNOLOGY = "PJSIP"
OF_A_PHONE = re.compile(rf"(?:{TECHNOLOGY}/)?phone-([0-9]+)(?:-[0-9a-f]+)?")
"""An endpoint's name or a channel's."""

NOTICE_PREFIX = "notice-"
"""Of the ids of our own calls to an agent's phone that are no offers: the agent is in a call."""

OURS = frozenset({"agent", "feature", "dial"})
"""Roles of the channels at a phone that are not its agent's own."""

SECOND_QUALIFY_SECONDS = 6.5
"""After a missed qualify the next has failed, too (`asterisk-conf/pjsip.conf`), or its success was
told: one that got lost on the way must not take an agent's call away."""

LOOKS_SECONDS = (0.15, 0.15, 0.3)
"""When to look after a registration ended. Not at once: a phone that starts anew replaces it."""

View = tuple[bool, frozenset[str]]
"""Of a phone: out of reach, and the channels of its own calls."""


def endpoint_of(phone: PhoneId) -> str:
    """Return the phone's endpoint as ARI names it."""
    return f"{TECHNOLOGY}/{sip_user_of(phone)}"


def outside_endpoint_of(phone: PhoneId) -> str:
    """Return what rings an agent's telephone outside: the dialplan's rules come first."""
    return f"Local/{phone}@external-agent/n"


def phone_of(name: str) -> PhoneId | None:
    """Return whose endpoint or channel this is; None if it is no agent's phone's."""
    found = OF_A_PHONE.fullmatch(name)
    return None if found is None else PhoneId(found[1])


@dataclass(slots=True)
class _Line:
    is_lost: bool = False
    own: set[str] = field(default_factory=set)
    signs_of_life: int = 0
    doubts: int = 0  # looks that are under way


class Phones:
    """What is known of the phones at which agents are, or were, logged in.

    Args:
        wiring: the engine, and the way to Asterisk.
        start: runs what takes time, beside its caller.
    """

    def __init__(
        self, wiring: Wiring, start: Callable[[Coroutine[None, None, None], str], None]
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._router = wiring.router
        self._start = start
        self._lines: dict[PhoneId, _Line] = {}

    async def follow(self, phone: PhoneId) -> None:
        """Be told of all that happens at a phone from now on, and say what is so already."""
        if phone not in self._lines:
            line = self._lines[phone] = _Line()
            if self.is_outside(phone):
                return
            try:
                await self._router.listen(endpoint_of(phone))
                await self._look(phone, line)
            except AriError as error:
                # Tried again by the next resync; until then a refusal looks like no answer.
                log.warning("listen_failed", phone=phone, cause=str(error))
                self._lines.pop(phone, None)
                return
        self.tell(phone)

    def is_outside(self, phone: PhoneId) -> bool:
        """Tell whether the phone is a telephone outside, of which nobody tells us anything."""
        tenant = self._wiring.configuration.tenant
        return tenant is not None and tenant.phone(phone).external is not None

    def hold(self, phone: PhoneId, channel: str) -> None:
        """Count a channel of ours as the agent's own call from now on."""
        if phone in self._lines:
            self._lines[phone].own.add(channel)
            self.tell(phone)

    def release(self, phone: PhoneId, channel: str) -> None:
        """End what `hold` began; its end may have been told already."""
        if phone in self._lines:
            self._lines[phone].own.discard(channel)
            self.tell(phone)

    async def is_lost(self, phone: PhoneId) -> bool:
        """Ask whether the phone is out of reach, and remember it."""
        if self.is_outside(phone):
            return False
        try:
            found = await self._router.ari.endpoint(TECHNOLOGY, sip_user_of(phone))
        except AriError as error:
            log.warning("phone_not_asked_for", phone=phone, cause=str(error))
            return False
        is_lost = found is None or found.state == "offline"
        if phone in self._lines:
            self._lines[phone].is_lost = is_lost
        return is_lost

    def note(self, event: AriEvent) -> None:
        """Take note of what Asterisk tells, if it is about a phone."""
        match event:
            case ContactStatusChange():
                self._note_contact(event)
            case (
                ChannelCreated(channel=channel)
                | ChannelStateChange(channel=channel)
                | StasisStart(channel=channel)
            ):
                self._note_channel(channel, is_over=False)
            case ChannelDestroyed(channel=channel):
                self._note_channel(channel, is_over=True)
            case _:
                pass

    def resync(
        self, channels: Iterable[ChannelSnapshot], endpoints: Iterable[EndpointSnapshot]
    ) -> None:
        """Begin anew with what is in Asterisk after a connect."""
        self._lines = {}
        for phone, (is_lost, own) in self._views(channels, endpoints).items():
            self._lines[phone] = _Line(is_lost, set(own))
            self.tell(phone)

    def differences(
        self, channels: Iterable[ChannelSnapshot], endpoints: Iterable[EndpointSnapshot]
    ) -> dict[PhoneId, View]:
        """Return how phones are, where that is not what was told of them."""
        return {
            phone: view
            for phone, view in self._views(channels, endpoints).items()
            if phone in self._lines
            and not self._lines[phone].doubts
            and view != (self._lines[phone].is_lost, frozenset(self._lines[phone].own))
        }

    def correct(self, phone: PhoneId, view: View) -> None:
        """Take over how a phone is, as nobody told it."""
        line = self._lines[phone]
        line.is_lost, line.own = view[0], set(view[1])
        self.tell(phone)

    def tell(self, phone: PhoneId) -> None:
        """Post where the core knows something else of whoever sits at the phone."""
        agent = self._engine.center.agent_on(phone)
        line = self._lines.get(phone)
        if agent is None or line is None:
            return
        before = agent.own_calls
        for channel in sorted(line.own.difference(before)):
            self._engine.post(OwnCallStarted(phone=phone, channel=channel))
        if line.is_lost and not agent.phone_lost:
            self._engine.post(PhoneLost(phone=phone))
        elif agent.phone_lost and not line.is_lost:
            self._engine.post(PhoneFound(phone=phone))
        for channel in before:
            if channel not in line.own:
                self._engine.post(OwnCallEnded(phone=phone, channel=channel))

    # --- registrations -------------------------------------------------------------------------

    def _note_contact(self, event: ContactStatusChange) -> None:
        phone = phone_of(event.resource)
        line = None if phone is None else self._lines.get(phone)
        if phone is None or line is None or event.technology != TECHNOLOGY:
            return
        match event.status:
            case "Reachable" | "NonQualified":
                line.signs_of_life += 1
                line.is_lost = False
                self.tell(phone)
            case "Removed":
                self._start(self._doubt(phone, line, LOOKS_SECONDS), f"phone {phone}")
            case "Unreachable":
                looks = (SECOND_QUALIFY_SECONDS, *LOOKS_SECONDS)
                self._start(self._doubt(phone, line, looks), f"phone {phone}")
            case _:
                pass

    async def _doubt(self, phone: PhoneId, line: _Line, looks: tuple[float, ...]) -> None:
        """Look until the phone is lost, or has another registration that lives."""
        before = line.signs_of_life
        line.doubts += 1
        try:
            for seconds in looks:
                await asyncio.sleep(seconds)
                if line.signs_of_life != before or self._lines.get(phone) is not line:
                    return
                if await self.is_lost(phone):
                    break
            if line.signs_of_life == before:
                self.tell(phone)
        finally:
            line.doubts -= 1

    async def _look(self, phone: PhoneId, line: _Line) -> None:
        ari = self._router.ari
        found = await ari.endpoint(TECHNOLOGY, sip_user_of(phone))
        line.is_lost = found is None or found.state == "offline"
        for channel_id in () if found is None else found.channel_ids:
            if self._router.find(channel_id) is None:
                channel = await ari.channel(channel_id)
                if channel is not None and self._is_own(channel):
                    line.own.add(channel_id)

    # --- channels ------------------------------------------------------------------------------

    def _note_channel(self, channel: ChannelSnapshot, *, is_over: bool) -> None:
        phone = phone_of(channel.name)
        line = None if phone is None else self._lines.get(phone)
        if phone is None or line is None:
            return
        is_own = not is_over and self._is_own(channel)
        if is_own != (channel.id in line.own):
            line.own ^= {channel.id}
            self.tell(phone)

    def _is_own(self, channel: ChannelSnapshot) -> bool:
        # At its very beginning a channel has no role yet: our legs are known by their ids, which we
        # have chosen, and feature codes by what was dialled.
        if channel.id.startswith(NOTICE_PREFIX):
            return True
        is_ours = self._router.find(channel.id) is not None
        return not (
            is_ours
            or channel.variables.get("CC_ROLE") in OURS
            or channel.extension.startswith(self._feature_codes())
        )

    def _feature_codes(self) -> tuple[str, ...]:
        tenant = self._wiring.configuration.tenant
        return () if tenant is None else tuple(tenant.settings.feature_codes.all().values())

    def _views(
        self, channels: Iterable[ChannelSnapshot], endpoints: Iterable[EndpointSnapshot]
    ) -> dict[PhoneId, View]:
        own: dict[PhoneId, set[str]] = {
            agent.phone: set() for agent in self._engine.center.agents() if agent.phone is not None
        }
        for channel in channels:
            phone = phone_of(channel.name)
            if phone in own and self._is_own(channel):
                own[phone].add(channel.id)
        there = {end.resource for end in endpoints if end.state != "offline"}
        return {phone: (self._is_away(phone, there), frozenset(ids)) for phone, ids in own.items()}

    def _is_away(self, phone: PhoneId, there: Collection[str]) -> bool:
        return sip_user_of(phone) not in there and not self.is_outside(phone)
