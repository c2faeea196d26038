from array import array
from pathlib import Path

import pytest

from ccengine.phone import frequencies, ulaw
from ccengine.phone.sounds import Samples, Silence, Sound, Tone, Words, chosen
from ccengine.phone.wav import write_wav


def heard(sound: Sound, frames: int) -> "array[int]":
    return ulaw.decode(b"".join(sound.next_frame() for _ in range(frames)))


def test_a_tone_goes_on_without_a_click() -> None:
    samples = heard(Tone(441), 200)
    assert frequencies.tone_share(samples, 441) > 0.999
    assert frequencies.level_db(samples) == pytest.approx(-15, abs=0.2)


def test_a_tone_can_be_louder() -> None:
    assert frequencies.level_db(heard(Tone(440, level_db=-3), 50)) == pytest.approx(-6, abs=0.2)


def test_a_word_is_followed_by_a_pause_and_comes_again() -> None:
    samples = heard(Words(450, word_seconds=0.4, pause_seconds=0.6), 100)
    for second in (samples[:8000], samples[8000:]):
        assert frequencies.tone_share(second[:3200], 450) > 0.999
        assert not any(second[3200:])


def test_samples_end_in_silence() -> None:
    samples = heard(Samples.linear([4000] * 200), 3)
    assert all(samples[:200])
    assert not any(samples[200:])


def test_samples_can_repeat_from_any_length() -> None:
    for length in (7, 160, 170, 1000):
        codes = bytes(number % 100 for number in range(length))
        sound = Samples(codes, repeat=True)
        said = b"".join(sound.next_frame() for _ in range(20))
        assert said == (codes * (3200 // length + 1))[:3200]


def test_nothing_repeated_is_silence() -> None:
    assert Samples(b"", repeat=True).next_frame() == Silence().next_frame()


def test_a_wav_file_is_said(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", array("h", [1000] * 160), 8000)
    assert heard(Samples.wav(tmp_path / "a.wav"), 1)[0] == pytest.approx(1000, abs=20)
    write_wav(tmp_path / "b.wav", array("h", [1000] * 160), 16000)
    with pytest.raises(ValueError, match="16000"):
        Samples.wav(tmp_path / "b.wav")


def test_a_script_chooses_a_tone_a_sound_or_silence() -> None:
    assert isinstance(chosen(None, None), Silence)
    assert isinstance(chosen(440, None), Tone)
    sound = Silence()
    assert chosen(440, sound) is sound
