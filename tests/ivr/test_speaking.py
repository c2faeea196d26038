"""Sentences with values, said while a call waits: in words, in time, kept, and forgotten again."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import ASTERISK_STATE
from ccengine.config.tenant import Voice
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.prompts import Prompts, SpokenPrompt
from ccengine.ivr.speaker import TextSpeaker
from ccengine.ivr.speaking import FAILURES, REST_SECONDS, CallSpeaker, Voices
from ccengine.ivr.speech import stress
from ccengine.ivr.speech.stress import in_sounds, stressed
from ccengine.ivr.speech_engine import KEPT_SECONDS, Rendering, forget_old, render, spoken
from ccengine.ivr.wav_files import fault_of
from tests.config.tenants import copy_of_demo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

DNIPRO = ClientId("dnipro")
ORDER = {"order": "120034", "amount": Decimal("21.05"), "day": date(2026, 3, 3)}
SENTENCE = 'order: "Замовлення {order:digits}: {amount:money}, {day:date genitive}."\n'
ENGINE = """\
import sys, time, wave
mode, log, out = sys.argv[1:4]
text = sys.stdin.read()
open(log, "a").write(text + "\\n")
if mode == "slow":
    time.sleep(60)
if mode == "fails":
    sys.exit("no such voice")
with wave.open(out, "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(16000)
    sound.writeframes(b"\\x00\\x10\\x00\\xf0" * 8000)
"""


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """A call of Dnipro's and the engine it is spoken to by."""

    prompts: Prompts
    sounds: Path
    log: Path
    script: Path
    clock: Clock = field(default_factory=Clock)
    deadline: float = 20.0  # a machine that is busy must not fail the others

    def __post_init__(self) -> None:
        self.engine = Voices(self.sounds, self.clock, self.deadline)

    def voice(self, mode: str) -> Voice:
        command = f"{sys.executable} {self.script} {mode} {self.log} {{output}}"
        return Voice(voice="any", command=command)

    async def say(self, *sayings: str, mode: str = "good", **values: object) -> list[str] | None:
        voices = {language: self.voice(mode) for language in ("uk", "en")}
        speaker = CallSpeaker(self.prompts, DNIPRO, voices, self.engine)
        return await speaker.media(sayings, "uk", {**ORDER, **values})  # type: ignore[dict-item]

    @property
    def spoken(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def prompts(tmp_path: Path) -> Prompts:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/dnipro/prompts/uk/prompts.yaml"
    file.write_text(file.read_text() + SENTENCE)
    loaded = load_configuration(folder)
    assert loaded.problems == ()
    return loaded.prompts


@pytest.fixture
async def line(prompts: Prompts, tmp_path: Path) -> AsyncIterator[Line]:
    script = tmp_path / "engine.py"
    script.write_text(ENGINE)
    line = Line(prompts, tmp_path / "sounds", tmp_path / "log", script)
    yield line
    await line.engine.close()


def file_of(line: Line, media: str) -> Path:
    return line.sounds / f"{media.removeprefix(f'sound:{ASTERISK_STATE}/sounds/')}.wav"


async def test_a_sentence_is_worded_rendered_and_kept(line: Line) -> None:
    said = await line.say("order")
    assert said is not None
    (media,) = said
    file = file_of(line, media)
    assert fault_of(file) is None
    assert file.parent == line.sounds / "said" / "uk"
    assert line.spoken == [  # with stress marks on what the voice would stress wrongly
        "Замо́влення оди́н два нуль, нуль три чотири: двадцять одна́ гривня п'ять копійок, тре́тього "
        "бе́резня."  # noqa: RUF001 - Ukrainian
    ]
    os.utime(file, (0, 0))
    assert await line.say("order") == said
    assert len(line.spoken) == 1  # not made again …
    assert file.stat().st_mtime > 0  # … and kept for another day
    assert await line.say("order", order="120035") != said


async def test_prompts_and_values_in_a_row(line: Line) -> None:
    said = await line.say("greeting", "{amount:money accusative}", "closed")
    assert said is not None
    assert said[0] == line.prompts.media(DNIPRO, "greeting", "uk")
    assert said[2] == line.prompts.media(DNIPRO, "closed", "uk")
    assert line.spoken == ["двадцять одну́ гривню п'ять копійок"]


async def test_what_was_built_beforehand_is_not_made_again(line: Line) -> None:
    prompt = SpokenPrompt("двадцять один", "uk", line.voice("good"))
    file = line.sounds / f"{prompt.sound}.wav"
    file.parent.mkdir(parents=True)
    file.touch()
    assert await line.say("{n:number}", n=21) == [f"sound:{ASTERISK_STATE}/sounds/{prompt.sound}"]
    assert line.spoken == []


@pytest.mark.parametrize(
    ("saying", "values"),
    [
        ("order", {"amount": "much"}),
        ("{nothing:number}", {}),
        ("nothing", {}),
        ("{order:money}", {"order": "12-14"}),
    ],
)
async def test_what_cannot_be_said_is_not(
    line: Line, saying: str, values: dict[str, object]
) -> None:
    assert await line.say("greeting", saying, **values) is None
    assert line.spoken == []


async def test_a_slow_engine_delays_nobody_and_is_ended(line: Line) -> None:
    line.engine.deadline = 1.0
    clock = asyncio.get_running_loop().time
    began = clock()
    assert await line.say("order", mode="slow") is None
    assert clock() - began < 10.0
    assert list((line.sounds / "said").rglob("*.wav")) == []
    assert [name for name in commands() if str(line.script) in name] == []


def commands() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield (folder / "cmdline").read_text()
        except OSError:
            continue


async def test_after_failures_nothing_is_tried_for_a_while(line: Line) -> None:
    for number in range(FAILURES):
        assert await line.say("{n:number}", n=f"{number}.5", mode="fails") is None
    assert len(line.spoken) == FAILURES
    assert await line.say("order", mode="fails") is None
    assert len(line.spoken) == FAILURES  # rests
    assert await line.say("order") is not None  # by another voice
    line.clock.now += REST_SECONDS
    assert await line.say("{n:number}", n="7.5", mode="fails") is None
    assert len(line.spoken) == FAILURES + 2


async def test_a_text_that_a_voice_refuses_silences_no_other(line: Line) -> None:
    for _ in range(FAILURES + 1):
        assert await line.say("{n:number}", n="5.5", mode="fails") is None
    assert await line.say("{n:number}", n="6.5", mode="fails") is None
    assert len(line.spoken) == FAILURES + 2


async def test_many_at_once_are_no_fault_of_the_voice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.engine.deadline = 0.5

    async def render(_voices: Voices, _prompt: SpokenPrompt, file: Path) -> bool:
        await asyncio.sleep(0.35)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()  # noqa: ASYNC240 - in place of another process
        return True

    monkeypatch.setattr(Voices, "_rendered", render)
    async with asyncio.TaskGroup() as tasks:
        callers = [
            tasks.create_task(line.say("{n:number}", n=f"{number}.5")) for number in range(12)
        ]
    assert [caller.result() for caller in callers].count(None) > FAILURES
    assert await line.say("{n:number}", n="99.5") is not None


async def test_what_was_said_is_forgotten_also_in_a_language_that_nobody_speaks_any_more(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = line.sounds / "said"
    old = [said / "uk/a.wav", said / "ar/b.wav", said / "ar/.draft/c.wav"]
    old.append(tmp_path / "ccengine-speech-x/speech.wav")
    young = [said / "ar/d.wav", said / "ar/.now/e.wav", tmp_path / "ccengine-speech-y/speech.wav"]
    for file in (*old, *young):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for file in old:
        os.utime(file, (0, 0))
        if file.parent.name not in ("uk", "ar"):
            os.utime(file.parent, (0, 0))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        sweeping = tasks.create_task(line.engine.sweep())
        while any(file.exists() for file in old):  # noqa: ASYNC110 - files have no event
            await asyncio.sleep(0.02)
        sweeping.cancel()
    assert all(file.exists() for file in young)


async def test_rows_of_digits_are_said_whatever_happens(line: Line) -> None:
    expected = [line.prompts.phrase(DNIPRO, f"digit-{digit}", "uk") for digit in "120034"]
    assert await line.say("{order:digits}", mode="fails") == expected
    assert await line.say("{order:digits} {amount:money}", mode="fails") is None
    assert await line.say("{order:digits}", mode="fails", order="A1") is None


async def test_another_process_takes_over_from_a_dead_one(line: Line) -> None:
    assert await line.say("{n:number}", n=1) is not None
    (process,) = line.engine._idle
    assert process._process is not None
    os.kill(process._process.pid, 9)
    await process._process.wait()
    assert await line.say("{n:number}", n=2) is not None


async def test_several_calls_are_spoken_to_at_once(line: Line) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(line.say("{n:number}", n=number)) for number in range(6)]
        same = [group.create_task(line.say("{n:number}", n=7)) for _ in range(3)]
    assert len({str(call.result()) for call in calls}) == 6
    assert len({str(call.result()) for call in same}) == 1
    assert None not in {call.result() and 1 for call in (*calls, *same)}


async def test_logs_never_name_what_is_said(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    await line.say("order", mode="fails", order="4411223344")
    await line.say("order", amount="4411223344 UAH")
    printed = capsys.readouterr()
    assert "speech_failed" in printed.out + printed.err
    assert "cannot_say" in printed.out + printed.err
    assert "4411223344" not in printed.out + printed.err


def test_what_was_not_said_for_a_day_is_forgotten(tmp_path: Path) -> None:
    old, new = tmp_path / "old.wav", tmp_path / "new.wav"
    for file in (old, new):
        file.touch()
    now = new.stat().st_mtime
    os.utime(old, (now, now - KEPT_SECONDS - 1))
    forget_old(tmp_path, now)
    assert sorted(tmp_path.iterdir()) == [new]
    newest = tmp_path / "newest.wav"
    newest.touch()
    os.utime(newest, (now + 1, now + 1))
    forget_old(tmp_path, now, keep=1)
    assert sorted(tmp_path.iterdir()) == [newest]


async def test_a_fake_says_the_words(prompts: Prompts) -> None:
    speaker = TextSpeaker(prompts, DNIPRO)
    said = await speaker.media(["closed", "{amount:money}", "en/main-menu"], "uk", ORDER)
    assert said == [
        "text:Зараз ми не працюємо. Зателефонуйте, будь ласка, пізніше.",
        "text:двадцять одна гривня п'ять копійок",
        "text:For technical support in English press two.",
    ]
    assert await speaker.media(["{when:date}"], "uk", {"when": "soon"}) is None
    assert await speaker.media(["{who}"], "uk", {}) is None


# ---- any speech engine -------------------------------------------------------------------------


def test_text_is_never_part_of_the_command(tmp_path: Path) -> None:
    script, log = tmp_path / "engine.py", tmp_path / "log"
    script.write_text(ENGINE)
    text = "--help $(touch /tmp/x); {voice} `id`"
    command = f"{sys.executable} {script} good {log} {{output}}"
    assert len(render(Rendering(command, "any", 150, text))) == 16000
    assert log.read_text() == text + "\n"


def test_signs_of_arabic_letters_are_given_in_the_order_voices_know() -> None:
    assert spoken("ت\u0650\u0651") == "ت\u0651\u0650"
    assert spoken("ت\u0651\u0650") == "ت\u0651\u0650"
    assert spoken("п'ять") == "п'ять"


# ---- stress ------------------------------------------------------------------------------------

HEARD = {
    "натисніть": "n a t 'i s n i t",
    "можемо": "m V Z 'E m V",
    "сторін": "s t 'o r",  # lost a vowel: nothing to count by
    "тисяча": "t 'i s ja tS a",
}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Натисні́ть два.", "[[natisn'it]] два."),
        ("Ми мо́жемо.", "Ми [[m'oZEmV]]."),
        ("сторі́н", "сторін"),
        ("одна ти́сяча", "одна [[t'isjatSa]]"),
        ("нічого", "нічого"),
    ],
)
def test_a_mark_moves_the_stress_of_a_voice_that_knows_none(text: str, given: str) -> None:
    assert in_sounds(text, lambda words: [HEARD[word.lower()] for word in words]) == given


def test_our_own_words_are_marked_and_an_authors_marks_stay() -> None:
    assert stressed("Натисніть один, якщо п'ять.", "uk") == "Натисні́ть оди́н, якщо́ п'ять."
    assert stressed("Нати́сніть п'ятдесят", "uk") == "Нати́сніть п'ятдеся́т"
    assert stressed("Press one", "en") == "Press one"


def test_every_marked_word_of_ours_has_one_mark_on_a_vowel() -> None:
    text = (stress.FOLDER / "uk.txt").read_text()
    for word in text.split("\n", 1)[1].split():
        before, mark, after = word.partition(stress.ACUTE)
        assert mark, word
        assert before[-1] in stress.VOWELS, word
        assert stress.ACUTE not in after, word


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_ng_says_a_marked_word_otherwise() -> None:
    command = "espeak-ng -v {voice} -s {words_per_minute} --stdin --stdout"
    texts = ("за́мок", "замо́к", "замок")
    said = {text: render(Rendering(command, "uk", 150, text)) for text in texts}
    assert said["за́мок"] != said["замо́к"]
    assert all(len(samples) > 4000 for samples in said.values())
