"""Judges a recording: where is a tone missing that was sent?

Independent of the engine: it knows from the journal who was to be heard when, and looks for their
tones in the sound, hundredth by hundredth of a second. A gap is more than a fifth of a second in
which none of the tones is there that should be; pauses that are marked are none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ccengine.phone.frequencies import FLOOR_DB, PRESENT_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

RATE: Final = 8000
HOP: Final = RATE // 100
WINDOW: Final = 2 * HOP
GAP_SECONDS: Final = 0.2
MUSIC: Final = 0
"""Stands for sound of any kind."""

Span = tuple[float, float]


class Sent(NamedTuple):
    """From when to when one of these tones, in hertz, must be heard; `MUSIC`: anything.

    Zero is where the recording begins; what was sent before that is in none.
    """

    begin: float
    end: float
    tones: tuple[int, ...]


class Gap(NamedTuple):
    """Where none was heard."""

    begin: float
    end: float
    tones: tuple[int, ...]

    @property
    def seconds(self) -> float:
        return self.end - self.begin


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the journal tells of one recorded call; times are the epoch's.

    Agents whose talks overlap are in a conference: each of them must be heard.
    """

    caller: int  #: the caller's tone
    begun: float  #: when the recording began; zero in the sound
    due: float  #: since when there must be one, at the latest since it began
    ended: float
    talks: Sequence[tuple[int, float, float]]  #: an agent's tone, and from when to when
    holds: Sequence[Span] = ()
    pauses: Sequence[Span] = ()

    def said(self) -> list[Sent]:
        """What the caller's side must hold."""
        spans = without([(self.due, self.ended)], self.pauses)
        return [self._sent(span, (self.caller,)) for span in spans]

    def heard(self) -> list[Sent]:
        """What the other side must hold: the agents, and music where the caller is held."""
        sent: list[Sent] = []
        left_out = [*self.pauses, (-math.inf, self.due)]
        for tone, begin, end in self.talks:
            talked = without([(begin, end)], [*self.holds, *left_out])
            sent += [self._sent(span, (tone,)) for span in talked]
        held = without(self.holds, left_out)
        return sorted([*sent, *(self._sent(span, (MUSIC,)) for span in held)])

    def _sent(self, span: Span, tones: tuple[int, ...]) -> Sent:
        return Sent(span[0] - self.begun, span[1] - self.begun, tones)


def without(spans: Iterable[Span], left_out: Iterable[Span]) -> list[Span]:
    """Return what is left of spans."""
    left = list(spans)
    for begin, end in left_out:
        cut = [
            part
            for since, until in left
            for part in ((since, min(until, begin)), (max(since, end), until))
        ]
        left = [(since, until) for since, until in cut if since < until]
    return left


def gaps(
    side: NDArray[np.int16],
    sent: Iterable[Sent],
    *,
    edge_seconds: float = 0.1,
    gap_seconds: float = GAP_SECONDS,
) -> list[Gap]:
    """Return where one side of a recording lacks what was sent.

    Args:
        side: 8000 samples a second.
        sent: what must be there.
        edge_seconds: at either end of what was sent, where the journal's time is the engine's and
            the sound's is Asterisk's.
        gap_seconds: what is no longer is none.
    """
    found = []
    for begin, end, tones in sent:
        since, until = begin + edge_seconds, end - edge_seconds
        if until - since > gap_seconds:
            there = _presence(side, since, until, tones)
            found += [
                Gap(since + at, since + upto, tones) for at, upto in _runs(there, gap_seconds)
            ]
    return found


def _presence(
    side: NDArray[np.int16], since: float, until: float, tones: Sequence[int]
) -> NDArray[np.bool_]:
    """Tell for each hundredth of a second whether one of the tones is there."""
    start, count = round(since * RATE), int((until - since) * RATE) // HOP
    sound = np.zeros(count * HOP + WINDOW, dtype=np.float64)
    before = min(max(0, -start), sound.size)  # the recording begins
    piece = side[max(0, start) : max(0, start + sound.size)]
    sound[before : before + piece.size] = piece
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][:count]
    energy = np.einsum("ij,ij->i", windows, windows)
    floor = WINDOW * (10 ** (FLOOR_DB / 20) * 32768) ** 2
    if MUSIC in tones:
        return energy > 0
    there = np.zeros(count, dtype=np.bool_)
    for tone in tones:
        wave = np.exp(-2j * np.pi * tone / RATE * np.arange(WINDOW))
        share = 2 * np.abs(windows @ wave) ** 2 / (WINDOW * np.maximum(energy, 1.0))
        there |= (share >= PRESENT_SHARE) & (energy > floor)
    return there


def _runs(there: NDArray[np.bool_], gap_seconds: float) -> list[Span]:
    """Return the stretches without, that are too long; a window tells of twice its hop."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], there, [True])).astype(np.int8)))
    found = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        seconds = (end - begin + 1) * HOP / RATE
        if seconds > gap_seconds:
            found.append((float(begin * HOP / RATE), float(begin * HOP / RATE + seconds)))
    return found
