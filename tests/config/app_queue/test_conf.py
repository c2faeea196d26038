from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.app_queue.conf import Conf, read_conf

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def read(folder: Path, text: str, **others: str) -> Conf:
    for name, content in others.items():
        (folder / f"{name}.conf").write_text(content)
    file = folder / "queues.conf"
    file.write_text(text)
    return read_conf(file)


def values(conf: Conf, section: str) -> list[tuple[str, str]]:
    return [(setting.key, setting.value) for setting in conf.sections[section].settings]


def test_both_ways_to_write_a_setting(tmp_path: Path) -> None:
    conf = read(tmp_path, "[sales]\nmember => PJSIP/1,0\nTimeout =15\n")
    assert values(conf, "sales") == [("member", "PJSIP/1,0"), ("timeout", "15")]
    assert [setting.line for setting in conf.sections["sales"].settings] == [2, 3]


def test_comments_end_a_line_unless_escaped_and_blocks_hide_many(tmp_path: Path) -> None:
    text = "[q] ; a queue\n;strategy=linear\nannounce=a\\;b ; c\n"
    text += ";--\nweight=1\n--; timeout=5\n;--- x\nretry=1\n"
    conf = read(tmp_path, text)
    assert values(conf, "q") == [("announce", "a;b"), ("timeout", "5"), ("retry", "1")]


def test_a_section_begins_with_what_its_templates_say(tmp_path: Path) -> None:
    text = "[a](!)\nretry=1\nweight=1\n[b](!,a)\nweight=2\n[q](b)\nweight=3\n"
    conf = read(tmp_path, text)
    assert values(conf, "q") == [("retry", "1"), ("weight", "1"), ("weight", "2"), ("weight", "3")]
    assert conf.sections["q"].last()["weight"].value == "3"
    assert [section.name for section in conf.queues()] == ["q"]


def test_plus_adds_to_a_section(tmp_path: Path) -> None:
    conf = read(tmp_path, "[q]\nweight=1\n[r]\n[q](+)\nretry=2\n")
    assert values(conf, "q") == [("weight", "1"), ("retry", "2")]
    assert conf.problems == []


def test_a_second_section_of_a_name_is_told(tmp_path: Path) -> None:
    conf = read(tmp_path, "[q]\nweight=1\n[q]\nweight=2\n")
    assert values(conf, "q") == [("weight", "1")]
    assert "is there already, in line 1" in conf.problems[0].message


def test_an_unknown_template_is_told(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "[q](nope)\n").problems
    assert (problem.line, "inherits 'nope'" in problem.message) == (1, True)


def test_included_files_go_on_in_the_same_section(tmp_path: Path) -> None:
    conf = read(
        tmp_path,
        '[q]\n#include "more.conf"\nretry=2\n#include extra*.conf\n',
        more="weight=1\n",
        extra1="timeout=3\n",
        extra2="[r]\n",
    )
    assert values(conf, "q") == [("weight", "1"), ("retry", "2"), ("timeout", "3")]
    assert conf.sections["q"].settings[0].file == tmp_path / "more.conf"
    assert "r" in conf.sections


def test_what_is_not_there_is_told_unless_it_need_not_be(tmp_path: Path) -> None:
    conf = read(tmp_path, "#include gone.conf\n#tryinclude gone.conf\n#exec /bin/date\n")
    assert [problem.line for problem in conf.problems] == [1, 3]
    assert "is not run" in conf.problems[1].message


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    conf = read(tmp_path, "#include queues.conf\n[q]\n")
    assert any("too deep" in problem.message for problem in conf.problems)


def test_a_line_that_is_nothing_is_told(tmp_path: Path) -> None:
    conf = read(tmp_path, "weight=1\n[q]\nhello\n")
    assert [problem.line for problem in conf.problems] == [1, 3]


@given(text=st.text("[]()+!,;-=>#\\ \nqab1", max_size=200))
def test_no_text_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("conf")
    for section in read(folder, text).sections.values():
        assert all(setting.line >= 1 for setting in section.settings)
