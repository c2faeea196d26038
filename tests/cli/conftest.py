"""A copy of the demo tenant, and a state folder, that the command line is pointed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.settings import Settings
from tests.config.tenants import copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copy_of_demo(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CCENGINE_{name.upper()}", raising=False)
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CCENGINE_HOST_STATE", "/srv/state")
    monkeypatch.setenv("CCENGINE_DIALPLAN", str(tmp_path / "dialplan"))
    monkeypatch.setenv("CCENGINE_HOST_DIALPLAN", "/srv/dialplan")
    return folder
