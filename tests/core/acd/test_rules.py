"""House rules by worked examples: what an agent lacks, rest, and gates that go by the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ccengine.core.acd.requirement import Lack, requirement_of
from ccengine.core.acd.rest import occupancy, recent, rested_at
from ccengine.core.commands import DivertCall, OfferCall
from ccengine.core.events import CallQueued, Miss, PhoneLost
from ccengine.core.ids import AgentId, CallId, ClientId, GroupId, LicenceId
from ccengine.core.periods import Period
from ccengine.core.plan import Days, Rest, Share
from ccengine.core.queues import Empty, Limits, Member, Overflow, RelaxStep
from ccengine.core.states import Kind
from tests.core.builders import agent_settings, phone_named, queue_named, queue_settings, skills
from tests.core.stage import Like, Stage

ANNA = AgentId("anna")
LOANS = LicenceId("loans")
FRONT, BACK = GroupId("front"), GroupId("back")
VIP = queue_named("vip")


def lack(step: int = 0, agent: dict[str, Any] | None = None, **queue: Any) -> Lack | None:
    """Return what anna, with these settings, lacks for a call of nova in this queue."""
    stage = Stage()
    has = {"skills": skills("billing:3 german:2"), "groups": (FRONT,), **(agent or {})}
    stage.agents = {"anna": replace(agent_settings(""), **has)}
    stage.queues = {"line": replace(queue_settings("billing:3"), **queue)}
    stage.plan()
    stage.queue("c1", "line")
    call = stage.center.calls["c1"]  # type: ignore[index]
    settings = stage.center.plan.queues[queue_named("line")]
    return requirement_of(call, settings, step).lack_of(ANNA, stage.center.plan, stage.now)


def step(**what: Any) -> tuple[RelaxStep, ...]:
    return (RelaxStep(after_seconds=1.0, **what),)


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ({}, None),
        ({"skills": skills("billing:4")}, Lack("skill", "billing", 3, 4)),
        ({"skills": skills("sales:1")}, Lack("skill", "sales", 0, 1)),
        ({"gates": skills("german:3")}, Lack("skill", "german", 2, 3)),
        ({"preferred": skills("sales:9")}, None),
        ({"licences": (LOANS,)}, Lack("licence", "loans")),
        ({"groups": (BACK,)}, Lack("group", "back")),
        ({"groups": (BACK, FRONT)}, None),
        ({"members": (Member(agent=AgentId("bob")),)}, Lack("member", "nova/line")),
        (
            {"members": (Member(agent=ANNA, penalty=2),), "max_penalty": 1},
            Lack("member", "nova/line"),
        ),
        ({"members": (Member(agent=ANNA, penalty=1),), "max_penalty": 1}, None),
    ],
)
def test_the_first_thing_an_agent_lacks(queue: dict[str, Any], expected: Lack | None) -> None:
    assert lack(**queue) == expected


@pytest.mark.parametrize(
    ("queue", "is_enough"),
    [
        ({"skills": skills("billing:9"), "relax": step(lower=skills("billing:3"))}, True),
        ({"skills": skills("billing:9"), "relax": step(lower=skills("billing:4"))}, False),
        ({"skills": skills("sales:1"), "relax": step(drop=("sales",))}, True),
        ({"groups": (BACK,), "relax": step(groups=(FRONT,))}, True),
        ({"groups": (BACK,), "relax": step(groups=(FRONT,), while_healthy=VIP)}, True),
        (
            {
                "members": (Member(agent=ANNA, penalty=2),),
                "max_penalty": 1,
                "relax": step(penalty=2),
            },
            True,
        ),
        ({"gates": skills("sales:1"), "relax": step(drop=("sales",))}, False),
        ({"gates": skills("billing:9"), "relax": step(lower=skills("billing:1"))}, False),
        ({"licences": (LOANS,), "relax": step(groups=(FRONT,))}, False),
    ],
)
def test_what_a_step_relaxes_and_what_it_never_does(
    queue: dict[str, Any],
    is_enough: bool,  # noqa: FBT001 - a table
) -> None:
    assert lack(0, **queue) is not None
    assert (lack(1, **queue) is None) == is_enough


def test_a_caller_may_ask_for_more_than_the_queue_and_not_for_less(stage: Stage) -> None:
    stage.queues = {"line": queue_settings("billing:3")}
    stage.staff(anna="billing:2", bob="billing:3", carl="billing:4")
    stage.expect(
        stage.queue("c1", "line", skills=skills("billing:1")), Like(OfferCall, agent="bob")
    )
    stage.expect(
        stage.queue("c2", "line", skills=skills("billing:4")), Like(OfferCall, agent="carl")
    )


# --- the clock ---------------------------------------------------------------------------------


def licensed(until: float | None = None, starts: float | None = None) -> Stage:
    stage = Stage()
    stage.agents = {"anna": replace(agent_settings("loans:4"), licences={LOANS: Days()})}
    stage.queues = {"loans": replace(queue_settings("loans:1"), licences=(LOANS,))}
    stage.house = {"periods": {ANNA: {"licence:loans": Period(starts, until)}}}
    stage.plan()
    stage.log_in("anna")
    return stage


def test_a_licence_that_begins_is_good_for_who_waits() -> None:
    stage = licensed(starts=30.0)
    stage.expect(stage.queue("c1", "loans"))
    stage.expect(stage.until(29.0))
    stage.expect(stage.until(30.0), Like(OfferCall, call="c1", agent="anna"))


def test_a_licence_is_over_on_the_second_even_if_the_timer_is_late() -> None:
    stage = licensed(until=60.0)
    stage.now = 60.0  # nobody has called `advance` yet
    stage.expect(stage.queue("c1", "loans"))
    stage.expect(stage.advance(61.0))
    assert stage.line() == ["c1"]


def test_an_approval_that_has_ended_counts_for_no_floor(stage: Stage) -> None:
    stage.agents = {"anna": agent_settings("billing:4", ("nova", "sirin"))}
    stage.queues = {"billing": queue_settings("billing:1")}
    stage.house = {
        "shares": {ClientId("sirin"): Share(floor=1)},
        "periods": {ANNA: {"client:sirin": Period(None, 10.0)}},
    }
    stage.plan()
    stage.log_in("anna")
    stage.expect(stage.queue("c1", "billing"))
    stage.expect(stage.until(10.0), Like(OfferCall, call="c1", agent="anna"))


# --- rest --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spells", "since", "at", "expected"),
    [
        ([], 0.0, 100.0, 0.0),
        ([(0.0, 50.0)], 0.0, 100.0, 0.5),
        ([(0.0, 50.0)], 0.0, 400.0, 50 / 400),
        ([(0.0, 50.0)], 0.0, 620.0, 30 / 600),  # the window is ten minutes
        ([(0.0, 50.0)], 0.0, 700.0, 0.0),
        ([(10.0, 20.0), (30.0, 40.0)], 10.0, 50.0, 0.5),
    ],
)
def test_occupancy(
    spells: list[tuple[float, float]], since: float, at: float, expected: float
) -> None:
    assert occupancy(spells, since, 600.0, at) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (Rest(), 100.0),
        (Rest(seconds=5.0), 105.0),
        (Rest(occupancy=0.5, window_minutes=10), 160.0),  # 80 of 160 seconds
        (Rest(seconds=90.0, occupancy=0.5, window_minutes=10), 190.0),
        (Rest(occupancy=0.8, window_minutes=10), 100.0),
    ],
)
def test_when_an_agent_is_rested_who_had_80_of_100_seconds(rest: Rest, expected: float) -> None:
    assert rested_at([(20.0, 100.0)], 0.0, rest, 100.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ceiling", "now", "kept"),
    [
        (0.5, 650.0, [(0.0, 500.0), (600.0, 640.0)]),  # the window begins at 50, within the first
        (0.5, 1100.0, [(600.0, 640.0)]),
        (0.5, 1300.0, [(600.0, 640.0)]),  # the last is never forgotten: rest goes by its end
        (1.0, 650.0, [(600.0, 640.0)]),
    ],
)
def test_spells_are_remembered_as_long_as_they_reach_into_the_window(
    ceiling: float, now: float, kept: list[tuple[float, float]]
) -> None:
    rest = Rest(occupancy=ceiling, window_minutes=10)
    assert recent([(0.0, 500.0), (600.0, 640.0)], rest, now) == kept


def test_a_new_plan_may_end_a_rest_or_begin_one(stage: Stage) -> None:
    stage.queues = {"billing": queue_settings("billing:1", wrap_up=0)}
    stage.staff(anna="billing:4")
    stage.house = {"rest": Rest(seconds=60.0)}
    stage.plan()
    stage.talk("c1", "billing")
    stage.hang_up("c1")
    stage.expect(stage.queue("c2", "billing"))
    stage.house = {"rest": Rest(seconds=0.0)}
    stage.expect(stage.plan(), Like(OfferCall, call="c2"))
    stage.hang_up("c2")
    stage.house = {"rest": Rest(seconds=30.0)}
    stage.plan()
    stage.expect(stage.queue("c3", "billing"))
    stage.expect(stage.wait(30), Like(OfferCall, call="c3"))


# --- phones and limits -------------------------------------------------------------------------


def test_who_logs_in_at_a_lost_phone_is_not_rung_there(stage: Stage) -> None:
    stage.post(PhoneLost(phone=phone_named("300")))
    stage.staff(anna="billing:4")
    stage.log_in("anna", "300")
    stage.expect(stage.queue("c1", "billing"))
    stage.expect(stage.find_phone("anna"), Like(OfferCall, agent="anna"))


def test_who_moves_from_a_lost_phone_to_another_is_rung(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.lose_phone("anna")
    stage.queue("c1", "billing")
    stage.expect(stage.log_in("anna", "300"), Like(OfferCall, call="c1", phone="300"))


@pytest.mark.parametrize("how", list(Miss))
def test_only_a_phone_out_of_reach_is_not_counted_as_a_miss(stage: Stage, how: Miss) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.decline("c1", how=how)
    assert stage.state("anna") == ("available" if how is Miss.UNREACHABLE else "not_ready")


def test_half_of_the_calls_go_to_the_partner(stage: Stage) -> None:
    stage.agents = {}
    rules = queue_settings("billing:1")
    limits = replace(rules.limits, partner_percent=50, overflow=Overflow(number="600999"))
    stage.queues = {"billing": replace(rules, limits=limits)}
    stage.plan()
    gone = 0
    for number in range(400):
        stage.queue(f"c{number}", "billing")
        gone += stage.call_state(f"c{number}") == "in_flow"
        stage.hang_up(f"c{number}")
    assert 160 < gone < 240  # 200, deviation 10


@pytest.mark.parametrize("second", [0.1, 0.7, 1_763_773_203.3, 1_763_773_203.123457])
def test_steps_and_limits_fall_due_whatever_the_fraction_of_the_second(second: float) -> None:
    stage = Stage()
    stage.now = second
    limits = Limits(wait_seconds=20.1, overflow=Overflow(voicemail=True))
    relax = (RelaxStep(after_seconds=2.3, lower=skills("billing:1")),)
    rules = replace(queue_settings("billing:9"), relax=relax, limits=limits)
    stage.queues = {"line": rules}
    stage.staff(anna="billing:9", bob="billing:4")
    for number in range(50):
        stage.not_ready("anna")
        stage.ready("bob")
        stage.now += 0.1
        call = f"c{number}"
        stage.queue(call, "line")
        stage.expect(stage.wait(2.4), Like(OfferCall, call=call, agent="bob"))
        stage.decline(call)
        stage.expect(stage.wait(18), Like(DivertCall, call=call))


def test_who_is_not_ready_and_in_a_call_of_their_own_may_leave_a_queue_empty(stage: Stage) -> None:
    limits = Limits(leave_empty=(Empty.ON_CALL,), overflow=Overflow(voicemail=True))
    stage.queues = {"line": replace(queue_settings("billing:1"), limits=limits)}
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    stage.expect(stage.queue("c1", "line"))
    stage.expect(stage.start_own_call("anna"), Like(DivertCall, call="c1"))


def test_work_of_every_kind_waits_in_one_line_and_is_matched_by_the_same_rules(
    stage: Stage,
) -> None:
    stage.staff(anna="billing:4")
    stage.not_ready("anna")
    kinds = [Kind.CALL, Kind.CALLBACK, Kind.VOICEMAIL, Kind.TASK]  # the others wait in no line
    for number, kind in enumerate(kinds):
        call = CallId(f"c{number}")
        stage.arrive(call)
        queued = CallQueued(call=call, queue=queue_named("billing"), kind=kind)
        stage.post(queued)
    assert stage.line() == ["c0", "c1", "c2", "c3"]
    assert [call.kind for call in stage.center.calls.values()] == kinds
    stage.expect(stage.ready("anna"), Like(OfferCall, call="c0"))
