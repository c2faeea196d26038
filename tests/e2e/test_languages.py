"""A caller chooses a language once and is spoken to in it: prompts, the day and time, the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.stage import Stage

NOUR = ClientId("nour")


@pytest.mark.parametrize(("key", "by", "language"), [("3", "rtp", "fa"), ("4", "info", "uk")])
async def test_a_language_chosen_once_is_spoken_from_then_on(
    stage: Stage, key: str, by: str, language: str
) -> None:
    said = stage.system.paths.sounds / "said" / language
    async with stage:
        caller = await stage.caller("600101", CallOutcome.ABANDONED)
        prompts = stage.system.prompt
        since = await caller.hears(prompts(NOUR, "choose", "ar"), within=20)
        await caller.presses(key, by=by)  # type: ignore[arg-type]
        since = await caller.hears(prompts(NOUR, "greeting", language), since=since, within=15)
        since = await caller.hears(await newest(said), since=since, within=15)
        since = await caller.hears(prompts(NOUR, "main-menu", language), since=since, within=15)
        await caller.presses("22")  # technical, and no survey after it
        await caller.becomes(CallState.WAITING)
        await caller.hangs_up()


async def newest(folder: Path) -> Path:
    """Return the file that was made or said last, as soon as there is one."""
    files = await until("a sentence", lambda: list(folder.glob("*.wav")))
    return max(files, key=lambda file: file.stat().st_mtime)
