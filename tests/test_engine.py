from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.clock import Clock
from ccengine.core import coaching
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, ShowAgent
from ccengine.core.errors import UnknownAgent
from ccengine.core.events import (
    AgentLoggedIn,
    AgentWentNotReady,
    CallArrived,
    CallQueued,
    PlanLoaded,
    SwitchResynced,
)
from ccengine.core.plan import AgentSettings, Plan
from ccengine.core.queues import QueueSettings, RelaxStep
from ccengine.engine import LEAVING, SNAPSHOT_EVERY, WRITE_WITHIN_SECONDS, Engine
from ccengine.storage.errors import JournalFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.core.snapshots import Imprint
    from ccengine.reporting.rows import JournalRow, Step

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
        self.writes = 0
        self.snapshots = 0
        self.full = False

    def write(self, steps: Sequence[Step]) -> list[tuple[JournalRow, ...]]:
        if self.full:
            message = "disk full: make room"
            raise JournalFailed(message)
        self.writes += 1
        kinds = [(type(step.event).__name__, step.rejection) for step in steps]
        self.lines += [f"{kind}: {rejection}" for kind, rejection in kinds]
        return [(kind,) for kind in kinds]  # type: ignore[misc]

    def begin_snapshot(self, imprint: Imprint, now: float) -> Iterator[None]:
        del imprint, now
        self.lines.append("snapshot begun")
        return self._write_snapshot()

    def _write_snapshot(self) -> Iterator[None]:
        yield
        yield
        if self.full:
            message = "disk full: make room"
            raise JournalFailed(message)
        self.snapshots += 1


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


async def test_observers_see_a_step_once_the_journal_has_it_and_only_once(
    engine: Engine, notebook: Notebook
) -> None:
    engine.show()
    seen: list[str] = []
    engine.observe(lambda rows: seen.append(f"{rows[0][0]} {len(notebook.lines)}"))
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    assert seen == []
    await asyncio.sleep(WRITE_WITHIN_SECONDS * 3)
    engine.show()
    assert seen == ["AgentLoggedIn 3"]


async def test_a_fault_after_an_event_was_applied_is_no_refusal(
    engine: Engine, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_floor: object) -> None:
        message = "a bug of the core's"
        raise UnknownAgent(message)

    mailbox = engine.open_agent("anna")
    with monkeypatch.context() as patch:
        patch.setattr(coaching, "settle", broken)
        assert engine.post(AgentLoggedIn(agent="anna", phone="201")) == ""
        assert isinstance(mailbox.get_nowait(), ShowAgent), "what it led to is delivered"
    engine.show()
    assert notebook.lines[-1] == "AgentLoggedIn: ", "and the journal has it as done"
    assert engine.center.agent("anna").phone == "201"


async def test_an_observer_s_fault_costs_the_others_nothing(engine: Engine) -> None:
    def broken(_rows: Sequence[JournalRow]) -> None:
        message = "a bug of somebody's"
        raise ValueError(message)

    engine.show()
    seen: list[str] = []
    engine.observe(broken)
    engine.observe(lambda rows: seen.append(str(rows[0][0])))
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    engine.post(AgentWentNotReady(agent="anna", reason="lunch"))
    engine.show()
    assert seen == ["AgentLoggedIn", "AgentWentNotReady"]


async def test_steps_between_two_requests_are_written_together(
    engine: Engine, notebook: Notebook
) -> None:
    assert engine.write()
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    assert notebook.writes == 1
    assert engine.write()
    assert engine.write()
    assert notebook.writes == 2
    assert notebook.lines[-2:] == ["CallArrived: ", "CallQueued: "]


async def test_an_impossible_event_is_journaled_as_rejected_and_not_raised(
    engine: Engine, notebook: Notebook
) -> None:
    rejection = engine.post(AgentLoggedIn(agent="nobody", phone="201"))
    assert "nobody" in rejection
    engine.write()
    assert notebook.lines[-1] == f"AgentLoggedIn: {rejection}"


