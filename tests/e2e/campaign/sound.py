"""What a far end heard, put together from packets, and whether the campaign's message is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ccengine.phone import ulaw
from tests.e2e.hearing import LIKE_ENOUGH, RATE, likeness_with_hole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HEAD_BYTES: Final = 12  #: of RTP without extensions
ASTRAY: Final = RATE  #: samples; a stream that is so far from its packets' times counts anew
_WRAPS: Final = 1 << 32

Arrived = tuple[float, bytes]
"""Seconds since the epoch, and a packet of RTP."""


def began(packets: Sequence[Arrived], wanted: NDArray[np.float64]) -> float | None:
    """Return when a prompt began, seconds since the epoch; None: it was not heard."""
    if not packets:
        return None
    score, place = likeness_with_hole(samples_of(packets), wanted)
    return packets[0][0] + place if score >= LIKE_ENOUGH else None


def samples_of(packets: Sequence[Arrived]) -> Sequence[int]:
    """Return the sound from the first packet on: each where its stream's own clock puts it."""
    placed = _placed(packets)
    sound = np.zeros(max(place + len(codes) for place, codes in placed), dtype=np.int64)
    for place, codes in placed:
        sound[place : place + len(codes)] = ulaw.decode(codes)
    return [int(one) for one in sound]


def _placed(packets: Sequence[Arrived]) -> list[tuple[int, bytes]]:
    first, origins = packets[0][0], dict[bytes, int]()
    found = []
    for at, packet in packets:
        stream, clock = packet[8:12], int.from_bytes(packet[4:8], "big")
        by_arrival = round((at - first) * RATE)
        origin = origins.setdefault(stream, (clock - by_arrival) % _WRAPS)
        place = (clock - origin) % _WRAPS
        if abs(place - by_arrival) > ASTRAY:
            origins[stream], place = (clock - by_arrival) % _WRAPS, by_arrival
        found.append((place, packet[HEAD_BYTES:]))
    return found
