"""What the end-to-end test of a campaign takes for an agent, for who called, and for silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.phone import ulaw
from ccengine.phone.sounds import Tone
from tests.benchmarks.inbound.capture import Packet
from tests.e2e.campaign.leads import PREFIX, Deed
from tests.e2e.campaign.wire import AGENT_HZ, FarCall, Ports, Wire
from tests.e2e.hearing import RATE
from tests.e2e.test_campaign import Outage
from tests.e2e.test_campaign import faults as campaign_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR, NEAR, SOUND = Ports().sip, 5060, Ports().first_sound
SAMPLES, SILENCE = 160, bytes([0xFF])
RANDOM = np.random.default_rng(3)
MESSAGE = RANDOM.normal(0, 3000, 2 * RATE)
MUSIC = RANDOM.normal(0, 3000, 4 * RATE)
ANSWERED_AT = 105.0


def sip(at: float, first: str, method: str, *, to_far: bool, sound: int = 0) -> Packet:
    text = f"{first}\r\nCall-ID: a\r\nCSeq: 7 {method}\r\n\r\n"
    text += f"m=audio {sound} RTP/AVP 0\r\n" if sound else ""
    source, target = (NEAR, FAR) if to_far else (FAR, NEAR)
    return Packet(at, 17, source, target, text.encode())


def answer() -> list[Packet]:
    """The call 380441000001 rings at 101 s and is answered at 105 s."""
    return [
        sip(100.0, "INVITE sip:380441000001@127.0.0.2 SIP/2.0", "INVITE", to_far=True),
        sip(101.0, "SIP/2.0 180 Ringing", "INVITE", to_far=False),
        sip(ANSWERED_AT, "SIP/2.0 200 OK", "INVITE", to_far=False, sound=SOUND),
        sip(ANSWERED_AT, "ACK sip:far@127.0.0.2 SIP/2.0", "ACK", to_far=True),
    ]


def bye(at: float) -> Packet:
    return sip(at, "BYE sip:far@127.0.0.2 SIP/2.0", "BYE", to_far=True)


def rtp(codes: bytes, *, from_s: float = 0.0, late_s: float = 0.0) -> list[Packet]:
    """Packets of a stream that begins so long after the answer; each may come a little late."""
    found = []
    for number in range(len(codes) // SAMPLES):
        clock = 90_000 + round(from_s * RATE) + number * SAMPLES
        head = bytes([0x80, 0]) + number.to_bytes(2) + clock.to_bytes(4) + b"\0\0\0\1"
        at = ANSWERED_AT + from_s + number * 0.02 + late_s * (number % 3)
        part = codes[number * SAMPLES : (number + 1) * SAMPLES]
        found.append(Packet(at, 17, 4000, SOUND, head + part))
    return found


def coded(samples: np.ndarray) -> bytes:
    return ulaw.encode([int(one) for one in np.clip(samples, -32000, 32000)])


def agent(seconds: float) -> bytes:
    tone = Tone(AGENT_HZ)
    return b"".join(tone.next_frame() for _ in range(round(seconds * 50)))


def heard(packets: Sequence[Packet]) -> FarCall:
    wire = Wire(Ports())
    wire.read(packets)
    wire.recognise(MESSAGE)
    (call,) = wire.calls.values()
    return call


def test_an_agent_is_a_tone_in_a_row_from_its_first_packet_on() -> None:
    call = heard([*answer(), *rtp(SILENCE * 4000), *rtp(agent(1.0), from_s=0.5), bye(120.0)])
    assert call.agent_at == pytest.approx(ANSWERED_AT + 0.5)
    assert (call.has_agent_in_time, call.message_at) == (True, None)
    assert call.lasted_seconds == pytest.approx(15.0)


def test_clicks_that_are_apart_are_nobody() -> None:
    click = agent(0.04) + SILENCE * SAMPLES
    assert heard([*answer(), *rtp(click * 9)]).heard_after is None


def test_the_campaigns_message_is_found_though_packets_come_late() -> None:
    said = SILENCE * round(1.8 * RATE) + coded(MESSAGE)
    call = heard([*answer(), *rtp(said, late_s=0.006)])
    assert call.heard_after == pytest.approx(1.8, abs=0.02)


def test_any_other_sound_is_not_who_called() -> None:
    assert heard([*answer(), *rtp(coded(MUSIC))]).heard_after is None


def test_an_agent_who_comes_late_does_not_hide_the_message_nor_its_want() -> None:
    pause = SILENCE * round(1.6 * RATE)
    told = [*rtp(pause + coded(MESSAGE)), *rtp(agent(0.5), from_s=3.7)]
    assert heard([*answer(), *told]).heard_after == pytest.approx(1.6, abs=0.02)
    call = heard([*answer(), *rtp(SILENCE * 24_000), *rtp(agent(0.5), from_s=3.0)])
    assert call.heard_after == pytest.approx(3.0)
    assert not call.has_agent_in_time


def test_a_call_that_nobody_ended_lasts_for_ever() -> None:
    call = heard([*answer(), *rtp(SILENCE * 8000)])
    assert call.lasted_seconds == float("inf")
    assert call.talks(ANSWERED_AT + 1e6)


def test_what_went_on_at_a_moment() -> None:
    call = heard([*answer(), bye(110.0)])
    assert [call.rings(at) for at in (100.5, 103.0, 106.0)] == [False, True, False]
    assert [call.talks(at) for at in (104.0, 106.0, 111.0)] == [False, True, False]
    cancelled = [*answer()[:2], sip(117.5, "CANCEL sip:x SIP/2.0", "CANCEL", to_far=True)]
    call = heard(cancelled)
    assert (call.rang_seconds, call.rings(118.0)) == (16.5, False)


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({}, []),
        ({"outcome": "machine"}, ["not answered"]),
        ({"outcome": "abandoned"}, ["not answered"]),
        ({"outcome": "lost"}, ["not answered"]),
        (
            {"placed_at": "1970-01-01T00:01:36.500000Z", "seconds_lasted": 23.5},
            ["not placed until 100.000"],
        ),
        ({"placed_at": "1970-01-01T00:01:40.100000Z"}, ["not placed until 100.000"]),
        ({"answered_at": "1970-01-01T00:01:46.500000Z"}, ["answered_at is not 105.000"]),
        ({"bridged_at": None}, ["bridged_at is not 105.500"]),
        (  # with the agent's wrap-up
            {"ended_at": "1970-01-01T00:02:05.000000Z", "seconds_lasted": 25.0},
            ["ended_at is not 120.000", "it did not last 20.050 s"],
        ),
    ],
)
def test_books_that_say_otherwise_than_the_wire_are_seen(
    said: dict[str, object], faults: list[str]
) -> None:
    call = heard([*answer(), *rtp(agent(1.0), from_s=0.5), bye(120.0)])
    attempt = {
        "outcome": "answered",
        "placed_at": "1970-01-01T00:01:39.950000Z",
        "answered_at": "1970-01-01T00:01:45.010000Z",
        "bridged_at": "1970-01-01T00:01:45.450000Z",
        "message_at": None,
        "ended_at": "1970-01-01T00:02:00.020000Z",
        "seconds_lasted": 20.05,
    }
    never = Outage(killed_at=0.0, back_at=1.0)
    assert list(campaign_faults(call, attempt | said, never)) == faults
    lost = Outage(killed_at=104.0, back_at=121.0)
    kept = [one for one in faults if one.startswith("not ")]
    assert list(campaign_faults(call, attempt | said, lost)) == kept


def test_a_call_that_ended_while_nobody_wrote_may_be_lost() -> None:
    """Given a phone that rang until we gave up, then whether an engine was there makes the rest."""
    number = f"{PREFIX}{Deed.NEVER_ANSWERS}000001"
    call = FarCall(number, 100.0, status=487, acknowledged_at=120.0)
    attempt = {"placed_at": "1970-01-01T00:01:39.950000Z", "seconds_lasted": None}
    there, away = Outage(killed_at=0.0, back_at=1.0), Outage(killed_at=110.0, back_at=121.0)
    lost, known = attempt | {"outcome": "lost"}, attempt | {"outcome": "no_answer"}
    assert list(campaign_faults(call, lost, there)) == ["not no_answer"]
    assert not list(campaign_faults(call, lost, away))
    assert not list(campaign_faults(call, known, away))
    busy = attempt | {"outcome": "busy"}
    assert list(campaign_faults(call, busy, away)) == ["not lost or no_answer"]
