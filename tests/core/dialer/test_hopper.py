"""A hopper never holds too much, nobody twice, and gives out what comes first."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from ccengine.core.dialer.campaigns import ListShare
from ccengine.core.dialer.hopper import FEW, Hopper
from ccengine.core.dialer.leads import Lead, LeadKey, LeadNumber, LeadState
from ccengine.core.ids import AgentId

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1_000.0
SARA, ANNA = AgentId("sara"), AgentId("anna")


def lead(key: int, of: str = "a", state: LeadState = LeadState.FRESH, **more: object) -> Lead:
    number = LeadNumber(number=f"+38044{key:07}")
    values = {"numbers": (number,), **more}
    return Lead(key=LeadKey(key), list=of, state=state, **values)  # type: ignore[arg-type]


def due(key: int, at: float, state: LeadState = LeadState.WAITING, **more: Any) -> Lead:
    return lead(key, state=state, due_at=at, **more)


def hopper(capacity: int = 100, **weights: int) -> Hopper:
    shares = {name: ListShare(weight=weight) for name, weight in (weights or {"a": 1}).items()}
    return Hopper(shares, capacity)


def taken(one: Hopper, now: float = NOW) -> list[int]:
    return [found.key for found in iter(lambda: one.take(now), None)]


def test_callbacks_come_first_then_who_is_due_then_the_new_ones() -> None:
    one = hopper()
    one.fill([lead(1), due(2, 900.0), due(3, 950.0, LeadState.CALLBACK), due(4, 800.0)], NOW)
    assert taken(one) == [3, 4, 2, 1]


def test_nobody_is_taken_before_their_time() -> None:
    one = hopper()
    one.fill([due(1, 2_000.0), due(2, 1_500.0, LeadState.CALLBACK)], NOW)
    assert taken(one) == []
    assert taken(one, 1_500.0) == [2]


def test_what_one_agent_promised_waits_for_them() -> None:
    one = hopper()
    one.fill([due(1, 900.0, LeadState.CALLBACK, agent=SARA), due(2, 950.0)], NOW)
    first = one.take(NOW)
    assert first is not None
    assert first.key == 2
    again = one.take(NOW, agents=[SARA])
    assert again is not None
    assert again.key == 1


def test_the_mix_of_lists_is_kept() -> None:
    one = hopper(1000, a=3, b=1)
    one.fill([lead(key, "a") for key in range(400)], NOW)
    one.fill([lead(key, "b") for key in range(400, 800)], NOW)
    lists = Counter(one.take(NOW).list for _ in range(200))  # type: ignore[union-attr]
    assert lists == {"a": 150, "b": 50}


def test_a_list_that_has_run_out_keeps_nobody_waiting() -> None:
    one = hopper(10, a=9, b=1)
    one.fill([lead(1, "a"), lead(2, "b"), lead(3, "b"), lead(4, "b")], NOW)
    assert sorted(taken(one)) == [1, 2, 3, 4]


def test_the_best_of_a_list_can_be_asked_for() -> None:
    one = hopper()
    one.fill([lead(1, score=0.2), lead(2, score=0.7), lead(3, score=0.5)], NOW)
    best = one.take(NOW, rank=lambda found: found.score or 0.0)
    assert best is not None
    assert best.key == 2


def test_what_it_cannot_take_is_given_back() -> None:
    one = hopper(2, a=1, b=0)
    same = lead(1).numbers
    dead = (LeadNumber(number="+1", is_dead=True),)
    leads = [lead(1), lead(1), lead(2, numbers=same), lead(3, numbers=dead), lead(4, "b"), lead(5),
             lead(6)]  # fmt: skip
    assert [refused.key for refused in one.fill(leads, NOW)] == [1, 2, 3, 4, 6]
    assert len(one) == 2


def test_it_asks_for_no_more_than_it_has_room_for() -> None:
    one = hopper(10, a=3, b=1, c=0)
    wanted = one.wanted()
    assert (wanted.due, wanted.fresh) == (10, {"a": 8, "b": 3})
    one.fill([lead(key) for key in range(9)], NOW)
    wanted = one.wanted()
    assert (wanted.due, wanted.fresh) == (1, {"a": 0, "b": 1})
    assert not one.is_low


def test_another_mix_gives_back_what_rests() -> None:
    one = hopper(10, a=1, b=1)
    one.fill([lead(1, "a"), lead(2, "b"), due(3, 900.0)], NOW)
    back = one.reshare({"a": ListShare(weight=0), "c": ListShare()})
    assert [found.key for found in back] == [1, 2]
    assert taken(one) == [3]


def test_a_number_that_is_forbidden_is_taken_out() -> None:
    one = hopper()
    one.fill([lead(1), lead(2)], NOW)
    key = one.find("+380440000001")
    assert key == 1
    assert one.remove(key) is not None
    assert (one.find("+380440000001"), one.remove(key)) == (None, None)
    assert [found.key for found in one.empty()] == [2]
    assert len(one) == 0


class Watched(Lead):
    """A lead that counts how often anything of it is looked at."""

    looked = 0

    @override
    def __getattribute__(self, name: str) -> Any:
        Watched.looked += 1
        return super().__getattribute__(name)


@pytest.mark.parametrize(
    "known",
    [
        {"state": LeadState.WAITING, "due_at": 1.0},
        {"state": LeadState.CALLBACK, "due_at": NOW + 1},
        {"state": LeadState.FRESH},
    ],
)
def test_nobody_is_looked_at_when_no_promised_call_is_due(known: Mapping[str, Any]) -> None:
    one = hopper(1_000)
    numbers = [(LeadNumber(number=f"+38044{key:07}"),) for key in range(1_000)]
    leads = [Watched(key=LeadKey(key), list="a", numbers=of, **known) for key, of in
             enumerate(numbers)]  # fmt: skip
    assert not one.fill(leads, NOW)
    Watched.looked = 0
    for own in (True, False):
        assert one.take_promised(NOW, SARA, own=own) is None
    assert not Watched.looked


def test_what_one_agent_promised_takes_no_place_from_others() -> None:
    one = hopper(10)
    own = [due(key, 900.0 + key, LeadState.CALLBACK, agent=SARA) for key in range(10)]
    assert [back.key for back in one.fill(own, NOW)] == list(range(1, 10))
    assert set(one.keepers) == {SARA}
    assert one.is_low
    assert one.wanted().due == 10
    assert not one.fill([lead(key) for key in range(20, 30)], NOW)
    assert (len(one), one.wanted().due) == (11, 0)
    assert one.is_for(ANNA, NOW)
    assert not one.fill([due(40, 900.0, LeadState.CALLBACK, agent=ANNA)], NOW)


def test_what_is_anybodys_by_now_needs_a_place_like_all_others() -> None:
    one = hopper(2)
    one.own_seconds = 100.0
    overdue = [due(key, NOW - 100, LeadState.CALLBACK, agent=SARA) for key in range(4)]
    assert [back.key for back in one.fill(overdue, NOW)] == [3]
    assert one.take_promised(NOW, ANNA, own=False) == overdue[0]


def test_only_whose_promise_it_is_has_a_use_for_it() -> None:
    one = hopper()
    one.own_seconds = 300.0
    one.fill([due(1, 900.0, LeadState.CALLBACK, agent=SARA)], NOW)
    assert one.is_for(SARA, NOW)
    assert not one.is_for(ANNA, NOW)
    assert one.is_for(ANNA, 1_200.0)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), min_size=1), st.integers(1, 40))
def test_no_list_gets_more_than_one_call_beyond_its_part(weights: dict[str, int], n: int) -> None:
    one = hopper(10_000, **weights)
    keys = count()
    one.fill([lead(next(keys), name) for name in weights for _ in range(n)], NOW)
    got: Counter[str] = Counter()
    for calls in range(1, n + 1):
        found = one.take(NOW)
        assert found is not None
        got[found.list] += 1
        for name, weight in weights.items():
            assert abs(got[name] - calls * weight / sum(weights.values())) <= len(weights)


class AnyHopper(RuleBasedStateMachine):
    """Whatever is done in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.hopper = hopper(6, a=2, b=1)
        self.hopper.own_seconds = 600.0
        self.inside: dict[int, Lead] = {}
        self.now = NOW

    @rule(
        keys=st.lists(st.integers(0, 30), max_size=10),
        of=st.sampled_from("ab"),
        state=st.sampled_from([LeadState.FRESH, LeadState.WAITING, LeadState.CALLBACK]),
        at=st.floats(0, 3_000),
        agent=st.sampled_from([None, SARA, ANNA]),
    )
    def fill(
        self, keys: list[int], of: str, state: LeadState, at: float, agent: AgentId | None
    ) -> None:
        leads = [lead(key, of, state, due_at=at, agent=agent) for key in keys]
        refused = {id(one) for one in self.hopper.fill(leads, self.now)}
        for one in leads:
            if id(one) not in refused:
                assert one.key not in self.inside
                self.inside[one.key] = one

    @rule(agents=st.sampled_from([(), (SARA,)]))
    def take(self, agents: tuple[AgentId, ...]) -> None:
        found = self.hopper.take(self.now, agents=agents)
        may = [
            one
            for one in self.inside.values()
            if one.state is not LeadState.FRESH
            and (one.due_at or 0) <= self.now
            and self._is_for(one, agents)
        ]
        fresh = [one for one in self.inside.values() if one.state is LeadState.FRESH]
        if found is None:
            assert not may
            assert not fresh
            return
        assert self.inside.pop(found.key) == found
        if not may:
            assert found in fresh
            return
        assert found == min(may, key=lambda one: (one.state != "callback", one.due_at, one.key))

    @rule(agent=st.sampled_from([SARA, ANNA]), own=st.booleans())
    def take_promised(self, agent: AgentId, *, own: bool) -> None:
        found = self.hopper.take_promised(self.now, agent, own=own)
        may = [
            one
            for one in self.inside.values()
            if one.state is LeadState.CALLBACK
            and (one.due_at or 0) <= self.now
            and self._is_for(one, (agent,))
            and (one.agent == agent or not own)
        ]
        assert found == min(may, key=lambda one: (one.due_at, one.key), default=None)
        if found is not None:
            del self.inside[found.key]

    def _is_for(self, one: Lead, agents: tuple[AgentId, ...]) -> bool:
        is_overdue = self.now - (one.due_at or 0) >= self.hopper.own_seconds
        return one.agent is None or one.agent in agents or is_overdue

    @rule(seconds=st.floats(0, 500))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(key=st.integers(0, 30))
    def remove(self, key: int) -> None:
        assert self.hopper.remove(LeadKey(key)) == self.inside.pop(key, None)

    @invariant()
    def it_holds_what_it_took_and_no_more(self) -> None:
        promised = [one for one in self.inside.values() if one.state is LeadState.CALLBACK]
        keepers = {one.agent for one in promised} - {None}
        others = len(self.inside) - len(keepers)
        assert len(self.hopper) == len(self.inside)
        assert others <= self.hopper.capacity
        assert {one.key for one in self.hopper.leads} == set(self.inside)
        assert set(self.hopper.keepers) == keepers
        wanted = self.hopper.wanted()
        assert wanted.due == self.hopper.capacity - others
        assert all(0 <= part <= wanted.due for part in wanted.fresh.values())


