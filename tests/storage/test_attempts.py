"""An attempt is stored before it is placed, once for each number, and ends once, whoever dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.leads import (
    AttemptId,
    AttemptOutcome,
    HeldBack,
    LeadKey,
    LeadState,
    Promise,
)
from ccengine.core.dialer.retries import Again, Finished, RetryRules
from ccengine.core.ids import AgentId
from ccengine.storage.attempts import Ending, NotClaimed, Progress
from tests.architecture.source import ROOT
from tests.storage import dialing_engine
from tests.storage.leads import NODE, NOON, anybody, attempt, imported, new, number, opened, refill

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.new_attempts import NewAttempt

DEATHS = 6
A1 = AttemptId("a1")
SARA = AgentId("sara")
RULES = RetryRules()


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    file = tmp_path / "ccengine.sqlite"
    await make(file)
    imported(file, [new(1, numbers=(number(1), number(101))), new(2), new(3)])
    return file


async def make(file: Path) -> None:
    async with opened(file):
        pass


def ending(outcome: AttemptOutcome, **values: object) -> Ending:
    return Ending(outcome=outcome, at=NOON + 30, **values)  # type: ignore[arg-type]


async def test_an_attempt_ends_and_its_lead_comes_again(path: Path) -> None:
    async with opened(path) as database:
        lead = (await database.leads.claim(refill(), NOON))[0]
        assert await database.attempts.place(attempt(lead), anybody) is None
        (stored,) = await database.attempts.open_of(NODE)
        assert (stored.id, stored.number, stored.outcome) == (A1, number(1), None)
        said = await database.attempts.close(A1, ending(AttemptOutcome.NO_ANSWER), RULES)
        assert isinstance(said, Again)
        assert await database.attempts.open_of(NODE) == []
        again = await database.leads.get(lead.key)
        assert again is not None
        assert (again.state, again.due_at) == (LeadState.WAITING, NOON + 30 + 7200)
        assert (again.to_dial, again.tries) == (number(101), said.tries)
        assert await database.leads.claim(refill(), said.due_at - 1) == []
        assert [one.key for one in await database.leads.claim(refill(), said.due_at)] == [lead.key]


async def test_an_outcome_is_given_once(path: Path) -> None:
    async with opened(path) as database:
        lead = (await database.leads.claim(refill(), NOON))[0]
        await database.attempts.place(attempt(lead), anybody)
        said = await database.attempts.close(A1, ending(AttemptOutcome.ANSWERED), RULES)
        assert isinstance(said, Finished)
        assert await database.attempts.close(A1, ending(AttemptOutcome.BUSY), RULES) is None
        (stored,) = await database.attempts.of_lead(lead.key)
        assert (stored.outcome, stored.ended_at) == (AttemptOutcome.ANSWERED, NOON + 30)


async def test_what_a_rule_holds_back_is_not_stored(path: Path) -> None:
    async def forbidden(_: object, asked: NewAttempt) -> HeldBack:
        until = None if asked.number == number(2) else NOON + 3600
        return HeldBack(rule="own-list", reason="asked us not to call", until=until)

    async with opened(path) as database:
        first, second, _ = await database.leads.claim(refill(), NOON)
        held = await database.attempts.place(attempt(first), forbidden)
        assert held is not None
        assert held.until == NOON + 3600
        assert await database.attempts.place(attempt(second, "a2"), forbidden) is not None
        assert await database.attempts.open_of(NODE) == []
        assert await database.leads.claim(refill(), NOON + 3599) == []
        (again,) = await database.leads.claim(refill(), NOON + 3600)
        assert again.key == first.key
        never = await database.leads.get(second.key)
        assert never is not None
        assert never.state is LeadState.DONE


async def test_what_somebody_has_to_mend_is_looked_at_again(path: Path) -> None:
    async def stale(_: object, __: NewAttempt) -> HeldBack:
        again_at = NOON + 3600
        return HeldBack(rule="US.register", reason="the copy is old", look_again_at=again_at)

    async with opened(path) as database:
        first, *_ = await database.leads.claim(refill(1), NOON)
        held = await database.attempts.place(attempt(first), stale)
        assert held is not None
        assert held.until is None
        put_off = await database.leads.get(first.key)
        assert put_off is not None
        assert (put_off.state, put_off.due_at) == (LeadState.WAITING, NOON + 3600)


async def test_what_is_written_while_it_waits_is_seen_by_the_check(path: Path) -> None:
    """Between the check and the attempt nobody can forbid the number: he is before or after."""
    seen: list[int] = []

    async def count(connection: object, _: NewAttempt) -> HeldBack | None:
        rows = await connection.exec_driver_sql("SELECT count(*) FROM attempts")  # type: ignore[attr-defined]
        seen.append(rows.scalar())
        await asyncio.sleep(0.01)
        return None

    async with opened(path) as one, opened(path) as other:
        leads = await one.leads.claim(refill(), NOON)
        async with asyncio.TaskGroup() as group:
            for place, lead in enumerate(leads):
                store = (one, other)[place % 2].attempts
                group.create_task(store.place(attempt(lead, f"a{place}"), count))
    assert seen == [0, 1, 2]


async def test_only_who_claimed_it_dials_and_only_its_numbers(path: Path) -> None:
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(1), NOON)
        for wrong in (
            attempt(lead, node="node2"),
            attempt(lead, number=number(2)),
            replace(attempt(lead, number=number(2)), lead=LeadKey(lead.key + 1)),
        ):
            with pytest.raises(NotClaimed):
                await database.attempts.place(wrong, anybody)
        await database.attempts.place(attempt(lead), anybody)
        with pytest.raises(NotClaimed):
            await database.attempts.place(attempt(lead, "a2"), anybody)


async def test_a_number_that_nobody_has_is_not_dialed_again(path: Path) -> None:
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(1), NOON)
        await database.attempts.place(attempt(lead), anybody)
        said = await database.attempts.close(A1, ending(AttemptOutcome.INVALID), RULES)
        assert isinstance(said, Again)
        (again, *_) = await database.leads.claim(refill(), said.due_at)
        assert [one.is_dead for one in again.numbers] == [True, False]
        with pytest.raises(NotClaimed):
            await database.attempts.place(attempt(again, "a2", number=number(1)), anybody)
        await database.attempts.place(attempt(again, "a3"), anybody)
        said = await database.attempts.close(AttemptId("a3"), ending(AttemptOutcome.INVALID), RULES)
        assert isinstance(said, Finished)


async def test_a_promise_comes_before_the_rules(path: Path) -> None:
    promise = Promise(due_at=NOON + 500, agent=SARA)
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(1), NOON)
        await database.attempts.place(attempt(lead), anybody)
        said = ending(AttemptOutcome.ANSWERED, promise=promise, disposition="later")
        await database.attempts.close(A1, said, RULES)
        again = await database.leads.get(lead.key)
        assert again is not None
        assert (again.state, again.due_at, again.agent) == (LeadState.CALLBACK, NOON + 500, SARA)


async def test_answers_count_for_their_groups(path: Path) -> None:
    groups = [("region", "north")]
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), NOON)
        for place, lead in enumerate(leads[:2]):
            await database.attempts.place(attempt(lead, f"a{place}"), anybody)
            said = ending(AttemptOutcome.ANSWERED, groups=groups)
            await database.attempts.close(AttemptId(f"a{place}"), said, RULES)
        assert await database.leads.answers("dnipro", "renewals") == {("region", "north"): 2}


async def test_what_a_dead_engine_left_open_is_settled(path: Path) -> None:
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), NOON)
        for place, lead in enumerate(leads):
            await database.attempts.place(attempt(lead, f"a{place}"), anybody)
        await database.attempts.note(A1, Progress(answered_at=NOON + 5, agent=SARA))
        alive = [AttemptId("a2")]
        left = await database.attempts.settle(NODE, NOON + 60, lambda *_: RULES, alive)
        assert [one.id for one in left] == ["a0", "a1"]
        assert [one.id for one in await database.attempts.open_of(NODE)] == alive
        ends = [(await database.attempts.of_lead(lead.key))[0].outcome for lead in leads]
        assert ends == [AttemptOutcome.LOST, AttemptOutcome.ANSWERED, None]
        assert await database.attempts.of_number(number(1), NOON) != []
        assert await database.attempts.of_number(number(1), NOON + 1) == []


def test_the_database_itself_allows_one_open_attempt_for_each_number(path: Path) -> None:
    statement = (
        "INSERT INTO attempts (id, client, campaign, lead, number, person, node, caller_id, mode,"
        " purpose, rules, placed_at) VALUES (?, '', '', 1, '+1', '', '', '', '', '', '{}', 0)"
    )
    with closing(sqlite3.connect(path)) as plain:
        plain.execute(statement, ("one",))
        with pytest.raises(sqlite3.IntegrityError):
            plain.execute(statement, ("two",))
        plain.execute("UPDATE attempts SET outcome = 'busy'")
        plain.execute(statement, ("two",))


def test_killed_again_and_again_it_dials_nobody_twice_and_loses_nobody(tmp_path: Path) -> None:
    """An engine that dies at any instant, by SIGKILL; what it dials it writes down at once."""
    path, dialed = tmp_path / "ccengine.sqlite", tmp_path / "dialed"
    asyncio.run(make(path))
    imported(path, [new(row) for row in range(1, 61)])
    dialed.touch()
    for deaths in range(1, DEATHS + 1):
        run = [sys.executable, "-m", dialing_engine.__name__, path, dialed]
        with subprocess.Popen(run, cwd=ROOT) as engine:
            while len(dialed.read_text().splitlines()) < 5 * deaths and engine.poll() is None:
                time.sleep(0.002)
            os.kill(engine.pid, signal.SIGKILL)
    asyncio.run(dialing_engine.dial_all(path, dialed))
    called = dialed.read_text().split()
    assert len(called) == len(set(called))
    with closing(sqlite3.connect(path)) as plain:
        stored = [row[0] for row in plain.execute("SELECT number FROM attempts")]
        open_ones = plain.execute("SELECT count(*) FROM attempts WHERE outcome IS NULL").fetchone()
        states = plain.execute("SELECT DISTINCT state FROM leads").fetchall()
        claims = plain.execute("SELECT count(*) FROM lead_claims").fetchone()
    assert sorted(stored) == sorted(map(number, range(1, 61)))
    assert set(called) <= set(stored)
    assert len(called) >= 60 - DEATHS, "each death costs at most the attempt it interrupted"
    assert (open_ones, claims) == ((0,), (0,))
    assert set(states) <= {("waiting",), ("done",)}
