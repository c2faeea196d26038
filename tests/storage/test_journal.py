"""The journal: one writer, one commit per step, everything readable again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId, TenantId
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.rows import Step, Unknown
from ccengine.storage.errors import (
    JournalCorrupted,
    JournalFailed,
    JournalLocked,
    JournalMissing,
    JournalTooNew,
)
from ccengine.storage.journal import Journal
from ccengine.storage.journal_reader import JournalReader
from tests.reporting.examples import examples
from tests.reporting.shift import NODE, Shift, arrived, missed

if TYPE_CHECKING:
    from collections.abc import Iterator

TENANT = TenantId("demo")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "journal.sqlite"


@pytest.fixture
def shift(path: Path) -> Iterator[Shift]:
    made = Shift(path)
    yield made
    made.journal.close()


def test_every_event_and_command_reads_back_equal(path: Path) -> None:
    journal = Journal.open(path, tenant=TENANT, node=NODE)
    for kind, what in examples():
        step = Step(what, 1.5, ()) if kind == "event" else Step(None, 1.5, [what])  # type: ignore[arg-type, list-item]
        (written,) = journal.write([step])
        assert list(journal.rows())[-1] == written[-1]
        assert written[-1].what == what
    journal.close()


def test_every_row_of_a_call_has_tenant_client_and_node(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.hang_up(call)
    rows = [row for row in shift.rows() if row.call == call]
    assert len(rows) > 10
    assert {(row.tenant, row.client, row.node) for row in rows} == {("demo", "nova", NODE)}
    assert {row.tenant for row in shift.rows()} == {"demo"}


def test_a_missed_call_has_its_client_too(shift: Shift) -> None:
    shift.post(missed(CallId("c1")))
    rows = [row for row in shift.rows() if row.call == "c1"]
    assert [(row.type, row.client, row.node) for row in rows] == [
        ("CallMissed", "nova", NODE),
        ("ShowCall", "nova", NODE),
    ]


def test_a_call_keeps_its_client_over_a_restart(path: Path) -> None:
    journal = Journal.open(path, tenant=TENANT, node="other")
    journal.write([Step(arrived(CallId("c1")), 1.0, ())])
    journal.close()
    journal = Journal.open(path, tenant=TENANT, node="other")
    ended = events.CallEnded(call=CallId("c1"), by=Party.CALLER, cause="x")
    ((row,),) = journal.write([Step(ended, 2.0, ())])
    assert (row.client, row.node) == ("nova", NODE)
    journal.close()


def test_commands_and_rejections_name_the_event_they_follow_from(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    offered = shift.written
    assert [row.type for row in offered][:3] == ["CallQueued", "ShowCall", "ShowCall"]
    assert {row.because for row in offered[1:]} == {offered[0].number}
    number = shift.post(events.CallQueued(call=call, queue=offered[0].what.queue))  # type: ignore[union-attr]
    assert [row.because for row in shift.written] == [None, number]
    assert shift.written[1].call == call


@pytest.mark.usefixtures("shift")
def test_a_second_engine_is_refused_and_told_who_writes(path: Path) -> None:
    with pytest.raises(JournalLocked, match=r"process \d+.*CCENGINE_STATE"):
        Journal.open(path, tenant=TENANT, node=NODE)


def test_readers_see_each_step_while_the_engine_writes(shift: Shift, path: Path) -> None:
    with JournalReader.open(path) as reader:
        shift.open_doors("anna")
        assert len(list(reader.rows())) == len(shift.rows())
        call = shift.enter("c1")
        assert reader.last_number() == shift.rows()[-1].number
        assert {row.call for row in reader.rows(call=call)} == {call}


def test_rows_can_begin_in_the_middle(shift: Shift) -> None:
    shift.open_doors("anna", "bob")
    rows = shift.rows()
    assert list(shift.journal.rows(since=rows[3].number)) == rows[4:]
    anna = list(shift.journal.rows(agent=AgentId("anna")))
    assert {row.agent for row in anna} == {"anna"}


def test_many_commands_of_one_step_go_in_together(path: Path) -> None:
    journal = Journal.open(path, tenant=TENANT, node=NODE)
    command = next(what for kind, what in examples() if kind == "command")
    steps = [Step(None, 1.0, [command] * 5000), Step(None, 2.0, ())]  # type: ignore[list-item]
    assert [rows[0].number for rows in journal.write(steps)] == [1, 5002]
    assert len(list(journal.rows())) == 5002
    journal.close()


def test_what_a_newer_program_wrote_is_carried_along(shift: Shift, path: Path) -> None:
    shift.open_doors("anna")
    _insert_raw(path, 900, "event", "CallParked", b'{"call":"c1","slot":7}')
    assert shift.rows()[-1].what == Unknown("CallParked", {"call": "c1", "slot": 7})
    with pytest.raises(JournalTooNew, match="CallParked"):
        shift.journal.restore()


def test_a_restart_goes_on_from_the_newest_snapshot(shift: Shift) -> None:
    shift.open_doors("anna", "bob")
    shift.enter("c1")
    shift.write_snapshot()
    shift.wait(25)  # c1's offer is not answered, so the second agent is tried
    shift.enter("c2", "sales")
    shift.post(events.CallQueued(call=CallId("c2"), queue=shift.center.calls[CallId("c2")].queue))  # type: ignore[arg-type]
    assert shift.rejections == 1
    restored = shift.journal.restore()
    assert isinstance(restored.snapshot, CenterSnapshot)
    center = ContactCenter.from_snapshot(restored.snapshot)
    for entry in restored.tail:
        if entry.event is None:
            center.advance(entry.at)
        else:
            center.handle(entry.event, entry.at)
    assert center.snapshot() == shift.center.snapshot()
    assert restored.last_at == shift.now
    assert restored.last_number == shift.rows()[-1].number


def test_an_empty_journal_restores_to_nothing(path: Path) -> None:
    journal = Journal.open(path, tenant=TENANT, node=NODE)
    restored = journal.restore()
    assert (restored.snapshot, restored.tail, restored.last_number) == (None, [], 0)
    journal.close()


def test_what_was_written_survives_a_kill(path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from ccengine.storage.journal import Journal\n"
        "from ccengine.reporting.rows import Step\n"
        "from tests.reporting.shift import arrived\n"
        "journal = Journal.open(Path(sys.argv[1]), tenant='demo', node='node1')\n"
        "for n in range(100): journal.write([Step(arrived(f'c{n}'), float(n), ())])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=root, check=False)
    assert done.returncode == -9
    journal = Journal.open(path, tenant=TENANT, node=NODE)
    assert [row.call for row in journal.rows()] == [f"c{number}" for number in range(100)]
    ((row,),) = journal.write([Step(arrived(CallId("next")), 100.0, ())])
    assert row.number == 101
    journal.close()


def test_checkpoints_keep_the_log_file_small(shift: Shift, path: Path) -> None:
    log_file = path.with_name("journal.sqlite-wal")
    shift.open_doors("anna")
    sizes = []
    for round_number in range(6):
        for number in range(50):
            shift.hang_up(shift.enter(f"c{round_number}-{number}"))
        shift.journal.checkpoint()
        sizes.append(log_file.stat().st_size)
    assert sizes[-1] <= sizes[0] * 1.5
    assert path.stat().st_size > 100_000


def test_another_file_is_not_taken_for_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(JournalCorrupted, match="move it away"):
        Journal.open(path, tenant=TENANT, node=NODE)
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE calls (id)")
    other.commit()
    other.close()
    with pytest.raises(JournalCorrupted, match="not a journal"):
        Journal.open(path, tenant=TENANT, node=NODE)


@pytest.mark.usefixtures("shift")
def test_a_newer_layout_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalTooNew, match="layout 99"):
        JournalReader.open(path)


def test_no_journal_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(JournalMissing, match="has the engine run"):
        JournalReader.open(path)


def test_a_row_that_cannot_be_written_is_an_error_and_no_row(shift: Shift) -> None:
    shift.open_doors("anna")
    before = shift.rows()
    connection = shift.journal._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()  # the file has not all of them
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(JournalFailed, match="disk"):
        _append_for_ever(shift)
    written = shift.rows()
    assert len(written) > len(before)
    assert written[-1].number == len(written)


def _append_for_ever(shift: Shift) -> None:
    for number in count():
        shift.journal.write([Step(arrived(CallId(f"c{number}")), 1.0, ())])


def _insert_raw(path: Path, number: int, kind: str, name: str, data: bytes) -> None:
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO journal VALUES (?, 9e9, ?, ?, 9, 'demo', 'nova', 'c1', NULL, 'n', NULL, ?)",
        (number, kind, name, data),
    )
    connection.commit()
    connection.close()
