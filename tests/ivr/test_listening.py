"""Every language is heard: no silence, about as long as its syllables take, and not cut off."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ccengine.config.tenant import Voice
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.prompts import Prompts, SpokenPrompt
from ccengine.ivr.rendering import build, sound_file
from ccengine.ivr.speech.sayers import Sayers
from ccengine.ivr.speech.values import Form
from tests.config.tenants import DEMO
from tests.ivr.listening import listen, syllables
from tests.sizes import FULL

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("ar", "en", "es", "fa", "fr", "uk")
SPEED = (1.6, 9.0)  #: syllables a second that anybody can follow
SHORT = 3  #: of so few syllables the speed says nothing
LOUD = (1500.0, 8000.0)
LONGEST_PAUSE = 0.8
VALUES = [
    (21, "number"), (1204, "number"), ("120034", "digits"), ("21.05", "money UAH"),
    ("1999", "money EUR"), (date(2026, 3, 2), "date weekday year"), (time(9, 5), "time"),
    (3725, "duration"),
]  # fmt: skip


def told(language: str, voice: Voice) -> dict[str, SpokenPrompt]:
    """Return values in words, one of each kind."""
    sayer = Sayers().sayer(language, [], ZoneInfo("Europe/Kyiv"), "UAH")
    assert sayer is not None
    forms = [(value, Form(kind, tuple(more))) for value, how in VALUES
             for kind, *more in [how.split()]]  # fmt: skip
    texts = [sayer.say(value, form) for value, form in forms]
    return {text: SpokenPrompt(text, language, voice) for text in texts}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.timeout(200)
@pytest.mark.parametrize("language", LANGUAGES if FULL else ("ar", "uk"))
def test_a_language_is_heard(tmp_path: Path, language: str) -> None:
    loaded = load_configuration(DEMO)
    assert loaded.tenant is not None
    spoken = {
        **loaded.prompts.phrases[language],
        **loaded.prompts.clients[ClientId("nour")][language],
        **told(language, loaded.tenant.settings.languages[language]),
    }
    few = {name: one for name, one in spoken.items() if not name.startswith("queue-wait-")}
    prompts = Prompts(phrases={language: few})
    build(prompts, tmp_path)
    wrong = {}
    for prompt in prompts:
        assert isinstance(prompt, SpokenPrompt)
        heard = listen(sound_file(tmp_path, prompt))
        words = prompt.speech or prompt.text
        count = syllables(words, language)
        speed = count / max(heard.seconds, 0.01)
        if (
            not LOUD[0] < heard.level < LOUD[1]
            or heard.clipped
            or heard.longest_gap > LONGEST_PAUSE
            or (count > SHORT and not SPEED[0] < speed < SPEED[1])
            or not 0.1 < heard.seconds < 0.9 * count + 1
        ):
            wrong[words] = (heard, count, speed)
    assert wrong == {}
    assert len(few) > 45


def test_what_is_too_loud_is_made_softer_not_cut_off(tmp_path: Path) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    loudest = Voice(
        voice="en-gb", command="espeak-ng -a 200 -v {voice} -s {words_per_minute} --stdin --stdout"
    )
    prompt = SpokenPrompt("Oh no, who goes there? All of us!", "en", loudest)
    prompts = Prompts(phrases={"en": {"loud": replace(prompt)}})
    build(prompts, tmp_path)
    heard = listen(sound_file(tmp_path, prompt))
    assert heard.clipped == 0
    assert heard.level > LOUD[0]
