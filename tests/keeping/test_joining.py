"""Parts become one recording, each at its time, whatever the format."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.config.sound_formats import Channels, SoundFormat
from ccengine.keeping.joining import BLOCK_FRAMES, join
from ccengine.keeping.placing import Part
from tests.keeping.sounds import LOUD, RATE, level, read_sound, write_raw

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = 1_700_000_000.0
AUDIBLE = LOUD / 2
SILENT = LOUD / 100  # -40 dB

FORMATS = pytest.mark.parametrize("sound_format", list(SoundFormat))


@FORMATS
def test_each_side_stays_on_its_channel_and_parts_have_silence_between(
    tmp_path: Path, sound_format: SoundFormat
) -> None:
    first = write_raw(tmp_path / "a.raw", 440, 1000, 4.0)
    second = write_raw(tmp_path / "a-2.raw", 600, 0, 3.0)
    output = tmp_path / f"a.{sound_format}"
    parts = [Part(second, BEGIN + 6.5), Part(first, BEGIN)]
    joined = join(parts, output, sound_format=sound_format)
    assert joined.seconds == pytest.approx(9.5)
    assert [part.offset_seconds for part in joined.parts] == [0.0, 6.5]
    sound = read_sound(output)
    assert len(sound) / RATE == pytest.approx(9.5, abs=0.1)  # an encoder fills its last frame
    early, between, late = sound[RATE : 3 * RATE], sound[36_000:50_000], sound[56_000:72_000]
    assert level(early[:, 0], 440) > AUDIBLE > SILENT > level(early[:, 0], 1000)
    assert level(early[:, 1], 1000) > AUDIBLE > SILENT > level(early[:, 1], 440)
    assert np.abs(between).max() < SILENT
    assert level(late[:, 0], 600) > AUDIBLE > SILENT > np.abs(late[:, 1]).max()


@FORMATS
def test_mono_has_both(tmp_path: Path, sound_format: SoundFormat) -> None:
    part = Part(write_raw(tmp_path / "a.raw", 440, 1000, 2.0), BEGIN)
    output = tmp_path / "mono"
    join([part], output, channels=Channels.MONO, sound_format=sound_format)
    sound = read_sound(output)
    assert sound.shape[1] == 1
    assert level(sound[:, 0], 440) > AUDIBLE
    assert level(sound[:, 0], 1000) > AUDIBLE


def test_parts_that_overlap_lose_no_sound(tmp_path: Path) -> None:
    parts = [
        Part(write_raw(tmp_path / "a.raw", 440, 0, 2.0), BEGIN),
        Part(write_raw(tmp_path / "b.raw", 700, 0, 2.0), BEGIN + 1.5),
    ]
    joined = join(parts, tmp_path / "a.wav")
    assert [part.offset_seconds for part in joined.parts] == [0.0, 2.0]
    assert len(read_sound(tmp_path / "a.wav")) == 4 * RATE


def test_a_part_that_is_gone_or_cut_leaves_the_others_where_they_are(tmp_path: Path) -> None:
    cut = write_raw(tmp_path / "b.raw", 700, 0, 1.0)
    cut.write_bytes(cut.read_bytes()[:-3])
    parts = [
        Part(tmp_path / "gone.raw", BEGIN),
        Part(cut, BEGIN + 2.0),
        Part(write_raw(tmp_path / "c.raw", 500, 0, 1.0), BEGIN + 4.0),
    ]
    joined = join(parts, tmp_path / "a.wav")
    assert [part.offset_seconds for part in joined.parts] == [0.0, 2.0, 4.0]
    sound = read_sound(tmp_path / "a.wav")
    assert not sound[: 2 * RATE].any()
    assert level(sound[2 * RATE : 3 * RATE, 0], 700) > AUDIBLE
    assert level(sound[4 * RATE :, 0], 500) > AUDIBLE


def test_a_clock_that_was_set_back_makes_no_days_of_silence(tmp_path: Path) -> None:
    parts = [
        Part(write_raw(tmp_path / "a.raw", 440, 0, 1.0), 0.0),
        Part(write_raw(tmp_path / "b.raw", 440, 0, 1.0), BEGIN),
    ]
    assert join(parts, tmp_path / "a.wav").seconds == pytest.approx(2.0)


def test_hours_of_sound_take_no_more_memory_than_minutes(tmp_path: Path) -> None:
    raw = tmp_path / "long.raw"
    block = write_raw(tmp_path / "block.raw", 440, 1000, 10.0).read_bytes()
    with raw.open("wb") as file:
        for _ in range(360):  # an hour: 115 MB
            file.write(block)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    joined = join([Part(raw, BEGIN)], tmp_path / "long.wav")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert joined.seconds == pytest.approx(3600.0)
    assert after - before < 40 * BLOCK_FRAMES / 1024 + 20_000  # kilobytes


@FORMATS
def test_a_full_disk_is_an_error(tmp_path: Path, sound_format: SoundFormat) -> None:
    part = Part(write_raw(tmp_path / "a.raw", 440, 1000, 60.0), BEGIN)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, most[1]))
    try:
        with pytest.raises(OSError, match=r"a\.out"):
            join([part], tmp_path / "a.out", sound_format=sound_format)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
