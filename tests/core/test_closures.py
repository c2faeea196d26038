"""Numbers with one switch: closed until somebody, or the clock, opens them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ccengine.core.center import ContactCenter
from ccengine.core.commands import ShowClosure
from ccengine.core.errors import ClosureRefused
from ccengine.core.events import NumbersClosed, NumbersOpened, PlanLoaded, SwitchLost
from ccengine.core.ids import ClosureId
from ccengine.core.snapshots import CenterSnapshot
from tests.core.stage import NODE, Like, Stage, state_bytes

if TYPE_CHECKING:
    from ccengine.core.commands import Command

BUILDING, LINES = ClosureId("building"), ClosureId("lines")
ADAPTER = TypeAdapter(CenterSnapshot)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    plan_anew(stage, BUILDING, LINES)
    return stage


def plan_anew(stage: Stage, *closures: ClosureId) -> list[Command]:
    return stage.post(PlanLoaded(plan=replace(stage.center.plan, closures=closures)))


def close(stage: Stage, until: float | None = None, reason: str = "fire") -> list[Command]:
    return stage.post(NumbersClosed(closure=BUILDING, by="olga", reason=reason, until=until))


def closed(stage: Stage) -> list[ClosureId]:
    return list(stage.center.closed(stage.now))


def test_they_are_closed_until_somebody_opens_them(stage: Stage) -> None:
    begun = stage.now
    (shown,) = close(stage)
    assert shown == ShowClosure(
        closure=BUILDING, closed=True, by="olga", reason="fire", since=begun
    )
    stage.wait(1e6)
    assert closed(stage) == [BUILDING]
    assert stage.center.closures(stage.now) == [
        shown,
        ShowClosure(closure=LINES, closed=False, by=""),
    ]
    opened = stage.post(NumbersOpened(closure=BUILDING, by="bob"))
    assert opened == [ShowClosure(closure=BUILDING, closed=False, by="bob")]
    assert closed(stage) == []


def test_they_open_by_themselves_at_their_end(stage: Stage) -> None:
    close(stage, until=stage.now + 60)
    stage.wait(59)
    assert closed(stage) == [BUILDING]
    stage.expect(stage.wait(1), Like(ShowClosure, closure=BUILDING, closed=False, by="its end"))
    assert closed(stage) == []


def test_nobody_is_kept_out_by_a_late_clock(stage: Stage) -> None:
    """While Asterisk is away no deadline is met; a caller who comes at once after is served."""
    close(stage, until=stage.now + 60)
    stage.post(SwitchLost(node=NODE))
    assert stage.advance(stage.now + 100) == []
    assert stage.center.closed(stage.now) == {}


def test_closed_again_they_have_the_new_reason_and_end_and_are_closed_since_the_first_time(
    stage: Stage,
) -> None:
    begun = stage.now
    close(stage, until=begun + 60)
    stage.wait(30)
    stage.expect(
        close(stage, reason="flood"), Like(ShowClosure, reason="flood", since=begun, until=None)
    )
    stage.wait(1000)
    assert closed(stage) == [BUILDING]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (NumbersClosed(closure=ClosureId("biulding"), by="olga"), "no closure 'biulding'"),
        (NumbersOpened(closure=ClosureId("biulding"), by="olga"), "no closure 'biulding'"),
        (NumbersOpened(closure=BUILDING, by="olga"), "is not closed"),
        (NumbersClosed(closure=BUILDING, by="olga", until=0.0), "end before it begins"),
    ],
)
def test_what_cannot_be_is_refused(
    stage: Stage, event: NumbersClosed | NumbersOpened, why: str
) -> None:
    with pytest.raises(ClosureRefused, match=why):
        stage.post(event)


def test_a_plan_that_has_them_keeps_them_closed_and_one_that_has_them_not_opens_them(
    stage: Stage,
) -> None:
    close(stage, until=stage.now + 60)
    assert plan_anew(stage, BUILDING) == []
    assert closed(stage) == [BUILDING]
    stage.expect(
        plan_anew(stage, LINES),
        Like(ShowClosure, closure=BUILDING, closed=False, by="configuration"),
    )
    assert stage.center.next_deadline() is None
    plan_anew(stage, BUILDING)
    assert closed(stage) == []


STEPS = st.lists(
    st.sampled_from(["close", "close for a while", "open", "wait", "forget", "plan", "restart"]),
    max_size=30,
)


@given(steps=STEPS)
def test_whatever_is_done_they_are_closed_as_a_simple_book_says(steps: list[str]) -> None:
    stage = Stage()
    plan_anew(stage, BUILDING)
    book: float | None = None  # when it ends
    planned = True
    for step in steps:
        match step:
            case "close" | "close for a while" if planned:
                book = stage.now + 50 if step != "close" else 1e12
                close(stage, until=None if step == "close" else book)
            case "open" if planned and book is not None:
                stage.post(NumbersOpened(closure=BUILDING, by="olga"))
                book = None
            case "wait":
                stage.wait(20)
                book = None if book is not None and book <= stage.now else book
            case "forget" | "plan":
                planned = step == "plan"
                plan_anew(stage, *([BUILDING] if planned else []))
                book = book if planned else None
            case "restart":
                again = ADAPTER.validate_json(state_bytes(stage.center))
                stage.center = ContactCenter.from_snapshot(again)
            case _:
                pass
        assert closed(stage) == ([] if book is None else [BUILDING])
        stage.center.check_invariants()


def test_a_journal_of_an_earlier_program_has_none_closed(stage: Stage) -> None:
    earlier = orjson.loads(state_bytes(stage.center))
    del earlier["closed"]
    del earlier["plan"]["closures"]
    again = ContactCenter.from_snapshot(ADAPTER.validate_json(orjson.dumps(earlier)))
    assert again.closures(0.0) == []


@pytest.mark.parametrize("until", [4_102_444_801.0, 253_402_318_799.0, float("inf"), float("nan")])
def test_an_end_that_no_calendar_can_write_is_refused(stage: Stage, until: float) -> None:
    with pytest.raises(ClosureRefused, match="before the year 2100"):
        close(stage, until)
    assert closed(stage) == []
