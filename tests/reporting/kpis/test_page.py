"""The page of figures: what its plots show of a day that goes on."""

from __future__ import annotations

import re

from ccengine.core.ids import AgentId
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.cells import Key
from ccengine.reporting.kpis.counts import Tally
from ccengine.reporting.kpis.facts import Doing, Stretch
from ccengine.reporting.kpis.page import page
from ccengine.reporting.kpis.table import By, InForce, Question, answer

HOUR = 3_600_000
KNOWN = InForce(measures={}, languages={})


def agents_free(until: int) -> list[tuple[float, float]]:
    """Return the outline of free agents on a day with one of them from 8 o'clock on."""
    tally = Tally()
    tally.spend(
        Stretch(
            agent=AgentId("anna"),
            team="",
            doing=Doing.AVAILABLE,
            begins=8 * HOUR,
            ends=until,
            row=1,
        )
    )
    question = Question(
        begins=0, ends=24 * HOUR, by=(By.INTERVAL,), calendar=Calendar("UTC", Interval.HALF)
    )
    course = answer(tally.between(0, 24 * HOUR), question, KNOWN, until)
    found = re.search(r'points="([^"]*)"[^>]*><title>free', page("Day", "today", course, course))
    assert found is not None
    points = [point.split(",") for point in found[1].split()]
    return [(float(x), float(y)) for x, y in points]


def heights(until: int) -> list[float]:
    """Return how high each half hour is: one agent is 1."""
    stairs = agents_free(until)[: 2 * 48 : 2]
    floor, top = 206.0, 12.0
    return [round((floor - y) / (floor - top), 2) for _, y in stairs]


def test_a_half_hour_that_goes_on_shows_as_many_agents_as_are_there() -> None:
    shown = heights(10 * HOUR + HOUR // 4)
    assert shown == [0.0] * 16 + [1.0] * 5 + [0.0] * 27  # and none of what is to come


def test_a_day_that_is_over_is_shown_whole() -> None:
    assert heights(24 * HOUR) == [0.0] * 16 + [1.0] * 32
    assert heights(10 * HOUR) == [0.0] * 16 + [1.0] * 4 + [0.0] * 28


def test_callers_opinions_are_shown_where_anybody_was_asked() -> None:
    pages = []
    for asked in (0, 4):
        tally = Tally()
        counts = tally.cells[8 * 4, Key("nour", "nour/technical")]
        counts.offered, counts.survey_asked = 5, asked
        counts.survey_answered, counts.survey_score = asked // 2, asked * 2
        question = Question(begins=0, ends=24 * HOUR, by=(By.QUEUE,))
        table = answer(tally.between(0, 24 * HOUR), question, KNOWN, HOUR)
        course = answer(
            tally.between(0, 24 * HOUR),
            Question(begins=0, ends=24 * HOUR, by=(By.INTERVAL,)),
            KNOWN,
            HOUR,
        )
        pages.append(page("Day", "today", table, course))
    assert "survey score mean v1" not in pages[0]
    assert "survey score mean v1" in pages[1]
    row = re.search(r"Callers&#x27; opinions</caption>.*?<tbody>(.*?)</tbody>", pages[1])
    assert row is not None
    assert re.findall(r"<td>([^<]*)</td>", row[1]) == ["4", "2", "4.00", "50.00"]
