"""SIPp as all who are called: one process at the provider's address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.phone.sounds import Tone
from tests.benchmarks.inbound.load import Sipp, written
from tests.e2e.configuration import PROVIDER

if TYPE_CHECKING:
    from tests.e2e.campaign.wire import Ports

SCENARIO: Final = Path(__file__).parent / "far_end.xml"
FAR_HZ: Final = 550
FRAMES: Final = 50  #: a second of sound, which repeats without a click
MOST_AT_ONCE: Final = "200"


def far_ends(folder: Path, ports: Ports, *, talk_seconds: float, greeting: bytes) -> Sipp:
    """Start all far ends.

    Args:
        folder: for SIPp's files.
        ports: of SIP and sound.
        talk_seconds: from the answer, unless who called hangs up.
        greeting: a machine's, in G.711 µ-law.
    """
    tone = Tone(FAR_HZ)
    (folder / "tone.ulaw").write_bytes(b"".join(tone.next_frame() for _ in range(FRAMES)))
    (folder / "greeting.ulaw").write_bytes(greeting)
    scenario = written(
        SCENARIO,
        folder,
        tone=str(folder / "tone.ulaw"),
        greeting=str(folder / "greeting.ulaw"),
        talk=f"{talk_seconds * 1000:.0f}",
    )
    # Whoever does not answer Asterisk's OPTIONS is out of reach to it, and is called by nobody.
    options = ["-aa", "-max_rtp_port", str(ports.last_sound), "-l", MOST_AT_ONCE]
    return Sipp(
        scenario, port=ports.sip, sound_port=ports.first_sound, options=options, address=PROVIDER
    )
