"""What a phone heard: packets with their time of arrival, decoded when somebody asks."""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from ccengine.phone import frequencies, ulaw
from ccengine.phone.errors import CallOver
from ccengine.phone.rtp import FRAME_SECONDS, DigitEvent, Packet
from ccengine.phone.wav import write_wav

KEPT_PACKETS = 30_000
"""Ten minutes; older sound is forgotten."""

_FORGET_AT_ONCE = 3_000
_STREAM_DRIFT = ulaw.RATE  # a second, against a stall of this process
_JUMP_DRIFT = ulaw.RATE // 10


class HeardPacket(NamedTuple):
    """20 ms of sound, usually; `arrived` is the loop's time."""

    arrived: float
    source: int
    timestamp: int
    codes: bytes


class HeardDigit(NamedTuple):
    """A digit the other side pressed; `arrived` is the loop's time."""

    arrived: float
    digit: str


class Heard:
    """All sound and digits received in one call; times are the loop's, in seconds.

    `since` and `until` narrow every question down to a stretch of time. Without `since` a question
    starts at the first packet, without `until` it goes to the last: with both, time in which
    nothing arrived counts as silence.
    """

    def __init__(self) -> None:
        self.digits: list[HeardDigit] = []
        self.malformed = 0
        self._packets: list[HeardPacket] = []
        self._last_digit: tuple[int, int] | None = None
        self._arrived = asyncio.Event()
        self._is_over = False

    def take(self, packet: Packet, arrived: float) -> None:
        """Keep a packet of sound."""
        self._packets.append(HeardPacket(arrived, packet.source, packet.timestamp, packet.payload))
        if len(self._packets) >= KEPT_PACKETS + _FORGET_AT_ONCE:
            del self._packets[:_FORGET_AT_ONCE]
        self._arrived.set()

    def take_digit(self, packet: Packet, arrived: float) -> None:
        """Keep an RFC 4733 digit, once for all its packets; raises MalformedMessage."""
        event = DigitEvent.parse(packet.payload)
        if (packet.source, packet.timestamp) != self._last_digit:
            self._last_digit = packet.source, packet.timestamp
            self.note_digit(HeardDigit(arrived, event.digit))

    def close(self) -> None:
        """Note that nothing more will come."""
        self._is_over = True
        self._arrived.set()

    def note_digit(self, digit: HeardDigit) -> None:
        """Keep a digit, however it came."""
        self.digits.append(digit)
        self._arrived.set()

    def packets(self, since: float | None = None, until: float | None = None) -> list[HeardPacket]:
        """Give the packets that arrived in [since, until)."""
        arrived = attrgetter("arrived")
        first = 0 if since is None else bisect_left(self._packets, since, key=arrived)
        last = None if until is None else bisect_left(self._packets, until, key=arrived)
        return self._packets[first:last]

    def first_packet(self, since: float | None = None) -> float | None:
        """Give the time of the first packet of sound or silence."""
        return next((packet.arrived for packet in self.packets(since)), None)

    def first_audio(self, since: float | None = None) -> float | None:
        """Give the time of the first packet louder than about -50 dBFS."""
        loud = (p.arrived for p in self.packets(since) if not ulaw.is_quiet(p.codes))
        return next(loud, None)

    def first_tone(
        self, frequency: float, since: float | None = None, *, share: float = 0.5
    ) -> float | None:
        """Give the time of the first of two packets in a row that hold the frequency."""
        for first, second in pairwise(self.packets(since)):
            if ulaw.is_quiet(first.codes) or ulaw.is_quiet(second.codes):
                continue
            samples = ulaw.decode(first.codes + second.codes)
            if frequencies.tone_share(samples, frequency) >= share:
                return first.arrived
        return None

    def tone(
        self,
        frequency: float,
        *,
        since: float | None = None,
        until: float | None = None,
        share: float = frequencies.PRESENT_SHARE,
    ) -> float:
        """Give the fraction of 200-ms windows in which the frequency is present (0 to 1)."""
        return frequencies.tone_fraction(self.samples(since, until), frequency, share=share)

    def silence(self, since: float | None = None, until: float | None = None) -> float:
        """Give the fraction of 200-ms windows quieter than -50 dBFS (0 to 1)."""
        return frequencies.silent_fraction(self.samples(since, until))

    def level_db(self, since: float | None = None, until: float | None = None) -> float:
        """Give the RMS level against full scale."""
        return frequencies.level_db(self.samples(since, until))

    def largest_gap(self, since: float | None = None, until: float | None = None) -> float:
        """Give the longest time without a packet, in seconds, the given ends included."""
        times = [packet.arrived for packet in self.packets(since, until)]
        if since is not None:
            times.insert(0, since)
        if until is not None:
            times.append(until)
        return max((later - earlier for earlier, later in pairwise(times)), default=0.0)

    def samples(self, since: float | None = None, until: float | None = None) -> "array[int]":
        """Give 8000 samples a second of that time, silent where nothing arrived."""
        packets = self.packets(since, until)
        if since is None and packets:
            since = packets[0].arrived
        if until is None and packets:
            until = packets[-1].arrived + len(packets[-1].codes) / ulaw.RATE
        if since is None or until is None or until <= since:
            return array("h")
        return ulaw.decode(bytes(_laid_out(packets, since, round((until - since) * ulaw.RATE))))

    async def wait_for_tone(
        self,
        frequency: float,
        *,
        since: float | None = None,
        timeout_seconds: float = 10.0,
        share: float = 0.5,
    ) -> float:
        """Wait until the tone is heard, from now on or from `since`; gives the time it came.

        Raises TimeoutError, or CallOver when the call ends first.
        """

        def find(start: float) -> float | None:
            return self.first_tone(frequency, start, share=share)

        return await self._wait_for(find, since, timeout_seconds)

    async def wait_for_audio(
        self, *, since: float | None = None, timeout_seconds: float = 10.0
    ) -> float:
        """Wait for any sound; gives the time it came. Raises TimeoutError, CallOver."""
        return await self._wait_for(self.first_audio, since, timeout_seconds)

    async def wait_for_silence(
        self, *, seconds: float = 1.0, timeout_seconds: float = 30.0
    ) -> float:
        """Wait until nothing louder than -50 dBFS came for so long; gives the time it fell silent.

        Raises TimeoutError, or CallOver when the call ends first.
        """
        loop = asyncio.get_running_loop()
        silent_since = loop.time()
        async with asyncio.timeout(timeout_seconds):
            while (left := silent_since + seconds - loop.time()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._more()
                for packet in self.packets(silent_since):
                    if not ulaw.is_quiet(packet.codes):
                        silent_since = packet.arrived + FRAME_SECONDS
        return silent_since

    async def wait_for_digits(self, digits: str, *, timeout_seconds: float = 10.0) -> None:
        """Wait until the digits received so far end with these.

        Raises TimeoutError, or CallOver when the call ends first.
        """
        async with asyncio.timeout(timeout_seconds):
            while not "".join(heard.digit for heard in self.digits).endswith(digits):
                await self._more()

    def save_wav(self, path: Path) -> None:
        """Write everything heard."""
        write_wav(path, self.samples(), ulaw.RATE)

    async def _wait_for(
        self, find: Callable[[float], float | None], since: float | None, timeout_seconds: float
    ) -> float:
        start = asyncio.get_running_loop().time() if since is None else since
        async with asyncio.timeout(timeout_seconds):
            while (found := find(start)) is None:
                newest = self._packets[-1].arrived if self._packets else start
                start = max(start, newest)  # what was searched is not searched again
                await self._more()
        return found

    async def _more(self) -> None:
        if self._is_over:
            message = "the call ended before that was heard"
            raise CallOver(message)
        self._arrived.clear()
        await self._arrived.wait()


def _laid_out(packets: list[HeardPacket], since: float, length: int) -> bytearray:
    """Put packets where their RTP time says, so that jitter leaves no holes.

    Packets are late but never early, by the network or by a stall of this process: a stream stands
    where its least late packet puts it. When source or RTP time jump and the arrival says
    otherwise, the stream starts anew there.
    """
    line = bytearray([ulaw.SILENT]) * length
    for stream in _streams(packets, since):
        begin = min(arrived - place for arrived, place, _ in stream)
        for _, place, codes in stream:
            _write(line, begin + place, codes)
    return line


def _streams(packets: list[HeardPacket], since: float) -> Iterator[list[tuple[int, int, bytes]]]:
    """Give (arrival, place in the stream, codes) of packets that belong together, in samples."""
    stream: list[tuple[int, int, bytes]] = []
    source, expected, place, begin = None, 0, 0, 0
    for packet in packets:
        arrived = round((packet.arrived - since) * ulaw.RATE)
        jump = (packet.timestamp - expected + 2**31) % 2**32 - 2**31
        place += jump
        drift = abs(begin + place - arrived)
        if packet.source != source or drift > (_JUMP_DRIFT if jump else _STREAM_DRIFT):
            if stream:
                yield stream
            stream, place, begin = [], 0, arrived
        begin = min(begin, arrived - place)
        stream.append((arrived, place, packet.codes))
        source = packet.source
        place += len(packet.codes)
        expected = packet.timestamp + len(packet.codes)
    if stream:
        yield stream


def _write(line: bytearray, position: int, codes: bytes) -> None:
    codes = codes[max(0, -position) :]
    position = max(0, position)
    codes = codes[: max(0, len(line) - position)]
    line[position : position + len(codes)] = codes
