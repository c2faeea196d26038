from __future__ import annotations

import re
import shutil
import wave
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.config.names import can_be_read
from ccengine.config.settings import ASTERISK_STATE
from ccengine.config.tenant import Voice
from ccengine.core.ids import ClientId
from ccengine.ivr.built_in import (
    CHOICE,
    LANGUAGES,
    LEAD_MESSAGE,
    LEAD_MESSAGE_OF_MARKETING,
    PRESS_FOR,
    built_in_texts,
)
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.outcome_words import OutcomeWord
from ccengine.ivr.phrases import Phrase
from ccengine.ivr.prompts import Prompts, SpokenPrompt
from ccengine.ivr.rendering import build, missing_sounds, sound_file
from ccengine.ivr.resampling import resample
from ccengine.ivr.speech.sayers import built_in_spelling
from ccengine.ivr.speech_engine import SpeechFailed
from ccengine.ivr.wav_files import fault_of
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

NOUR = ClientId("nour")
DNIPRO = ClientId("dnipro")
needs_speech = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def record(file: Path, *, rate: int = 8000, channels: int = 1, seconds: float = 0.1) -> Path:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * 2 * channels))
    return file


def test_media_is_where_asterisk_finds_it(tmp_path: Path) -> None:
    prompts = load_configuration(copy_of_demo(tmp_path)).prompts
    media = prompts.media(NOUR, "greeting", "ar")
    assert media.startswith(f"sound:{ASTERISK_STATE}/sounds/ar/")
    assert not media.endswith(".wav")


def test_another_text_or_voice_is_another_file() -> None:
    prompt = SpokenPrompt("Hello", "en", Voice(voice="en-gb"))
    others = [
        replace(prompt, text="Hallo"),
        replace(prompt, language="en-us"),
        replace(prompt, voice=Voice(voice="en-us")),
        replace(prompt, voice=Voice(voice="en-gb", words_per_minute=160)),
    ]
    assert len({prompt.sound, *(other.sound for other in others)}) == 5


