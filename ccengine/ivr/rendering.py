"""Makes the files of sound that flows play: rendered by espeak-ng, or copied from recordings."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.ivr.prompts import SPEECH_ENGINE, Prompt, Prompts, RecordedPrompt, SpokenPrompt
from ccengine.ivr.resampling import resample
from ccengine.ivr.wav_files import RATE, write_wav

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER_BYTES: Final = 44  # espeak-ng's header on a pipe; the sizes in it are not true
RATE_AT: Final = 24
SECONDS_AT_MOST: Final = 60
FILE_MODE: Final = 0o640  # Asterisk reads it through the shared group


class SpeechFailed(Exception):
    """A text could not be rendered; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` found and did, as files below the sounds folder."""

    made: tuple[Path, ...]
    present: tuple[Path, ...]  #: there already
    stale: tuple[Path, ...]  #: no prompt leads to these any more


def sound_file(sounds: Path, prompt: Prompt) -> Path:
    """Return the file that Asterisk plays for a prompt."""
    return sounds / f"{prompt.sound}.wav"


def missing_sounds(prompts: Prompts, sounds: Path) -> tuple[Path, ...]:
    """Return the files that are still to be made."""
    files = {sound_file(sounds, prompt) for prompt in prompts}
    return tuple(sorted(file for file in files if not file.exists()))


def build(
    prompts: Prompts, sounds: Path, made_one: Callable[[Path], None] = lambda _: None
) -> Built:
    """Make all files that are missing, several at a time; what is there is not touched.

    `made_one` is called on this thread after each.

    Raises:
        SpeechFailed: the speech engine is missing or refuses a text or voice.
    """
    wanted = {sound_file(sounds, prompt): prompt for prompt in prompts}
    missing = sorted(file for file in wanted if not file.exists())
    for folder in {file.parent for file in missing}:
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            for file in pool.map(lambda file: _make(file, wanted[file]), missing):
                made_one(file)
        except SpeechFailed:
            pool.shutdown(cancel_futures=True)
            raise
    there = set(sounds.glob("*/*.wav"))
    present = wanted.keys() & there - set(missing)
    return Built(tuple(missing), tuple(sorted(present)), tuple(sorted(there - wanted.keys())))


def _make(file: Path, prompt: Prompt) -> Path:
    """Write the file whole or not at all, so that Asterisk never plays half of it."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".") as folder:
        draft = Path(folder) / file.name
        match prompt:
            case RecordedPrompt():
                shutil.copyfile(prompt.file, draft)
            case SpokenPrompt():
                write_wav(draft, _render(prompt))
        draft.chmod(FILE_MODE)
        draft.replace(file)
    return file


def _render(prompt: SpokenPrompt) -> bytes:
    voice = prompt.voice
    command = [SPEECH_ENGINE, "-v", voice.voice, "-s", str(voice.words_per_minute)]
    try:
        done = subprocess.run(
            [*command, "--stdin", "--stdout"],
            input=prompt.text.encode(),
            capture_output=True,
            timeout=SECONDS_AT_MOST,
            check=False,
        )
    except FileNotFoundError:
        message = f"{SPEECH_ENGINE} is not installed — apt-get install {SPEECH_ENGINE}"
        raise SpeechFailed(message) from None
    except subprocess.TimeoutExpired:
        message = f"{SPEECH_ENGINE} took over {SECONDS_AT_MOST} s for: {prompt.text}"
        raise SpeechFailed(message) from None
    if done.returncode != 0 or len(done.stdout) <= HEADER_BYTES:
        reason = done.stderr.decode(errors="replace").strip() or "no sound came out"
        message = (
            f"{SPEECH_ENGINE} cannot speak '{prompt.text}' with voice '{voice.voice}': {reason}"
            f" — '{SPEECH_ENGINE} --voices' lists what can be written in tenant.yaml's languages"
        )
        raise SpeechFailed(message)
    (rate,) = struct.unpack_from("<I", done.stdout, RATE_AT)
    return resample(done.stdout[HEADER_BYTES:], rate, RATE)
