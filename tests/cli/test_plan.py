"""`ccengine plan` beside a journal that an engine writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.loading import load_tenant
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId, QueueId
from ccengine.reporting.rows import Step
from tests.cli.every_command import invoke
from tests.config.tenants import change
from tests.reporting.shift import NODE, Shift, arrived

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result


def ccengine(*arguments: str) -> Result:
    return invoke(arguments, env={"COLUMNS": "120"})


@pytest.fixture
def shift(tenant: Path) -> Iterator[Shift]:
    """The demo with amira and omar logged in, amira not ready, and a caller for technical."""
    shift = Shift(tenant.parents[2] / "state" / "journal" / "journal.sqlite")
    loaded = load_tenant(tenant).tenant
    assert loaded is not None
    shift.post(events.PlanLoaded(plan=loaded.plan()))
    shift.post(events.SwitchResynced(node=NODE))
    for agent, phone in (("amira", "201"), ("omar", "202")):
        shift.post(events.AgentLoggedIn(agent=AgentId(agent), phone=PhoneId(phone)))
        shift.post(events.AgentWentNotReady(agent=AgentId(agent), reason="lunch"))
    call = CallId("c1")
    came = arrived(call)
    shift.post(
        events.CallArrived(
            call=call,
            tenant=came.tenant,
            client=ClientId("nour"),
            number="600100",
            caller="",
            channel=came.channel,
            node=NODE,
            arrived_at=came.arrived_at,
        )
    )
    shift.post(events.CallQueued(call=call, queue=QueueId("nour/technical")))
    yield shift
    shift.journal.close()


def told() -> Any:
    result = ccengine("plan", "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_nothing_changed_means_no_change(shift: Shift) -> None:
    del shift
    result = ccengine("plan")
    assert result.exit_code == 0, result.stderr
    assert "is in force already" in result.stdout
    assert "Callers: 0 of 1 who wait" in result.stdout
    assert "Agents: 0 of 2 who are logged in" in result.stdout


def test_a_changed_need_is_told_as_a_table(shift: Shift, tenant: Path) -> None:
    del shift
    change(tenant / "tenant.yaml", "{arabic: 8, english: 8, technical: 8}", "{english: 8}")
    change(
        tenant / "clients/nour/client.yaml", "{arabic: 5, technical: 5}", "{arabic: 5, billing: 7}"
    )
    change(tenant / "clients/dnipro/client.yaml", "{english: 5, technical: 5}", "{english: 5}")
    result = ccengine("plan")
    assert result.exit_code == 0, result.stderr
    assert "changed queues: dnipro/technical, nour/technical" in result.stdout
    assert "skills: arabic 5, technical 5 → arabic 5, billing 7" in result.stdout
    assert "qualified agents 1 → 1 (logged in 1 → 1)" in result.stdout
    assert "with amira" in result.stdout
    assert "without omar" in result.stdout
    assert "may answer nour/technical" in result.stdout  # amira
    assert "answers no longer nour/technical" in result.stdout  # omar


def test_for_a_program(shift: Shift, tenant: Path) -> None:
    del shift
    change(tenant / "clients/nour/client.yaml", "  technical:\n", "  faults:\n")
    for flow in ("main", "languages"):
        change(
            tenant / f"clients/nour/flows/{flow}.yaml", "{enqueue: technical}", "{enqueue: faults}"
        )
    own = tenant / "clients/nour/flows/self-service.yaml"
    change(own, "{enqueue: technical,", "{enqueue: faults,")
    found = told()
    (call,) = found["calls"]
    assert call["queue_gone"]
    assert (call["qualified_after"], call["gains"]) == (2, ["amira"])
    assert found["queues_gone"] == ["nour/technical"]
    assert found["queues_new"] == ["nour/faults"]


def test_the_journal_is_read_from_its_newest_snapshot(shift: Shift, tenant: Path) -> None:
    shift.write_snapshot()
    shift.post(events.AgentLoggedOut(agent=AgentId("amira")))
    change(tenant / "clients/nour/client.yaml", "technical: 5}", "technical: 4}")
    found = told()
    assert found["logged_in"] == 1
    assert found["waiting"] == 1


def test_a_configuration_with_mistakes_is_refused(shift: Shift, tenant: Path) -> None:
    del shift
    change(tenant / "tenant.yaml", "number: 302", "number: 301")
    result = ccengine("plan")
    assert result.exit_code == 1
    assert "number 301 belongs to" in result.stderr
    assert result.stdout == ""


def test_without_a_journal_there_is_nothing_to_compare(tenant: Path) -> None:
    del tenant
    result = ccengine("plan")
    assert result.exit_code == 1
    assert "journal" in result.stderr


def test_the_journal_is_only_read(shift: Shift) -> None:
    before = shift.journal.path.read_bytes()
    told()
    assert shift.journal.path.read_bytes() == before
    step = Step(events.AgentLoggedOut(agent=AgentId("omar")), shift.now, ())
    assert shift.journal.write([step])
