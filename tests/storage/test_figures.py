"""Figures of past days: what is read of the journal, and until when time that goes on counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId, QueueId
from ccengine.reporting.kpis.counts import DAY
from ccengine.reporting.kpis.table import By, Question
from ccengine.storage.figures import read_both, read_ledger, read_tables
from tests.reporting.kpis.days import known, serve
from tests.reporting.shift import OUTCOME, Shift

if TYPE_CHECKING:
    from ccengine.storage.journal_reader import JournalReader

ANNA = AgentId("anna")
QUESTION = Question(begins=0, ends=DAY, by=(By.QUEUE,))


@pytest.fixture
def shift(shift: Shift) -> Shift:
    shift.open_doors("anna")
    return shift


def days(shift: Shift, count: int) -> None:
    shift.wait(count * DAY / 1000)


def test_who_stays_for_days_without_a_word_is_there_until_the_day_ends(
    shift: Shift, reader: JournalReader
) -> None:
    begins = round((shift.now - 1) * 1000)  # when anna came
    days(shift, 40)
    shift.post(events.AgentLoggedOut(agent=ANNA))
    kept = read_ledger(reader, 0, DAY)
    assert kept.faults == []
    assert sum(one.length for one in kept.ledger.stretches) == DAY - begins
    (table,) = read_tables(reader, [QUESTION], known())
    assert table.total.counts.logged_in == DAY - begins


def test_what_is_said_after_midnight_counts_for_the_talk(
    shift: Shift, reader: JournalReader
) -> None:
    shift.wait(DAY / 1000 - shift.now - 60)
    call = shift.enter("c1")
    serve(shift, call, talk=90)
    shift.wait(30)
    said = OUTCOME.dispositions[0]
    shift.post(events.OutcomeSet(call=call, agent=ANNA, disposition=said, resolved=True))
    (part,) = read_ledger(reader, 0, DAY).ledger.parts
    assert (part.talk, part.disposition, part.resolved) == (90_000, said, True)


def test_a_table_and_a_ledger_are_read_together_as_each_alone(
    shift: Shift, reader: JournalReader
) -> None:
    for name in ("c1", "c2"):
        serve(shift, shift.enter(name), talk=20)
        shift.wait(30)
    days(shift, 2)
    (alone,) = read_tables(reader, [QUESTION], known())
    kept = read_ledger(reader, 0, DAY)
    table, ledger = read_both(reader, QUESTION, known())
    assert [(one.labels, one.counts) for one in table.lines] == [
        (one.labels, one.counts) for one in alone.lines
    ]
    assert table.total.counts.answered == 2
    assert ledger.ledger.stretches == kept.ledger.stretches
    assert len(ledger.ledger.parts) == 2
    assert ledger.until == table.until
    assert QueueId("nova/billing") in table.measures
