"""The YAML of a tenant, read by somebody who has never seen `ccengine.config`.

Only keys that mean something to routing and that the tenants here use: any other is a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ccengine.core.ids import AgentId, ClientId, QueueId, TenantId
from ccengine.core.measures import Formula, Measure
from ccengine.core.plan import AgentSettings, Plan
from ccengine.core.queues import QueueSettings, RelaxStep, Strategy

if TYPE_CHECKING:
    from pathlib import Path

AS_WRITTEN = {
    "skills", "priority", "ageing_per_minute", "weight", "longest_wait_seconds", "misses",
    "ring_seconds", "wrap_up_seconds", "recorded",
}  # fmt: skip


def plan_in(folder: Path) -> Plan:
    """Return what the tenant's files say of agents and queues."""
    tenant = yaml.safe_load((folder / "tenant.yaml").read_text())
    clients = {file.parent.name: yaml.safe_load(file.read_text())
               for file in sorted(folder.glob("clients/*/client.yaml"))}  # fmt: skip
    return Plan(
        tenant=TenantId(folder.name),
        version="",
        agents={AgentId(name): _agent(said) for name, said in tenant["agents"].items()},
        queues={
            QueueId(f"{client}/{name}"): _queue(said, settings["contract"]["service_level"])
            for client, settings in clients.items()
            for name, said in settings["queues"].items()
        },
    )


def _agent(said: dict[str, Any]) -> AgentSettings:
    return AgentSettings(
        name=said["name"],
        number=str(said["number"]),
        phone=str(said["phone"]),  # type: ignore[arg-type]
        skills=said["skills"],
        clients=tuple(ClientId(client) for client in said["clients"]),
    )


def _queue(said: dict[str, Any], agreed: dict[str, Any]) -> QueueSettings:
    written = {key: value for key, value in said.items() if key in AS_WRITTEN}
    assert said.keys() - written.keys() <= {"strategy", "relax"}, said
    return QueueSettings(
        **written,
        strategy=Strategy(said.get("strategy", "longest-idle")),
        relax=tuple(RelaxStep(**step) for step in said.get("relax", ())),
        measure=Measure(
            target_seconds=agreed["seconds"],
            short_abandon_seconds=5.0,
            formula=Formula(agreed["formula"]),
        ),
    )
