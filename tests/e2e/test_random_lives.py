"""Many calls at once, each in its own way: each ends once, with a cause, and leaves nothing."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from ccengine.core.commands import DivertCall
from ccengine.core.events import CallEnded
from tests.e2e.configuration import configured
from tests.e2e.random_lives import QUEUES, Life, live_all

if TYPE_CHECKING:
    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

LIVES = {"small": 30, "full": 200}
SEED = 20261122


def exits(stage: Stage, callers: list[Caller]) -> Counter[str]:
    """Count how lives left the line, and how they ended: by cause and outcome of the record."""
    calls = [call for caller in callers if (call := caller.call_id) is not None]
    ledger = stage.system.ledger
    diverted = (
        row.what.reason
        for call in calls
        for row in ledger.rows[call]
        if isinstance(row.what, DivertCall)
    )
    ended = (record["outcome"] for record in stage.system.records(calls))
    return Counter([*ended, *diverted])


@pytest.mark.timeout(600)
async def test_every_life_ends_once_and_leaves_nothing(stage: Stage) -> None:
    """Stage looks afterwards: no channel, bridge or busy agent, one record of each call."""
    random = Random(SEED)
    lives = [Life.drawn(random) for _ in range(LIVES[stage.system.size])]
    async with configured(stage.system, *QUEUES), stage:
        agents = [await stage.agent(name) for name in ("olena", "taras")]
        callers = await live_all(stage, agents, lives, SEED)
        stage.system.ledger.read()
        for caller in callers:
            call = caller.call_id
            assert call is not None
            rows = stage.system.ledger.rows[call]
            ends = [row.what for row in rows if isinstance(row.what, CallEnded)]
            assert len(ends) == 1, stage.system.ledger.story(call)
            assert ends[0].cause, call
        told = exits(stage, callers)
        print(f"{len(lives)} lives: {dict(sorted(told.items()))}")  # noqa: T201 - for the note
        assert {"answered", "abandoned", "waited too long"} <= told.keys(), told
        if stage.system.size == "full":
            assert {"full", "ended_in_flow", "diverted", "message"} <= told.keys(), told
