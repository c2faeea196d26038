"""How well menus by voice are understood: espeak-ng's voices over a telephone, with noise.

    python -m tests.benchmarks.speech_bench [--tuned] [--voices 6] [--lines quiet babble]

Needs espeak-ng and the extra `speech`. Everything is at 8 kHz, in mu-law, cut by the endpointer as
on a call. Told per line: right, not understood (the caller hears the menu again, or presses a
key), wrong; and how much of what is in no menu was taken for something. Phrases and voices are
those that nothing was tuned by, unless `--tuned` is given.
"""

from __future__ import annotations

import argparse
import sys
import time
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from ccengine.config.tenant import SPEECH_COMMAND
from ccengine.ivr.recogniser_engine import RATE, Ear, Menu, Stream
from ccengine.ivr.speech_engine import Rendering, render
from ccengine.phone import ulaw
from tests.benchmarks.speech_phrases import CHATTER, HELD_OUT, TUNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tests.benchmarks.speech_phrases import Sample, Voice

    Samples = NDArray[np.float64]

LINES: Final[dict[str, tuple[float | None, bool]]] = {
    "quiet": (None, False),
    "20 dB": (20.0, False),
    "10 dB": (10.0, False),
    "babble": (15.0, True),
}
"""How much louder the voice is than the noise, and whether that is other people."""
JUDGED: Final = ("right", "not understood", "wrong")


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one phrase."""

    key: str | None
    seconds: float  #: of computing


@cache
def spoken(voice: Voice, text: str) -> bytes:
    """Return a voice's samples at 8,000 Hz, with silence around."""
    command = f"{SPEECH_COMMAND} -p {voice.pitch}"
    made = render(Rendering(command, voice.name, voice.words_per_minute, text))
    silence = bytes(2 * RATE // 2)
    return silence + made + silence * 2


@cache
def babble() -> Samples:
    """Return the sound of a room in which all talk at once."""
    talkers = [
        np.frombuffer(spoken(voice, text), dtype="<i2").astype(float)
        for voice, text in zip(TUNED.voices, CHATTER * 2, strict=False)
    ]
    room = np.zeros(max(map(len, talkers)))
    for shift, talker in enumerate(talkers):
        room += np.roll(np.resize(talker, len(room)), shift * RATE // 3)
    return room


def noise_of(size: int, seed: int, *, is_babble: bool) -> Samples:
    """Return so many samples of noise."""
    if is_babble:
        return np.resize(np.roll(babble(), -seed * 7_919), size)
    hiss = np.random.default_rng(seed).normal(size=size)
    return np.convolve(hiss, [0.25] * 4, "same")


def over_the_line(sound: bytes, line: str, seed: int) -> bytes:
    """Return it with noise of a room, in mu-law and back."""
    samples = np.frombuffer(sound, dtype="<i2").astype(float)
    louder, is_babble = LINES[line]
    if louder is not None:
        noise = noise_of(len(samples), seed, is_babble=is_babble)
        power = np.mean(samples[np.abs(samples) > 200] ** 2)
        samples = samples + noise * np.sqrt(power / 10 ** (louder / 10) / np.mean(noise**2))
    codes = ulaw.encode(array("h", np.clip(samples, -32_000, 32_000).astype(int).tolist()))
    return array("h", ulaw.decode(codes)).tobytes()


def understood(ear: Ear, menu: Menu, sound: bytes) -> Said:
    """Have it heard as on a call: the first key that is known counts."""
    began = time.process_time()
    stream = Stream(menu)
    for at in range(0, len(sound), 320):
        speech = stream.take(sound[at : at + 320])
        key = None if speech is None else ear.known(menu, speech)
        if key is not None:
            return Said(key, time.process_time() - began)
    return Said(None, time.process_time() - began)


def main() -> None:
    """Tell the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--voices", type=int)
    parser.add_argument("--lines", nargs="+", choices=LINES, default=list(LINES))
    given = parser.parse_args()
    sample = TUNED if given.tuned else HELD_OUT
    ear, write = Ear(), sys.stdout.write
    for line in given.lines:
        counts, times = measured(ear, sample, sample.voices[: given.voices], line)
        write(f"{line}: {_told(counts, times)}\n")
        sys.stdout.flush()


def measured(
    ear: Ear, sample: Sample, voices: Sequence[Voice], line: str
) -> tuple[Counter[str], list[float]]:
    """Have all voices say all of it over a line."""
    counts: Counter[str] = Counter()
    times: list[float] = []
    for seed, voice in enumerate(voices):
        for phrases in sample.menus:
            menu = ear.able(phrases)
            wanted = [(text, key) for key, some in phrases.items() for text in some]
            for text, key in [*wanted, *((text, None) for text in sample.strange)]:
                said = understood(ear, menu, over_the_line(spoken(voice, text), line, seed))
                times.append(said.seconds)
                counts[_judged(key, said.key)] += 1
    return counts, times


def _told(counts: Counter[str], times: list[float]) -> str:
    inside = sum(counts[name] for name in JUDGED)
    outside = counts["taken for something"] + counts["left alone"]
    shares = ", ".join(f"{name} {counts[name] / inside:.1%}" for name in JUDGED)
    taken = f"{counts['taken for something'] / outside:.1%}"
    times.sort()
    middle, slow = times[len(times) // 2], times[int(len(times) * 0.95)]
    return (
        f"of {inside} phrases {shares}; of {outside} strange ones taken for something {taken}; "
        f"computing p50 {middle:.2f} s, p95 {slow:.2f} s"
    )


def _judged(wanted: str | None, got: str | None) -> str:
    if wanted is None:
        return "left alone" if got is None else "taken for something"
    if got is None:
        return "not understood"
    return "right" if got == wanted else "wrong"


if __name__ == "__main__":
    main()
