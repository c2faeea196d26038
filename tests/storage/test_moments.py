"""The core taken back to a moment: the same as it was, and no more rows read than needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.ids import AgentId, OfferId, PhoneId
from ccengine.core.queues import RelaxStep
from ccengine.storage.moments import Moments, choice_at, choice_at_last, choices
from tests.core.builders import queue_named, skills
from tests.core.stage import state_bytes
from tests.reporting.shift import NODE, Shift, plan

if TYPE_CHECKING:
    import pytest

    from ccengine.storage.journal_reader import JournalReader


def serve(shift: Shift, call: str) -> None:
    known = shift.enter(call)
    shift.answer(known)
    shift.wait(5)
    shift.hang_up(known)
    shift.wait(16)


def test_every_moment_is_as_it_was(shift: Shift, reader: JournalReader) -> None:
    shift.open_doors("anna", "bob")
    states: list[tuple[int, bytes]] = []
    for number in range(6):
        states.append((reader.last_number() + 1, state_bytes(shift.center)))
        serve(shift, f"c{number}")
        if number == 3:
            shift.write_snapshot()
    moments = Moments(reader)
    forward_and_back = [*states, *reversed(states)]
    assert [state_bytes(moments.before(number)) for number, _ in forward_and_back] == [
        state for _, state in forward_and_back
    ]


def test_only_what_follows_the_last_snapshot_is_read(
    shift: Shift, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift.open_doors("anna")
    for number in range(20):
        serve(shift, f"c{number}")
        shift.write_snapshot()
    since: list[int] = []
    tail = reader.tail
    monkeypatch.setattr(
        reader, "tail", lambda after, before: since.append(after) or tail(after, before)
    )
    shift.enter("last")
    assert set(choices(reader, [OfferId("last.1")])) == {"last.1"}
    assert since[0] == reader.last_snapshot_number()


def test_a_deadline_that_only_changed_what_a_caller_needs_is_replayed(
    shift: Shift, reader: JournalReader
) -> None:
    usual = plan()
    steps = (RelaxStep(after_seconds=10, lower=skills("billing:1")),)
    hard = replace(usual.queues[queue_named("billing")], skills=skills("billing:4"), relax=steps)
    shift.post(events.PlanLoaded(plan=replace(usual, queues={queue_named("billing"): hard})))
    shift.post(events.SwitchResynced(node=NODE))
    for place, name in enumerate(("anna", "bob")):
        agent = AgentId(name)
        shift.post(events.AgentLoggedIn(agent=agent, phone=PhoneId(str(200 + place))))
        shift.post(events.AgentWentNotReady(agent=agent, reason="lunch"))
    call = shift.enter("c1")
    shift.wait(30)
    moment = choice_at(reader, call, shift.now)
    assert moment is not None
    assert moment.relaxed == 1
    last = choice_at_last(reader, call)
    assert last is not None
    assert (last.relaxed, last.passed) == (1, moment.passed)


def test_rows_are_found_by_their_time(shift: Shift, reader: JournalReader) -> None:
    shift.open_doors("anna")
    for call in ("c1", "c2", "c3", "c4"):  # snapshots that are not finished leave their numbers
        shift.journal.begin_snapshot(shift.center.imprint(), shift.now)
        serve(shift, call)
    rows = shift.rows()
    assert len(rows) < rows[-1].number
    for at in (0.0, rows[-1].at + 9, *(row.at + later for row in rows for later in (0.0, 0.25))):
        earlier = [row.number for row in rows if row.at <= at]
        assert reader.number_after(at) == (earlier[-1] + 1 if earlier else 1)
