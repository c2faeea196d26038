"""The one rule: imports point downwards. The contracts are in pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter.cli import lint_imports

from tests.architecture.source import ROOT

if TYPE_CHECKING:
    import pytest


def test_imports_point_downwards(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(no_cache=True)
    assert not broken, capfd.readouterr().out
