"""What waiting callers are told, in each language's own grammar; languages are added by text."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.announcement_checks import ROUNDED_TO
from ccengine.core.ids import ClientId
from ccengine.core.queues import (
    Announcements,
    KeyExit,
    PositionTold,
    QueueSettings,
    WaitTold,
)
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.prompts import SpokenPrompt
from ccengine.ivr.speech.grammar import COUNTED_AT_MOST, forms_of
from ccengine.ivr.speech.sentences import (
    NEXT,
    Says,
    Sentence,
    position_sentence,
    sentences_of,
    wait_sentence,
)
from ccengine.ivr.speech.wordings import BUILT_IN, Wordings, read_wording
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.configuration import Configuration

DNIPRO = ClientId("dnipro")
LANGUAGES = sorted(file.stem for file in BUILT_IN.glob("*.yaml"))

AHEAD = {
    # By CLDR's plural forms: in each the first number and one that only looks alike.
    "en": {
        1: "There is one caller ahead of you.",
        2: "There are 2 callers ahead of you.",
        21: "There are 21 callers ahead of you.",
    },
    "uk": {
        1: "Перед вами 1 абонент.",  # one
        2: "Перед вами 2 абоненти.",  # few
        4: "Перед вами 4 абоненти.",
        5: "Перед вами 5 абонентів.",  # many
        11: "Перед вами 11 абонентів.",  # not as 1
        12: "Перед вами 12 абонентів.",  # not as 2
        21: "Перед вами 21 абонент.",  # as 1
        22: "Перед вами 22 абоненти.",  # as 2
        25: "Перед вами 25 абонентів.",
    },
    "ar": {
        1: "أَمَامَكَ مُتَّصِلٌ وَاحِدٌ.",
        2: "أَمَامَكَ مُتَّصِلَانِ اثْنَانِ.",  # dual
        3: "أَمَامَكَ ثَلَاثَةُ مُتَّصِلِينَ.",  # few: plural, the numeral in the other gender
        10: "أَمَامَكَ عَشَرَةُ مُتَّصِلِينَ.",
        11: "أَمَامَكَ أَحَدَ عَشَرَ مُتَّصِلًا.",  # many: singular, accusative
        12: "أَمَامَكَ اثْنَا عَشَرَ مُتَّصِلًا.",
        25: "أَمَامَكَ خَمْسَةٌ وَعِشْرُونَ مُتَّصِلًا.",
        100: "أَمَامَكَ مِئَةُ مُتَّصِلٍ.",  # other: singular, genitive
    },
    "es": {
        1: "Hay una persona delante de usted.",
        21: "Hay veintiuna personas delante de usted.",
        31: "Hay treinta y una personas delante de usted.",
    },
    "fr": {
        1: "Il y a une personne avant vous.",
        21: "Il y a vingt-et-une personnes avant vous.",
        71: "Il y a soixante-et-onze personnes avant vous.",
    },
    "fa": {1: "یک نفر پیش از شما در صف است.", 21: "بیست و یک نفر پیش از شما در صف هستند."},
}
MORE_THAN = {
    "en": {1: "There is more than one caller ahead of you.",
           10: "There are more than 10 callers ahead of you."},
    "uk": {1: "Перед вами більше ніж 1 абонент.", 3: "Перед вами більше ніж 3 абоненти.",
           10: "Перед вами більше ніж 10 абонентів."},
    "ar": {2: "أَمَامَكَ أَكْثَرُ مِنْ مُتَّصِلَيْنِ اثْنَيْنِ.",
           10: "أَمَامَكَ أَكْثَرُ مِنْ عَشَرَةِ مُتَّصِلِينَ.",
           20: "أَمَامَكَ أَكْثَرُ مِنْ عِشْرِينَ مُتَّصِلًا."},
}  # fmt: skip
WAIT = {
    "en": {30: "about 30 seconds.", 60: "about one minute.", 120: "about 2 minutes.",
           90: "about one minute and 30 seconds."},
    "uk": {30: "час очікування, 30 секунд.", 60: "час очікування, одна хвилина.",
           120: "час очікування, дві хвилини.", 180: "час очікування, три хвилини.",
           300: "час очікування, 5 хвилин.", 660: "час очікування, 11 хвилин.",
           1260: "час очікування, двадцять одна хвилина.",
           1320: "час очікування, двадцять дві хвилини.",
           90: "час очікування, одна хвилина 30 секунд."},
    "ar": {20: "حَوَالَيْ عِشْرِينَ ثَانِيَةً.", 60: "حَوَالَيْ دَقِيقَةٍ وَاحِدَةٍ.", 120: "حَوَالَيْ دَقِيقَتَيْنِ.",
           180: "حَوَالَيْ ثَلَاثِ دَقَائِقَ.", 660: "حَوَالَيْ إِحْدَى عَشْرَةَ دَقِيقَةً.",
           3600: "حَوَالَيْ سِتِّينَ دَقِيقَةً.",  # tens in the genitive
           90: "حَوَالَيْ دَقِيقَةٍ وَاحِدَةٍ وَثَلَاثِينَ ثَانِيَةً."},
    "es": {60: "un minuto.", 1260: "veintiún minutos.", 90: "un minuto y treinta segundos."},
    "fr": {60: "une minute.", 1260: "vingt-et-une minutes.", 90: "une minute et trente secondes."},
    "fa": {60: "حدود یک دقیقه است.", 90: "حدود یک دقیقه و سی ثانیه است."},
}  # fmt: skip
GERMAN = """\
next: Sie sind der nächste.
ahead: {one: "{n:f} Person vor Ihnen.", other: "{n} Personen vor Ihnen."}
more_than: {one: Mehr als eine Person vor Ihnen., other: "Mehr als {n} Personen vor Ihnen."}
wait: "Die Wartezeit beträgt etwa {time}."
wait_under: Weniger als {time}.
wait_over: Mehr als {time}.
minutes: {one: eine Minute, other: "{n} Minuten"}
seconds: {one: eine Sekunde, other: "{n} Sekunden"}
minutes_and_seconds: "{minutes} {seconds}"
leave_message: Für eine Nachricht drücken Sie {key}.
call_back: Für einen Rückruf drücken Sie {key}.
star: Stern
hash: Raute
numbers: {f: {1: eine}}
"""


def said(language: str, sentence: Sentence) -> str:
    wordings = Wordings()
    grammar = wordings.grammar(language, [])
    assert grammar is not None
    return grammar.text(sentence)


@pytest.mark.parametrize(
    ("language", "says", "number", "text"),
    [
        (language, says, number, text)
        for says, tables in ((Says.AHEAD, AHEAD), (Says.MORE_THAN, MORE_THAN), (Says.WAIT, WAIT))
        for language, table in tables.items()
        for number, text in table.items()
    ],
)
def test_each_plural_form_is_worded(language: str, says: Says, number: int, text: str) -> None:
    signs = partial(unicodedata.normalize, "NFC")  # the order of an Arabic letter's signs is free
    assert signs(said(language, Sentence(says, number))).endswith(signs(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_built_in_has_no_mistake_and_lacks_nothing(language: str) -> None:
    wording, problems = read_wording(BUILT_IN / f"{language}.yaml", language)
    assert problems == []
    assert wording.missing == ()
    for forms in (wording.ahead, wording.more_than, wording.minutes, wording.seconds):
        assert set(forms) == set(forms_of(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_is_ever_said_can_be_worded(language: str) -> None:
    texts: set[str] = set()
    for rounded in ROUNDED_TO:
        rules = Announcements(
            every_seconds=30.0,
            position_limit=COUNTED_AT_MOST,
            wait_limit_minutes=90,
            round_seconds=rounded,
        )
        keys = {key: KeyExit(voicemail=True) for key in "1*#"}
        for sentence in sentences_of(QueueSettings(announcements=rules, keys=keys)):
            text = said(language, sentence)
            assert "{" not in text
            assert text.isprintable()
            texts.add(text)
    assert len(texts) > COUNTED_AT_MOST + 90


@pytest.mark.parametrize("number", range(3, 100))
def test_arabic_numerals_are_words_for_the_voice_would_take_the_wrong_gender(number: int) -> None:
    for says in (Says.AHEAD, Says.MORE_THAN):
        assert not any(sign.isdigit() for sign in said("ar", Sentence(says, number)))
    if number <= 90:
        assert not any(sign.isdigit() for sign in said("ar", Sentence(Says.WAIT, number * 60)))


@given(
    place=st.integers(1, 500),
    seconds=st.floats(0, 1e6),
    rules=st.builds(
        Announcements,
        every_seconds=st.just(30.0),
        position=st.sampled_from(PositionTold),
        position_limit=st.integers(1, 100),
        wait=st.sampled_from([WaitTold.YES, WaitTold.ONCE]),
        round_seconds=st.sampled_from(ROUNDED_TO),
        wait_limit_minutes=st.integers(1, 90),
    ),
)
def test_whatever_a_caller_is_told_was_made_beforehand(
    place: int, seconds: float, rules: Announcements
) -> None:
    known = set(sentences_of(QueueSettings(announcements=rules)))
    position, wait = position_sentence(place, rules), wait_sentence(seconds, rules)
    assert position is None or position in known
    assert wait in known
    if wait.says is Says.WAIT_OVER:
        assert seconds > wait.number
    else:
        assert seconds <= wait.number  # nobody is told less than was expected
        assert wait.number - seconds <= max(60, rules.round_seconds)


def test_a_queue_that_announces_nothing_needs_no_sentences() -> None:
    keys = {"1": KeyExit(voicemail=True)}
    assert list(sentences_of(QueueSettings(keys=keys))) == []
    told = Announcements(every_seconds=9.0, position=PositionTold.NO, wait=WaitTold.NO)
    queue = QueueSettings(announcements=told, keys={**keys, "2": KeyExit(flow="main")})
    assert [one.name for one in sentences_of(queue)] == ["queue-leave-message-1"]


def test_names_of_prompts_may_be_recorded() -> None:
    assert [
        one.name
        for one in (
            NEXT,
            Sentence(Says.AHEAD, 3),
            Sentence(Says.MORE_THAN, 10),
            Sentence(Says.WAIT, 90),
            Sentence(Says.WAIT_UNDER, 60),
            Sentence(Says.WAIT_OVER, 1800),
            Sentence(Says.LEAVE_MESSAGE, key="#"),
            Sentence(Says.CALL_BACK, key="1"),
        )
    ] == [
        "queue-next",
        "queue-ahead-3",
        "queue-more-than-10",
        "queue-wait-90",
        "queue-wait-under-60",
        "queue-wait-over-1800",
        "queue-leave-message-hash",
        "queue-call-back-1",
    ]


# ---- a tenant's and a client's own -------------------------------------------------------------


def text_of(configuration: Configuration, name: str, language: str) -> str:
    prompt = configuration.prompts.find(DNIPRO, name, language)
    assert isinstance(prompt, SpokenPrompt), configuration.problems
    return prompt.text


def write(folder: Path, text: str, language: str = "uk") -> Path:
    file = folder / "prompts" / language / "speech.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_client_words_it_their_way_over_the_tenants_over_ours(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    client = folder / "clients/dnipro"
    write(folder, "next: Ви перші.\nwait: Ще {time}.\n")
    write(client, "wait: Чекати {time}.\nnumbers: {feminine: {2: аж дві}}\n")
    (client / "prompts/uk/prompts.yaml").write_text(
        (client / "prompts/uk/prompts.yaml").read_text() + "queue-ahead-1: Один перед вами.\n"
    )
    loaded = load_configuration(folder)
    assert loaded.problems == ()
    assert text_of(loaded, "queue-next", "uk") == "Ви перші."
    assert text_of(loaded, "queue-wait-120", "uk") == "Чекати аж дві хвилини."
    assert text_of(loaded, "queue-wait-under-60", "uk").endswith("менше ніж одна хвилина.")
    assert text_of(loaded, "queue-ahead-1", "uk") == "Один перед вами."
    assert text_of(loaded, "queue-ahead-2", "uk") == "Перед вами 2 абоненти."
    assert text_of(loaded, "queue-next", "en") == "You are the next in line."


def test_another_language_is_one_more_file(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", "  ar: {voice", "  de: {voice: de}\n  ar: {voice")
    change(folder / "clients/dnipro/client.yaml", "language: en ", "language: de ")
    missing = load_configuration(folder).problems
    told = "what waiting callers are told is not written in 'de'"
    assert [problem.message for problem in missing] == [told]
    assert missing[0].line == line_of(folder / "clients/dnipro/client.yaml", "every_seconds: 45", 2)
    write(folder, GERMAN, "de")
    loaded = load_configuration(folder)
    assert loaded.problems == ()
    assert text_of(loaded, "queue-ahead-1", "de") == "eine Person vor Ihnen."
    assert text_of(loaded, "queue-wait-240", "de") == "Die Wartezeit beträgt etwa 4 Minuten."


def line_of(file: Path, text: str, which: int = 1) -> int:
    lines = [at for at, line in enumerate(file.read_text().splitlines(), 1) if text in line]
    return lines[which - 1]


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        (
            "next: yes\nahead:\n  one: a {n}\n  many: b {n}\n",
            2,
            "'ahead' has no form 'few', which this language has for 2, 3, 4, 22, 23 …",
            "add 'few: …'",
        ),
        (
            "minutes:\n  one: a\n  few: b\n  many: c\n  two: d\n",
            5,
            "this language has no form 'two' for whole numbers up to 100",
            "it has one, few, many",
        ),
        ("next: a\nahead: {lots: b}\n", 2, "'lots' is no plural form", "use zero, one, two"),
        ("wait: Чекайте.\n", 1, "'wait' does not say the {time}", "write {time} where it belongs"),
        ("wait: Ще {time} {n}.\n", 1, "knows nothing to put in place of {n}", "it takes {time}"),
        ("next: Ви {n}.\n", 1, "knows nothing to put in place of {n}", "it takes nothing"),
        (
            "seconds: {one: '{n:dual} s', few: s, many: s}\n",
            1,
            "there are no numerals 'dual'",
            "known are: feminine, ",
        ),
        ("numbers: {feminine: {many: a}}\n", 1, "'many' is no number", "use 1 to 100"),
        ("nxt: Так.\n", 1, "unknown key 'nxt'", "did you mean 'next'?"),
        ("next: [a]\n", 1, "'next' must be text", "write text on the same line"),
    ],
)
def test_a_mistake_has_a_file_a_line_and_a_remedy(
    tmp_path: Path, text: str, line: int, message: str, remedy: str
) -> None:
    folder = copy_of_demo(tmp_path)
    file = write(folder, text)
    (problem,) = load_configuration(folder).problems
    assert (problem.file, problem.line) == (file, line)
    assert message in problem.message
    assert remedy in problem.remedy


def test_a_language_that_cldr_does_not_know_is_told(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / "tenant.yaml", "  ar: {voice", "  qqq: {voice: en}\n  ar: {voice")
    change(folder / "clients/dnipro/client.yaml", "language: en ", "language: qqq ")
    file = write(folder, GERMAN, "qqq")
    problems = load_configuration(folder).problems
    assert [(one.file, one.message) for one in problems if one.file == file] == [
        (file, "CLDR knows no language 'qqq'")
    ]
