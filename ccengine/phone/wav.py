"""16-bit WAV files, read and written."""

import wave
from array import array
from pathlib import Path

_BYTES = 2


def read_wav(path: Path) -> tuple["array[int]", int]:
    """Give a file's samples and their rate; of several channels the first.

    Raises ValueError when the file is not 16 bit.
    """
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != _BYTES:
            message = f"{path.name} is not 16 bit"
            raise ValueError(message)
        samples = array("h", file.readframes(file.getnframes()))
        return samples[:: file.getnchannels()], file.getframerate()


def write_wav(path: Path, samples: "array[int]", rate: int) -> None:
    """Write a mono file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_BYTES)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
