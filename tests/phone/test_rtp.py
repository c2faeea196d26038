import pytest

from ccengine.phone.errors import MalformedMessage
from ccengine.phone.rtp import DigitEvent, Packet, Sender
from ccengine.phone.sounds import Silence


def ticks(sender: Sender, number: int) -> list[list[Packet]]:
    return [[Packet.parse(data) for data in sender.tick()] for _ in range(number)]


def test_packets_are_read_back() -> None:
    packet = Packet(101, 65535, 2**32 - 1, 7, b"abc", marker=True)
    assert Packet.parse(packet.to_bytes()) == packet


def test_padding_extension_and_sources_are_skipped() -> None:
    head = bytes([0x80 | 0x20 | 0x10 | 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3])
    data = head + b"csrc" + b"\xbe\xde\x00\x01ext." + b"sound" + b"\x00\x02"
    assert Packet.parse(data).payload == b"sound"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x00" * 20,
        b"\x90" + b"\x00" * 11,
        b"\x8f" + b"\x00" * 20,
        b"\xa0" + b"\x00" * 11 + b"\xff",
    ],
)
def test_what_is_no_rtp_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        Packet.parse(data)


def test_sound_goes_out_every_20_ms_of_one_stream() -> None:
    sender = Sender()
    sender.sound = Silence()
    first, second = (packets[0] for packets in ticks(sender, 2))
    assert first.marker
    assert not second.marker
    assert second.sequence == (first.sequence + 1) & 0xFFFF
    assert second.timestamp == (first.timestamp + 160) % 2**32
    assert second.source == first.source
    assert len(first.payload) == 160


def test_time_goes_on_while_nothing_is_sent() -> None:
    sender = Sender()
    sender.sound = Silence()
    before = ticks(sender, 1)[0][0]
    sender.sound = None
    assert ticks(sender, 5) == [[]] * 5
    sender.sound = Silence()
    after = ticks(sender, 1)[0][0]
    assert after.timestamp - before.timestamp == 6 * 160
    assert after.sequence - before.sequence == 1
    assert after.marker


def test_a_digit_is_an_event_with_three_ends() -> None:
    sender = Sender()
    sender.sound = Silence()
    sender.queue_digits("5", 101, tone_ms=100, gap_ms=60)
    *event, gap, _, _, after = ticks(sender, 9)
    packets = [packet for tick in event for packet in tick]
    events = [DigitEvent.parse(packet.payload) for packet in packets]
    assert [event.duration for event in events] == [160, 320, 480, 640, 800, 800, 800]
    assert [event.is_end for event in events] == [False] * 4 + [True] * 3
    assert {event.digit for event in events} == {"5"}
    assert {packet.timestamp for packet in packets} == {packets[0].timestamp}
    assert [packet.marker for packet in packets] == [True] + [False] * 6
    assert {packet.payload_type for packet in packets} == {101}
    assert gap[0].timestamp == packets[0].timestamp + 5 * 160
    assert gap[0].payload_type == after[0].payload_type == 0
    assert not sender.is_sending_digits


def test_two_digits_are_two_events_with_a_gap_between() -> None:
    sender = Sender()
    sender.queue_digits("1d", 101, tone_ms=40, gap_ms=40)
    first, _, gap, gap_too, second, *_ = ticks(sender, 8)
    assert gap == gap_too == []
    assert second[0].timestamp - first[0].timestamp == 4 * 160
    assert DigitEvent.parse(second[0].payload).digit == "D"


def test_the_bytes_of_an_event() -> None:
    assert DigitEvent("#", 1600, is_end=True).to_bytes() == bytes([11, 0x8A, 0x06, 0x40])


@pytest.mark.parametrize("digits", ["x", "1 2", "²"])
def test_what_is_no_digit_is_refused_before_anything_is_sent(digits: str) -> None:
    sender = Sender()
    with pytest.raises(ValueError, match="not a digit"):
        sender.queue_digits("1" + digits, 101, tone_ms=100, gap_ms=60)
    assert not sender.is_sending_digits
