"""Mistakes in what waiting callers hear and press: each with file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.music import music_folders
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.configuration import Configuration

VIP = "    priority: 10\n"


def with_rules(tmp_path: Path, *rules: str) -> tuple[Configuration, int]:
    """Give the queue vip of dnipro these rules; the line of the first comes, too."""
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/dnipro/client.yaml"
    change(file, VIP, VIP + "".join(f"    {rule}\n" for rule in rules))
    line = file.read_text().splitlines().index(VIP.rstrip()) + 2
    return load_configuration(folder), line


@pytest.mark.parametrize(
    ("rule", "message", "remedy"),
    [
        ("announcements: {every_seconds: 2}", "'every_seconds' of queue 'vip' cannot be 2", "5 to"),
        ("announcements: {every_seconds: nan}", "cannot be nan", "use 5 to 3600"),
        ("announcements: {every_seconds: 60, gap_seconds: -1}", "cannot be -1", "use 0 to 600"),
        ("announcements: {every_seconds: 60, position_limit: 0}", "cannot be 0", "use 1 to 100"),
        ("announcements: {every_seconds: 60, wait_limit_minutes: 99}", "be 99", "use 1 to 90"),
        (
            "announcements: {every_seconds: 60, position: yes}",
            "be 'yes'",
            "'no', 'limit' or 'more'",
        ),
        (
            "announcements: {every_seconds: 60, round_seconds: 45}",
            "waits cannot be rounded to 45 seconds",
            "use 5, 10, 15, 20, 30, 60",
        ),
        (
            "announcements: {every_seconds: 60, position: no, only_improved: yes}",
            "'only_improved' goes by the position, which is not told",
            "tell the position",
        ),
        ("announcements: {often: 60}", "unknown key 'often'", "known are"),
        ("messages: {every_seconds: 60}", "messages without any prompt", "prompts: ["),
        ("messages: {prompts: [hello], every_seconds: 1}", "cannot be 1", "use 5 to 3600"),
        ("messages: {prompts: [hello]}", "prompt 'hello' is missing in 'uk'", "uk/prompts.yaml"),
        ("voicemail_prompt: hello", "prompt 'hello' is missing in 'uk'", "uk/prompts.yaml"),
        ("messages: {prompts: [en/hello]}", "prompt 'hello' is missing in 'en'", "hello.wav"),
        ("keys: {12: {voicemail: yes}}", "'12' is no key of a telephone", "one each"),
        ("keys: {1: {}}", "nothing is named where one goes", "one of queue, flow, voicemail"),
        ("keys: {1: {flow: main, voicemail: yes}}", "flow and voicemail is named", "name one of"),
        ("keys: {1: {queue: billling}}", "unknown queue 'billling'", "did you mean 'billing'?"),
        ("keys: {1: {queue: vip}}", "callers would go where they come from", "another queue"),
        ("keys: {1: {queue: dnipro/vip}}", "callers would go where they come from", "another"),
        ("keys: {1: {flow: mein}}", "unknown flow 'mein'", "did you mean 'main'?"),
        (
            "keys: {1: {number: 112}}",
            "unknown key 'number'",
            "known are: callback, flow, prompt, queue",
        ),
        ("keys: {1: {callback: yes}}", "this queue calls nobody back", "add 'callback:"),
        ("keys: {1: {callback: yes, flow: vip}}", "flow and callback is named", "name one of"),
        ("keys: {1: {flow: main, prompt: no-such}}", "'no-such' is missing in 'uk'", "no-such.wav"),
        ("music: jazz", "unknown music 'jazz'", "default"),
        ("music_in: {en: jazz}", "unknown music 'jazz'", "default"),
        ("music_in: {xx: default}", "unknown language 'xx'", "known are: ar, en, es, fa, fr, uk"),
        ("language: xx", "unknown language 'xx'", "known are: ar, en, es, fa, fr, uk"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, rule: str, message: str, remedy: str
) -> None:
    loaded, line = with_rules(tmp_path, rule)
    problems = [one for one in loaded.problems if message in one.message]
    assert len(problems) == 1, [str(one) for one in loaded.problems]
    assert problems[0].file.name == "client.yaml"
    assert problems[0].line == line
    assert remedy in problems[0].remedy


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("announcements: {position: more}", "nothing is announced without 'every_seconds'"),
        (
            "announcements: {every_seconds: 60, position: no, wait: no}",
            "there is nothing to announce",
        ),
        ("keys: {1: {voicemail: yes}}", "nobody is told of key 1"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(tmp_path: Path, rule: str, message: str) -> None:
    loaded, line = with_rules(tmp_path, rule)
    assert loaded.problems == ()
    (warning,) = loaded.warnings
    assert message in warning.message
    assert warning.line == line


def test_a_key_that_a_message_may_tell_of_is_no_warning(tmp_path: Path) -> None:
    rules = ("messages: {prompts: [patience]}", "keys: {9: {flow: main}}")
    loaded, _ = with_rules(tmp_path, *rules)
    assert (loaded.problems, loaded.warnings) == ((), ())


def test_a_queue_speaks_the_languages_of_its_clients_numbers_or_its_own(tmp_path: Path) -> None:
    told = "announcements: {every_seconds: 60, position_limit: 20}"
    ours, _ = with_rules(tmp_path / "a", told)
    catalogue = next(own for client, own in ours.prompts.clients.items() if client == "dnipro")
    assert "queue-ahead-20" in catalogue["uk"]
    assert "queue-ahead-20" not in catalogue["en"]
    own, _ = with_rules(tmp_path / "b", told, "language: en")
    catalogue = next(own for client, own in own.prompts.clients.items() if client == "dnipro")
    assert "queue-ahead-20" in catalogue["en"]
    assert "queue-ahead-20" not in catalogue["uk"]


def test_folders_below_music_are_music_of_their_own(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    for name in ("music/a.wav", "music/english/b.wav", "music/empty/c.txt", "music/Odd/d.wav"):
        file = folder / "clients/nour" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    client = folder / "clients/nour/client.yaml"
    change(
        client, "  billing:\n", "  billing:\n    music: nour\n    music_in: {en: nour/english}\n"
    )
    loaded = load_configuration(folder)
    assert loaded.problems == ()
    assert loaded.tenant is not None
    assert list(music_folders(loaded.tenant)) == ["nour", "nour/english"]
