"""No-answer, declined, busy, unreachable, failed, caller gave up, faster colleague: all differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson
import pytest

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.events import Miss, Party
from ccengine.core.ids import AgentId, CallId, PhoneId
from ccengine.core.queues import Limits, Overflow, Strategy
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.call_record import CallOutcome, OfferOutcome
from ccengine.reporting.call_records import CallRecords, fold_call
from ccengine.reporting.promises import PromiseOutcome, score_queues
from ccengine.reporting.rows import JournalRow, Unknown, is_void
from ccengine.reporting.story import tell
from ccengine.storage.journal_reader import StoredRow
from tests.core.builders import queue_named
from tests.reporting.shift import NODE, Shift, plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.reporting.call_record import CallRecord


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


def open_doors(shift: Shift, *agents: str, **rules: object) -> None:
    """Load the usual plan, with other rules for the queue `sales`, and have agents log in."""
    usual = plan(wrap_up=0.0)
    sales = replace(usual.queues[queue_named("sales")], **rules)  # type: ignore[arg-type]
    queues = {**usual.queues, queue_named("sales"): sales}
    shift.post(events.PlanLoaded(plan=replace(usual, queues=queues)))
    shift.post(events.SwitchResynced(node=NODE))
    for place, name in enumerate(agents):
        shift.post(events.AgentLoggedIn(agent=AgentId(name), phone=PhoneId(str(200 + place))))
        shift.wait(1)


def record_of(shift: Shift, call: CallId) -> CallRecord:
    record = fold_call(shift.journal.rows(call=call))
    assert record is not None
    return record


def outcomes(shift: Shift, call: CallId) -> list[tuple[str, str]]:
    return [(offer.agent, str(offer.outcome)) for offer in record_of(shift, call).offers]


def story_of(shift: Shift, call: CallId) -> list[str]:
    return [line.text for line in tell(shift.journal.rows(call=call))]


def decline(shift: Shift, call: CallId, how: Miss, reason: str) -> None:
    agent, offer = shift.offer_of(call)
    shift.post(events.OfferDeclined(call=call, agent=agent, offer=offer, reason=reason, how=how))


@pytest.mark.parametrize(
    ("how", "outcome", "told"),
    [
        (Miss.NO_ANSWER, OfferOutcome.UNANSWERED, "anna did not answer"),
        (Miss.DECLINED, OfferOutcome.DECLINED, "anna declined: why"),
        (Miss.BUSY, OfferOutcome.BUSY, "anna's phone was busy"),
        (Miss.UNREACHABLE, OfferOutcome.UNREACHABLE, "anna's phone could not be reached: why"),
        (Miss.FAILED, OfferOutcome.FAILED, "anna could not be rung: why"),
    ],
)
def test_what_agent_and_phone_do_is_told_apart(
    shift: Shift, how: Miss, outcome: OfferOutcome, told: str
) -> None:
    open_doors(shift, "anna")
    call = shift.enter("c1", "sales")
    decline(shift, call, how, "why")
    assert outcomes(shift, call)[0] == ("anna", outcome)
    assert record_of(shift, call).offers[0].reason == "why"
    assert told in story_of(shift, call)


def test_an_offer_that_is_taken_back_says_whose_doing_it_was(shift: Shift) -> None:
    open_doors(shift, "anna", "bob", "carl")
    call = shift.enter("c1", "sales")
    shift.post(events.AgentWentNotReady(agent=AgentId("anna"), reason="lunch"))
    shift.post(events.PhoneLost(phone=PhoneId("201")))
    shift.wait(20)
    shift.post(events.AgentWentReady(agent=AgentId("anna")))
    shift.hang_up(call)
    assert outcomes(shift, call) == [
        ("anna", "withdrawn"),
        ("bob", "unreachable"),
        ("carl", "unanswered"),
        ("anna", "caller_left"),
    ]
    assert record_of(shift, call).outcome is CallOutcome.ABANDONED


def test_an_agents_own_words_do_not_make_it_the_callers_doing(shift: Shift) -> None:
    open_doors(shift, "anna")
    call = shift.enter("c1", "sales")
    shift.hang_up(call)
    assert outcomes(shift, call) == [("anna", "caller_left")]


def test_of_those_rung_side_by_side_exactly_one_has_the_call(shift: Shift) -> None:
    live = CallRecords()
    latest: dict[CallId, CallRecord] = {}

    def observe(rows: Sequence[JournalRow]) -> None:
        if not is_void(rows):
            for row in rows:
                record = live.apply(row)
                if record is not None:
                    latest[record.call] = record

    shift.observers.append(observe)
    open_doors(shift, "anna", "bob", "carl", strategy=Strategy.RING_ALL)
    call = shift.enter("c1", "sales")
    by_agent = {offer.agent: offer.offer for offer in record_of(shift, call).offers}
    assert set(by_agent) == {"anna", "bob", "carl"}
    ids = {agent: {"call": call, "agent": agent, "offer": by_agent[agent]} for agent in by_agent}
    bob, carl = AgentId("bob"), AgentId("carl")
    for agent in (bob, carl):
        shift.post(events.OfferRinging(**ids[agent]))
    shift.wait(2)
    anna = AgentId("anna")
    shift.post(events.OfferDeclined(**ids[anna], reason="no", how=Miss.DECLINED))
    assert outcomes(shift, call)[0] == ("anna", "declined")
    shift.wait(3)
    shift.post(events.OfferAccepted(**ids[bob]))
    shift.post(events.OfferAccepted(**ids[carl]))  # in the same instant, and too late
    shift.post(events.ConversationStarted(call=call, agent=bob, bridge="b"))
    shift.wait(10)
    shift.hang_up(call)
    assert sorted(outcomes(shift, call)) == [
        ("anna", "declined"),
        ("bob", "accepted"),
        ("carl", "answered_elsewhere"),
    ]
    record = record_of(shift, call)
    assert (record.agent, record.ring_seconds, record.wait_seconds) == ("bob", 5, 5)
    assert latest[call] == record
    assert "anna declined: no" in story_of(shift, call)


def test_an_accepted_offer_that_was_not_joined_is_found_among_the_others(shift: Shift) -> None:
    open_doors(shift, "anna", "bob", strategy=Strategy.RING_ALL)
    call = shift.enter("c1", "sales")
    first = record_of(shift, call).offers[0]
    shift.post(events.OfferAccepted(call=call, agent=first.agent, offer=first.offer))
    shift.post(events.ConversationFailed(call=call, agent=first.agent))
    shift.hang_up(call)
    offers = record_of(shift, call).offers
    assert (offers[0].outcome, offers[0].reason) == ("accepted", "not joined with the caller")
    assert offers[1].outcome is OfferOutcome.CALLER_LEFT  # it rang on


@pytest.mark.parametrize(
    ("overflow", "to"),
    [
        (Overflow(flow="closed"), "closed"),
        (Overflow(number="600999"), "600999"),
        (Overflow(voicemail=True), "voicemail"),
    ],
)
def test_a_diverted_call_has_an_outcome_of_its_own(
    shift: Shift, overflow: Overflow, to: str
) -> None:
    open_doors(shift, limits=Limits(wait_seconds=30.0, overflow=overflow))
    call = shift.enter("c1", "sales")
    shift.wait(60)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert record.outcome is CallOutcome.DIVERTED
    assert (record.diverted_to, record.diverted_because) == (to, "waited too long")
    assert record.wait_seconds == 30


def test_a_call_refused_at_the_door_is_diverted_without_a_wait(shift: Shift) -> None:
    open_doors(shift, limits=Limits(waiting=0, overflow=Overflow(voicemail=True)))
    call = shift.enter("c1", "sales")
    shift.wait(5)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.outcome, record.diverted_because) == (CallOutcome.DIVERTED, "full")
    assert (record.queue, record.wait_seconds) == ("nova/sales", 0)


def test_a_diverted_call_that_is_answered_after_all_is_answered(shift: Shift) -> None:
    open_doors(shift, "anna", limits=Limits(waiting=0, overflow=Overflow(flow="other")))
    shift.post(events.AgentWentNotReady(agent=AgentId("anna"), reason="lunch"))
    call = shift.enter("c1", "sales")
    shift.post(events.AgentWentReady(agent=AgentId("anna")))
    shift.post(events.CallQueued(call=call, queue=queue_named("billing")))
    shift.answer(call)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.outcome, record.queue) == (CallOutcome.ANSWERED, "nova/billing")
    assert record.diverted_to is None


def test_a_call_that_overflows_to_another_queue_is_told_there(shift: Shift) -> None:
    limits = Limits(wait_seconds=30.0, overflow=Overflow(queue=queue_named("billing")))
    open_doors(shift, limits=limits)
    call = shift.enter("c1", "sales")
    shift.wait(40)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.queue, record.wait_seconds) == ("nova/billing", 40)
    assert record.outcome is CallOutcome.ABANDONED
    assert (record.diverted_to, record.diverted_because) == ("nova/billing", "waited too long")
    told = "sent on to nova/billing, at the place it had: waited too long"
    assert told in story_of(shift, call)


@pytest.mark.parametrize(
    ("to", "place", "outcome"),
    [
        (Overflow(voicemail=True), "voicemail", CallOutcome.DIVERTED),
        (Overflow(flow="other"), "other", CallOutcome.DIVERTED),
        (Overflow(queue=queue_named("billing")), "nova/billing", CallOutcome.ABANDONED),
    ],
)
def test_a_call_that_leaves_by_key_says_so(
    shift: Shift, to: Overflow, place: str, outcome: CallOutcome
) -> None:
    open_doors(shift)
    call = shift.enter("c1", "sales")
    shift.wait(10)
    shift.post(events.ExitChosen(call=call, key="3", to=to))
    shift.wait(5)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.diverted_to, record.diverted_because) == (place, "key")
    assert record.outcome is outcome
    assert record.wait_seconds == (15 if to.queue else 10)
    assert f"pressed 3 for {place}" in story_of(shift, call)


def test_a_call_that_was_answered_after_all_says_where_it_had_been_sent(shift: Shift) -> None:
    open_doors(shift, "anna")
    shift.post(events.AgentWentNotReady(agent=AgentId("anna"), reason="lunch"))
    call = shift.enter("c1", "sales")
    to = Overflow(queue=queue_named("billing"))
    shift.post(events.ExitChosen(call=call, key="3", to=to))
    shift.post(events.AgentWentReady(agent=AgentId("anna")))
    shift.answer(call)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.outcome, record.queue) == (CallOutcome.ANSWERED, "nova/billing")
    assert (record.diverted_to, record.diverted_because) == ("nova/billing", "key")


def test_who_is_refused_at_the_door_and_waits_elsewhere_says_why(shift: Shift) -> None:
    full = Limits(waiting=0, overflow=Overflow(queue=queue_named("billing")))
    open_doors(shift, limits=full)
    call = shift.enter("c1", "sales")
    shift.wait(4)
    shift.hang_up(call)
    record = record_of(shift, call)
    assert (record.diverted_to, record.diverted_because) == ("nova/billing", "full")
    assert (record.outcome, record.queue) == (CallOutcome.ABANDONED, "nova/billing")
    assert record.wait_seconds == 4


@pytest.mark.parametrize(
    ("low", "high", "answered", "outcome", "error"),
    [
        (10.0, 30.0, True, PromiseOutcome.KEPT, 0.0),
        (40.0, 60.0, True, PromiseOutcome.EARLY, -20.0),
        (5.0, 12.0, True, PromiseOutcome.LATE, 8.0),
        (10.0, 30.0, False, PromiseOutcome.LEFT, None),
        (5.0, 12.0, False, PromiseOutcome.LATE, 8.0),
    ],
)
def test_a_promise_is_scored_when_the_wait_is_over(
    shift: Shift, low: float, high: float, *, answered: bool, outcome: str, error: float | None
) -> None:
    open_doors(shift, "anna")
    shift.post(events.AgentWentNotReady(agent=AgentId("anna"), reason="lunch"))
    call = shift.enter("c1", "sales")
    shift.wait(7)
    shift.post(events.WaitPromised(call=call, low_seconds=low, high_seconds=high))
    assert record_of(shift, call).promises[0].outcome is PromiseOutcome.OPEN
    shift.wait(19)
    if answered:
        shift.post(events.AgentWentReady(agent=AgentId("anna")))
        shift.answer(call)  # after a second of ringing
    else:
        shift.wait(1)
    shift.hang_up(call)
    record = record_of(shift, call)
    (promise,) = record.promises
    assert (promise.outcome, promise.waited_seconds) == (outcome, 20)
    assert record.promise_error_seconds == error
    (score,) = score_queues([(record.queue or queue_named("none"), promise)])
    assert (score.promises, score.error_seconds) == (1, None if error is None else abs(error))


def test_a_promise_told_too_late_is_none(shift: Shift) -> None:
    open_doors(shift, "anna")
    call = shift.enter("c1", "sales")
    shift.answer(call)
    shift.post(events.WaitPromised(call=call, low_seconds=1.0, high_seconds=2.0))
    assert record_of(shift, call).promises == ()


# --- a journal of the first version ------------------------------------------------------------

FIRST = Path(__file__).with_name("first_version.jsonl")


def first_rows() -> list[JournalRow]:
    """Return rows as the first version wrote them, which knew no `how`, `why`, `others` ..."""
    lines = [orjson.loads(line) for line in FIRST.read_bytes().splitlines()]
    return [StoredRow(*line[:-1], orjson.dumps(line[-1])).read() for line in lines]


def test_the_first_versions_journal_is_read_whole() -> None:
    rows = first_rows()
    assert {row.schema for row in rows} == {1}
    assert not [row for row in rows if isinstance(row.what, Unknown)]
    records = {
        call: fold_call(row for row in rows if row.call == call) for call in ("c1", "c2", "c3")
    }
    ends = {
        call: [str(offer.outcome) for offer in record.offers]
        for call, record in records.items()
        if record is not None
    }
    assert ends == {
        "c1": ["busy", "unreachable", "unanswered"],
        "c2": ["withdrawn", "accepted"],
        "c3": ["declined"],
    }


def test_the_first_versions_snapshot_is_gone_on_from() -> None:
    rows = first_rows()
    place = next(p for p, row in enumerate(rows) if isinstance(row.what, CenterSnapshot))
    center = ContactCenter.from_snapshot(cast("CenterSnapshot", rows[place].what))
    for row in rows[place + 1 :]:
        if row.kind == "event":
            center.handle(row.what, row.at)  # type: ignore[arg-type]
        elif row.kind == "advance":
            center.advance(row.at)
    center.check_invariants()
    center.handle(
        events.CallEnded(call=CallId("c3"), by=Party.CALLER, cause="hung up"), rows[-1].at
    )
