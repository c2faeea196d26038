"""Who asks about people is told of those they lead, while these were in their team."""

from __future__ import annotations

import pytest

from ccengine.reporting.kpis.cells import Key
from ccengine.reporting.kpis.table import By, Question

OF_DESK = {"agents": frozenset({"amira"}), "teams": frozenset({"desk"})}


@pytest.mark.parametrize(
    ("agent", "team", "is_told"),
    [
        ("amira", "desk", True),
        ("amira", "", False),  # before she came
        ("omar", "desk", False),  # he has left it
        ("omar", "other", False),
    ],
)
def test_by_people_both_the_agent_and_the_team_of_that_time_count(
    agent: str, team: str, *, is_told: bool
) -> None:
    question = Question(begins=0, ends=1, by=(By.AGENT,), **OF_DESK)
    assert question.wants(Key(client="nour", agent=agent, team=team)) is is_told


def test_by_queue_everybodys_calls_count() -> None:
    question = Question(begins=0, ends=1, by=(By.QUEUE,), **OF_DESK)
    assert question.wants(Key(client="nour", agent="omar", team="other"))
