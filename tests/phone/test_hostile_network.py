"""Lost, repeated and senseless packets: counted, answered or ignored, never fatal."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from ccengine.phone import Account, Phone
from ccengine.phone.addresses import Address
from ccengine.phone.udp import UdpSocket

SENSELESS = [
    b"",
    b"\r\n\r\n",
    b"\0" * 100,
    b"INVITE sip:a@b SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: x\r\nFrom: x\r\nTo: x\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
    b"BYE sip:a@b SIP/2.0\r\nVia: \r\nFrom: \r\nTo: \r\nCall-ID: \r\nCSeq: 1 BYE\r\n\r\n",
    b"\xff" * 1400,
]


class Peer:
    """A bare socket that says whatever a test wants."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self.socket = UdpSocket(("127.0.0.1", 0), self._take)

    def _take(self, data: bytes, _source: Address) -> None:
        self.arrived.put_nowait(data)

    def ask(self, phone: Phone, method: str, *, branch: str = "z9hG4bK1", more: str = "") -> None:
        host, port = self.socket.local
        text = (
            f"{method} sip:bob@h SIP/2.0\r\nv: SIP/2.0/UDP {host}:{port};branch={branch}\r\n"
            f"f: <sip:peer@h>;tag=1\r\nt: <sip:bob@h>\r\ni: call\r\nCSeq: 1 {method}\r\n{more}\r\n"
        )
        self.socket.send(text.encode(), phone.address)

    async def answer(self) -> str:
        async with asyncio.timeout(1.5):
            return (await self.arrived.get()).decode().partition("\r\n")[0]


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    yield peer
    peer.socket.close()


async def test_senseless_packets_are_counted_and_the_phone_lives(peer: Peer) -> None:
    async with Phone(Account("bob")) as phone:
        chance = random.Random(1)
        noise = [chance.randbytes(chance.randrange(1, 300)) for _ in range(300)]
        for data in [*SENSELESS, *noise]:
            peer.socket.send(data, phone.address)
            await asyncio.sleep(0)
        peer.ask(phone, "OPTIONS")
        assert await peer.answer() == "SIP/2.0 200 OK"
        assert phone.counts["malformed"] >= 300


async def test_mutilated_messages_are_never_fatal(peer: Peer) -> None:
    chance = random.Random(2)
    whole = (
        b"INVITE sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK%d\r\n"
        b"From: <sip:a@h>;tag=1\r\nTo: <sip:bob@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
        b"Contact: <sip:a@127.0.0.1:9>\r\nRecord-Route: <sip:h;lr>\r\n\r\n"
        b"v=0\r\nc=IN IP4 h\r\nm=audio 4000 RTP/AVP 0 101\r\n"
    )
    async with Phone(Account("bob")) as phone:
        for number in range(400):
            data = bytearray(whole % number)
            for _ in range(chance.randrange(1, 6)):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(4)] = chance.randbytes(chance.randrange(3))
            peer.socket.send(bytes(data), phone.address)
            await asyncio.sleep(0)
        while not peer.arrived.empty():
            peer.arrived.get_nowait()
        peer.ask(phone, "OPTIONS", branch="z9hG4bKlast")
        while await peer.answer() != "SIP/2.0 200 OK":
            pass


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("BYE", "405"),
        ("CANCEL", "481"),
        ("SUBSCRIBE", "405"),
        ("NOTIFY", "200"),
    ],
)
async def test_requests_without_a_call_are_answered(peer: Peer, method: str, answer: str) -> None:
    async with Phone(Account("bob")) as phone:
        peer.ask(phone, method)
        assert answer in await peer.answer()


async def test_an_invite_we_cannot_answer_is_refused(peer: Peer) -> None:
    async with Phone(Account("bob")) as phone:
        peer.ask(phone, "INVITE")
        assert "100" in await peer.answer()
        assert "400" in await peer.answer()
        assert phone.incoming_calls == []


async def test_an_invite_that_is_lost_is_sent_again(peer: Peer) -> None:
    async with Phone(Account("anna", port=peer.socket.local[1])) as phone:
        outgoing = await phone.dial("100")
        first, second = await peer.arrived.get(), await peer.arrived.get()
        assert first == second
        assert re.match(rb"INVITE sip:100@127\.0\.0\.1:\d+ SIP/2\.0\r\n", first)
        outgoing.close()


async def test_an_answer_is_repeated_until_it_is_acknowledged(peer: Peer) -> None:
    async with Phone(Account("bob")) as phone:
        host, port = peer.socket.local
        peer.ask(phone, "INVITE", more=f"m: <sip:peer@{host}:{port}>\r\n")
        call = await (await phone.incoming()).answer()
        answers = [await peer.answer() for _ in range(3)]
        assert answers == ["SIP/2.0 100 Trying", "SIP/2.0 200 OK", "SIP/2.0 200 OK"]
        peer.socket.send(
            b"ACK sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK2\r\n"
            b"From: <sip:peer@h>;tag=1\r\nTo: <sip:bob@h>;tag=%s\r\n"
            b"Call-ID: call\r\nCSeq: 1 ACK\r\n\r\n" % call.dialog.ours.tag.encode(),
            phone.address,
        )
        with pytest.raises(TimeoutError):
            await peer.answer()


async def test_twenty_phones_talk_without_gaps() -> None:
    async with asyncio.TaskGroup() as group:
        pairs = [group.create_task(talk(440 + 20 * number)) for number in range(10)]
    for pair in pairs:
        fractions, gaps = pair.result()
        assert min(fractions) >= 0.8
        assert max(gaps) < 0.3


async def talk(frequency: int) -> tuple[list[float], list[float]]:
    async with (
        Phone(Account("bob")) as bob,
        Phone(Account("anna", port=bob.address[1])) as anna,
    ):
        outgoing = await anna.dial("1", tone_hz=frequency)
        bobs = await (await bob.incoming()).answer(tone_hz=frequency + 500)
        annas = await outgoing.answered()
        await asyncio.sleep(1.2)
        await annas.hang_up()
        tones = [annas.heard.tone(frequency + 500), bobs.heard.tone(frequency)]
        return tones, [
            max((b.arrived - a.arrived for a, b in pairwise(heard.packets())), default=9.0)
            for heard in (annas.heard, bobs.heard)
        ]
