"""SIPp as callers and as the agents' phones."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

    from tests.benchmarks.inbound.ground import Ports

SCENARIOS: Final = Path(__file__).parent / "sipp"
RING_SECONDS: Final = 0.04
PATIENCE_SECONDS: Final = 6.0  #: who waits longer than this for an agent hangs up: not bridged
BUSY: Final = 0.7  #: of their time agents ring or talk
SPREAD: Final = 0.3  #: talks differ by so much from their mean
PACKET_SECONDS: Final = 0.02
SPARSE_SECONDS: Final = 0.5
MARK: Final = b"\x15" * 4
MARKED_IN_A_ROW: Final = 2  #: a mixing bridge may cut packets elsewhere than they came
QUIET: Final = b"\xd5"
GRACE_SECONDS: Final = 6.0
SOUND: Final = "sound.pcap"


@dataclass(frozen=True, slots=True)
class Load:
    """How many agents, how many calls."""

    agents: int
    rate: int  #: calls offered per second
    seconds: float  #: for so long
    full_sound: bool  #: 50 packets a second, as phones send; else a few in each talk

    @property
    def packet_seconds(self) -> float:
        """Time between two packets of sound.

        Sparse where nothing is recorded: sound costs every system the same and would only hide
        what setting up a call costs. MixMonitor writes what it gets, so recorded calls get it all.
        """
        if self.full_sound:
            return PACKET_SECONDS
        return min(SPARSE_SECONDS, max(PACKET_SECONDS, self.talk_seconds / 4))

    @property
    def mark_seconds(self) -> float:
        """Time between two packets that are looked for on the wire."""
        return max(self.packet_seconds, min(1.0, self.talk_seconds / 4))

    @property
    def calls(self) -> int:
        """Calls offered in all."""
        return round(self.rate * self.seconds)

    @property
    def talk_seconds(self) -> float:
        """From answer to hang-up, so that agents are busy as wanted."""
        return max(0.08, BUSY * self.agents / self.rate - RING_SECONDS)


def write_sound(file: Path, load: Load) -> None:
    """Write G.711 as a capture file, some of its packets marked, for the longest call there is."""
    spacing = load.packet_seconds
    between = round(load.mark_seconds / spacing)
    chunks = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for i in range(round((patience(load) + GRACE_SECONDS) / spacing)):
        sound = MARK * 40 if i % between < MARKED_IN_A_ROW else QUIET * 160
        rtp = (
            struct.pack("!BBHII", 0x80, 0, i & 0xFFFF, round(i * spacing * 8000), 0x0CC0FFEE)
            + sound
        )
        udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
        ip = struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i & 0xFFFF, 0, 64, 17, 0, *[b"\x7f\0\0\1"] * 2
        )
        frame = bytes(12) + b"\x08\x00" + ip + udp
        at = divmod(round(i * spacing * 1e6), 1_000_000)
        chunks.append(struct.pack("<IIII", *at, len(frame), len(frame)) + frame)
    file.write_bytes(b"".join(chunks))


class Sipp:
    """One SIPp process; ended at the block's end if it runs still."""

    def __init__(
        self,
        scenario: Path,
        *,
        port: int,
        sound_port: int,
        options: list[str],
        address: str = "127.0.0.1",
    ) -> None:
        command = [
            *("sipp", "-sf", str(scenario), "-i", address, "-p", str(port)),
            *("-mi", address, "-mp", str(sound_port), "-t", "u1", "-nostdin"),
            *("-buff_size", "4000000", "-trace_err", "-error_file", f"{scenario}.errors"),
            *options,
        ]
        with Path(f"{scenario}.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=scenario.parent,
                env=os.environ | {"TERM": "dumb"},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """0 when every call went as the scenario says, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> bool:
        """Wait until it is through; False when it is not by then."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def phones(folder: Path, ports: Ports, load: Load) -> Sipp:
    """Start all agents' phones: one process on one port, told apart by the user in the address."""
    talk = load.talk_seconds * 1000
    write_sound(folder / SOUND, load)
    scenario = written(
        SCENARIOS / "phone.xml",
        folder,
        sound=str(folder / SOUND),
        ring=f"{RING_SECONDS * 1000:.0f}",
        talk_min=f"{talk * (1 - SPREAD):.0f}",
        talk_max=f"{talk * (1 + SPREAD):.0f}",
    )
    return Sipp(scenario, port=ports.phones, sound_port=ports.phones_sound, options=[])


def callers(folder: Path, ports: Ports, load: Load, *, number: str, run: int) -> Sipp:
    """Start calling the number; each caller's own number begins with 7 and the run's."""
    scenario = written(
        SCENARIOS / "caller.xml",
        folder,
        run=f"7{run:04}",
        sound=str(folder / SOUND),
        patience=f"{patience(load) * 1000:.0f}",
    )
    options = [
        *("-s", number, "-r", str(load.rate), "-m", str(load.calls), "-l", str(load.calls)),
        f"127.0.0.1:{ports.sip}",
    ]
    return Sipp(scenario, port=ports.callers, sound_port=ports.callers_sound, options=options)


def patience(load: Load) -> float:
    """Return how long a caller waits for the end of the call, in seconds from its answer."""
    return PATIENCE_SECONDS + load.talk_seconds * (1 + SPREAD)


def longest_seconds(load: Load) -> float:
    """Return after what time even an impatient caller's call is over."""
    return load.seconds + patience(load) + GRACE_SECONDS


def written(source: Path, folder: Path, **values: str) -> Path:
    """Write a scenario with the values in their places; its file's name tells what it is for."""
    text = source.read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    file = folder / source.name
    file.write_text(text)
    return file
