"""What cannot be kept: looked for again, and gone when its time is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.config.keeping import KeepingRules
from ccengine.keeping import keeper as keeper_module
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.keeping.house import KeepingHouse

DAY = 86_400.0


async def missing(here: KeepingHouse) -> list[tuple[Path, Path]]:
    """Have a recording be missing; return where its files are and where they should be."""
    spool = here.folder / "recordings"
    moved = [(spool / f"{name}.away", spool / name) for name in here.talk("c1")]
    for away, file in moved:
        file.rename(away)
    for _ in range(len(keeper_module.BACKOFF_SECONDS) + 1):
        await here.keep()
        here.shift.wait(3_600)
    assert (await here.row("c1")).state is KeptState.MISSING
    return moved


async def test_what_was_missing_is_kept_when_its_disk_is_back(here: KeepingHouse) -> None:
    for away, file in await missing(here):
        away.rename(file)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.MISSING  # it is not looked for all the time
    here.shift.wait(keeper_module.MISSING_SECONDS)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT
    assert here.files("recordings") == set()
    assert await here.heard("c1")


async def test_what_was_missing_is_looked_for_at_each_start(here: KeepingHouse) -> None:
    for away, file in await missing(here):
        away.rename(file)
    await here.database.kept.seek_missing()
    await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT


async def test_what_could_never_be_kept_goes_all_the_same(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeper_module, "keep_one", full)
    await here.keep()
    here.shift.wait(366 * DAY)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert here.files("recordings") == set()


async def test_what_is_of_a_client_that_is_gone_goes_after_the_usual_days(
    here: KeepingHouse,
) -> None:
    here.rule("dnipro", KeepingRules(keep_days=500))
    here.talk("c2", "dnipro")
    await here.keep()
    here.talk("c1")
    here.tenant = replace(here.tenant, clients={})
    await here.keep()
    row = await here.row("c1")
    assert row.expires_at == row.started_at + 365 * DAY
    here.shift.wait(400 * DAY)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert (await here.row("c2")).state is KeptState.KEPT  # as its client had it
