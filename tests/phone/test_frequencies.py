from array import array
from pathlib import Path

import numpy as np
import pytest

from ccengine.phone import frequencies
from ccengine.phone.wav import write_wav

SECOND = np.arange(8000) / 8000


def tone(frequency: float, level: float = 0.25) -> np.ndarray:
    return level * 32767 * np.sin(2 * np.pi * frequency * SECOND)


def samples(*parts: np.ndarray) -> list[int]:
    return [int(sample) for sample in np.concatenate(parts).round()]


def test_a_pure_tone_is_all_of_its_energy() -> None:
    assert frequencies.tone_share(samples(tone(440)), 440) == pytest.approx(1.0, abs=0.001)
    assert frequencies.tone_share(samples(tone(440)), 480) < 0.001


def test_two_mixed_tones_are_both_present_up_to_6_db_apart() -> None:
    mixed = samples(tone(440) + tone(660, 0.13))
    assert frequencies.tone_fraction(mixed, 440) == 1.0
    assert frequencies.tone_fraction(mixed, 660) == 1.0
    assert frequencies.tone_fraction(mixed, 550) == 0.0


def test_windows_tell_when() -> None:
    sound = samples(tone(440), np.zeros(8000), tone(660))
    assert frequencies.tone_windows(sound, 440) == [True] * 5 + [False] * 10
    assert frequencies.tone_fraction(sound, 660) == pytest.approx(1 / 3)
    assert frequencies.silent_fraction(sound) == pytest.approx(1 / 3)


def test_noise_and_a_whisper_of_a_tone_hold_nothing() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 8000)
    assert frequencies.tone_fraction(samples(noise), 440) == 0.0
    assert frequencies.tone_fraction(samples(tone(440, 0.001)), 440) == 0.0


def test_nothing_holds_nothing() -> None:
    assert frequencies.tone_fraction([], 440) == 0.0
    assert frequencies.tone_share([0] * 100, 440) == 0.0
    assert frequencies.silent_fraction([]) == 1.0
    assert frequencies.level_db([]) == -120.0


def test_the_level_is_against_full_scale() -> None:
    assert frequencies.level_db(samples(tone(440, 1.0))) == pytest.approx(-3.01, abs=0.01)


def test_a_recording_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    write_wav(path, array("h", samples(tone(440) + tone(660))), 8000)
    assert frequencies.tone_windows_of(path, 440) == [True] * 5
    assert frequencies.tone_windows_of(path, 660) == [True] * 5
    assert frequencies.tone_windows_of(path, 1000) == [False] * 5
