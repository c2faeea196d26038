"""Figures against a day small enough to count by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.clients import ServiceLevel
from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId, ClientId
from ccengine.core.measures import Formula
from ccengine.reporting.rows import Step
from ccengine.simulator.journal_day import steps_of
from ccengine.simulator.ledger import Fate, Ledger
from ccengine.simulator.results import figures, percentile, service_level
from ccengine.simulator.timeline import timeline
from tests.core.builders import queue_named
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.simulator.results import Figures

NOVA = ClientId("nova")
BILLING, SALES = queue_named("billing"), queue_named("sales")


def promise(formula: Formula, seconds: int = 10) -> dict[ClientId, ServiceLevel]:
    return {NOVA: ServiceLevel(percent=80, seconds=seconds, formula=formula)}


def counted_to_the_end(shift: Shift) -> Ledger:
    """Count what the shift's journal holds, and close both."""
    counted = Ledger()
    for step in steps_of(shift.rows()):
        if isinstance(step, Step):
            counted.take(step)
    counted.close(shift.now)
    shift.journal.close()
    return counted


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Anna is there from 1000 on. Of four callers in billing

    c1 is answered after 1 s and talks for 30; wrap-up 15.
    c2 comes as c1 is bridged, and hangs up after 5 s; c3 comes then and hangs up after 20 s.
    c4 comes 30 s after that and is answered after 1 s, having been rung for that second.
    """
    shift = Shift(tmp_path / "journal.sqlite")
    shift.open_doors("anna")
    one = shift.enter("c1")
    shift.answer(one)
    two = shift.enter("c2")
    shift.wait(5)
    shift.hang_up(two)
    three = shift.enter("c3")
    shift.wait(20)
    shift.hang_up(three)
    shift.wait(1)
    shift.post(events.ConversationEnded(call=one, agent=AgentId("anna"), by=Party.CALLER))
    shift.hang_up(one)
    shift.wait(30)
    four = shift.enter("c4")
    shift.answer(four)
    shift.wait(60)
    shift.hang_up(four)
    shift.wait(15)
    return counted_to_the_end(shift)


def billing(ledger: Ledger, formula: Formula = Formula.OFFERED) -> Figures:
    found = figures(ledger, promise(formula), [BILLING, SALES])
    return next(one for one in found if one.name == BILLING)


def test_every_caller_has_one_fate(ledger: Ledger) -> None:
    fates = [(visit.call, visit.fate, round(visit.seconds, 6)) for visit in ledger.visits]
    assert fates == [
        ("c1", Fate.ANSWERED, 1),
        ("c2", Fate.ABANDONED, 5),
        ("c3", Fate.ABANDONED, 20),
        ("c4", Fate.ANSWERED, 1),
    ]


def test_the_figures_are_those_counted_by_hand(ledger: Ledger) -> None:
    found = billing(ledger)
    assert (found.offered, found.answered, found.abandoned, found.sent_on) == (4, 2, 2, 0)
    assert (found.asa, found.abandon_rate, found.mean_abandon) == (1.0, 50.0, 12.5)
    assert (found.longest, found.waits["p50"], found.waits["p99"]) == (20.0, 1.0, 1.0)
    talk_and_wrap_up = [1 + 2 + 5 + 2 + 20 + 1 + 15, 1 + 60 + 15]  # from the answer on
    assert found.aht == sum(talk_and_wrap_up) / 2
    busy = sum(talk_and_wrap_up) + 2  # and a second of ringing each
    there = ledger.spells[-1].ends - ledger.spells[0].starts
    assert found.occupancy == pytest.approx(100 * busy / there, abs=0.001)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        (Formula.ANSWERED, 100.0),  # 2 of 2
        (Formula.ANSWERED_AND_ABANDONED, 75.0),  # 3 of 4: c3 hung up late
        (Formula.OFFERED, 50.0),  # 2 of 4
        (Formula.OFFERED_LESS_EARLY, 66.667),  # 2 of 3: c2 hung up early
    ],
)
def test_the_service_level_is_the_contracts(
    ledger: Ledger, formula: Formula, percent: float
) -> None:
    assert billing(ledger, formula).service_level == percent


def test_nothing_is_said_of_a_queue_where_nobody_was(ledger: Ledger) -> None:
    found = next(
        one for one in figures(ledger, promise(Formula.OFFERED), [SALES]) if one.name == SALES
    )
    assert (found.offered, found.service_level, found.asa, found.occupancy) == (0, None, None, None)


def test_the_course_of_the_day_adds_up(ledger: Ledger) -> None:
    starts = ledger.visits[0].entered - 3
    course = timeline(ledger, promise(Formula.OFFERED), starts, starts + 900)
    waited = sum(visit.seconds for visit in ledger.visits)
    assert sum(course.waiting) * course.step_seconds == pytest.approx(waited, abs=0.5)
    states: dict[str, float] = {}
    for spell in ledger.spells:
        inside = min(spell.ends, starts + 900) - max(spell.starts, starts)
        states[spell.state] = states.get(spell.state, 0.0) + inside
    for state, seconds in states.items():
        found = sum(course.agents[state]) * course.step_seconds
        assert found == pytest.approx(seconds, abs=0.5)
    assert sum(course.waits.answered) == 2
    assert sum(course.waits.abandoned) == 2
    assert [(half.offered, half.abandoned, half.service_level) for half in course.half_hours] == [
        (4, 2, 50.0)
    ]


def test_a_day_that_ends_while_somebody_waits_says_so(tmp_path: Path) -> None:
    shift = Shift(tmp_path / "journal.sqlite")
    shift.open_doors()
    shift.enter("c1")
    shift.wait(7)
    counted = counted_to_the_end(shift)
    (visit,) = counted.visits
    assert (visit.call, visit.fate, visit.seconds) == (CallId("c1"), Fate.WAITING, 7.0)
    assert service_level(counted.stays, promise(Formula.OFFERED)) is None


@pytest.mark.parametrize(
    ("share", "value"), [(1, 1.0), (50, 2.0), (51, 3.0), (75, 3.0), (90, 4.0), (100, 4.0)]
)
def test_percentiles_are_values_that_occurred(share: float, value: float) -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], share) == value
