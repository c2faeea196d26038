"""The queue_log of a real run, an engine killed in the middle: read strictly, and counted again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import AgentState, CallState
from ccengine.reporting.call_record import CallOutcome
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.ledger import Ledger
from ccengine.reporting.queue_log import QueueLog
from ccengine.reporting.rows import in_steps
from ccengine.storage.journal_reader import JournalReader
from tests.e2e.people import hear_each_other
from tests.e2e.talks import talking
from tests.e2e.waits import until
from tests.reporting.kpis.days import from_file, of, tally_of
from tests.reporting.kpis.queue_log_reader import read

if TYPE_CHECKING:
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

VIP = "dnipro/vip"


@pytest.mark.timeout(120)
async def test_a_real_runs_queue_log_follows_the_documentation(stage: Stage) -> None:
    system = stage.system
    async with stage:
        before = len(rebuilt(system))
        talk = await talking(stage)
        assert await talk.call.transfer("204") == 200  # a blind transfer
        await talk.call.ended(timeout_seconds=2)
        second = await talk.taras.answers()
        await talk.olena.goes_not_ready()
        impatient = await stage.caller("600201", CallOutcome.ABANDONED)
        await impatient.becomes(CallState.WAITING)
        await system.kill_engine()
        await asyncio.sleep(1)
        await impatient.hangs_up()
        await talk.caller.hangs_up()
        await second.ended(timeout_seconds=5)
        served = await stage.caller("600201")
        await talk.olena.goes_ready()
        await hear_each_other(served, talk.olena, await talk.olena.answers())
        await served.hangs_up()
        await talk.olena.becomes(AgentState.WRAP_UP)
    lines = await until("the file holds what the journal does", lambda: whole(system))
    found = read(lines)
    assert found.open == []
    assert {line.split("|")[4] for line in lines[before:]} >= {
        "ENTERQUEUE",
        "CONNECT",
        "BLINDTRANSFER",
        "COMPLETECALLER",
        "ABANDON",
        "PAUSEALL",
        "UNPAUSEALL",
        "AGENTLOGIN",
        "AGENTLOGOFF",
        "QUEUESTART",
    }
    figures_agree(system, found.queues[VIP].__dict__)
    tiles(system)


def rebuilt(system: System) -> list[str]:
    """Return the log as the journal has it."""
    fold = QueueLog()
    with JournalReader.open(system.paths.journal) as reader:
        return [line for step in in_steps(reader.rows()) for line in fold.take(step)]


def whole(system: System) -> list[str] | None:
    """Return the file's lines, once it has all; each of them is the journal's, in its order."""
    written = system.paths.queue_log.read_text().splitlines()
    expected = rebuilt(system)
    return written if written == expected else None


def figures_agree(system: System, counted: dict[str, object]) -> None:
    """The fold of the real journal counts what the log's reader counted."""
    with JournalReader.open(system.paths.journal) as reader:
        newest = reader.newest()[1]
    tally = tally_of(from_file(system.paths.journal, newest, Grain.SECOND))
    counts = of(tally, queue=VIP, kind="call")
    for name in ("offered", "answered", "abandoned"):
        assert getattr(counts, name) == counted[name], name
    assert counts.left + counts.callbacks == counted["left"]  # the log has no word for callbacks
    waits = counted["waits"]
    assert isinstance(waits, list)
    assert counts.wait_answered == sum(waits) * 1000


def tiles(system: System) -> None:
    """What agents did in the real run tiles their log-ins."""
    with JournalReader.open(system.paths.journal) as reader:
        until_then = round(reader.newest()[1] * 1000)
        ledger = Ledger(0, until_then)
        fold = Fold(ledger)
        for step in in_steps(reader.rows()):
            fold.take(step)
        fold.cut(until_then / 1000)
    assert ledger.logins
    assert ledger.faults(until_then) == []
