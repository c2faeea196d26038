"""Each recording is kept once, is heard by who may, goes when its time is over, and is noted."""

from __future__ import annotations

import asyncio
import io
import os
import time
from typing import TYPE_CHECKING

import pytest
import soundfile
from structlog.testing import capture_logs

from ccengine.config.keeping import KeepingRules
from ccengine.keeping import keeper as keeper_module
from ccengine.keeping.keeping import NotThere, Refusal, StillWritten
from ccengine.keeping.player import CannotOpen
from ccengine.storage.kept import KeptFilter, KeptState
from tests.keeping.house import LISTENER

if TYPE_CHECKING:
    from tests.keeping.house import KeepingHouse

DAY = 86_400.0


async def test_a_call_that_is_over_is_kept_and_asterisks_files_go(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    row = await here.row("c1")
    assert row.state is KeptState.KEPT
    assert row.cleared
    assert (row.client, row.queue, row.agents) == ("nour", "nour/billing", ("amira",))
    assert (row.seconds, row.missing_seconds) == (4.0, 0.0)
    assert row.expires_at == row.started_at + 365 * DAY
    assert here.files("recordings") == set()
    assert here.files("kept") == {"c1.wav.age", "c1.json", "c1.json.sig"}
    samples, rate = soundfile.read(io.BytesIO(await here.heard("c1")))
    assert (len(samples), rate) == (32_000, 8_000)


async def test_each_is_kept_once(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    first = await here.row("c1")
    here.begin()  # another engine
    here.talk("c2")
    await here.keep()
    await here.keep()
    assert await here.row("c1") == first
    assert {one.call for one in await here.keeping.find(KeptFilter(), limit=9)} == {"c1", "c2"}


async def test_a_file_that_is_still_written_is_left_alone(here: KeepingHouse) -> None:
    files = here.talk("c1")
    raw = here.folder / "recordings" / files[1]
    os.utime(raw, (time.time(), time.time()))  # noqa: TID251 - as Asterisk does
    await here.keep()
    assert (await here.row("c1")).state is KeptState.DUE
    with pytest.raises(StillWritten):
        await here.heard("c1")
    assert len(here.files("recordings")) == 2
    os.utime(raw, (1, 1))
    here.shift.wait(5)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT


async def test_killed_between_the_row_and_the_files_it_clears_up_later(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")

    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(keeper_module.Keeper, "_clear", killed)
        with pytest.raises(asyncio.CancelledError):
            await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT
    assert len(here.files("recordings")) == 2
    here.begin()
    await here.keep()
    assert here.files("recordings") == set()
    assert await here.keeping.verify("c1") == []


async def test_a_full_disk_is_tried_again_and_nothing_goes_before(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(keeper_module, "keep_one", full)
        await here.keep()
        await here.keep()  # not at once again
    assert [log["event"] for log in logs] == ["recording_not_kept"]
    row = await here.row("c1")
    assert (row.state, row.attempts) == (KeptState.DUE, 1)
    assert "No space" in row.detail
    assert here.keeper.failing == 1
    assert len(here.files("recordings")) == 2
    here.shift.wait(10)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT
    assert here.keeper.failing == 0


async def test_a_lost_database_finds_what_was_kept(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    before = await here.row("c1")
    path = here.folder / "records.sqlite"
    await here.database.close()
    for file in here.folder.glob("records.sqlite*"):
        file.unlink()
    here.database = await type(here.database).open(path)
    here.begin()
    await here.keep()
    after = await here.row("c1")
    assert (after.state, after.sha256) == (KeptState.KEPT, before.sha256)
    assert await here.keeping.verify("c1") == []


async def test_a_recording_of_which_nothing_is_there_is_missing(here: KeepingHouse) -> None:
    for file in here.talk("c1"):
        (here.folder / "recordings" / file).unlink()
    await here.keep()
    assert (await here.row("c1")).state is KeptState.DUE  # its disk may be away for a while
    for _ in keeper_module.BACKOFF_SECONDS:
        here.shift.wait(3_600)
        await here.keep()
    assert (await here.row("c1")).state is KeptState.MISSING
    with pytest.raises(NotThere):
        await here.heard("c1")


async def test_drafts_that_cannot_be_removed_end_nothing(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")
    drafts = here.folder / "kept" / "drafts"
    (drafts / "c0.wav").mkdir(parents=True)  # cannot be unlinked
    rests: list[int] = []

    class Enough(Exception):
        pass

    async def rest(_: object) -> None:
        rests.append(1)
        if len(rests) > 1:
            raise Enough
        (drafts / "c0.wav").rmdir()

    monkeypatch.setattr(keeper_module.Keeper, "_rest", rest)
    with capture_logs() as logs, pytest.raises(Enough):
        await here.keeper.run()
    assert [log["event"] for log in logs] == ["keeping_failed", "recording_kept"]


# --- listening ------------------------------------------------------------------------------


async def test_each_play_is_noted_with_its_part(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    whole = await here.heard("c1")
    sound = await here.keeping.sound(here.record("c1"))
    assert sound.bytes == len(whole)
    half = sound.bytes // 2
    part = [one async for one in here.keeping.play(sound, LISTENER, half, half + 70_000)]
    assert b"".join(part) == whole[half : half + 70_000]
    later, first = await here.keeping.plays("c1")
    assert (first.actor, first.role, first.call) == ("quality-1", "quality", "c1")
    assert (first.from_seconds, first.to_seconds) == (0.0, 4.0)
    assert (later.from_seconds, later.to_seconds) == (2.0, pytest.approx(4.0, abs=0.2))


async def test_before_it_is_kept_it_can_be_heard_and_that_is_noted(here: KeepingHouse) -> None:
    here.talk("c1")
    before = await here.heard("c1")
    assert here.files("kept") == set()
    assert len(await here.keeping.plays("c1")) == 1
    await here.keep()
    assert await here.heard("c1") == before


async def test_what_was_changed_is_named_and_not_played_to_the_end(here: KeepingHouse) -> None:
    here.talk("c1")
    here.talk("c2")
    await here.keep()
    file = here.house.sealed(await here.row("c1"))
    assert file is not None
    content = bytearray(file.read_bytes())
    content[-20_000] ^= 1
    file.write_bytes(content)
    faults = await here.keeping.verify("c1")
    assert faults
    assert all("c1.wav.age" in fault for fault in faults)
    assert await here.keeping.verify("c2") == []
    with pytest.raises(CannotOpen):
        await here.heard("c1")


async def test_a_manifest_of_another_call_is_named(here: KeepingHouse) -> None:
    here.talk("c1")
    here.talk("c2")
    await here.keep()
    day = here.folder / "kept" / "demo" / "nour" / "1970" / "01" / "01"
    for ending in ("json", "json.sig", "wav.age"):
        (day / f"c1.{ending}").write_bytes((day / f"c2.{ending}").read_bytes())
    faults = await here.keeping.verify("c1")
    assert any("c1.json" in fault and "another call" in fault for fault in faults)


async def test_a_manifest_that_was_changed_is_named(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    [manifest] = (here.folder / "kept").rglob("c1.json")
    manifest.write_bytes(manifest.read_bytes().replace(b"amira", b"yusuf"))
    [fault] = await here.keeping.verify("c1")
    assert "c1.json" in fault
    assert "not what was signed" in fault


async def test_one_who_leaves_in_the_middle_leaves_no_process_behind(here: KeepingHouse) -> None:
    here.talk("c1", seconds=60.0)
    await here.keep()
    sound = await here.keeping.sound(here.record("c1"))
    for _ in range(10):  # more than may listen at once
        pieces = here.keeping.play(sound, LISTENER)
        assert await anext(pieces)
        await pieces.aclose()


# --- erasing --------------------------------------------------------------------------------


async def test_queues_have_days_of_their_own_and_rules_of_today_count(here: KeepingHouse) -> None:
    here.rule("nour", KeepingRules(keep_days=365, queues={"billing": 90}))
    here.talk("c1")
    here.talk("c2", "dnipro")
    await here.keep()
    assert (await here.row("c1")).expires_at == (await here.row("c1")).started_at + 90 * DAY
    here.shift.wait(40 * DAY)
    here.rule("nour", KeepingRules(keep_days=365, queues={"billing": 30}))
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert (await here.row("c2")).state is KeptState.KEPT
    assert here.files("kept") == {"c2.wav.age", "c2.json", "c2.json.sig"}


async def test_what_expires_goes_and_what_it_was_stays_known(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    sha256 = (await here.row("c1")).sha256
    here.shift.wait(366 * DAY)
    with capture_logs() as logs:
        await here.keep()
    row = await here.row("c1")
    assert (row.state, row.sha256, row.erased_because) == (
        KeptState.ERASED,
        sha256,
        "kept for 365 days",
    )
    assert here.files("kept") == set()
    assert ("recording_erased", "c1") in [(log["event"], log.get("call_id")) for log in logs]
    [entry] = await here.database.audit.entries(target="recording c1")
    assert (entry.actor, entry.operation) == ("retention", "eraseRecording")
    with pytest.raises(NotThere):
        await here.heard("c1")


async def test_a_hold_wins_until_it_is_released(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    assert await here.keeping.hold("c1", "court of Dubai, 12/2026", "boss") is None
    here.shift.wait(400 * DAY)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.KEPT
    assert await here.keeping.erase("c1", "asked for") is Refusal.HELD
    await here.keep()
    assert await here.heard("c1")
    assert await here.keeping.release("c1") is None
    assert await here.keeping.release("c1") is Refusal.NOT_HELD
    here.shift.wait(3_601)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    operations = [one.operation for one in await here.database.audit.entries()]
    assert operations == ["eraseRecording"]


async def test_one_calls_sound_goes_when_somebody_says_so(here: KeepingHouse) -> None:
    here.talk("c1")
    here.talk("c2")
    await here.keep()
    assert await here.keeping.erase("c1", "GDPR 17") is None
    with pytest.raises(NotThere):  # from then on
        await here.heard("c1")
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert here.files("kept") == {"c2.wav.age", "c2.json", "c2.json.sig"}
    assert await here.keeping.erase("c1", "GDPR 17") is Refusal.GONE
    assert await here.keeping.hold("c1", "too late", "boss") is Refusal.GONE


async def test_what_is_erased_before_it_was_kept_is_not_kept(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keeper._take_on()
    assert await here.keeping.erase("c1", "GDPR 17") is None
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert here.files("recordings") == here.files("kept") == set()


async def test_a_destroyed_key_silences_all_of_a_client_and_nobody_else(
    here: KeepingHouse,
) -> None:
    here.talk("c1")
    here.talk("c2", "dnipro")
    await here.keep()
    assert here.house.folders.keys.destroy("nour") is not None
    with pytest.raises(CannotOpen, match="destroyed"):
        await here.heard("c1")
    [fault] = await here.keeping.verify("c1")
    assert "c1.wav.age" in fault
    assert await here.heard("c2")


async def test_files_of_others_are_never_removed(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keeper._take_on()
    [other] = [here.folder / "recordings" / here.talk("c2", "dnipro")[0]]
    spool = ["demo/nour/../dnipro/1970/01/01/c2.raw", str(other)]
    await here.database.kept.change("c1", [KeptState.DUE], {"spool": spool})
    await here.keeping.erase("c1", "asked for")
    await here.keeper._see_to(await here.row("c1"))
    assert (await here.row("c1")).state is KeptState.ERASED
    assert other.exists()
