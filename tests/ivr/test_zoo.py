"""Each broken tenant of the zoo is told of once: what is wrong, in which file, in which line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import change, copy_of_demo
from tests.ivr.zoo import FLOW, HANG_UP, ZOO, Broken

if TYPE_CHECKING:
    from pathlib import Path


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, f"{part!r} is {text.count(part)} times in it"
    return text[: text.index(part)].count("\n") + 1


def broken_tenant(folder: Path, broken: Broken) -> Path:
    tenant = copy_of_demo(folder)
    change(tenant / broken.file, broken.old, broken.new)
    for name, content in broken.files.items():
        if name == "+extra":
            file = tenant / FLOW
            file.write_text(file.read_text().replace(HANG_UP, f"{HANG_UP}\n  {content}"))
        else:
            (tenant / name).write_text(content)
    return tenant


@pytest.mark.parametrize("broken", ZOO, ids=[broken.name for broken in ZOO])
def test_it_is_told_once_with_its_place_and_a_remedy(tmp_path: Path, broken: Broken) -> None:
    if broken.needs:
        pytest.importorskip(broken.needs)
    tenant = broken_tenant(tmp_path, broken)
    configuration = load_configuration(tenant)
    told = [*configuration.problems, *configuration.warnings]
    assert len(told) == 1 + broken.beside, [str(one) for one in told]
    problem = next((one for one in told if broken.says in one.message), told[0])
    file = tenant / (broken.told_in or broken.file)
    line = broken.line or line_of(file.read_text(), broken.at)
    assert broken.says in problem.message
    assert (problem.file, problem.line) == (file, line)
    assert problem.remedy
    assert problem.is_warning == broken.is_warning


def test_there_are_enough_of_them() -> None:
    assert len(ZOO) >= 50
    assert len({broken.name for broken in ZOO}) == len(ZOO)
