"""The sound of one call: a UDP socket, a paced stream out, and all that comes in."""

import asyncio
from itertools import count

from ccengine.phone import sdp
from ccengine.phone.addresses import Address
from ccengine.phone.errors import MalformedMessage, PhoneError
from ccengine.phone.heard import Heard
from ccengine.phone.rtp import FRAME_SECONDS, Packet, Sender
from ccengine.phone.sounds import Sound
from ccengine.phone.udp import UdpSocket

_LATE_FRAMES = 10
_NOTED_LATE_FRAMES = 5


class MediaStream:
    """Listens from the start, speaks once it knows to whom."""

    def __init__(self, host: str, *, takes_digits: bool = True) -> None:
        """Take a free UDP port of `host`; raises OSError.

        `takes_digits` tells whether RFC 4733 is offered: without it keys are tones in the sound.
        """
        self._digits = sdp.DIGITS if takes_digits else None
        self.heard = Heard()
        self.remote: sdp.Media | None = None
        self.stalls: list[tuple[float, float]] = []
        """From when to when, in the loop's time, this process was too busy to send."""
        self.local_direction = sdp.Direction.BOTH
        self._sender = Sender()
        self._versions = count(1)
        self._loop = asyncio.get_running_loop()
        self._socket = UdpSocket((host, 0), self._receive)
        self._digits_sent = asyncio.Event()

    def stalled_seconds(self, since: float = 0.0) -> float:
        """Return how long in all this process was too busy to send, of stalls over 100 ms."""
        return sum(end - begin for begin, end in self.stalls if end > since)

    def offer(self) -> bytes:
        """Describe what we offer."""
        host, port = self._socket.local
        media = sdp.Media(host, port, self._digits, self.local_direction)
        return media.to_bytes(next(self._versions))

    def answer(self, offer: sdp.Media) -> bytes:
        """Take up an offer and describe our answer to it."""
        self.remote = offer
        return sdp.answer(offer, *self._socket.local).to_bytes(next(self._versions))

    def play(self, sound: Sound | None) -> None:
        """Say something else from now on; None sends no packets at all."""
        self._sender.sound = sound

    async def speak(self) -> None:
        """Send until cancelled; the one task of a call."""
        due = self._loop.time()
        while True:
            self._tick()
            due += FRAME_SECONDS
            late = int((self._loop.time() - due) / FRAME_SECONDS)
            if late > _NOTED_LATE_FRAMES:
                self.stalls.append((due, due + late * FRAME_SECONDS))
            if late > _LATE_FRAMES:  # a stall: leave the packets out instead of bursting
                self._sender.skip(late)
                due += late * FRAME_SECONDS
            await asyncio.sleep(due - self._loop.time())

    async def send_digits(self, digits: str, *, tone_ms: int, gap_ms: int) -> None:
        """Send digits by RFC 4733 and return after the last one's pause."""
        if self.remote is None or self.remote.digits is None:
            message = "the other side takes no RFC 4733 digits"
            raise PhoneError(message)
        if not digits:
            return
        self._sender.queue_digits(digits, self.remote.digits, tone_ms=tone_ms, gap_ms=gap_ms)
        self._digits_sent.clear()
        async with asyncio.timeout(10 + len(digits) * (tone_ms + gap_ms) / 500):
            await self._digits_sent.wait()

    def close(self) -> None:
        """Stop listening; what was heard stays, and what came before the end was heard."""
        self._socket.drain()
        self._socket.close()
        self.heard.close()
        self._digits_sent.set()  # the call has ended: nobody need wait for the rest

    def _tick(self) -> None:
        remote = self.remote
        if remote is None or not remote.takes_sound:
            self._sender.skip(1)
            return
        for packet in self._sender.tick():
            self._socket.send(packet, remote.address)
        if not self._sender.is_sending_digits:
            self._digits_sent.set()

    def _receive(self, data: bytes, _source: Address) -> None:
        arrived = self._loop.time()
        try:
            packet = Packet.parse(data)
            if packet.payload_type == sdp.ULAW:
                self.heard.take(packet, arrived)
            elif packet.payload_type in (sdp.DIGITS, self.remote and self.remote.digits):
                self.heard.take_digit(packet, arrived)
        except MalformedMessage:
            self.heard.malformed += 1
