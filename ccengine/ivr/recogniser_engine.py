"""Knows phrases in callers' sound, by pocketsphinx and its English model. A process of its own.

One menu's phrases are one small grammar: whatever is said is compared with them, and with nothing
else, so what fits none of them well must be found out otherwise. It is heard twice, with different
faint noise where a telephone's sound has nothing (the model is of wide sound, and knows no
silence above 4 kHz): what was said for sure is known both times, what was guessed is not.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER: Final = struct.Struct("<BII")  #: what, whose, how many bytes follow
OPEN, SOUND, CLOSE = 1, 2, 3

RATE: Final = 8_000
FRAME_BYTES: Final = 320  #: 20 ms
BEGIN_FRAMES, BEGIN_LOUD = 10, 6  #: who speaks is loud in so many of so many; a click is not
BEFORE_FRAMES: Final = 14  #: kept of what was before
PAUSE_FRAMES: Final = 22  #: that end it
AFTER_FRAMES: Final = 8  #: of those, kept
LONGEST_FRAMES: Final = 250  #: what is longer is no phrase of a menu
STANDS_OUT: Final = 6.0  #: dB
QUIETEST: Final = 35.0  #: dB, of one step of a sample
RISE: Final = 0.03  #: dB a frame, where the line has become louder for good
PHONE_SECONDS: Final = 0.08
LONGER_SECONDS: Final = 0.72
"""How much longer than its sounds take a phrase may be: else more was said than it."""
GRAMMARS_KEPT: Final = 32
HISS: Final = (60.0, 120.0)
"""How loud the noise is, of 32,767: found by the bench over voices and lines."""
TAPS: Final = 63


@dataclass(frozen=True, slots=True)
class Menu:
    """What may be said, by key. Phrases are small letters and spaces, as flows are checked for."""

    phrases: Mapping[str, Sequence[str]]

    @property
    def grammar(self) -> str:
        """The phrases in JSGF."""
        every = " | ".join(f"({phrase})" for some in self.phrases.values() for phrase in some)
        return f"#JSGF V1.0;\ngrammar menu;\npublic <menu> = {every};\n"

    def key_of(self, said: str) -> str | None:
        """Return the key of a phrase; None: it is none, as when only its beginning was heard."""
        return next((key for key, some in self.phrases.items() if said in some), None)


class Ear:
    """The decoder, and the phrases it has been told."""

    def __init__(self) -> None:
        from pocketsphinx import Config, Decoder, get_model_path

        model = f"{get_model_path()}/en-us"
        self._decoder: Any = Decoder(
            Config(
                hmm=f"{model}/en-us",
                dict=f"{model}/cmudict-en-us.dict",
                lm=None,
                loglevel="FATAL",
            )
        )
        self._grammars: OrderedDict[str, str] = OrderedDict()

    def able(self, phrases: Mapping[str, Sequence[str]]) -> Menu:
        """Return what can be listened for: no phrase with a word that the model does not know."""
        lookup = self._decoder.lookup_word
        known = {
            key: [one for one in some if all(lookup(word) for word in one.split())]
            for key, some in phrases.items()
        }
        return Menu({key: some for key, some in known.items() if some})

    def known(self, menu: Menu, sound: bytes) -> str | None:
        """Return the key whose phrase was said for sure; `sound` is samples at 8,000 Hz."""
        self._decoder.activate_search(self._named(menu.grammar))
        said = [self._said(widened(sound, hiss)) for hiss in HISS]
        keys = {menu.key_of(one) if self._fits(one, sound) else None for one in said}
        return keys.pop() if len(keys) == 1 else None

    def _fits(self, phrase: str, sound: bytes) -> bool:
        phones = sum(len(self._decoder.lookup_word(word).split()) for word in phrase.split())
        return len(sound) / (2 * RATE) <= phones * PHONE_SECONDS + LONGER_SECONDS

    def _said(self, wide: bytes) -> str:
        self._decoder.start_utt()
        self._decoder.process_raw(wide, full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return "" if hypothesis is None else str(hypothesis.hypstr)

    def _named(self, grammar: str) -> str:
        name = self._grammars.get(grammar)
        if name is None:
            name = f"menu{len(self._grammars)}"
            if len(self._grammars) >= GRAMMARS_KEPT:
                _, name = self._grammars.popitem(last=False)
                self._decoder.remove_search(name)
            self._decoder.add_jsgf_string(name, grammar)
            self._grammars[grammar] = name
        self._grammars.move_to_end(grammar)
        return name


def widened(sound: bytes, hiss: float) -> bytes:
    """Return samples of 8,000 Hz at 16,000 Hz, with noise in all of the band."""
    import numpy as np

    samples = np.frombuffer(sound, dtype="<i2").astype(np.float64)
    spread = np.zeros(len(samples) * 2)
    spread[::2] = samples * 2
    places = np.arange(TAPS) - TAPS // 2
    low = np.sinc(places / 2) * np.hamming(TAPS) / 2
    noise = np.random.default_rng(1).normal(size=len(spread)) * hiss  # the same each time
    wide = np.convolve(spread, low, "same") + noise
    return bytes(np.clip(wide, -32_767, 32_767).astype("<i2").tobytes())


class Stream:
    """One caller's sound, cut where they pause.

    Loud is what stands out of the noise of the line, as it is now: a detector of voices takes a
    noisy room for one that never ends.
    """

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        self._rest = b""
        self._floor: float | None = None  #: dB of full scale
        self._frames: list[bytes] = []
        self._loud: list[bool] = []
        self._speaks = False

    def take(self, sound: bytes) -> bytes | None:
        """Take 16-bit samples; what was said, once it is over and can be a phrase."""
        self._rest += sound
        ended: bytes | None = None
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            ended = self._cut(frame) or ended
        return ended

    def _cut(self, frame: bytes) -> bytes | None:
        self._frames.append(frame)
        self._loud.append(self._is_loud(frame))
        if not self._speaks:
            if sum(self._loud[-BEGIN_FRAMES:]) >= BEGIN_LOUD:
                self._speaks = True
            else:
                del self._frames[:-BEFORE_FRAMES], self._loud[:-BEFORE_FRAMES]
            return None
        is_over = len(self._loud) > PAUSE_FRAMES and not any(self._loud[-PAUSE_FRAMES:])
        if not is_over and len(self._frames) <= LONGEST_FRAMES:
            return None
        said = self._frames[: len(self._frames) - PAUSE_FRAMES + AFTER_FRAMES]
        self._frames, self._loud, self._speaks = [], [], False
        return b"".join(said) if is_over else None

    def _is_loud(self, frame: bytes) -> bool:
        samples = array("h", frame)
        power = sum(sample * sample for sample in samples) / len(samples)
        level = 10 * math.log10(max(power, 1.0))
        if self._floor is None or level < self._floor:
            self._floor = level if self._floor is None else (self._floor + level) / 2
        else:
            self._floor += RISE
        return level > max(self._floor + STANDS_OUT, QUIETEST)


def serve(given: BinaryIO, tell: Callable[[int, str], None], ear: Ear) -> None:
    """Listen to all who are opened until the input is over; `tell` is told whose key it was."""
    streams: dict[int, Stream] = {}
    while len(header := given.read(HEADER.size)) == HEADER.size:
        what, whose, size = HEADER.unpack(header)
        body = given.read(size)
        if what == OPEN:
            menu = ear.able(json.loads(body))
            if menu.phrases:
                streams[whose] = Stream(menu)
        elif what == CLOSE:
            streams.pop(whose, None)
        elif whose in streams and (speech := streams[whose].take(body)) is not None:
            key = ear.known(streams[whose].menu, speech)
            if key is not None:
                tell(whose, key)


def _tell(whose: int, key: str) -> None:
    sys.stdout.write(json.dumps([whose, key]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, _tell, Ear())
