"""Tenants for tests: copies of the demo that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

DIALPLAN = Path(__file__).parents[2] / "dialplan"
DEMO = DIALPLAN / "tenants" / "demo"


def copy_of_demo(folder: Path) -> Path:
    """Return a copy of the demo tenant below a dialplan folder made in `folder`."""
    tenant = folder / "dialplan" / "tenants" / "demo"
    shutil.copytree(DEMO, tenant)
    return tenant


def change(file: Path, old: str, new: str) -> None:
    """Replace text that is there exactly once."""
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new))
