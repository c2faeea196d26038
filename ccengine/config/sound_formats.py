"""How a recording is written down: the words of client.yaml."""

from __future__ import annotations

from enum import StrEnum


class SoundFormat(StrEnum):
    """What kind of file a recording becomes after the call."""

    WAV = "wav"  #: 16-bit PCM: nothing is lost, 1.9 MB per minute in stereo
    OPUS = "opus"  #: a sixth of that, in an Ogg file
    MP3 = "mp3"  #: for programs that know nothing newer


class Channels(StrEnum):
    """What is on which side."""

    STEREO = "stereo"  #: left: what the caller says; right: what the caller hears
    MONO = "mono"  #: both, mixed
