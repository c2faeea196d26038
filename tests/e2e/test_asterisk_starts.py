"""Asterisk starts with our configuration without a word of complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.system import System

LOADING = ("loader.c", "Unable to load", "res_sorcery_config.c", "config.c", "config_options.c")


def test_nothing_is_missing_when_asterisk_starts(system: System) -> None:
    log = (system.paths.root / "logs" / "asterisk" / "messages").read_text(errors="replace")
    complaints = [line for line in log.splitlines() if " ERROR[" in line or " WARNING[" in line]
    assert [line for line in complaints if any(word in line for word in LOADING)] == []
