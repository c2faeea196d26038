"""Whose talk it was when: the talk time of a transferred call is each agent's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.events import HoldBy, Party
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import Kind
from ccengine.reporting.call_record import CallOutcome, CallRecord
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.story import tell
from tests.core.builders import agent_dialled
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANNA, BOB = AgentId("anna"), AgentId("bob")


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    made.open_doors("anna", "bob")
    yield made
    made.journal.close()


def record_of(shift: Shift, call: str) -> CallRecord:
    record = fold_call(shift.journal.rows(call=CallId(call)))
    assert record is not None
    return record


def consult(shift: Shift, call: CallId) -> CallId:
    """Anna asks bob, who answers after two seconds."""
    asked = CallId(f"{call}-x")
    shift.post(agent_dialled(asked, "anna", Kind.CONSULT, call))
    shift.post(events.CallDirected(call=asked, agent=BOB))
    shift.wait(2)
    offer = shift.center.calls[asked].offer
    assert offer is not None
    shift.post(events.OfferAccepted(call=asked, agent=BOB, offer=offer))
    shift.post(events.ConversationStarted(call=asked, agent=BOB, bridge="x"))
    return asked


def test_each_agent_has_their_own_part_of_a_call_that_is_handed_over(shift: Shift) -> None:
    call = shift.enter("c1")
    shift.answer(call)
    began = shift.now
    shift.wait(10)
    shift.post(events.HoldStarted(call=call, agent=ANNA, how=HoldBy.CODE))
    asked = consult(shift, call)
    shift.wait(5)
    handed = shift.now
    over = events.CallHandedOver(call=call, agent=ANNA, to_agent=BOB, consult=asked)
    assert not shift.rejections
    shift.post(over)
    shift.post(events.CallEnded(call=asked, by=Party.AGENT, cause="handed over"))
    shift.wait(30)
    shift.post(events.ConversationEnded(call=call, agent=BOB, by=Party.CALLER))
    shift.post(events.CallEnded(call=call, by=Party.CALLER, cause="hung up"))
    shift.wait(60)
    record = record_of(shift, call)
    first, second = record.conversations
    assert (first.agent, first.started_at, first.ended_at) == ("anna", began, handed)
    assert (first.held_seconds, first.ended_by) == (7.0, Party.AGENT)
    assert (second.agent, second.started_at, second.ended_at) == ("bob", handed, handed + 30)
    assert (second.held_seconds, second.ended_by) == (0.0, Party.CALLER)
    assert record.talk_seconds == pytest.approx(47.0)
    assert record.agent == "bob"
    assert len(record.offers) == 1
    about = record_of(shift, asked)
    assert (about.kind, about.origin, about.cause) == (Kind.CONSULT, "c1", "handed over")
    assert [one.agent for one in about.conversations] == ["bob"]
    assert about.talk_seconds == 5.0
    told = [line.text for line in tell(shift.journal.rows(call=call))]
    assert "anna handed the caller over to bob" in told


def test_a_caller_sent_on_waits_again_and_talks_again(shift: Shift) -> None:
    call = shift.enter("c1")
    shift.answer(call)
    shift.wait(10)
    shift.post(events.CallTransferred(call=call, agent=ANNA, to_agent=BOB))
    shift.wait(4)
    shift.answer(call)
    shift.wait(20)
    shift.post(events.CallEnded(call=call, by=Party.CALLER, cause="hung up"))
    record = record_of(shift, call)
    assert [one.agent for one in record.conversations] == ["anna", "bob"]
    assert [offer.agent for offer in record.offers] == ["anna", "bob"]


@pytest.mark.parametrize("answered", ["yes", "no"])
def test_a_call_by_hand_is_an_outbound_record(shift: Shift, answered: str) -> None:
    call = CallId("o1")
    shift.post(agent_dialled(call, "anna", Kind.OUTBOUND))
    shift.wait(6)
    if answered == "yes":
        shift.post(events.ConversationStarted(call=call, agent=ANNA, bridge="o"))
        shift.wait(9)
    shift.post(events.CallEnded(call=call, by=Party.CALLER, cause="over"))
    shift.wait(20)
    record = record_of(shift, call)
    assert (record.kind, record.number, record.agent) == (Kind.OUTBOUND, "99555", "anna")
    wanted = CallOutcome.ANSWERED if answered == "yes" else CallOutcome.UNANSWERED
    assert record.outcome is wanted
    assert record.talk_seconds == (9.0 if answered == "yes" else 0.0)
    assert record.wrap_up_seconds == 15.0
