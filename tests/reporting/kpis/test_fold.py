"""What the fold makes of a day: by worked examples, and the same live and from the journal."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ccengine.core import events
from ccengine.core.events import HoldBy, Party
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId
from ccengine.core.measures import ClockStart, Formula, Measure
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.counts import DAY, QUARTER
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.formulas import BY_NAME, Unit
from ccengine.reporting.kpis.table import By, Question, answer
from tests.core.builders import queue_named
from tests.reporting.kpis.days import (
    Watched,
    follow,
    from_file,
    hand_over,
    known,
    of,
    rebuilt,
    serve,
    tally_of,
    total,
    untiled,
)
from tests.reporting.shift import MOVES, NODE, Shift, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.core.plan import Plan
    from tests.reporting.shift import Move

ANNA, BOB = AgentId("anna"), AgentId("bob")
BILLING = queue_named("billing")


def judged(measure: Measure) -> Plan:
    """The usual plan, its queues judged by this measure, and people in teams."""
    usual = plan()
    teams = {"anna": "red", "bob": "red", "carl": "blue"}
    return replace(
        usual,
        queues={name: replace(queue, measure=measure) for name, queue in usual.queues.items()},
        agents={name: replace(one, team=teams[name]) for name, one in usual.agents.items()},
    )


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    """Anna and Bob, of a plan by which calls are to be answered within 10 s."""
    made = Shift(tmp_path / "journal.sqlite")
    made.now = 1_800_000.0  # where a quarter begins
    made.post(events.PlanLoaded(plan=judged(Measure(target_seconds=10, short_abandon_seconds=4))))
    made.post(events.SwitchResynced(node=NODE))
    yield made
    made.journal.close()


def log_in(shift: Shift, *agents: AgentId) -> None:
    for place, agent in enumerate(agents):
        shift.post(events.AgentLoggedIn(agent=agent, phone=PhoneId(f"20{place}")))


def abandon(shift: Shift, call: str, after: float) -> None:
    known = shift.enter(call)
    shift.wait(after)
    shift.hang_up(known)


def test_a_small_day_by_hand(shift: Shift) -> None:
    fold = follow(shift)
    fold.take(shift.rows()[:1])  # the plan
    abandon(shift, "c1", 3.0)  # short
    abandon(shift, "c2", 10.0)  # in time: exactly
    abandon(shift, "c3", 30.5)
    c4 = shift.enter("c4")
    shift.wait(11.0)
    log_in(shift, ANNA)
    agent = shift.answer(c4)  # a second of ringing, and one until they hear each other
    shift.wait(20)
    shift.post(events.HoldStarted(call=c4, agent=agent, how=HoldBy.CODE))
    shift.wait(7)
    shift.post(events.HoldEnded(call=c4, agent=agent))
    shift.wait(3.25)
    shift.post(events.ConversationEnded(call=c4, agent=agent, by=Party.CALLER))
    shift.hang_up(c4)
    shift.wait(60)
    c5 = shift.enter("c5")
    serve(shift, c5, talk=5.0)
    counted = total(tally_of(fold))
    assert (counted.arrived, counted.offered, counted.answered, counted.abandoned) == (5, 5, 2, 3)
    assert (counted.answered_in_time, counted.abandoned_in_time, counted.abandoned_short) == (
        1,
        2,
        1,
    )
    assert (counted.wait_answered, counted.wait_abandoned) == (12_000 + 1_000, 43_500)
    assert counted.longest_wait == 30_500
    assert (counted.handled, counted.talk, counted.hold) == (2, 23_250 + 5_000, 7_000)
    levels = [BY_NAME[f"SL v{number}"].of(counted) for number in range(1, 6)]
    assert levels == [
        Fraction(1, 2),
        Fraction(3, 5),
        Fraction(1, 5),
        Fraction(1, 3),
        Fraction(1, 4),
    ]
    assert counted.wrap_up == 15_000  # the second one goes on, and is told when it is over
    fold.cut(shift.now + 4.0)
    assert total(tally_of(fold)).wrap_up == 19_000


def test_the_clock_may_start_where_the_call_arrived(shift: Shift) -> None:
    measure = Measure(target_seconds=2, clock=ClockStart.SYSTEM)
    shift.post(events.PlanLoaded(plan=judged(measure)))
    log_in(shift, ANNA)
    shift.now = 1_800_100.0
    call = CallId("c1")
    shift.post(replace_arrival(call, shift.now))
    shift.wait(2)
    shift.post(events.CallQueued(call=call, queue=BILLING))
    serve(shift, call, talk=1.0)
    counted = total(tally_of(rebuilt(shift.rows(), shift.now)))
    assert counted.wait_answered == 3_000  # two in the flow, one of ringing
    assert counted.answered_in_time == 0


def replace_arrival(call: CallId, at: float) -> events.CallArrived:
    return events.CallArrived(
        call=call,
        tenant=plan().tenant,
        client=ClientId("nova"),
        number="600100",
        caller="+380441234567",
        channel="ch",
        node=NODE,
        arrived_at=at,
    )


def test_an_agent_lost_before_the_bridge_answers_nobody(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    agent, offer = shift.offer_of(call)
    shift.post(events.OfferAccepted(call=call, agent=agent, offer=offer))
    shift.wait(2)
    shift.post(events.ConversationFailed(call=call, agent=agent))
    shift.wait(5)
    shift.hang_up(call)
    counted = total(tally_of(rebuilt(shift.rows(), shift.now)))
    assert (counted.answered, counted.abandoned, counted.wait_abandoned) == (0, 1, 7_000)
    assert (counted.connecting, counted.handled, counted.talk) == (2_000, 0, 0)


def test_time_goes_to_what_the_agent_does(shift: Shift) -> None:
    log_in(shift, ANNA)
    shift.wait(10)
    call = shift.enter("c1")  # two seconds until the phone rings, one of ringing, one to the bridge
    serve(shift, call, talk=30.0)
    shift.wait(15 + 6)
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    shift.wait(100)
    shift.post(events.AgentWentReady(agent=ANNA))
    shift.wait(1)
    shift.post(events.AgentLoggedOut(agent=ANNA))
    shift.wait(50)
    fold = rebuilt(shift.rows(), shift.now)
    counted = of(tally_of(fold), agent="anna")
    assert (counted.available, counted.ringing, counted.connecting) == (19_000, 1_000, 1_000)
    assert (counted.talking, counted.wrapping_up, counted.not_ready) == (30_000, 15_000, 100_000)
    assert counted.logged_in == 166_000
    assert untiled(tally_of(fold), round(shift.now * 1000)) == []
    reasons = {one.reason for one in tally_of(fold).stretches if one.reason}
    assert reasons == {"lunch"}


def test_each_reason_has_its_own_time(shift: Shift) -> None:
    log_in(shift, ANNA)
    for reason, seconds in (("lunch", 30), ("training", 45), ("lunch", 5)):
        shift.post(events.AgentWentNotReady(agent=ANNA, reason=reason))
        shift.post(events.AgentWentNotReady(agent=ANNA, reason=reason))  # said again
        shift.wait(seconds)
    shift.post(events.AgentWentReady(agent=ANNA))
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    told = [(one.reason, one.length) for one in tally.stretches]
    assert told == [("lunch", 30_000), ("training", 45_000), ("lunch", 5_000)]


def test_time_is_cut_at_the_quarters(shift: Shift) -> None:
    log_in(shift, ANNA)
    shift.wait(2_000.5)
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    begins = 1_800_000_000 // QUARTER
    cells = {quarter - begins: one.available for (quarter, _), one in tally.cells.items()}
    assert cells == {0: 900_000, 1: 900_000, 2: 200_500}


def test_a_handed_over_call_is_a_part_of_each(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    shift.answer(call)
    shift.wait(10)
    log_in(shift, ANNA, BOB)
    hand_over(shift, call, ANNA, BOB)
    shift.wait(30)
    shift.hang_up(call)
    shift.wait(60)
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    anna, bob = of(tally, agent="anna"), of(tally, agent="bob")
    assert (anna.handled, anna.talk, anna.sent_attended, anna.answered) == (1, 17_000, 1, 1)
    assert (bob.handled, bob.talk, bob.sent_attended, bob.answered) == (1, 30_000, 0, 0)
    assert (bob.consulting, bob.talking) == (6_000, 30_000)
    assert of(tally, client="nova", agent="bob").consulting == 6_000  # the customer's client's
    assert {key.number for _, key in tally.cells} == {"", "600100"}  # and number


def test_what_agents_say_counts_once_and_may_be_corrected(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    shift.answer(call)
    said = {"call": call, "agent": ANNA, "disposition": "sold"}
    shift.post(events.OutcomeSet(**said, resolved=True))
    shift.post(events.OutcomeSet(**said, resolved=True))
    shift.hang_up(call)
    counted = total(tally_of(rebuilt(shift.rows(), shift.now)))
    assert (counted.judged, counted.resolved) == (1, 1)
    shift.post(events.OutcomeSet(**said, resolved=False))
    counted = total(tally_of(rebuilt(shift.rows(), shift.now)))
    assert (counted.judged, counted.resolved) == (1, 0)


def ask(shift: Shift, call: CallId, agent: AgentId, *scores: int) -> None:
    """Have the agent hang up and the caller asked, who gives scores, the last of which counts."""
    shift.post(events.ConversationEnded(call=call, agent=agent, by=Party.AGENT))
    shift.post(events.SurveyAsked(call=call, queue=BILLING, agent=agent))
    for score in scores:
        answered = events.SurveyAnswered(call=call, queue=BILLING, agent=agent, score=score)
        shift.post(answered)
    shift.hang_up(call)


def test_what_callers_think_is_the_last_agents(shift: Shift) -> None:
    """Asked by a hand-over: Bob. Of three asked two answer, one of them with a comment as well."""
    log_in(shift, ANNA, BOB)
    first = shift.enter("c1")
    assert shift.answer(first) == ANNA
    hand_over(shift, first, ANNA, BOB)
    shift.wait(5)
    ask(shift, first, BOB, 4, 4)
    shift.wait(60)
    for name, *scores in (("c2", 1), ("c3",)):
        call = shift.enter(str(name))
        agent = shift.answer(call)
        ask(shift, call, agent, *scores)
        shift.wait(60)
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    counted, bob = total(tally), of(tally, agent="bob", queue=BILLING, team="red", client="nova")
    assert (counted.survey_asked, counted.survey_answered, counted.survey_score) == (3, 2, 5)
    assert BY_NAME["survey score mean v1"].of(counted) == Fraction(5, 2)
    assert BY_NAME["survey response rate v1"].of(counted) == Fraction(2, 3)
    assert (bob.survey_asked, bob.survey_answered, bob.survey_score) == (2, 1, 4)
    assert counted.handled == 4


@pytest.mark.parametrize("said", ["before", "after", "never"])
def test_what_callers_think_is_told_apart_by_why_they_called(shift: Shift, said: str) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    agent = shift.answer(call)
    outcome = events.OutcomeSet(call=call, agent=agent, disposition="sold", contact_reason="order")
    if said == "before":
        shift.post(outcome)
    ask(shift, call, agent, 2)
    if said == "after":
        shift.post(outcome)
        shift.post(outcome)
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    ends = round(shift.now * 1000)
    question = Question(begins=0, ends=ends + 1, by=(By.CONTACT_REASON,))
    table = answer(tally.between(0, ends + 1), question, known(), ends)
    reason = "" if said == "never" else "order"
    assert [line.labels for line in table.lines] == [(reason,)]
    assert {figure.unit for figure in table.figures} == {Unit.COUNT, Unit.SCORE, Unit.PERCENT}
    assert table.total.counts.survey_score == 2
    assert table.total.level is None  # of no line: it is known of no reason
    by_queue = replace(question, by=(By.QUEUE,))
    (line,) = answer(tally.between(0, ends + 1), by_queue, known(), ends).lines
    assert (line.counts.survey_asked, line.counts.survey_answered) == (1, 1)
    assert line.counts.handled == 1


def test_a_customer_who_calls_again_was_not_helped(shift: Shift) -> None:
    log_in(shift, ANNA)
    days = (0, 6, 14)  # the third comes more than seven days after the second
    for number, day in enumerate(days):
        shift.now = 1_800_000.0 + day * DAY / 1000
        call = CallId(f"c{number}")
        shift.post(replace_arrival(call, shift.now))
        shift.post(events.CallQueued(call=call, queue=BILLING, identity="+380441234567"))
        serve(shift, call, talk=5.0)
        shift.wait(60)
    counted = total(tally_of(rebuilt(shift.rows(), shift.now)))
    assert (counted.contacts, counted.repeated) == (3, 1)
    assert BY_NAME["FCR v1"].of(counted) == Fraction(2, 3)


def test_missed_offers_are_the_agents_own(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    shift.wait(25)  # nobody answers
    shift.hang_up(call)
    counted = of(tally_of(rebuilt(shift.rows(), shift.now)), agent="anna")
    assert (counted.rings, counted.rings_missed, counted.ringing) == (1, 1, 20_000)


def test_figures_of_a_group_add_up_to_those_of_all(shift: Shift) -> None:
    shift.post(events.PlanLoaded(plan=judged(Measure(target_seconds=10, formula=Formula.ANSWERED))))
    log_in(shift, ANNA, BOB)
    for number in range(6):
        call = shift.enter(f"c{number}", "sales" if number % 2 else "billing")
        if number < 4:
            serve(shift, call, talk=10.0 + number)
        else:
            shift.hang_up(call)
        shift.wait(400)
    tally = tally_of(rebuilt(shift.rows(), shift.now))
    ends = round(shift.now * 1000)
    for by in ((By.QUEUE,), (By.AGENT,), (By.TEAM, By.INTERVAL), (By.LANGUAGE, By.KIND)):
        question = Question(
            begins=0, ends=ends, by=by, calendar=Calendar("Asia/Kathmandu", Interval.HALF)
        )
        table = answer(tally.between(0, ends), question, known(), ends)
        assert sum(line.counts.answered for line in table.lines) == table.total.counts.answered == 4
        assert sum(line.counts.talk for line in table.lines) == 46_000
        assert len({line.labels for line in table.lines}) == len(table.lines)
    question = Question(begins=0, ends=ends, by=(By.QUEUE,))
    lines = answer(tally.between(0, ends), question, known(), ends).lines
    assert [line.labels for line in lines] == [("nova/billing",), ("nova/sales",)]
    assert {line.level_name for line in lines} == {"SL v3"}


# --- live and rebuilt --------------------------------------------------------------------------


@pytest.mark.parametrize("grain", Grain)
@given(moves=MOVES)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_live_and_rebuilt_agree_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, grain: Grain, moves: list[Move]
) -> None:
    shift = Shift(tmp_path_factory.mktemp("shift") / "journal.sqlite")
    shift.now = 1_799_990.4
    try:
        live = follow(shift, grain)
        shift.open_doors("anna", "bob")
        shift.play(moves)
        live.cut(shift.now - 0.3)  # looked at while it goes on
        shift.wait(3)
        live.cut(shift.now)
        again = from_file(shift.journal.path, shift.now, grain)
        assert tally_of(live).cells == tally_of(again).cells
        until = grain.of(shift.now)
        assert untiled(tally_of(live), until) == []
        assert untiled(tally_of(again), until) == []
        _balances(tally_of(again))
    finally:
        shift.journal.close()


def _balances(tally: Watched) -> None:
    """Whoever entered a queue was answered, gave up, was sent on, or waits."""
    one = total(tally)
    gone = one.answered + one.abandoned + one.left + one.callbacks
    assert gone <= one.offered
    assert one.answered_in_time <= one.answered
    assert one.abandoned_short + 0 <= one.abandoned
    assert one.talk + one.hold <= one.talking + one.holding
    assert one.survey_answered <= one.survey_asked
    assert one.survey_answered <= one.survey_score <= 5 * one.survey_answered
    for counts in tally.cells.values():
        assert min(counts.survey_asked, counts.survey_answered, counts.survey_score) >= 0


def test_a_fold_that_begins_with_a_snapshot_knows_who_was_there(shift: Shift) -> None:
    log_in(shift, ANNA, BOB)
    shift.enter("c1")
    shift.write_snapshot()
    number = shift.rows()[-1].number
    agent = shift.answer(CallId("c1"))
    shift.wait(30)
    shift.post(events.ConversationEnded(call=CallId("c1"), agent=agent, by=Party.CALLER))
    shift.wait(QUARTER / 1000)
    later = [row for row in shift.rows() if row.number >= number]
    whole, part = rebuilt(shift.rows(), shift.now), rebuilt(later, shift.now)
    second = {
        name: one
        for name, one in tally_of(whole).cells.items()
        if name[0] > 1_800_000_000 // QUARTER
    }
    assert second
    assert second == {name: tally_of(part).cells[name] for name in second}
    assert total(tally_of(part)).talk == 30_000
