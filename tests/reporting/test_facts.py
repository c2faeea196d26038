"""What leaves the engine about a row: named, flat, masked."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ccengine.core.commands import ShowClosure
from ccengine.core.ids import CallId, ClosureId
from ccengine.reporting.facts import HIDDEN, IN_EVERY_ROW, MASKED, SHOWN, SILENT, fact_of
from ccengine.reporting.rows import Rejection
from tests.reporting.examples import examples, row_of
from tests.reporting.shift import missed


def test_every_field_is_shown_masked_or_hidden_on_purpose() -> None:
    decided = IN_EVERY_ROW | MASKED | HIDDEN | set(SHOWN)
    for _, what in examples():
        undecided = {field.name for field in fields(what)} - decided
        assert not undecided, type(what).__name__


def test_every_row_is_one_fact_or_silent_on_purpose() -> None:
    actions = [fact.action for kind, what in examples() if (fact := fact_of(row_of(kind, what)))]
    silent = [what for _, what in examples() if isinstance(what, SILENT)]
    assert len(actions) == len(set(actions)) == len(examples()) - len(silent)
    assert {"call_arrived", "call_queued", "call_offered", "agent_state_changed"} <= set(actions)


@pytest.mark.parametrize(("kind", "what"), examples())
def test_no_fact_shows_a_callers_number(kind: str, what: object) -> None:
    assert "441234" not in repr(fact_of(row_of(kind, what)))  # type: ignore[arg-type]


def test_a_missed_call_says_when_it_was() -> None:
    fact = fact_of(row_of("event", missed(CallId("c1"))))
    assert fact is not None
    assert fact.action == "call_missed"
    assert fact.details["reached"] == "fallback"
    assert fact.details["arrived_at"] == "1970-01-01T00:18:20.500000Z"
    assert fact.details["ended_at"] == "1970-01-01T00:19:20.000000Z"


def test_reasons_are_called_causes() -> None:
    fact = fact_of(row_of("rejection", Rejection("no such step")))
    assert fact is not None
    assert (fact.action, fact.details) == ("event_rejected", {"cause": "no such step"})


def test_closures_are_told_by_whom_and_why() -> None:
    closed = ShowClosure(
        closure=ClosureId("building"), closed=True, by="omar", reason="fire", since=1.0, until=60.0
    )
    opened = ShowClosure(closure=ClosureId("building"), closed=False, by="omar")
    facts = [fact_of(row_of("command", shown)) for shown in (closed, opened)]
    told = [(one.action, dict(one.details)) for one in facts if one is not None]
    assert told == [
        (
            "numbers_closed",
            {
                "closure": "building",
                "by": "omar",
                "cause": "fire",
                "until": "1970-01-01T00:01:00.000000Z",
            },
        ),
        ("numbers_opened", {"closure": "building", "by": "omar"}),
    ]
