"""Every scenario still goes as it is written; `--rewrite` writes how it goes now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.script import rendered

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.scenario"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path, pytestconfig: pytest.Config) -> None:
    written = path.read_text(encoding="utf-8")
    now = rendered(written)
    if pytestconfig.getoption("rewrite", default=False):
        path.write_text(now, encoding="utf-8")
    else:
        assert now == written


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_says_first_what_it_promises(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) > 10