TestAnyHopper = AnyHopper.TestCase
TestAnyHopper.settings = settings(deadline=None, max_examples=60, stateful_step_count=30)


@pytest.mark.parametrize("capacity", [1, 2])
def test_the_smallest_hopper_is_asked_for_when_it_is_empty(capacity: int) -> None:
    one = hopper(capacity)
    assert one.is_low
    one.fill([lead(1)], NOW)
    assert not one.is_low


def by_score(found: Lead) -> float:
    return found.score or 0.0


def test_of_those_who_are_due_the_best_can_be_asked_for() -> None:
    """Given some who are due and new ones, only those who are due are chosen among."""
    one = hopper()
    waiting = [due(2, 900.0, score=0.2), due(3, 950.0, score=0.6), due(4, NOW + 1, score=0.9)]
    one.fill([lead(1, score=0.8), *waiting], NOW)
    assert [found.key for found in one.next_few(NOW)] == [2, 3]
    best = one.take(NOW, rank=by_score)
    assert best is not None
    assert best.key == 3
    assert taken(one) == [2, 1]


def test_who_was_promised_a_call_is_not_chosen_among() -> None:
    one = hopper()
    promised = [due(2, 900.0, LeadState.CALLBACK, score=0.1), due(3, 950.0, LeadState.CALLBACK)]
    one.fill([lead(1, score=0.8), due(4, 990.0, score=0.9), *promised], NOW)
    assert [found.key for found in one.next_few(NOW)] == [4]
    first = one.take(NOW, rank=by_score)
    assert first is not None
    assert first.key == 2


