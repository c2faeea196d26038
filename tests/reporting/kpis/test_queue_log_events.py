"""Each event that tools know of a queue_log is written, and tested, or cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.queues import Empty, Limits, Overflow
from ccengine.reporting import queue_log, queue_log_members
from ccengine.reporting.queue_log import NEVER
from tests.core.builders import queue_named
from tests.reporting.kpis import test_queue_log
from tests.reporting.kpis.days import hand_over
from tests.reporting.kpis.queue_log_reader import EVENTS, read
from tests.reporting.kpis.test_queue_log import lines_of
from tests.reporting.shift import Shift, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

ANNA, BOB = AgentId("anna"), AgentId("bob")
BILLING = queue_named("billing")
DOCUMENTED = {
    "ABANDON",
    "ADDMEMBER",
    "AGENTCALLBACKLOGIN",
    "AGENTCALLBACKLOGOFF",
    "AGENTDUMP",
    "AGENTLOGIN",
    "AGENTLOGOFF",
    "ATTENDEDTRANSFER",
    "BLINDTRANSFER",
    "COMPLETEAGENT",
    "COMPLETECALLER",
    "CONFIGRELOAD",
    "CONNECT",
    "DID",
    "ENTERQUEUE",
    "EXITEMPTY",
    "EXITWITHKEY",
    "EXITWITHTIMEOUT",
    "INFO",
    "PAUSE",
    "PAUSEALL",
    "PENALTY",
    "QUEUESTART",
    "REMOVEMEMBER",
    "RINGCANCELED",
    "RINGNOANSWER",
    "SYSCOMPAT",
    "TRANSFER",
    "UNPAUSE",
    "UNPAUSEALL",
}
"""By Asterisk's documentation, and by what other programs put into the file."""


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def test_each_event_that_tools_know_is_written_or_has_a_reason() -> None:
    assert EVENTS.keys().isdisjoint(NEVER)
    assert EVENTS.keys() | NEVER.keys() == DOCUMENTED
    assert all(NEVER.values())
    written = "".join(Path(one.__file__).read_text() for one in (queue_log, queue_log_members))
    tested = "".join(Path(one).read_text() for one in (__file__, test_queue_log.__file__))
    for event in EVENTS:
        assert f'"{event}"' in written, event
        assert f"|{event}|" in tested or f'"{event}"' in tested, event


def test_who_is_handed_over_goes_by_the_bridge(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    shift.answer(call)
    shift.wait(10)
    shift.post(events.AgentLoggedIn(agent=BOB, phone=PhoneId("201")))
    hand_over(shift, call, ANNA, BOB)
    shift.wait(30)
    shift.hang_up(call)
    lines = lines_of(shift.rows())
    assert [line.split("|", 2)[2] for line in lines if "|c1|" in line][2:] == [
        "nova/billing|anna|ATTENDEDTRANSFER|BRIDGE|c1-bridge|1|17|1",
    ]
    assert read(lines).open == []


def test_who_waits_while_nobody_is_there_is_sent_away(shift: Shift) -> None:
    shift.open_doors("anna")
    usual = plan(version="2")
    limits = Limits(leave_empty=(Empty.OFFLINE,), overflow=Overflow(voicemail=True))
    queues = {**usual.queues, BILLING: replace(usual.queues[BILLING], limits=limits)}
    shift.post(events.PlanLoaded(plan=replace(usual, queues=queues)))
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    call = shift.enter("c1")
    shift.wait(7)
    shift.post(events.AgentLoggedOut(agent=ANNA))
    shift.wait(60)
    told = [line.split("|", 2)[2] for line in lines_of(shift.rows()) if f"|{call}|" in line]
    assert told == [
        "nova/billing|NONE|ENTERQUEUE||+380*******67|1",
        "nova/billing|NONE|EXITEMPTY|1|1|7",
    ]
