"""What went to and from the far ends over the wire: when each was rung, answered, and heard whom.

The packets are the kernel's, with its times: neither SIPp nor the engine is asked.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.phone import ulaw
from ccengine.phone.frequencies import level_db, tone_share
from tests.benchmarks.inbound.capture import Capture, Wanted
from tests.e2e.campaign import sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tests.benchmarks.inbound.capture import Packet

AGENT_HZ: Final = 800
LIMIT_SECONDS: Final = 2.0
"""16 CFR 310.4(b)(4)(iii)."""
LISTENED_PACKETS: Final = 250
"""Of each stream the first five seconds are kept: who is not heard by then is heard too late."""
IN_A_ROW: Final = 3
RINGING, ANSWERED = 180, 200
PURE, LOUD_DB = 0.6, -45.0

_DIALED = re.compile(rb"^INVITE sip:\+?([0-9]+)@", re.MULTILINE)
_CALL_ID = re.compile(rb"^Call-ID:[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)
_CSEQ = re.compile(rb"^CSeq:[ \t]*[0-9]+ ([A-Z]+)", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(rb"^SIP/2\.0 ([0-9]{3})")
_SOUND = re.compile(rb"^m=audio ([0-9]+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ports:
    """Of the far ends, all at the provider's address."""

    sip: int = 21060
    first_sound: int = 21100
    last_sound: int = 22899

    def wanted(self) -> Wanted:
        """Return which packets are of interest: of these ports."""
        return Wanted(
            sip_ports=[self.sip],
            sound_ports=(),
            mark=b"\0\0\0\0",
            request_port=0,
            sound_range=(self.first_sound, self.last_sound),
            first_packets=LISTENED_PACKETS,
        )


@dataclass(slots=True)
class FarCall:
    """One call to a far end. Seconds since the epoch."""

    number: str
    invited_at: float
    status: int = 0  #: of the last answer to the INVITE
    answered_at: float | None = None
    acknowledged_at: float | None = None
    rang_at: float | None = None
    cancelled_at: float | None = None
    ended_at: float | None = None
    port: int = 0  #: of its sound
    agent_at: float | None = None  #: an agent was heard
    message_at: float | None = None  #: who called was told, to who had no agent in time
    packets: list[sound.Arrived] = field(default_factory=list, repr=False)  #: until an agent's

    @property
    def heard_after(self) -> float | None:
        """Seconds from the answer until they heard anybody; None: they did not."""
        heard = [at for at in (self.agent_at, self.message_at) if at is not None]
        return None if self.answered_at is None or not heard else min(heard) - self.answered_at

    @property
    def has_agent_in_time(self) -> bool:
        """Whether an agent was heard before the law's seconds were over."""
        if self.answered_at is None or self.agent_at is None:
            return False
        return self.agent_at - self.answered_at <= LIMIT_SECONDS

    @property
    def lasted_seconds(self) -> float:
        """From the answer to the end; infinite: nobody ever ended it."""
        if self.answered_at is None:
            return 0.0
        return math.inf if self.ended_at is None else self.ended_at - self.answered_at

    @property
    def rang_seconds(self) -> float | None:
        """For how long it rang before we gave it up; None: we did not, or it never rang."""
        if self.rang_at is None or self.cancelled_at is None:
            return None
        return self.cancelled_at - self.rang_at

    @property
    def refused_at(self) -> float | None:
        """When it was over without anybody's answer; None: somebody answered, or it is not over."""
        return None if self.answered_at else self.acknowledged_at

    def talks(self, at: float) -> bool:
        """Tell whether it was answered and not over at a moment."""
        return self.answered_at is not None and 0 < at - self.answered_at < self.lasted_seconds

    def rings(self, at: float) -> bool:
        """Tell whether it rang at a moment."""
        over = self.answered_at or self.cancelled_at or math.inf
        return self.rang_at is not None and self.rang_at < at < over


@dataclass(slots=True)
class Wire:
    """Reads packets in the order they came."""

    ports: Ports
    calls: dict[bytes, FarCall] = field(default_factory=dict)  #: by SIP's Call-ID
    _at_port: dict[int, FarCall] = field(default_factory=dict)
    _rows: dict[int, list[float]] = field(default_factory=dict)

    def read(self, packets: Iterable[Packet]) -> None:
        """Take packets in."""
        for packet in packets:
            if self.ports.sip in (packet.source, packet.target):
                self._read_sip(packet)
            elif packet.target in self._at_port:
                self._hear(self._at_port[packet.target], packet)

    def recognise(self, message: NDArray[np.float64]) -> None:
        """Look for who called in what those heard who had no agent in time."""
        for call in self.calls.values():
            if not call.has_agent_in_time:
                call.message_at = sound.began(call.packets, message)

    def _read_sip(self, packet: Packet) -> None:
        text = packet.content
        name, row = _CALL_ID.search(text), _CSEQ.search(text)
        if name is None or row is None:
            return
        dialed = _DIALED.match(text)
        if dialed is not None and name[1] not in self.calls:
            self.calls[name[1]] = FarCall(dialed[1].decode(), packet.at)
        call = self.calls.get(name[1])
        if call is None:
            return
        status = _STATUS.match(text)
        if status is not None and row[1] == b"INVITE":
            self._answered(call, packet, int(status[1]))
        elif text.startswith(b"ACK") and call.acknowledged_at is None:
            call.acknowledged_at = packet.at
        elif text.startswith(b"CANCEL") and call.cancelled_at is None:
            call.cancelled_at = packet.at
        elif text.startswith(b"BYE") and call.ended_at is None:
            call.ended_at = packet.at

    def _answered(self, call: FarCall, packet: Packet, status: int) -> None:
        call.status = max(call.status, status)
        if status == RINGING and call.rang_at is None:
            call.rang_at = packet.at
        offered = _SOUND.search(packet.content)
        if status == ANSWERED and call.answered_at is None and offered is not None:
            call.answered_at, call.port = packet.at, int(offered[1])
            self._at_port[call.port] = call

    def _hear(self, call: FarCall, packet: Packet) -> None:
        if call.agent_at is not None:
            return
        call.packets.append((packet.at, packet.content))
        samples = ulaw.decode(packet.content[sound.HEAD_BYTES :])
        is_agent = level_db(samples) >= LOUD_DB and tone_share(samples, AGENT_HZ) > PURE
        # One packet may be a click, or the edge of another sound.
        row = [*self._rows.get(id(call), ()), packet.at] if is_agent else []
        self._rows[id(call)] = row
        if len(row) == IN_A_ROW:
            call.agent_at = row[0]
            if call.has_agent_in_time:
                call.packets.clear()


def listening(ports: Ports) -> Capture:
    """Keep what goes to and from the far ends, for the block."""
    return Capture(ports.wanted())
