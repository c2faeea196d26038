"""Files of sound as Asterisk plays them without converting: WAV, 16-bit PCM, mono, 8 kHz."""

from __future__ import annotations

import wave
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

RATE: Final = 8000
SAMPLE_BYTES: Final = 2
REMEDY: Final = "convert it: sox in.wav -r 8000 -c 1 -b 16 out.wav"


def fault_of(file: Path) -> str | None:
    """Return what is wrong with a recorded prompt, None when nothing is."""
    try:
        with wave.open(str(file), "rb") as sound:
            if sound.getnchannels() != 1:
                return f"it has {sound.getnchannels()} channels, not one"
            if sound.getframerate() != RATE:
                return f"it has {sound.getframerate()} samples a second, not {RATE}"
            if sound.getsampwidth() != SAMPLE_BYTES:
                return f"it has {sound.getsampwidth() * 8} bits a sample, not {SAMPLE_BYTES * 8}"
            if sound.getnframes() == 0:
                return "it holds no sound"
    except (wave.Error, EOFError, OSError, RuntimeError) as error:
        return f"it is no PCM WAV file ({str(error) or 'it is cut off'})"
    return None


def wav_of(samples: bytes) -> bytes:
    """Return a file's content with 16-bit mono samples at 8 kHz."""
    content = BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return content.getvalue()
