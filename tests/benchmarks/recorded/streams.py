"""RTP of a few calls as the wire had it: when each packet came, and which never did.

What arrives late at a far end may have been sent late: so both are told, what SIPp sent and what
came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tests.benchmarks.inbound.capture import UDP
from tests.benchmarks.inbound.runs import percentile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tests.benchmarks.inbound.capture import Packet

PACKET_SECONDS: Final = 0.02
EDGE_SECONDS: Final = 1.0
"""At a stream's begin, where two are joined, nothing is counted."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How packets came. Times in milliseconds."""

    streams: int
    packets: int
    lost_percent: float
    p999: float  #: from one packet to the next
    longest: float


class Streams:
    """Of the callers and the phones that are listened to."""

    def __init__(self, ends: Collection[int]) -> None:
        self._ends = frozenset(ends)
        self._sent: dict[tuple[int, int], list[float]] = {}  # by both ports: when packets came
        self._heard: dict[tuple[int, int], list[float]] = {}

    def read(self, packets: Iterable[Packet]) -> None:
        """Take in packets in the order they were sent."""
        for packet in packets:
            if packet.protocol != UDP:
                continue
            for streams, end in ((self._heard, packet.target), (self._sent, packet.source)):
                if end in self._ends:
                    pair = packet.source, packet.target
                    streams.setdefault(pair, []).append(packet.at)

    def heard(self, since: float, until: float) -> Pace:
        """Tell how sound arrived at callers and phones in a span; the epoch's seconds."""
        return _pace(self._heard.values(), since, until)

    def sent(self, since: float, until: float) -> Pace:
        """Tell how they sent theirs."""
        return _pace(self._sent.values(), since, until)


def _pace(streams: Iterable[Sequence[float]], since: float, until: float) -> Pace:
    gaps: list[float] = []
    packets, expected, counted = 0, 0.0, 0
    for stream in streams:
        begin = max(since, stream[0] + EDGE_SECONDS)
        times = [at for at in stream if begin <= at <= until]
        if len(times) < 2:
            continue
        counted += 1
        packets += len(times) - 1
        expected += (times[-1] - times[0]) / PACKET_SECONDS
        gaps += [1000 * (after - before) for before, after in pairwise(times)]
    gaps.sort()
    lost = 100 * max(0.0, 1 - packets / expected) if expected else float("nan")
    longest = gaps[-1] if gaps else float("nan")
    return Pace(counted, packets, lost, percentile(gaps, 0.999), longest)
