"""Many calls at once, each in its own way: each ends once, with a cause, and leaves nothing."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.ids import CallId
from ccengine.core.states import CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import provider, queues
from tests.e2e.queue_exits import (
    Exit,
    ends,
    is_customer_first,
    is_item,
    overflows,
    way_in_record,
    ways_out,
)
from tests.e2e.random_lives import QUEUES, drawn
from tests.e2e.random_people import live_all
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

LIVES = {"small": 30, "full": 200}
SEED = 20261122
UKRAINE = "380"
OF_ITEMS = frozenset(
    {CallOutcome.ANSWERED, CallOutcome.ABANDONED, CallOutcome.UNREACHED, CallOutcome.MERGED}
)


async def records_of(stage: Stage, calls: list[CallId]) -> dict[str, dict[str, Any]]:
    def are_there() -> list[dict[str, Any]] | None:
        found = stage.system.records(calls)
        return found if len(found) == len(calls) else None

    found = await until("a record of each call and item", are_there)
    return {record["call"]: record for record in found}


def expect_one_end(stage: Stage, call: CallId) -> None:
    rows = stage.system.ledger.rows[call]
    assert len(ends(rows)) == 1, stage.system.ledger.story(call)
    assert ends(rows)[0].cause, call
    assert stage.system.ledger.call_states(call).count(CallState.ENDED) == 1


def expect_same_way(stage: Stage, call: CallId, record: dict[str, Any]) -> None:
    """Compare the way out of the line in the journal with the one in the record."""
    rows = stage.system.ledger.rows[call]
    told = (stage.system.ledger.story(call), record["outcome"], record["cause"])
    assert record["cause"] == ends(rows)[0].cause, told
    left = ways_out(rows)
    if is_item(rows):
        assert record["outcome"] in OF_ITEMS, told
        assert (Exit.ANSWERED in left) == (record["outcome"] == CallOutcome.ANSWERED), told
    else:
        assert left[-1:] == [way for way in (way_in_record(record),) if way], told


def tally(stage: Stage, records: dict[str, dict[str, Any]]) -> Counter[str]:
    """Count how lives left their lines and how they ended, and what became of the items."""
    counts: Counter[str] = Counter()
    for call, record in records.items():
        rows = stage.system.ledger.rows[CallId(call)]
        if is_item(rows):
            first = ", customer first" if is_customer_first(rows) else ""
            counts[f"{record['kind']} {record['outcome']}{first}"] += 1
        else:
            counts[f"ended: {record['outcome']}"] += 1
            counts.update(f"left: {way}" for way in ways_out(rows))
            counts.update(f"overflow {place}" for place in overflows(rows))
    return counts


@pytest.mark.timeout(900)
async def test_every_life_ends_once_and_leaves_nothing(stage: Stage) -> None:
    """Stage looks afterwards: no channel, bridge or busy agent, one record of each call."""
    system, lives = stage.system, drawn(Random(SEED), LIVES[stage.system.size])
    rules = queues(system, QUEUES)
    async with provider(system, rules, prefix=UKRAINE) as customers, stage:
        agents = [await stage.agent(name) for name in ("olena", "taras")]
        callers = await live_all(stage, customers, agents, lives, SEED)
        calls = [call for caller in callers if (call := caller.call_id) is not None]
        assert len(calls) == len(set(calls)) == len(lives)
        calls += stage.items()
        for call in calls:
            expect_one_end(stage, call)
        records = await records_of(stage, calls)
        for call in calls:
            expect_same_way(stage, call, records[call])
        told = tally(stage, records)
        print(f"{len(lives)} lives: {dict(sorted(told.items()))}")  # noqa: T201 - for the note
        always = {"left: answered", "left: abandoned", "left: key", "left: callback"}
        assert always <= told.keys(), told
        if system.size == "full":
            assert {f"left: {way}" for way in Exit} <= told.keys(), told
            places = ("queue", "flow", "number", "voicemail")
            assert {f"overflow to a {place}".replace("a v", "v") for place in places} <= told.keys()
            served = {
                "callback answered",
                "callback answered, customer first",
                "voicemail answered",
            }
            assert served <= told.keys(), told
