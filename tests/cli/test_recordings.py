"""Recordings on the command line: listed, verified, played, held, erased."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import soundfile

from ccengine.config.settings import Settings
from ccengine.core.ids import CallId, ClientId, QueueId, TenantId
from ccengine.keeping.keeper import _row
from ccengine.keeping.order import Folders
from ccengine.keeping.pipeline import keep
from ccengine.reporting.call_record import CallRecord
from ccengine.storage.kept import KeptState, KeptStore
from tests.cli.test_webhook import ccengine, in_database, printed
from tests.keeping.recorded import material, order_of

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.kept import KeptRecording


@pytest.fixture(autouse=True)
def kept(tenant: Path) -> Folders:
    """Two calls of nour and one of dnipro are kept."""
    del tenant
    folders = Folders.of(Settings().paths)

    async def fill(database: RecordDatabase) -> None:
        for call, client in (("c1", "nour"), ("c2", "nour"), ("d1", "dnipro")):
            of = material(call, client=client)
            made = keep(order_of(folders, of))
            await database.kept.add_due([_row(of)], 1)
            values = {**made, "state": KeptState.KEPT, "cleared": True}
            await database.kept.change(call, [KeptState.DUE], values)
            record = CallRecord(
                call=CallId(call),
                tenant=TenantId("demo"),
                client=ClientId(client),
                number="600100",
                caller="",
                node="node1",
                arrived_at=of.started_at,
                queue=QueueId(f"{client}/billing"),
                recordings=tuple(of.parts),
                ended_at=of.ended_at,
            )
            await database.write([record], None)

    in_database(fill)
    return folders


def row_of(call: str) -> KeptRecording:
    async def look(database: RecordDatabase) -> KeptRecording | None:
        return await database.kept.get(call)

    row = in_database(look)
    assert row is not None
    return row


def audited() -> list[tuple[str, str]]:
    async def look(database: RecordDatabase) -> list[tuple[str, str]]:
        return [(one.operation, one.target) for one in await database.audit.entries()]

    return in_database(look)


def test_it_lists_what_is_kept() -> None:
    rows = printed("recordings", "list", "--client", "nour", "--json")
    assert {row["call"] for row in rows} == {"c1", "c2"}
    assert {row["state"] for row in rows} == {"kept"}
    assert "d1" in ccengine("recordings", "list").stdout


def test_verify_names_the_file_that_was_changed(kept: Folders) -> None:
    good = ccengine("recordings", "verify")
    assert (good.exit_code, good.stdout) == (0, "")
    [file] = kept.kept.rglob("c2.wav.age")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    bad = ccengine("recordings", "verify")
    assert bad.exit_code == 1
    assert all("c2.wav.age" in line for line in bad.stdout.splitlines())
    assert ccengine("recordings", "verify", "c1").exit_code == 0


def test_play_writes_the_sound_and_notes_who_has_it(tmp_path: Path) -> None:
    done = ccengine("recordings", "play", "c1", "--to", str(tmp_path / "c1.wav"))
    assert done.exit_code == 0, done.stderr
    samples, rate = soundfile.read(io.BytesIO((tmp_path / "c1.wav").read_bytes()))
    assert len(samples) / rate == 7.0
    [play] = printed("recordings", "plays", "--json")
    assert (play["call"], play["actor"], play["to_seconds"]) == ("c1", "command-line", 7.0)
    assert ccengine("recordings", "play", "nobody").exit_code == 1


def test_a_hold_is_kept_until_it_is_released() -> None:
    assert ccengine("recordings", "hold", "c1", "--reason", "court").exit_code == 0
    refused = ccengine("recordings", "erase", "c1", "--reason", "asked for", "--yes")
    assert refused.exit_code == 1
    assert "on hold" in refused.stderr
    refused = ccengine("recordings", "erase", "--client", "nour", "--reason", "left", "--yes")
    assert refused.exit_code == 1
    assert "c1" in refused.stderr
    assert ccengine("recordings", "verify", "c1").exit_code == 0  # the key is there
    assert ccengine("recordings", "release", "c1", "--reason", "settled").exit_code == 0
    assert ccengine("recordings", "release", "c1", "--reason", "settled").exit_code == 1
    assert ccengine("recordings", "erase", "c1", "--reason", "asked for", "--yes").exit_code == 0
    assert row_of("c1").state is KeptState.ERASING
    assert audited() == [
        ("eraseRecording", "recording c1"),
        ("releaseRecording", "recording c1"),
        ("holdRecording", "recording c1"),
    ]


def test_erasing_asks_first() -> None:
    refused = ccengine("recordings", "erase", "c1", "--reason", "asked for")  # nobody says yes
    assert refused.exit_code == 1
    assert row_of("c1").state is KeptState.KEPT


def test_a_clients_key_destroyed_is_proven(kept: Folders) -> None:
    done = ccengine("recordings", "erase", "--client", "nour", "--reason", "left", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "2 recordings erased" in done.stdout
    assert [one.client for one in kept.keys.clients()] == ["dnipro"]
    assert not kept.keys.has("nour", row_of("c1").key)
    assert row_of("c1").sha256  # what it was stays known
    assert ccengine("recordings", "verify", "d1").exit_code == 0
    assert ("eraseClient", "recordings nour") in audited()


def test_a_hold_wins_also_while_a_client_is_erased(
    kept: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase = KeptStore.begin_to_erase_all

    async def late(self: KeptStore, client: str, because: str) -> int:
        await self.hold("c2", "court", "boss", 1.0)  # after it was looked whether there is one
        return await erase(self, client, because)

    with monkeypatch.context() as patch:
        patch.setattr(KeptStore, "begin_to_erase_all", late)
        done = ccengine("recordings", "erase", "--client", "nour", "--reason", "left", "--yes")
    assert done.exit_code == 1
    assert "c2 was put on hold meanwhile" in done.stderr
    assert kept.keys.has("nour", row_of("c2").key)
    assert (row_of("c1").state, row_of("c2").state) == (KeptState.ERASING, KeptState.KEPT)


def test_what_cannot_be_played_leaves_the_file_as_it_was(tmp_path: Path, kept: Folders) -> None:
    file = tmp_path / "mine.wav"
    file.write_bytes(b"before")
    kept.keys.destroy("nour")
    assert ccengine("recordings", "play", "c1", "--to", str(file)).exit_code == 1
    assert file.read_bytes() == b"before"


def test_before_the_first_recording_there_is_no_key_and_none_is_made(kept: Folders) -> None:
    for file in kept.keys.folder.iterdir():
        file.unlink()
    assert "Nothing was signed yet" in ccengine("recordings", "keys").stdout
    assert ccengine("recordings", "keys", "--public").exit_code == 1
    assert ccengine("recordings", "verify").exit_code == 1
    assert list(kept.keys.folder.iterdir()) == []


def test_keys_are_shown_by_their_public_halves(kept: Folders) -> None:
    shown = ccengine("recordings", "keys").stdout
    assert "BEGIN PUBLIC KEY" in shown
    assert "age1" in shown
    assert "SECRET" not in shown
    assert ccengine("recordings", "keys", "--public").stdout == kept.keys.public_pem()
