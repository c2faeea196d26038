"""Makes the files of sound that flows play: rendered by a speech engine, or copied recordings."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ccengine.ivr.prompts import Prompt, Prompts, RecordedPrompt, SpokenPrompt
from ccengine.ivr.speech_engine import SpeechFailed, render, write_file, write_sound

if TYPE_CHECKING:
    from collections.abc import Callable


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
    match prompt:
        case RecordedPrompt():
            write_file(file, prompt.file.read_bytes())
        case SpokenPrompt():
            write_sound(file, render(prompt.rendering))
    return file
