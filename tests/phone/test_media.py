"""One call's sound, on real sockets."""

import asyncio
import socket

from ccengine.phone import sdp
from ccengine.phone.media import MediaStream
from ccengine.phone.rtp import Sender
from ccengine.phone.sounds import Tone


async def test_what_arrived_before_the_end_was_heard() -> None:
    stream = MediaStream("127.0.0.1")
    port = sdp.parse(stream.offer()).address[1]
    sender = Sender()
    sender.sound = Tone(440)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far_end:
        for _ in range(100):
            for packet in sender.tick():
                far_end.sendto(packet, ("127.0.0.1", port))
    stream.close()  # the loop had no chance to read yet
    stream.close()
    await asyncio.sleep(0)
    assert len(stream.heard.packets()) == 100