def test_who_waits_for_another_agent_is_not_chosen() -> None:
    one = hopper()
    one.fill([due(1, 900.0, agent=SARA, score=0.9), due(2, 950.0, score=0.1)], NOW)
    assert [found.key for found in one.next_few(NOW)] == [2]
    assert [found.key for found in one.next_few(NOW, [SARA])] == [1, 2]
    other = one.take(NOW, rank=by_score)
    assert other is not None
    assert other.key == 2


def test_the_best_is_asked_for_of_the_next_few_only() -> None:
    """Given the best of all far down the list, then it waits until it is one of the next few."""
    one = hopper(1000)
    last = FEW + 2
    one.fill([lead(key, score=0.9 if key == last else 0.3) for key in range(1, 100)], NOW)
    order = []
    for _ in range(4):
        found = one.take(NOW, rank=by_score)
        assert found is not None
        order.append(found.key)
    assert order == [1, 2, last, 3]


@given(
    weights=st.dictionaries(st.sampled_from("abc"), st.integers(0, 5), min_size=1),
    scores=st.lists(st.floats(0, 1), min_size=200, max_size=200),
)
def test_choosing_keeps_the_mix_of_lists(weights: dict[str, int], scores: list[float]) -> None:
    """Given whatever scores, calls go to the same lists in the same turns, within the next few."""
    plain, chosen = hopper(1000, **weights), hopper(1000, **weights)
    for one in (plain, chosen):
        one.fill(
            [
                lead(number * 100 + key, of=name, score=scores[key])
                for number, name in enumerate("abc")
                if name in weights
                for key in range(60)
            ],
            NOW,
        )
    for _ in range(60):
        usual, best = plain.take(NOW), chosen.take(NOW, rank=by_score)
        if usual is None:
            assert best is None
            continue
        assert best is not None
        assert usual.list == best.list
        assert len(chosen.next_few(NOW)) <= FEW + len(weights)
