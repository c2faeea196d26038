"""One check names every mistake with file, line and remedy.

The tenant in `broken/` marks each mistake where it stands, with words of the message.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from ccengine.ivr.configuration import load_configuration

BROKEN = Path(__file__).parent / "broken"
MARK = "#! "

Found = dict[tuple[str, int], list[str]]


def marked() -> Found:
    marks: Found = defaultdict(list)
    for file in BROKEN.rglob("*.yaml"):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            _, *words = line.split(MARK)
            if words and not line.startswith("#"):
                place = (str(file.relative_to(BROKEN)), number)
                marks[place] += [word.strip() for word in words]
    return marks


def told() -> Found:
    problems: Found = defaultdict(list)
    configuration = load_configuration(BROKEN)
    for problem in (*configuration.problems, *configuration.warnings):
        place = (str(problem.file.relative_to(BROKEN)), problem.line)
        problems[place].append(f"{problem.message} — {problem.remedy}")
    return problems


def test_each_mistake_is_told_once_at_its_line_and_nothing_else_is() -> None:
    expected, found = marked(), told()
    assert {place: len(words) for place, words in found.items()} == {
        place: len(words) for place, words in expected.items()
    }
    for place, words in expected.items():
        for word in words:
            assert any(word in message for message in found[place]), (place, word, found[place])


def test_what_is_only_doubtful_is_a_warning() -> None:
    warnings = load_configuration(BROKEN).warnings
    assert [warning.message.partition("'")[0] for warning in warnings] == ["queue "] * 7


def test_each_problem_has_a_remedy() -> None:
    assert all(problem.remedy for problem in load_configuration(BROKEN).problems)


def test_a_tenant_with_mistakes_is_not_handed_out() -> None:
    assert load_configuration(BROKEN).tenant is None
