"""What went to and from the far ends over the wire: when each was rung, answered, and heard whom.

The packets are the kernel's, with its times: neither SIPp nor the engine is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.phone import ulaw
from ccengine.phone.frequencies import level_db, tone_share
from tests.benchmarks.inbound.capture import Capture, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.benchmarks.inbound.capture import Packet

AGENT_HZ: Final = 800
HEAD_BYTES: Final = 12  #: of RTP without extensions
LISTENED_PACKETS: Final = 250
"""Of each stream the first five seconds are kept: who is not heard by then is heard too late."""
IN_A_ROW: Final = 3
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
    ended_at: float | None = None
    port: int = 0  #: of its sound
    agent_at: float | None = None  #: an agent was heard
    message_at: float | None = None  #: something else was, before any agent

    @property
    def heard_after(self) -> float | None:
        """Seconds from the answer until they heard anybody; None: they did not."""
        heard = [at for at in (self.agent_at, self.message_at) if at is not None]
        return None if self.answered_at is None or not heard else min(heard) - self.answered_at

    @property
    def lasted_seconds(self) -> float:
        """From the answer to the end."""
        if self.answered_at is None or self.ended_at is None:
            return 0.0
        return self.ended_at - self.answered_at


@dataclass(slots=True)
class Wire:
    """Reads packets in the order they came."""

    ports: Ports
    calls: dict[bytes, FarCall] = field(default_factory=dict)  #: by SIP's Call-ID
    _at_port: dict[int, FarCall] = field(default_factory=dict)
    _rows: Counter[tuple[int, str]] = field(default_factory=Counter)

    def read(self, packets: Iterable[Packet]) -> None:
        """Take packets in."""
        for packet in packets:
            if self.ports.sip in (packet.source, packet.target):
                self._read_sip(packet)
            elif packet.target in self._at_port:
                self._hear(self._at_port[packet.target], packet)

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
        elif text.startswith(b"BYE") and call.ended_at is None:
            call.ended_at = packet.at

    def _answered(self, call: FarCall, packet: Packet, status: int) -> None:
        call.status = max(call.status, status)
        sound = _SOUND.search(packet.content)
        if status == 200 and call.answered_at is None and sound is not None:
            call.answered_at, call.port = packet.at, int(sound[1])
            self._at_port[call.port] = call

    def _hear(self, call: FarCall, packet: Packet) -> None:
        if call.agent_at is not None or call.answered_at is None:
            return
        samples = ulaw.decode(packet.content[HEAD_BYTES:])
        if level_db(samples) < LOUD_DB:
            return
        is_agent = tone_share(samples, AGENT_HZ) > PURE
        if is_agent or call.message_at is None:
            self._count(call, packet.at, "agent_at" if is_agent else "message_at")

    def _count(self, call: FarCall, at: float, what: str) -> None:
        """One packet may be a click, or the edge of another sound."""
        row = (id(call), what)
        self._rows[row] += 1
        if self._rows[row] == IN_A_ROW:
            setattr(call, what, at)


def listening(ports: Ports) -> Capture:
    """Keep what goes to and from the far ends, for the block."""
    return Capture(ports.wanted())
