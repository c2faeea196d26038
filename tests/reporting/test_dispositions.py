"""What call records keep of what agents said, and what stories tell of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.call_records import CallRecords, fold_call
from ccengine.reporting.facts import fact_of
from ccengine.reporting.story import tell
from tests.reporting.shift import FORM, OUTCOME, Shift, other_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.reporting.call_record import CallRecord

C1 = CallId("c1")
ANNA = AgentId("anna")
SECRET = "+491701234567"


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def record_of(shift: Shift) -> CallRecord:
    record = fold_call(shift.journal.rows(call=C1))
    assert record is not None
    return record


def talked(shift: Shift, *agents: str) -> None:
    shift.open_doors(*(agents or ("anna",)))
    shift.enter(C1)
    shift.answer(C1)
    shift.wait(20)


def say(shift: Shift, disposition: str, agent: AgentId = ANNA, **more: Any) -> None:
    shift.post(events.OutcomeSet(call=C1, agent=agent, disposition=disposition, **more))


def fill(shift: Shift, agent: AgentId = ANNA, form: str = FORM, **values: str) -> None:
    shift.post(events.FormFilled(call=C1, agent=agent, form=form, values=values))


def test_a_record_keeps_what_was_said_and_the_versions_used(shift: Shift) -> None:
    talked(shift)
    shift.hang_up(C1)
    fill(shift, number=SECRET)
    said_at = shift.now
    say(shift, "sold", contact_reason="order", resolved=True)
    shift.wait(60)
    record = record_of(shift)
    assert (record.disposition, record.contact_reason, record.resolved) == ("sold", "order", True)
    (entry,) = record.dispositions
    assert (entry.agent, entry.script, entry.form) == ("anna", OUTCOME.script, FORM)
    assert entry.values == {"number": SECRET}
    assert (entry.at, entry.by, entry.defaulted) == (said_at, "", False)
    assert record.wrap_up_seconds == 15


def test_a_correction_after_the_wrap_up_replaces_and_both_stay_in_the_journal(
    shift: Shift,
) -> None:
    talked(shift)
    live = CallRecords()
    for row in shift.rows():
        live.apply(row)
    finished: list[CallRecord] = []
    shift.observers.append(lambda rows: finished.extend(filter(None, map(live.apply, rows))))
    shift.hang_up(C1)
    say(shift, "sold")
    shift.wait(20)
    assert [one.disposition for one in finished] == [None, "sold", "sold"]
    say(shift, "lost", by="boss", resolved=False)
    record = record_of(shift)
    assert (record.disposition, record.resolved) == ("lost", False)
    assert record.dispositions[0].by == "boss"
    said = [row.what for row in shift.rows() if isinstance(row.what, events.OutcomeSet)]
    assert [(one.disposition, one.by) for one in said] == [("sold", ""), ("lost", "boss")]
    shift.wait(60)
    say(shift, "sold")  # too late
    assert record_of(shift) == record
    assert shift.rejections == 1


def test_what_was_refused_leaves_no_trace(shift: Shift) -> None:
    talked(shift, "anna", "bob")
    say(shift, "nonsense")
    say(shift, "sold", contact_reason="nonsense")
    say(shift, "sold", agent=AgentId("bob"))
    fill(shift, agent=AgentId("bob"))
    fill(shift, number="1" * 501)
    fill(shift, **{f"f{number}": "1" for number in range(61)})
    assert shift.rejections == 6
    record = record_of(shift)
    assert record.disposition is None
    assert [entry.form for entry in record.dispositions] == [""]


def test_each_agent_of_a_call_has_their_own_and_the_last_one_is_the_calls(shift: Shift) -> None:
    talked(shift, "anna", "bob")
    first = record_of(shift).agent
    shift.post(events.ConversationEnded(call=C1, agent=AgentId(first or ""), by=Party.AGENT))
    shift.post(events.CallQueued(call=C1, queue="nova/sales"))
    second = shift.answer(C1)
    assert second != first
    shift.wait(5)
    shift.hang_up(C1)
    say(shift, "lost", agent=second)
    say(shift, "sold", agent=AgentId(first or ""))  # said later, of the earlier part
    record = record_of(shift)
    entries = [(one.agent, one.disposition) for one in record.dispositions]
    assert entries == [(first, "sold"), (second, "lost")]
    assert record.disposition == "lost"


def test_a_default_is_told_from_what_was_said(shift: Shift) -> None:
    talked(shift)
    shift.post(events.PlanLoaded(plan=other_plan()))
    shift.hang_up(C1)
    shift.wait(60)
    record = record_of(shift)
    assert (record.disposition, record.dispositions[0].defaulted) == ("lost", True)
    assert "anna gave no outcome in time: lost is taken" in [
        line.text for line in tell(shift.journal.rows(call=C1))
    ]


def test_a_wrap_up_that_is_held_for_typing_is_one_wrap_up(shift: Shift) -> None:
    live = CallRecords()
    finished: list[CallRecord] = []
    shift.observers.append(lambda rows: finished.extend(filter(None, map(live.apply, rows))))
    talked(shift)
    shift.hang_up(C1)
    shift.wait(5)
    shift.post(events.OutcomeEntryStarted(call=C1, agent=ANNA))
    shift.wait(20)
    shift.post(events.OutcomeEntryEnded(call=C1, agent=ANNA))
    assert [record.wrap_up_seconds for record in finished] == [None, 25]
    assert record_of(shift) == finished[-1]


def test_a_story_tells_what_was_said_and_nothing_that_was_filled_in(shift: Shift) -> None:
    talked(shift)
    shift.hang_up(C1)
    fill(shift, number=SECRET, name="Ann Example")
    say(shift, "sold", contact_reason="order", resolved=False)
    say(shift, "lost", by="boss")
    told = [line.text for line in tell(shift.journal.rows(call=C1))]
    assert f"anna filled in {FORM}: 2 fields" in told
    assert "anna says: sold, because of order, not resolved" in told
    assert "boss, for anna, says: lost" in told
    facts = [fact_of(row) for row in shift.rows()]
    for shown in (*told, repr(facts)):
        assert SECRET not in shown
        assert "Example" not in shown


SAID = st.sampled_from(["sold", "lost", "nonsense"])
FILLS = st.lists(
    st.tuples(SAID, st.none() | st.text(max_size=5), st.sampled_from([0.0, 4.0, 10.0])),
    max_size=12,
)
"""What is said, what is filled in, and how long after the last."""


@given(fills=FILLS, during=st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_record_is_that_of_the_last_complete_fill(
    fills: list[tuple[str, str | None, float]], *, during: bool
) -> None:
    with TemporaryDirectory() as folder:
        shift = Shift(Path(folder) / "journal.sqlite")
        talked(shift)
        over_at = None
        if not during:
            shift.hang_up(C1)
            over_at = shift.now + 15 + OUTCOME.grace_seconds
        said, form = None, None
        for disposition, value, seconds in fills:
            shift.wait(seconds)
            if value is not None:
                fill(shift, v=value)
            say(shift, disposition, contact_reason="order")
            if over_at is None or shift.now < over_at:
                form = form if value is None else value
                said = said if disposition == "nonsense" else disposition
        record = record_of(shift)
        shift.journal.close()
    assert record.disposition == said
    filled = {} if form is None else {"v": form}
    assert record.dispositions[0].values == filled
