"""RTP packets and RFC 4733 digits, made and read. No sockets and no clock.

`Sender.tick()` is called every 20 ms and gives the packets that are due: one of sound, or one of
a digit's event, whose end is sent three times.
"""

import secrets
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ccengine.phone.errors import MalformedMessage
from ccengine.phone.sdp import ULAW
from ccengine.phone.sounds import FRAME, Sound

FRAME_SECONDS = 0.02
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_DIGITS = "0123456789*#ABCD"
_VERSION = 2
_MARKER = 0x80
_EXTENSION = 0x10
_PADDING = 0x20
_EVENT_END = 0x80
_VOLUME = 10  # -10 dBm0, what phones send
_END_COPIES = 3
_FRAME_MS = 20


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes) -> "Packet":
        """Read a datagram; raise MalformedMessage."""
        if len(data) < _HEADER.size or data[0] >> 6 != _VERSION:
            message = "not RTP"
            raise MalformedMessage(message)
        first, second, sequence, timestamp, source = _HEADER.unpack_from(data)
        start = _HEADER.size + 4 * (first & 0x0F)
        if first & _EXTENSION:
            if len(data) < start + 4:
                message = "RTP extension cut off"
                raise MalformedMessage(message)
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
        end = len(data) - (data[-1] if first & _PADDING else 0)
        if end < start:
            message = "RTP header longer than the packet"
            raise MalformedMessage(message)
        return cls(
            second & 0x7F, sequence, timestamp, source, data[start:end], bool(second & _MARKER)
        )

    def to_bytes(self) -> bytes:
        """Give the packet as sent."""
        second = self.payload_type | (_MARKER if self.marker else 0)
        header = (_VERSION << 6, second, self.sequence, self.timestamp, self.source)
        return _HEADER.pack(*header) + self.payload


@dataclass(frozen=True, slots=True)
class DigitEvent:
    """The payload of an RFC 4733 packet; `duration` counts samples since the digit began."""

    digit: str
    duration: int
    is_end: bool

    @classmethod
    def parse(cls, payload: bytes) -> "DigitEvent":
        """Read it; raise MalformedMessage when it is none of 0-9 * # A-D."""
        if len(payload) < _EVENT.size or payload[0] >= len(_DIGITS):
            message = "not a digit"
            raise MalformedMessage(message)
        number, flags, duration = _EVENT.unpack_from(payload)
        return cls(_DIGITS[number], duration, bool(flags & _EVENT_END))

    def to_bytes(self) -> bytes:
        """Give the payload as sent."""
        flags = _VOLUME | (_EVENT_END if self.is_end else 0)
        return _EVENT.pack(_DIGITS.index(self.digit), flags, self.duration)


class Sender:
    """Turns a sound and digits into a stream of packets."""

    def __init__(self) -> None:
        self.sound: Sound | None = None
        """What is said; None sends nothing while the stream's time goes on."""
        self._source = secrets.randbits(32)
        self._sequence = secrets.randbits(15)
        self._timestamp = secrets.randbits(31)
        self._starts_talking = True
        self._ticks: deque[DigitEvent | None] = deque()
        self._digit_type = 0
        self._digit_began = 0

    @property
    def is_sending_digits(self) -> bool:
        """Digits, or the pause after the last of them, are still to be sent."""
        return bool(self._ticks)

    def queue_digits(self, digits: str, payload_type: int, *, tone_ms: int, gap_ms: int) -> None:
        """Send digits from the next tick on; ValueError for what is no digit."""
        for digit in digits.upper():
            if digit not in _DIGITS:
                message = f"not a digit: {digit!r}"
                raise ValueError(message)
        self._digit_type = payload_type
        frames = max(1, tone_ms // _FRAME_MS)
        for digit in digits.upper():
            for frame in range(1, frames + 1):
                self._ticks.append(DigitEvent(digit, frame * FRAME, is_end=frame == frames))
            self._ticks.extend([None] * max(1, gap_ms // _FRAME_MS))

    def skip(self, frames: int) -> None:
        """Let the stream's time pass without packets."""
        self._timestamp = self._timestamp + frames * FRAME & 0xFFFFFFFF

    def tick(self) -> list[bytes]:
        """Give the packets of the next 20 ms."""
        event = self._ticks.popleft() if self._ticks else None
        if event is not None:
            packets = list(self._digit_packets(event))
        elif self.sound is not None:
            packets = [self._packet(ULAW, self.sound.next_frame(), marker=self._starts_talking)]
            self._starts_talking = False
        else:
            packets = []
            self._starts_talking = True
        self.skip(1)
        return packets

    def _digit_packets(self, event: DigitEvent) -> Iterator[bytes]:
        is_first = event.duration == FRAME
        if is_first:
            self._digit_began = self._timestamp
        now, self._timestamp = self._timestamp, self._digit_began
        for _ in range(_END_COPIES if event.is_end else 1):
            yield self._packet(self._digit_type, event.to_bytes(), marker=is_first)
            is_first = False
        self._timestamp = now

    def _packet(self, payload_type: int, payload: bytes, *, marker: bool) -> bytes:
        packet = Packet(
            payload_type, self._sequence, self._timestamp, self._source, payload, marker
        )
        self._sequence = self._sequence + 1 & 0xFFFF
        return packet.to_bytes()