def test_a_recording_wins_over_text(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    recording = record(folder / "clients/nour/prompts/ar/greeting.wav")
    configuration = load_configuration(folder)
    assert configuration.problems == ()
    sounds = tmp_path / "sounds"
    prompt = configuration.prompts.find(NOUR, "greeting", "ar")
    assert prompt is not None
    wanted = sound_file(sounds, prompt)
    build(Prompts(clients={NOUR: {"ar": {"greeting": prompt}}}), sounds)
    assert wanted.read_bytes() == recording.read_bytes()


@pytest.mark.parametrize(
    ("recording", "fault"),
    [
        ({"rate": 44100}, "44100 samples a second"),
        ({"channels": 2}, "2 channels"),
        ({"seconds": 0}, "no sound"),
    ],
)
def test_a_recording_that_asterisk_cannot_play_is_a_problem(
    tmp_path: Path, recording: dict[str, float], fault: str
) -> None:
    folder = copy_of_demo(tmp_path)
    file = record(folder / "clients/nour/prompts/ar/greeting.wav", **recording)  # type: ignore[arg-type]
    (problem,) = load_configuration(folder).problems
    assert problem.file == file
    assert fault in problem.message
    assert "sox" in problem.remedy


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3" + bytes(100)])
def test_what_is_no_wav_file_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(content)
    assert "no PCM WAV" in (fault_of(file) or "")


def test_a_flow_may_use_a_prompt_only_in_a_language_that_has_it(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(
        folder / "clients/dnipro/client.yaml",
        "600201: {flow: vip",
        "600201: {language: en, flow: main",
    )
    messages = [problem.message for problem in load_configuration(folder).problems]
    assert "prompt 'greeting' is missing in 'en'" in messages


def test_every_language_says_everything_and_nothing_else() -> None:
    lead = {LEAD_MESSAGE, LEAD_MESSAGE_OF_MARKETING}
    names = {*Confirmation, *OutcomeWord, *Phrase, PRESS_FOR, CHOICE, *lead}
    assert {"ar", "en", "es", "fa", "fr", "uk"} == LANGUAGES
    for language in LANGUAGES:
        texts = built_in_texts(language)
        assert set(texts) == names, language
        for name, text in texts.items():
            english = built_in_texts("en")[name]
            assert holes(text) == holes(english), (language, name)
            assert can_be_read(text), (language, name)
            assert language == "en" or text != english, (language, name)


def holes(text: str) -> set[str]:
    return set(re.findall(r"{[^}]*}", text))


def test_every_language_asks_for_the_same_keys() -> None:
    """Which keys are to be pressed, in figures or words."""
    spelled = {
        language: {built_in_spelling(language).spell("plain", n): n for n in range(1, 4)}  # type: ignore[union-attr]
        for language in LANGUAGES
    }
    bent = {"اثْنَيْنِ": 2, "اثْنَيْن": 2, "وَاثْنَيْنِ": 2, "ثَلَاثَة": 3, "وَاحِد": 1}
    for name, english in built_in_texts("en").items():
        wanted = re.findall(
            r"(?<=press )[1-9]|(?:(?<=, )|(?<=or ))[1-9](?= to| for)", english, re.I
        )
        for language in LANGUAGES - {"en"} if wanted else ():
            words = re.findall(r"[^\s.,،:؛]+", built_in_texts(language)[name])
            known = {**spelled[language], **bent}
            found = [str(known.get(word, word)) for word in words]
            pressed = iter([word for word in found if word in "123"])
            assert all(key in pressed for key in wanted), (language, name)  # in this order


def test_a_tenants_own_words_replace_ours(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    before = load_configuration(folder).prompts
    (folder / "prompts/en").mkdir(parents=True)
    (folder / "prompts/en/prompts.yaml").write_text("logged-in: Good morning.\n")
    after = load_configuration(folder).prompts
    changed = [
        what
        for what in Confirmation
        if before.confirmation(what, "en") != after.confirmation(what, "en")
    ]
    assert changed == [Confirmation.LOGGED_IN]


def test_agents_of_a_language_we_do_not_speak_hear_english(tmp_path: Path) -> None:
    prompts = load_configuration(copy_of_demo(tmp_path)).prompts
    assert "/en/" in prompts.confirmation(Confirmation.READY, "xx")


def of_dnipro_in_english(folder: Path) -> Prompts:
    """Return two prompts, because speaking takes time."""
    prompts = load_configuration(folder).prompts
    english = prompts.clients[DNIPRO]["en"]
    written = {
        name: one for name, one in english.items() if not name.startswith(("queue-", "closure"))
    }
    clients = {DNIPRO: {"en": written}}
    return replace(prompts, clients=clients, confirmations={}, phrases={}, names={}, texts={})


@needs_speech
def test_building_makes_what_is_missing_and_lists_what_is_stale(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    sounds = tmp_path / "sounds"
    prompts = of_dnipro_in_english(folder)
    wanted = missing_sounds(prompts, sounds)
    assert len(wanted) == 2
    built = build(prompts, sounds)
    assert built.made == wanted
    assert {fault_of(file) for file in built.made} == {None}
    again = build(prompts, sounds)
    assert (again.made, again.present, again.stale) == ((), wanted, ())

    change(folder / "clients/dnipro/prompts/en/prompts.yaml", "We are closed now", "Closed")
    changed = build(of_dnipro_in_english(folder), sounds)
    assert (len(changed.made), len(changed.present), len(changed.stale)) == (1, 1, 1)
    with wave.open(str(changed.made[0]), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    assert len(samples) > 8000
    assert np.sqrt((samples**2).mean()) > 1000  # loud enough to be heard


@needs_speech
def test_a_voice_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    wrong = SpokenPrompt("Hello", "en", Voice(voice="klingon-xx"))
    only = Prompts(clients={NOUR: {"en": {"a": wrong}}})
    with pytest.raises(SpeechFailed, match="--voices"):
        build(only, tmp_path)
    assert list(tmp_path.glob("en/*")) == []


def test_without_a_speech_engine_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = load_configuration(copy_of_demo(tmp_path)).prompts
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechFailed, match="apt-get install espeak-ng"):
        build(prompts, tmp_path / "sounds")


@pytest.mark.parametrize(
    ("hertz", "least", "most"), [(300, -0.5, 0.5), (3000, -0.5, 0.5), (5000, -90, -40)]
)
def test_resampling_keeps_speech_and_lets_no_alias_through(
    hertz: int, least: float, most: float
) -> None:
    tone = 10_000 * np.sin(2 * np.pi * hertz * np.arange(22050) / 22050)
    out = np.frombuffer(resample(tone.astype("<i2").tobytes(), 22050, 8000), "<i2").astype(float)
    assert len(out) == 8000
    level = 20 * np.log10(np.sqrt((out[400:-400] ** 2).mean()) / (10_000 / np.sqrt(2)) + 1e-9)
    assert least <= level <= most


@pytest.mark.parametrize("count", [1, 440, 441, 3000])
def test_resampling_makes_each_sample_and_the_loudest_softer(count: int) -> None:
    said = np.full(count, 20_000, "<i2").tobytes()
    out = np.frombuffer(resample(said, 22050, 8000), "<i2")
    assert len(out) == count * 160 // 441
    assert (out[30:-30] == 20_000).all()
    assert (np.frombuffer(resample(said, 22050, 8000, loudest=9000), "<i2") <= 9000).all()
    assert (out > 5_000).all()