async def test_a_deadline_falls_due_by_itself(engine: Engine, notebook: Notebook) -> None:
    engine.open_agent("anna")
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    async with asyncio.timeout(5):
        while not notebook.lines or notebook.lines[-1] != "NoneType: ":  # noqa: ASYNC110 - the notebook has no event
            await asyncio.sleep(0.01)
    assert engine.center.agent("anna").reason == "no answer"


async def test_a_deadline_that_leads_to_no_command_is_kept_too(
    engine: Engine, notebook: Notebook
) -> None:
    queue = QueueSettings(relax=(RelaxStep(after_seconds=0.02),))
    engine.post(PlanLoaded(plan=replace(PLAN, queues={"acme/sales": queue})))
    engine.open_agent("anna")
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    engine.post(AgentWentNotReady(agent="anna", reason="lunch"))
    arrive(engine)
    engine.post(CallQueued(call="c1", queue="acme/sales"))
    async with asyncio.timeout(5):
        while engine.center.calls["c1"].relaxed == 0:  # noqa: ASYNC110 - the core has no event
            await asyncio.sleep(0.01)
    engine.write()
    assert notebook.lines[-1] == "NoneType: "  # else a replay would not know of it


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
    assert engine.write()
    notebook.full = True
    engine.post(AgentLoggedIn(agent="anna", phone="201"))
    assert not engine.write()
    notebook.full = False
    assert not engine.write()
    assert engine.post(AgentLoggedIn(agent="anna", phone="201")) == LEAVING
    assert "AgentLoggedIn: " not in notebook.lines
    with pytest.raises(JournalFailed, match="make room"):
        await engine.failed


async def test_a_snapshot_bounds_the_next_start(engine: Engine, notebook: Notebook) -> None:
    for number in range(SNAPSHOT_EVERY - 3):  # two steps came before
        arrive(engine, f"c{number}")
    assert "snapshot begun" not in notebook.lines
    arrive(engine)
    assert notebook.lines[-1] == "snapshot begun"
    await go_round(4)
    assert notebook.snapshots == 1


async def test_calls_have_their_turn_while_a_snapshot_is_written(
    engine: Engine, notebook: Notebook
) -> None:
    for number in range(SNAPSHOT_EVERY):
        arrive(engine, f"c{number}")
    await go_round(1)
    arrive(engine, "meanwhile")
    assert engine.write()
    assert notebook.lines[-1] == "CallArrived: "
    assert notebook.snapshots == 0
    await go_round(4)
    assert notebook.snapshots == 1


async def test_an_engine_that_leaves_finishes_no_snapshot(
    engine: Engine, notebook: Notebook
) -> None:
    for number in range(SNAPSHOT_EVERY):
        arrive(engine, f"c{number}")
    engine.leave()
    await go_round(4)
    assert notebook.snapshots == 0


async def test_a_snapshot_that_cannot_be_written_fails_the_journal(
    engine: Engine, notebook: Notebook
) -> None:
    for number in range(SNAPSHOT_EVERY):
        arrive(engine, f"c{number}")
    notebook.full = True
    with pytest.raises(JournalFailed, match="make room"):
        await engine.failed


async def test_a_large_center_is_written_as_often_as_it_is_large(
    engine: Engine, notebook: Notebook
) -> None:
    for number in range(2 * SNAPSHOT_EVERY + 1):
        arrive(engine, f"c{number}")
        if number % 1000 == 0:
            await go_round(4)
    assert notebook.lines.count("snapshot begun") == 2
    for number in range(SNAPSHOT_EVERY + 100):
        arrive(engine, f"d{number}")
    assert notebook.lines.count("snapshot begun") == 2


async def go_round(times: int) -> None:
    """Let the loop call what waits for its turn."""
    for _ in range(times):
        await asyncio.sleep(0)
