"""How well menus by voice are understood: espeak-ng's voices over a telephone, with noise.

    python -m tests.benchmarks.speech_bench

Needs espeak-ng and the extra `speech`. Everything is at 8 kHz, in mu-law, cut by the endpointer as
on a call. Told per line: right, not understood (the caller hears the menu again, or presses a
key), wrong; and how much of what is in no menu was taken for something.
"""

from __future__ import annotations

import argparse
import sys
import time
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ccengine.config.tenant import SPEECH_COMMAND
from ccengine.ivr.recogniser_engine import RATE, Ear, Menu, Stream
from ccengine.ivr.speech_engine import Rendering, render
from ccengine.phone import ulaw

VOICES: Final = (
    *("en-us", "en-us+f2", "en-us+f4", "en-us+m3", "en-us+m7"),
    *("en-gb", "en-gb+f3", "en-gb-x-rp+m2", "en-gb-scotland", "en-us+klatt2"),
)
MENUS: Final = (
    {
        "1": ("billing", "my bill", "pay a bill"),
        "2": ("technical support", "a fault", "power cut"),
        "3": ("new contract", "tariffs", "change my plan"),
        "0": ("operator", "an agent", "speak to somebody"),
    },
    {
        "1": ("order status", "where is my order", "my delivery"),
        "2": ("cancel an order", "cancellation", "cancel it"),
        "3": ("returns", "send it back", "refund"),
        "4": ("opening hours", "your address", "find a shop"),
        "0": ("customer service", "talk to a person", "help"),
    },
    {"1": ("yes", "yes please", "correct"), "2": ("no", "no thanks", "wrong")},
)
STRANGE: Final = (
    *("I have no idea what you mean", "good morning madam", "the weather is lovely today"),
    *("hang on a second", "what time is it", "my cat is called tom", "could you repeat that"),
    "seven hundred and five",
)
LINES: Final[dict[str, float | None]] = {"quiet": None, "20 dB": 20.0, "10 dB": 10.0}
"""How much louder the voice is than the noise."""
JUDGED: Final = ("right", "not understood", "wrong")


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one phrase."""

    key: str | None
    seconds: float  #: of computing


@cache
def spoken(voice: str, text: str) -> bytes:
    """Return a voice's samples at 8,000 Hz, with silence around."""
    made = render(Rendering(SPEECH_COMMAND, voice, 150, text))
    silence = bytes(2 * RATE // 2)
    return silence + made + silence * 2


def over_the_line(sound: bytes, louder: float | None, seed: int) -> bytes:
    """Return it with noise of a room, in mu-law and back."""
    samples = np.frombuffer(sound, dtype="<i2").astype(float)
    if louder is not None:
        noise = np.convolve(
            np.random.default_rng(seed).normal(size=len(samples)), [0.25] * 4, "same"
        )
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
    parser.add_argument("--voices", type=int, default=len(VOICES))
    voices = VOICES[: parser.parse_args().voices]
    ear, write = Ear(), sys.stdout.write
    for line, louder in LINES.items():
        counts: Counter[str] = Counter()
        times: list[float] = []
        for seed, voice in enumerate(voices):
            for phrases in MENUS:
                menu = Menu(phrases)
                wanted = [(text, key) for key, some in phrases.items() for text in some]
                for text, key in [*wanted, *((text, None) for text in STRANGE)]:
                    said = understood(ear, menu, over_the_line(spoken(voice, text), louder, seed))
                    times.append(said.seconds)
                    counts[_judged(key, said.key)] += 1
        write(f"{line}: {_told(counts, times)}\n")
        sys.stdout.flush()


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
