"""An ordered set whose first element is always right, however often it is changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccengine.core.ranking import Ranking


def test_first_is_the_lowest_rank() -> None:
    ranking: Ranking[str, tuple[int, int]] = Ranking()
    ranking.put("late", (0, 2))
    ranking.put("early", (0, 1))
    ranking.put("urgent", (-5, 3))
    assert ranking.first() == ((-5, 3), "urgent")
    assert list(ranking) == ["urgent", "early", "late"]


def test_empty_has_no_first() -> None:
    ranking: Ranking[str, tuple[int]] = Ranking()
    ranking.discard("nobody")
    assert ranking.first() is None
    assert len(ranking) == 0


def test_back_at_the_old_rank_counts_once() -> None:
    ranking: Ranking[str, tuple[int]] = Ranking()
    ranking.put("a", (1,))
    ranking.discard("a")
    ranking.put("a", (1,))
    ranking.discard("a")
    assert ranking.first() is None


def test_memory_follows_the_living() -> None:
    ranking: Ranking[str, tuple[int]] = Ranking()
    for number in range(10_000):
        ranking.put("a", (number,))
    assert len(ranking._heap) < 100


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef"), st.integers(0, 50)), max_size=300)
)
def test_agrees_with_a_sorted_dictionary(changes: list[tuple[bool, str, int]]) -> None:
    ranking: Ranking[str, tuple[int, str]] = Ranking()
    model: dict[str, tuple[int, str]] = {}
    for put, key, number in changes:
        if put:
            ranking.put(key, (number, key))
            model[key] = (number, key)
        else:
            ranking.discard(key)
            model.pop(key, None)
        assert list(ranking) == sorted(model, key=model.__getitem__)
        first = ranking.first()
        assert (first and first[0]) == min(model.values(), default=None)
        assert all(ranking.rank(name) == model.get(name) for name in "abcdef")
        assert all((name in ranking) == (name in model) for name in "abcdef")
