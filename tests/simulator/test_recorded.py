"""Days small enough to know what playing them again must give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.events import Miss, Party, PlanLoaded
from ccengine.core.ids import AgentId, CallId, PhoneId
from ccengine.simulator.journal_day import DayReader, steps_of
from ccengine.simulator.ledger import Fate, Ledger, Visit
from ccengine.simulator.world import World
from tests.core.builders import queue_named
from tests.reporting.shift import Shift, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.core.plan import Plan

ANNA, BOB = AgentId("anna"), AgentId("bob")
FOR_EVER = float("inf")


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    recorded = Shift(tmp_path / "journal.sqlite")
    yield recorded
    recorded.journal.close()


def talk(shift: Shift, call: CallId, seconds: float) -> None:
    agent = shift.answer(call)
    shift.wait(seconds)
    shift.post(events.ConversationEnded(call=call, agent=agent, by=Party.CALLER))
    shift.hang_up(call)


def read(shift: Shift) -> DayReader:
    reader = DayReader(0.0, FOR_EVER)
    reader.starts = shift.rows()[0].at
    reader.read(steps_of(shift.rows()))
    return reader


def again(shift: Shift, under: Plan | None = None) -> list[Visit]:
    day = read(shift).day
    ledger = Ledger()
    world = World(day.again(with_replans=under is None), ledger.take)
    world.run([PlanLoaded(plan=under or day.plan or plan())], day.starts, day.ends + 600)
    ledger.close(world.now)
    assert not world.refused
    return ledger.visits


def fates(visits: list[Visit]) -> list[tuple[str, Fate, str | None, float]]:
    return [(one.call, one.fate, one.agent, round(one.seconds, 6)) for one in visits]


def is_the_same_again(shift: Shift) -> bool:
    recorded = read(shift).ledger
    recorded.close(shift.now)
    assert recorded.visits
    return fates(recorded.visits) == fates(again(shift))


def test_a_pause_asked_for_in_a_call_and_over_in_wrap_up(shift: Shift) -> None:
    shift.open_doors("anna")
    one = shift.enter("c1")
    shift.answer(one)
    shift.wait(20)
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="tea"))
    shift.wait(10)
    shift.hang_up(one)
    shift.wait(5)
    shift.post(events.AgentWentReady(agent=ANNA))
    shift.wait(5)
    talk(shift, shift.enter("c2"), 30)
    assert is_the_same_again(shift)


def test_a_queue_left_out_is_left_out_again(shift: Shift) -> None:
    shift.open_doors("anna", "bob")
    queue = queue_named("billing")
    shift.post(events.AgentPaused(agent=ANNA, queue=queue))
    for name in ("c1", "c2"):
        talk(shift, shift.enter(name), 30)
        shift.wait(60)
    shift.post(events.AgentResumed(agent=ANNA, queue=queue))
    talk(shift, shift.enter("c3"), 30)
    assert is_the_same_again(shift)
    moves = [event for _, event in read(shift).day.moves]
    assert events.AgentPaused(agent=ANNA, queue=queue) in moves


def test_a_phone_that_rings_when_its_agent_logs_out(shift: Shift) -> None:
    shift.open_doors("anna", "bob")
    talk(shift, shift.enter("c1"), 30)
    shift.wait(120)
    talk(shift, shift.enter("c2"), 30)
    shift.wait(120)
    three = shift.enter("c3")
    holder, _ = shift.offer_of(three)
    shift.wait(3)
    shift.post(events.AgentLoggedOut(agent=holder))
    talk(shift, three, 30)
    assert is_the_same_again(shift)


def test_a_wrap_up_ended_by_hand_is_part_of_the_call(shift: Shift) -> None:
    shift.open_doors("anna")
    talk(shift, shift.enter("c1"), 30)
    two = shift.enter("c2")
    shift.wait(2)
    shift.post(events.AgentWentReady(agent=ANNA))
    talk(shift, two, 30)
    assert is_the_same_again(shift)
    (first, _) = read(shift).day.people
    assert first.wrap_up == pytest.approx(4)  # two seconds of c2's flow, and two


def test_a_missed_call_and_the_way_back(shift: Shift) -> None:
    shift.open_doors("anna")
    one = shift.enter("c1")
    shift.wait(20)  # rings for as long as it may
    shift.wait(33)
    shift.post(events.AgentWentReady(agent=ANNA))
    talk(shift, one, 30)
    day = read(shift).day
    assert (day.away_seconds, day.reactions[ANNA]) == (33.0, [None, 1.0])
    assert is_the_same_again(shift)


def test_a_declined_call_counts_as_missed(shift: Shift) -> None:
    shift.open_doors("anna", "bob")
    one = shift.enter("c1")
    agent, offer = shift.offer_of(one)
    shift.post(
        events.OfferDeclined(call=one, agent=agent, offer=offer, reason="busy", how=Miss.BUSY)
    )
    talk(shift, one, 30)
    assert read(shift).day.reactions[agent] == [None]


def test_who_hung_up_has_that_patience_and_who_was_answered_any(shift: Shift) -> None:
    shift.open_doors("anna")
    one = shift.enter("c1")
    shift.answer(one)
    two = shift.enter("c2")
    shift.wait(40)
    shift.hang_up(two)
    shift.hang_up(one)
    first, second = read(shift).day.people
    assert (first.patience, second.patience) == (FOR_EVER, 40.0)
    assert second.talk == first.talk == 43.0  # borrowed from the last of the queue who talked
    assert is_the_same_again(shift)


def test_a_second_agent_would_have_had_the_caller_who_hung_up(shift: Shift) -> None:
    shift.open_doors("anna", "carl")  # carl is there and has no skill for billing
    one = shift.enter("c1")
    shift.answer(one)
    two = shift.enter("c2")
    shift.wait(40)
    shift.hang_up(two)
    shift.hang_up(one)
    changed = plan(version="2")
    carl = changed.agents[AgentId("carl")]
    object.__setattr__(carl, "skills", {**carl.skills, "billing": 1})
    assert [fate for _, fate, _, _ in fates(again(shift))] == [Fate.ANSWERED, Fate.ABANDONED]
    found = fates(again(shift, changed))
    assert [(call, fate, agent) for call, fate, agent, _ in found] == [
        ("c1", Fate.ANSWERED, "anna"),
        ("c2", Fate.ANSWERED, "carl"),
    ]


def test_what_was_rejected_and_what_came_too_late_is_not_repeated(shift: Shift) -> None:
    shift.open_doors("anna")
    shift.post(events.AgentLoggedIn(agent=AgentId("nobody"), phone=PhoneId("299")))
    one = shift.enter("c1")
    talk(shift, one, 30)
    shift.hang_up(one)
    assert shift.rejections == 1
    assert is_the_same_again(shift)
