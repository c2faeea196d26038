import asyncio
from pathlib import Path

import pytest

from ccengine.phone import frequencies
from ccengine.phone.errors import CallOver, MalformedMessage
from ccengine.phone.heard import KEPT_PACKETS, Heard
from ccengine.phone.rtp import DigitEvent, Packet
from ccengine.phone.sounds import Silence, Sound, Tone
from ccengine.phone.wav import read_wav


class Stream:
    """Feeds what a phone would receive, at times of our own."""

    def __init__(self, heard: Heard, start: float = 100.0) -> None:
        self.heard = heard
        self.now = start
        self.source = 1
        self.timestamp = 2**32 - 1600
        self.jitter = 0.0

    def say(self, sound: Sound, frames: int) -> None:
        for number in range(frames):
            packet = Packet(0, 0, self.timestamp, self.source, sound.next_frame())
            self.heard.take(packet, self.now + (self.jitter if number % 2 else 0))
            self.timestamp = (self.timestamp + 160) % 2**32
            self.now += 0.02


@pytest.fixture
async def stream() -> Stream:
    return Stream(Heard())


async def test_a_tone_is_found_in_every_window(stream: Stream) -> None:
    stream.jitter = 0.015
    stream.say(Tone(440), 100)
    assert stream.heard.tone(440) == 1.0
    assert stream.heard.tone(660) == 0.0
    assert stream.heard.silence() == 0.0


async def test_time_without_packets_counts_as_silence(stream: Stream) -> None:
    stream.say(Tone(440), 50)
    stream.now += 1.0
    stream.say(Tone(440), 50)
    assert stream.heard.tone(440, since=100, until=104) == pytest.approx(0.5, abs=0.1)
    assert stream.heard.silence(101.1, 101.9) == 1.0
    assert stream.heard.largest_gap() == pytest.approx(1.02)
    assert stream.heard.largest_gap(since=100, until=105) == pytest.approx(2.02)


async def test_a_stall_at_the_beginning_moves_nothing(stream: Stream) -> None:
    tone = Tone(440)
    stream.now += 0.4
    for _ in range(20):
        stream.say(tone, 1)
        stream.now -= 0.02  # read all at once, when the stall is over
    stream.say(tone, 43)
    assert stream.heard.tone(440, since=100, until=101.26) == 1.0


async def test_a_stall_of_ours_leaves_no_hole(stream: Stream) -> None:
    tone = Tone(440)
    stream.say(tone, 50)
    stream.now += 0.5
    for _ in range(25):
        stream.say(tone, 1)
        stream.now -= 0.02  # all at once, after the stall
    stream.say(tone, 50)
    assert stream.heard.tone(440) == 1.0


async def test_a_new_source_starts_where_it_arrives(stream: Stream) -> None:
    stream.say(Tone(440), 50)
    stream.now += 1.0
    stream.source, stream.timestamp = 2, 12345
    stream.say(Tone(660), 50)
    assert stream.heard.tone(660, since=102.0, until=103.0) == 1.0
    assert stream.heard.tone(440, since=100.0, until=101.0) == 1.0


async def test_firsts(stream: Stream) -> None:
    assert stream.heard.first_audio() is None
    stream.say(Silence(), 10)
    stream.say(Tone(440), 10)
    stream.say(Tone(660), 10)
    assert stream.heard.first_packet() == 100.0
    assert stream.heard.first_audio() == pytest.approx(100.2)
    assert stream.heard.first_tone(660) == pytest.approx(100.4, abs=0.021)
    assert stream.heard.first_tone(440, since=100.45) is None


async def test_old_sound_is_forgotten(stream: Stream) -> None:
    stream.say(Silence(), KEPT_PACKETS + 5_000)
    assert KEPT_PACKETS <= len(stream.heard.packets()) < KEPT_PACKETS + 3_000


async def test_nothing_heard_answers_every_question(stream: Stream) -> None:
    heard = stream.heard
    assert heard.tone(440) == 0.0
    assert heard.tone(440, since=1, until=5) == 0.0
    assert heard.silence(1, 5) == 1.0
    assert heard.largest_gap() == 0.0
    assert heard.largest_gap(1, 5) == 4.0
    assert len(heard.samples()) == 0


async def test_a_digit_is_one_whatever_its_packets(stream: Stream) -> None:
    event = DigitEvent("7", 800, is_end=True).to_bytes()
    for _ in range(3):
        stream.heard.take_digit(Packet(101, 0, 500, 1, event), 100.0)
    stream.heard.take_digit(Packet(101, 0, 900, 1, event), 101.0)
    assert [digit.digit for digit in stream.heard.digits] == ["7", "7"]
    with pytest.raises(MalformedMessage):
        stream.heard.take_digit(Packet(101, 0, 900, 1, b"\x20"), 101.0)


async def test_all_is_saved(stream: Stream, tmp_path: Path) -> None:
    stream.say(Tone(440), 50)
    stream.heard.save_wav(tmp_path / "heard.wav")
    samples, rate = read_wav(tmp_path / "heard.wav")
    assert (len(samples), rate) == (8000, 8000)
    assert frequencies.tone_fraction(samples, 440) == 1.0


async def test_waiting_ends_with_the_tone_the_time_or_the_call(stream: Stream) -> None:
    loop = asyncio.get_running_loop()
    stream.now = loop.time()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(stream.heard.wait_for_tone(440, timeout_seconds=1))
        await asyncio.sleep(0)
        stream.say(Silence(), 10)
        await asyncio.sleep(0)
        stream.say(Tone(440), 2)
    assert waiting.result() == pytest.approx(stream.now - 0.04)
    with pytest.raises(TimeoutError):
        await stream.heard.wait_for_tone(880, timeout_seconds=0.05)
    stream.heard.close()
    with pytest.raises(CallOver):
        await stream.heard.wait_for_tone(880)


async def test_waiting_for_silence_takes_no_packets_for_silence(stream: Stream) -> None:
    fell_silent = await stream.heard.wait_for_silence(seconds=0.05)
    assert asyncio.get_running_loop().time() - fell_silent >= 0.05
