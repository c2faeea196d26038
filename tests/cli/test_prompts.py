"""What a studio is to record, and tables in which Arabic stays in its column."""

from __future__ import annotations

import csv
import io
import re
import wave
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from ccengine.cli.tables import END, ISOLATE, Table, isolated
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from pathlib import Path

ARABIC = ("--client", "nour", "--language", "ar")


def sheet(*options: str) -> str:
    done = invoke(["prompts", "sheet", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(*options: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(sheet("--format", "csv", *options).removeprefix("\ufeff")))
    )


def record(file: Path) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))


def test_everything_a_client_says_is_in_the_sheet(tenant: Path) -> None:
    lines = {row["file"]: row for row in rows(*ARABIC)}
    greeting = lines["clients/nour/prompts/ar/greeting.wav"]
    assert greeting["text"].startswith("أ")
    assert greeting["state"] == "to record"
    assert "clients/nour/prompts/ar/queue-ahead-3.wav" in lines
    for name in lines:
        assert (tenant / name).parent.is_dir()


def test_what_is_built_in_is_in_the_sheet_in_the_languages_somebody_hears(tenant: Path) -> None:
    del tenant
    lines = rows("--client", "-")
    heard = {(row["heard by"], row["language"]) for row in lines}
    assert ("agents", "en") in heard
    assert ("agents", "ar") not in heard
    assert ("callers", "ar") in heard
    digits = {row["file"]: row["text"] for row in lines}
    assert digits["prompts/en/digit-7.wav"] == "seven"


def test_recordings_and_sentences_with_values_are_marked(tenant: Path) -> None:
    folder = tenant / "clients/nour/prompts/ar"
    texts = folder / "prompts.yaml"
    texts.write_text(
        texts.read_text()
        + "stressed: {text: مرحبا, speech: مَرْحَبًا}\n"
        + "told: '{caller:digits}'\nformula: =1+1\n"
    )
    record(folder / "greeting.wav")
    lines = {row["file"].rpartition("/")[2]: row for row in rows(*ARABIC)}
    assert lines["greeting.wav"]["state"] == "recorded"
    assert lines["greeting.wav"]["text"]  # of prompts.yaml, though it is not spoken any more
    assert lines["told.wav"]["state"] == "by voice"
    assert lines["stressed.wav"]["speech"] == "مَرْحَبًا"
    assert lines["formula.wav"]["text"] == "'=1+1"
    left = {row["file"].rpartition("/")[2] for row in rows(*ARABIC, "--missing")}
    assert {"greeting.wav", "told.wav"} & left == set()
    assert "stressed.wav" in left


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[dict[str, str | None]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if dict(attrs).get("class") in ("text", "speech"):
            self.texts.append(dict(attrs))


def test_the_page_gives_each_text_its_direction_and_language(tenant: Path) -> None:
    texts = tenant / "clients/nour/prompts/ar/prompts.yaml"
    texts.write_text(texts.read_text() + "odd: '<script>alert(1)</script>'\n")
    html = sheet("--format", "html")
    page = Page()
    page.feed(html)
    assert "script" not in page.tags
    assert {text["dir"] for text in page.texts} == {"auto"}
    assert {"ar", "en", "uk"} <= {text["lang"] for text in page.texts}


def test_the_table_names_each_text(tenant: Path) -> None:
    del tenant
    printed = sheet("--client", "dnipro", "--language", "en")
    assert re.search(r"^en +dnipro +closed +We are closed", printed, re.MULTILINE)
    assert re.search(r"\d+ texts", printed)


def test_a_recording_of_another_text_is_told_of(tenant: Path) -> None:
    folder = tenant / "clients/nour/prompts/ar"
    record(folder / "greeting.wav")
    said = (folder / "prompts.yaml").read_text().splitlines()[0]
    (folder / "recorded.yaml").write_text(f"{said}\n")
    assert invoke(["check"]).exit_code == 0
    (folder / "recorded.yaml").write_text("greeting: مرحبا\nclosed: وداعا\n")
    done = invoke(["check"])
    assert done.exit_code == 1
    stale = "recorded.yaml:1: recording 'greeting.wav' is stale: prompts.yaml says otherwise by now"
    assert stale in done.stderr
    assert "recorded.yaml:2: there is no recording 'closed.wav'" in done.stderr


# ---- tables ------------------------------------------------------------------------------------


def printed(*rows: tuple[str, ...], width: int = 40) -> list[str]:
    out = io.StringIO()
    table = Table("name", "what", box=None)
    for row in rows:
        table.add_row(*row)
    Console(file=out, width=width, highlight=False).print(table)
    return out.getvalue().splitlines()


def test_text_from_right_to_left_is_isolated_line_by_line() -> None:
    arabic = "مرحبا بكم في شركة نور للاتصالات اليوم"
    for line in printed(("نور 12", "3 calls"), ("Olena", arabic), ("سارة", arabic)):
        assert line.count(ISOLATE) == line.count(END)
        for cell in re.split(f"{ISOLATE}[^{END}]*{END}", line):
            assert cell == isolated(cell)  # nothing outside that a terminal would turn round
    assert not any(ISOLATE in line for line in printed(("Olena", "3 calls")))


def test_isolation_takes_no_room_and_keeps_markup() -> None:
    plain = printed(("abcd", "x"), ("[bold]efgh[/]", "y"))
    turned = printed(("نورن", "x"), ("[bold]نورن[/]", "y"))
    assert [line.index("x") for line in plain if "x" in line] == [
        re.sub(f"[{ISOLATE}{END}]", "", line).index("x") for line in turned if "x" in line
    ]
    assert all("bold" not in line for line in turned)


@pytest.mark.parametrize(
    ("text", "is_isolated"), [("abc 12", False), ("نور", True), ("a שלום", True)]
)
def test_what_is_isolated(text: str, is_isolated: bool) -> None:  # noqa: FBT001
    assert (isolated(text) != text) is is_isolated
