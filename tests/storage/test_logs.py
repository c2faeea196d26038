"""One JSON line per thing that happened, without numbers and secrets, and no waiting."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from ccengine.core.events import CallQueued
from ccengine.core.ids import CallId, TenantId
from ccengine.reporting.instants import utc_text
from ccengine.storage.line_writer import LineWriter
from ccengine.storage.logs import EngineLog, line_of
from tests.core.builders import queue_named
from tests.reporting.examples import examples, row_of
from tests.reporting.shift import CALLER, Shift

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_is_told_in_lines_with_its_names(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "engine.jsonl"
    logs = EngineLog.open(path, tenant=TenantId("demo"), node="node1", console=False)
    shift = Shift(tmp_path / "journal.sqlite")
    shift.observers.append(logs.observe)
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.hang_up(call)
    shift.hang_up(call)  # late: no line
    logs.close()
    shift.journal.close()
    lines = [line for line in written(path) if line.get("call_id") == "c1"]
    assert [line["action"] for line in lines if line["action"] != "agent_state_changed"] == [
        "call_arrived",
        "flow_step_entered",
        "call_queued",
        "call_offered",
        "offer_ringing",
        "offer_accepted",
        "conversation_started",
        "call_ended",
    ]
    assert {(line["tenant"], line["client"], line["node"]) for line in lines} == {
        ("demo", "nova", "node1")
    }
    assert lines[0]["at"] == "1970-01-01T00:16:41.000000Z"
    assert lines[0]["caller"] == "+380*******67"
    assert CALLER not in path.read_text()


def test_a_rejected_event_is_one_line_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "engine.jsonl"
    logs = EngineLog.open(path, tenant=TenantId("demo"), node="node1", console=False)
    shift = Shift(tmp_path / "journal.sqlite")
    shift.open_doors()
    shift.enter("c1")
    shift.observers.append(logs.observe)
    shift.post(CallQueued(call=CallId("c1"), queue=queue_named("billing")))
    logs.close()
    shift.journal.close()
    (line,) = written(path)
    assert (line["action"], line["event"]) == ("event_rejected", "CallQueued")
    assert line["call_id"] == "c1"
    assert "waiting" in line["cause"]


@pytest.mark.parametrize(("kind", "what"), examples())
def test_every_row_is_one_line_or_none(kind: str, what: object) -> None:
    line = line_of(row_of(kind, what))  # type: ignore[arg-type]
    assert line is None or {"at", "action", "tenant", "node", "row"} <= set(line)


def test_the_rest_of_the_program_logs_alike_and_leaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "engine.jsonl"
    logs = EngineLog.open(path, tenant=TenantId("demo"), node="node1", console=False)
    log = structlog.get_logger()
    log.info("pin_refused", agent="anna", pin="123456", digits="123456#", caller=CALLER)
    log.debug("not_shown")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        log.exception("session_failed", call_id="c1")
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    logs.close()
    refused, failed, library = written(path)
    assert refused["action"] == "pin_refused"
    assert refused["at"].endswith("Z")
    assert (refused["tenant"], refused["node"]) == ("demo", "node1")
    assert "ZeroDivisionError" in failed["exception"]
    assert (library["action"], library["logger"]) == ("library_reported", "asyncio")
    assert "123456" not in path.read_text()
    assert CALLER not in path.read_text()


def test_a_slow_disk_drops_lines_and_counts_them() -> None:
    disk = SlowDisk()
    writer = LineWriter([disk], limit=10)  # type: ignore[list-item]
    writer.put(b"0")
    assert disk.busy.wait(5)
    for number in range(100):
        writer.put(b"%d" % number)
    assert writer.dropped == 90
    disk.goes_on.set()
    writer.close()
    text = b"".join(disk.written)
    assert text.startswith(b"0\n")
    assert b"log_lines_dropped" in text


def test_a_full_disk_stops_nothing() -> None:
    disk = FullDisk()
    writer = LineWriter([disk])  # type: ignore[list-item]
    writer.put(b"line")
    writer.close()
    assert writer.failed == 1


def test_instants_are_utc() -> None:
    assert utc_text(1_700_000_000.25) == "2023-11-14T22:13:20.250000Z"


class SlowDisk:
    def __init__(self) -> None:
        self.busy = threading.Event()
        self.goes_on = threading.Event()
        self.written: list[bytes] = []

    def write(self, text: bytes) -> None:
        self.busy.set()
        self.goes_on.wait(5)
        self.written.append(text)

    def flush(self) -> None:
        pass


class FullDisk:
    def write(self, text: bytes) -> None:
        raise OSError(28, text.decode())

    def flush(self) -> None:
        pass
