"""The ledger tiles log-ins and says where it does not; shares add up, by any rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId
from ccengine.reporting.kpis.counts import Tally
from ccengine.reporting.kpis.facts import Doing, Login, Stretch
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.ledger import Account, Ledger, accounts, by_agent, share_check
from ccengine.reporting.kpis.splitting import Splitter, percentages, split
from ccengine.reporting.kpis.terms import Rule
from ccengine.reporting.rows import in_steps
from tests.core.builders import agent_settings, plan_of, queue_settings
from tests.reporting.shift import MOVES, NODE, Shift

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reporting.shift import Move

ANNA, BOB = AgentId("anna"), AgentId("bob")
NOVA, ORBIT, THIRD = ClientId("nova"), ClientId("orbit"), ClientId("third")
ALL = (NOVA, ORBIT, THIRD)


def stretch(
    begins: int,
    ends: int,
    doing: Doing = Doing.AVAILABLE,
    client: str = "",
    *,
    agent: AgentId = ANNA,
    approved: tuple[ClientId, ...] = ALL,
) -> Stretch:
    return Stretch(
        agent=agent,
        team="",
        doing=doing,
        begins=begins,
        ends=ends,
        row=begins,
        client=ClientId(client),
        approved=approved,
    )


def ledger(
    *stretches: Stretch, ends: int = 1000, logins: tuple[tuple[int, int], ...] = ()
) -> Ledger:
    made = Ledger(0, ends)
    for one in stretches:
        made.spend(one)
    for first, last in logins or ((0, ends),):
        made.log_in(Login(agent=ANNA, begins=first, ends=last))
    return made


# --- tiling ------------------------------------------------------------------------------------


def test_what_tiles_has_no_faults() -> None:
    assert ledger(stretch(0, 400), stretch(400, 1000)).faults(1000) == []
    twice = ((0, 100), (500, 1000))
    assert ledger(stretch(0, 100), stretch(500, 1000), logins=twice).faults(1000) == []


@pytest.mark.parametrize(
    ("stretches", "words"),
    [
        ([(0, 400), (401, 1000)], "nothing from 1970-01-01T00:00:00.400"),
        ([(0, 400), (399, 1000)], "two things at once from 1970-01-01T00:00:00.399"),
        ([(1, 1000)], "nothing from 1970-01-01T00:00:00.000"),
        ([(0, 999)], "nothing from 1970-01-01T00:00:00.999"),
        ([], "nothing from 1970-01-01T00:00:00.000"),
        ([(0, 1000), (0, 1000)], "two things at once"),
    ],
)
def test_a_millisecond_too_many_or_too_few_is_a_fault(
    stretches: list[tuple[int, int]], words: str
) -> None:
    (fault, *_) = ledger(*[stretch(*one) for one in stretches]).faults(1000)
    assert words in fault
    tally, login = Tally(), Login(agent=ANNA, begins=0, ends=1000)
    tally.log_in(login)
    for one in stretches:
        tally.spend(stretch(*one))
    tally.log_out(login)
    (fault, *_) = tally.tiling.between(0, 1000)  # looked at as it is counted
    assert words in fault


def test_shares_that_are_not_all_are_told_of() -> None:
    whole = [stretch(0, 3_600_000)]
    shared = accounts(whole, Splitter(Rule.EQUAL, whole, {}))
    told = share_check(shared.values(), whole)
    assert told == "shares: 1.00 of 1.00 h, 100.00 %"
    shared[NOVA] = Account()
    assert share_check(shared.values(), whole).endswith(": 1200000 ms too few")


def test_a_fault_is_one_of_the_time_it_is_in() -> None:
    tally = Tally()
    tally.log_in(Login(agent=ANNA, begins=0))
    for one in ((0, 100), (200, 500), (450, 600)):
        tally.spend(stretch(*one))
    gap, overlap = tally.tiling.between(0, 1000)
    for begins, ends, told in ((0, 100, []), (0, 101, [gap]), (199, 450, [gap]), (200, 450, []),
                               (499, 600, [overlap]), (500, 600, [])):  # fmt: skip
        assert tally.tiling.between(begins, ends) == told
    tally.forget_before(300)
    assert tally.tiling.between(0, 1000) == [overlap]


def test_time_without_a_log_in_is_a_fault() -> None:
    found = ledger(stretch(0, 1000), logins=((0, 600),)).faults(1000)
    assert found


@given(moves=MOVES)
@settings(max_examples=100, deadline=None)
def test_any_day_tiles_and_is_shared_out_whole(
    tmp_path_factory: pytest.TempPathFactory, moves: list[Move]
) -> None:
    shift = Shift(tmp_path_factory.mktemp("shift") / "journal.sqlite")
    try:
        shift.open_doors("anna", "bob")
        shift.play(moves)
        shift.wait(0.777)
        begins, ends = 1_000_500, round(shift.now * 1000)  # not where anything begins
        made = Ledger(begins, ends)
        fold = Fold(made)
        for step in in_steps(shift.rows()):
            fold.take(step)
        fold.cut(shift.now)
        assert made.faults(ends) == []
        here = sum(last - first for _, first, last in made.within(ends))
        for rule in Rule:
            splitter = Splitter(rule, made.stretches, {NOVA: 3})
            found = accounts(made.stretches, splitter)
            assert sum(account.total for account in found.values()) == here
        assert sum(account.total for account in by_agent(made.stretches).values()) == here
    finally:
        shift.journal.close()


# --- shares ------------------------------------------------------------------------------------


def test_shares_by_hand() -> None:
    assert split(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert split(100, {"a": 1, "b": 1, "c": 1}, turn=2) == {"a": 33, "b": 33, "c": 34}
    assert split(10, {"a": 5, "b": 3, "c": 2}) == {"a": 5, "b": 3, "c": 2}
    assert split(11, {"a": 5, "b": 3, "c": 2}) == {"a": 6, "b": 3, "c": 2}
    assert split(0, {"a": 1}) == {"a": 0}


@given(
    whole=st.integers(0, 10**12),
    weights=st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 10**9), min_size=1),
    turn=st.integers(0, 10**6),
)
def test_shares_add_up_and_none_is_off_by_one(
    whole: int, weights: dict[str, int], turn: int
) -> None:
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    parts = split(whole, weights, turn)
    assert sum(parts.values()) == whole
    total = sum(weights.values())
    for name, weight in weights.items():
        assert abs(parts[name] * total - whole * weight) < total
    told = percentages(parts)
    assert not told if whole == 0 else sum(told.values()) == Decimal(100)


def test_rules_by_hand() -> None:
    """Anna had Nova's calls for 30 s and Orbit's for 10 s, and was free for 20.001 s."""
    day = [
        stretch(0, 30_000, Doing.TALKING, "nova"),
        stretch(30_000, 40_000, Doing.WRAP_UP, "orbit"),
        stretch(40_000, 60_001),
    ]
    weights = {NOVA: 50, ORBIT: 30, THIRD: 20}
    expected = {
        Rule.EQUAL: {NOVA: 36_667, ORBIT: 16_667, THIRD: 6_667},
        Rule.HANDLED: {NOVA: 45_001, ORBIT: 15_000},
        Rule.CONTRACT: {NOVA: 40_001, ORBIT: 16_000, THIRD: 4_000},
    }
    for rule, told in expected.items():
        splitter = Splitter(rule, day, weights)
        found = accounts(day, splitter)
        assert {client: account.total for client, account in found.items()} == told


def test_what_a_rule_says_nothing_of_is_shared_equally() -> None:
    free = stretch(0, 9_000)
    for rule in (Rule.HANDLED, Rule.CONTRACT):
        splitter = Splitter(rule, [free], {})
        assert splitter.share(free) == dict.fromkeys(ALL, 3_000)
    assert Splitter(Rule.EQUAL, [], {}).share(replace(free, approved=())) == {"": 9_000}


def test_an_agent_of_two_clients(tmp_path: Path) -> None:
    """A real shift: calls of each client, and breaks between them."""
    shift = Shift(tmp_path / "journal.sqlite")
    try:
        made = _two_clients(shift)
        splitter = Splitter(Rule.HANDLED, made.stretches, {})
        found = accounts(made.stretches, splitter)
        assert found[NOVA].own == {Doing.RINGING: 1_000, Doing.CONNECTING: 1_000,
                                   Doing.TALKING: 58_000, Doing.WRAP_UP: 15_000}  # fmt: skip
        assert found[ORBIT].own[Doing.TALKING] == 8_000
        shared = sum(sum(account.shared.values()) for account in found.values())
        here = 600_000
        assert sum(account.total for account in found.values()) == here
        assert shared == here - 75_000 - 25_000
        assert sum(found[NOVA].shared.values()) == shared * 3 // 4
    finally:
        shift.journal.close()


def _two_clients(shift: Shift) -> Ledger:
    plan = plan_of(
        {"anna": agent_settings("billing:4", (NOVA, ORBIT))},
        {"nova/billing": queue_settings("billing:1"), "orbit/sales": queue_settings("billing:1")},
    )
    shift.post(events.PlanLoaded(plan=plan))
    shift.post(events.SwitchResynced(node=NODE))
    begins = shift.now
    shift.post(events.AgentLoggedIn(agent=ANNA, phone=PhoneId("200")))
    for client, queue, talk in (("nova", "nova/billing", 58), ("orbit", "orbit/sales", 8)):
        call = CallId(f"call-{client}")
        shift.post(
            events.CallArrived(
                call=call,
                tenant=plan.tenant,
                client=ClientId(client),
                number="1",
                caller="",
                channel="ch",
                node=NODE,
                arrived_at=shift.now,
            )
        )
        shift.post(events.CallQueued(call=call, queue=next(q for q in plan.queues if q == queue)))
        shift.answer(call)
        shift.wait(talk)
        shift.post(events.ConversationEnded(call=call, agent=ANNA, by=Party.CALLER))
        shift.hang_up(call)
        shift.wait(30)
    shift.wait(600 - (shift.now - begins))
    made = Ledger(round(begins * 1000), round(shift.now * 1000))
    fold = Fold(made)
    for step in in_steps(shift.rows()):
        fold.take(step)
    fold.cut(shift.now)
    assert made.faults(round(shift.now * 1000)) == []
    return made
