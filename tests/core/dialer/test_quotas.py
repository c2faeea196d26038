"""So many answers of each group, then nobody of it."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.core.dialer.campaigns import Quota
from ccengine.core.dialer.quotas import Group, Quotas

REGION = Quota(field="region", answers={"north": 2, "south": 1})
AGE = Quota(field="age", answers={"old": 1}, others=3)


def test_a_full_group_is_not_dialed_and_others_are() -> None:
    quotas = Quotas(wanted=[REGION], counted={("region", "south"): 1})
    assert quotas.full_for({"region": "south"}) == ("region", "south")
    assert quotas.full_for({"region": "north"}) is None
    assert quotas.full_for({"region": "west"}) is None
    assert quotas.full_for({}) is None


def test_the_others_have_a_number_of_their_own() -> None:
    quotas = Quotas(wanted=[AGE], counted={("age", "young"): 3})
    assert quotas.full_for({"age": "young"}) == ("age", "young")
    assert quotas.full_for({"age": "middle"}) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["north", "south", "x"]), st.sampled_from("ab"))))
def test_no_group_ever_gets_more_than_was_wanted(people: list[tuple[str, str]]) -> None:
    counted: Counter[Group] = Counter()
    quotas = Quotas(
        wanted=[REGION, Quota(field="age", answers={"a": 3}, others=2)], counted=counted
    )
    for region, age in people:
        fields = {"region": region, "age": age}
        if quotas.full_for(fields) is None:
            counted.update(quotas.groups_of(fields))
    assert counted["region", "north"] <= 2
    assert counted["age", "a"] <= 3
    assert counted["age", "b"] <= 2
