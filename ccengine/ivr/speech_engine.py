"""Makes sound of text by a program: espeak-ng, or what a tenant's language names instead.

It also runs as a process of its own, for what is said while a call waits for it: resampling there
takes nothing from the calls' one thread, and it begins soon, as it imports little.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.ivr.resampling import resample
from ccengine.ivr.speech.stress import ACUTE, in_sounds
from ccengine.ivr.wav_files import RATE, SAMPLE_BYTES, wav_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ESPEAK: Final = "espeak-ng"
DEAF_VOICE: Final = "uk"  #: does not know the mark for stress
OUTPUT: Final = "{output}"
SECONDS_AT_MOST: Final = 60.0
FILE_MODE: Final = 0o640  # Asterisk reads it through the shared group
LOUDEST: Final = 29_000  # about 1 dB below the most: a codec's own overshoot is not clipped
KEPT_SECONDS: Final = 24 * 3600.0
"""Sentences with values in them are personal: they are kept for a day after they were last said."""

LEFT_SECONDS: Final = 3600.0
"""Nobody works that long at one sentence."""
WORKSHOP: Final = "ccengine-speech-"

KEPT_AT_MOST: Final = 5000  #: of a language, some 400 MB
LOOKED_THROUGH: Final = 50  #: after so many sentences the folder is looked through again

RIFF_BYTES, CHUNK_BYTES, FORMAT_BYTES = 12, 8, 16
PCM: Final = (1, 0xFFFE)
SIGNS_IN_ORDER: Final = re.compile("([\u064b-\u0650\u0652])\u0651")


class SpeechFailed(Exception):
    """A text could not be rendered; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What is to be spoken, and by which command."""

    command: str  #: a template
    voice: str
    words_per_minute: int
    text: str

    def arguments(self, output: str) -> list[str]:
        """Return the command's words. No shell sees them, and the text is not among them."""
        given = {
            "{voice}": self.voice,
            "{words_per_minute}": str(self.words_per_minute),
            OUTPUT: output,
        }
        words = shlex.split(self.command)
        for placeholder, value in given.items():
            words = [word.replace(placeholder, value) for word in words]
        return words


def spoken(text: str) -> str:
    """Return a text with the signs of Arabic letters in the order that voices know: shadda first.

    Unicode's own order has the vowel first, and espeak-ng then loses the vowel's length.
    """
    return SIGNS_IN_ORDER.sub("\u0651\\1", text)


def render(what: Rendering, *, seconds: float = SECONDS_AT_MOST) -> bytes:
    """Return 16-bit mono samples at 8 kHz.

    Raises:
        SpeechFailed: the program is missing, is too slow, or refuses the text or the voice.
    """
    with tempfile.TemporaryDirectory(prefix=WORKSHOP) as folder:
        output = Path(folder) / "speech.wav"
        arguments = what.arguments(str(output))
        program = arguments[0]
        try:
            done = subprocess.run(
                arguments,
                input=_given(what, seconds).encode(),
                capture_output=True,
                timeout=seconds,
                check=False,
                cwd=folder,
            )
        except FileNotFoundError:
            message = f"{program} is not installed — apt-get install {program}"
            raise SpeechFailed(message) from None
        except subprocess.TimeoutExpired:
            message = f"{program} took over {seconds:g} s for: {what.text}"
            raise SpeechFailed(message) from None
        except OSError as error:
            message = f"{program} cannot be run: {error}"
            raise SpeechFailed(message) from None
        content = output.read_bytes() if OUTPUT in what.command and output.exists() else done.stdout
    samples, rate = _samples(content)
    if done.returncode != 0 or not samples:
        reason = done.stderr.decode(errors="replace").strip() or "no sound came out"
        message = f"{program} cannot speak '{what.text}' with voice '{what.voice}': {reason}"
        if program == ESPEAK:
            message += f" — '{ESPEAK} --voices' lists what can be written in tenant.yaml"
        raise SpeechFailed(message)
    return resample(samples, rate, RATE, loudest=LOUDEST)


