from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.clock import Clock
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, ShowAgent
from ccengine.core.events import (
    AgentLoggedIn,
    CallArrived,
    CallQueued,
    Event,
    PlanLoaded,
    SwitchResynced,
)
from ccengine.core.plan import AgentSettings, Plan, QueueSettings
from ccengine.engine import LEAVING, SNAPSHOT_EVERY, Engine, Entry
from ccengine.storage.errors import JournalFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.commands import Command
    from ccengine.core.snapshots import CenterSnapshot

PLAN = Plan(
    tenant="demo",
    version="1",
    agents={"anna": AgentSettings(name="Anna", number="301", clients=("acme",), phone="201")},
    queues={"acme/sales": QueueSettings(ring_seconds=0.05)},
)


class Notebook:
    """A journal that says in which order things were done."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.snapshots = 0
        self.full = False

    def append(self, event: Event, now: float, outcome: Sequence[Command] | str) -> int:
        del now
        if self.full:
            message = "disk full: make room"
            raise JournalFailed(message)
        self.lines.append(f"{type(event).__name__}: {outcome if isinstance(outcome, str) else ''}")
        return len(self.lines)

    def append_advance(self, now: float, commands: Sequence[Command]) -> int:
        del now, commands
        self.lines.append("advance")
        return len(self.lines)

    def append_snapshot(self, snapshot: CenterSnapshot, now: float) -> int:
        del snapshot, now
        self.snapshots += 1
        return len(self.lines)


@pytest.fixture
async def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
async def engine(notebook: Notebook) -> Engine:
    loop = asyncio.get_running_loop()
    engine = Engine(ContactCenter(), notebook, Clock(loop.time, anchor=1000.0), loop)
    engine.post(PlanLoaded(plan=PLAN))
    engine.post(SwitchResynced(node="node1"))
    return engine


def arrive(engine: Engine, call: str = "c1") -> None:
    engine.post(
        CallArrived(
            call=call, tenant="demo", client="acme", number="600", caller="", channel=call,
            node="node1", arrived_at=1000.0,
        )
    )  # fmt: skip


async def test_commands_reach_the_mailbox_of_whom_they_are_for(engine: Engine) -> None:
    mailbox = engine.open_agent("anna")
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    kinds = [type(mailbox.get_nowait()) for _ in range(mailbox.qsize())]
    assert kinds == [ShowAgent, OfferCall, ShowAgent]


async def test_observers_see_a_step_after_the_journal_has_it(
    engine: Engine, notebook: Notebook
) -> None:
    seen: list[int] = []

    def observe(entry: Entry) -> None:
        seen.append(len(notebook.lines) - entry.number)

    engine.observe(observe)
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    assert seen == [0]


async def test_an_impossible_event_is_journaled_as_rejected_and_not_raised(
    engine: Engine, notebook: Notebook
) -> None:
    rejection = engine.post(AgentLoggedIn(agent="nobody", phone="201"))
    assert "nobody" in rejection
    assert notebook.lines[-1] == f"AgentLoggedIn: {rejection}"


async def test_a_deadline_falls_due_by_itself(engine: Engine, notebook: Notebook) -> None:
    engine.open_agent("anna")
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    async with asyncio.timeout(5):
        while notebook.lines[-1] != "advance":  # noqa: ASYNC110 - the notebook has no event
            await asyncio.sleep(0.01)
    assert engine.center.agent("anna").reason == "no answer"


async def test_an_offer_that_no_session_takes_is_declined_and_the_caller_waits_on(
    engine: Engine,
) -> None:
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    await asyncio.sleep(0)
    assert engine.center.waiting() == ["c1"]
    assert engine.center.agent("anna").reason == "no session"


async def test_what_cannot_be_written_is_not_done(engine: Engine, notebook: Notebook) -> None:
    mailbox = engine.open_agent("anna")
    notebook.full = True
    assert engine.post(AgentLoggedIn(agent="anna", phone="201")) == LEAVING
    notebook.full = False
    assert engine.post(AgentLoggedIn(agent="anna", phone="201")) == LEAVING
    assert mailbox.empty()
    with pytest.raises(JournalFailed, match="make room"):
        await engine.failed


async def test_a_snapshot_bounds_the_next_start(engine: Engine, notebook: Notebook) -> None:
    for number in range(SNAPSHOT_EVERY):
        arrive(engine, f"c{number}")
    assert notebook.snapshots == 1
