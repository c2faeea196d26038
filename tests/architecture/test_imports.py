"""The one rule: imports point downwards. The contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.source import ROOT


def test_imports_point_downwards() -> None:
    # In a process of its own: import-linter switches off the loggers of the one it runs in.
    lint = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