def _given(what: Rendering, seconds: float) -> str:
    """Return what the program reads: for espeak-ng's Ukrainian, stressed words as sounds."""
    text = spoken(what.text)
    is_deaf = what.command.startswith(ESPEAK) and what.voice.startswith(DEAF_VOICE)
    if ACUTE not in text or not is_deaf:
        return text

    def sounds_of(words: Sequence[str]) -> Sequence[str]:
        done = subprocess.run(
            [ESPEAK, "-v", what.voice, "-q", "-x", "--sep= ", "--stdin"],
            input="".join(f"{word}.\n" for word in words).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        lines = [line.strip() for line in done.stdout.decode(errors="replace").splitlines()]
        heard = [line for line in lines if line]
        return heard if len(heard) == len(words) else ["" for _ in words]

    return in_sounds(text, sounds_of)


def write_sound(file: Path, samples: bytes) -> None:
    """Write 16-bit mono samples at 8 kHz into a file."""
    write_file(file, wav_of(samples))


def write_file(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that Asterisk never plays half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".") as folder:
        draft = Path(folder) / file.name
        draft.write_bytes(content)
        draft.chmod(FILE_MODE)
        draft.replace(file)


def forget_old(folder: Path, now: float, keep: int = KEPT_AT_MOST) -> None:
    """Remove what has not been said for a day, and of the rest what is too much."""
    said: list[tuple[float, Path]] = []
    for file in folder.glob("*.wav"):
        with suppress(FileNotFoundError):  # another process was quicker
            said.append((file.stat().st_mtime, file))
    said.sort(reverse=True)
    for number, (at, file) in enumerate(said):
        if number >= keep or at < now - KEPT_SECONDS:
            file.unlink(missing_ok=True)


def sweep(said: Path) -> None:
    """Remove what is old in all languages, and what processes left that were killed meanwhile.

    Raises:
        OSError: a folder cannot be looked through.
    """
    now = time.time()  # noqa: TID251 - the files' own clock
    languages = [folder for folder in said.glob("[!.]*") if folder.is_dir()]
    for folder in languages:
        forget_old(folder, now)
    drafts = (draft for folder in languages for draft in folder.glob(".*"))
    for left in (*drafts, *Path(tempfile.gettempdir()).glob(f"{WORKSHOP}*")):
        with suppress(FileNotFoundError):  # another process was quicker
            if left.stat().st_mtime < now - LEFT_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _samples(content: bytes) -> tuple[bytes, int]:
    """Return the sound in a WAV, nothing if it is none that we know.

    Written to a pipe its sizes may be anything: the last chunk goes to the end.
    """
    if content[:4] != b"RIFF" or content[8:RIFF_BYTES] != b"WAVE":
        return b"", RATE
    at, rate = RIFF_BYTES, 0
    while at + CHUNK_BYTES <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        at += CHUNK_BYTES
        if name == b"data":
            end = at + size if 0 < size <= len(content) - at else len(content)
            return (content[at:end] if rate else b""), rate
        if name == b"fmt " and size >= FORMAT_BYTES:
            head = content[at : at + FORMAT_BYTES]
            kind, channels = (int.from_bytes(head[i : i + 2], "little") for i in (0, 2))
            bits = int.from_bytes(head[14:16], "little")
            is_known = kind in PCM and channels == 1 and bits == SAMPLE_BYTES * 8
            rate = int.from_bytes(head[4:8], "little") if is_known else 0
        at += size + size % 2
    return b"", RATE


def main() -> None:
    """Render what each line of standard input asks for, until there is no more."""
    for number, line in enumerate(sys.stdin.buffer, start=1):  # the engine sweeps, too
        name, what = json.loads(line)
        file = Path(name)
        answer = "made"
        try:
            write_sound(file, render(Rendering(**what)))
        except (SpeechFailed, OSError):
            answer = "failed"  # and never the text: it may be personal
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
        if number % LOOKED_THROUGH == 0:
            forget_old(file.parent, time.time())  # noqa: TID251 - the files' own clock


if __name__ == "__main__":
    main()
