"""SIPp as callers and as the agents' phones: each side says a tone for as long as the call lasts.

Its threads send a file again and again, and take what comes: of what was tried the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.phone.sounds import Tone
from tests.benchmarks.inbound.load import RING_SECONDS, Sipp, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.inbound.ground import Ports

SCENARIOS: Final = Path(__file__).parent / "sipp"
CALLER_HZ, AGENT_HZ = 500, 800
FRAMES: Final = 50  #: a second of sound, which repeats without a click
GRACE_SECONDS: Final = 10.0
PORTS_PER_CALL: Final = 2
CALLERS_SOUND, OTHERS_SOUND, PHONES_SOUND = 1000, 2500, 3000
"""First ports of RTP, from the base."""
LAST_SOUND: Final = 4999


@dataclass(frozen=True, slots=True)
class Wave:
    """Calls that come one after another, and each last as long."""

    calls: int
    rate: int  #: begun per second
    talk_seconds: float  #: from the caller's answer
    number: str  #: the called one
    run: int  #: each caller's own number begins with 7 and this

    @property
    def begin_seconds(self) -> float:
        """From the first call's begin to the last one's."""
        return self.calls / self.rate

    @property
    def longest_seconds(self) -> float:
        """After what time the last call is over."""
        return self.begin_seconds + self.talk_seconds + GRACE_SECONDS

    @property
    def prefix(self) -> str:
        """Begins these callers' own numbers."""
        return f"7{self.run:04}"


def sampled_ports(ports: Ports, calls: int) -> Sequence[int]:
    """Return the ports of a few calls' RTP, at the callers and at the phones."""
    firsts = (ports[CALLERS_SOUND], ports[PHONES_SOUND])
    return [first + PORTS_PER_CALL * i for first in firsts for i in range(calls)]


def phones(folder: Path, ports: Ports) -> Sipp:
    """Start all agents' phones."""
    scenario = written(
        SCENARIOS / "phone.xml",
        folder,
        sound=str(_tone(folder, AGENT_HZ)),
        ring=f"{RING_SECONDS * 1000:.0f}",
    )
    options = ["-max_rtp_port", str(ports[LAST_SOUND])]
    return Sipp(scenario, port=ports.phones, sound_port=ports[PHONES_SOUND], options=options)


def callers(folder: Path, ports: Ports, wave: Wave, *, others: bool = False) -> Sipp:
    """Start calling; `others` call beside those that call already."""
    folder = folder / "others" if others else folder
    folder.mkdir(exist_ok=True)
    scenario = written(
        SCENARIOS / "caller.xml",
        folder,
        run=wave.prefix,
        sound=str(_tone(folder, CALLER_HZ)),
        talk=f"{wave.talk_seconds * 1000:.0f}",
    )
    first, last = (OTHERS_SOUND, PHONES_SOUND) if others else (CALLERS_SOUND, OTHERS_SOUND)
    options = [
        *("-max_rtp_port", str(ports[last] - 1), "-s", wave.number, "-r", str(wave.rate)),
        *("-m", str(wave.calls), "-l", str(wave.calls), f"127.0.0.1:{ports.sip}"),
    ]
    port = ports.others if others else ports.callers
    return Sipp(scenario, port=port, sound_port=ports[first], options=options)


def _tone(folder: Path, hertz: int) -> Path:
    tone, file = Tone(hertz), folder / f"{hertz}.ulaw"
    file.write_bytes(b"".join(tone.next_frame() for _ in range(FRAMES)))
    return file
