"""How everything is that a token sees: queues, agents and calls, in the words of the changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.api.ports import Floor
from ccengine.core import coaching
from ccengine.core.ids import client_of
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_called, mask_number
from ccengine.reporting.news import (
    BODY_SCHEMA,
    agent_facts,
    call_facts,
    closure_facts,
    coaching_facts,
)

if TYPE_CHECKING:
    from ccengine.api.feed.view import View
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a snapshot is taken of."""

    floor: Floor
    node: str
    number: int  #: of the last row
    since: Mapping[str, float]  #: when `agent <id>` and `call <id>` came to where they are


def snapshot_of(moment: Moment, view: View) -> dict[str, object]:
    """Return the snapshot."""
    return {
        "type": "snapshot",
        "schema": BODY_SCHEMA,
        "seq": moment.number,
        "at": utc_text(moment.floor.now()),
        "tenant": moment.floor.center.plan.tenant,
        "node": moment.node,
        "switch_lost": moment.floor.center.is_held,
        "queues": _queues(moment, view),
        "agents": _agents(moment, view),
        "calls": _calls(moment, view),
        "closures": _closures(moment, view),
        "coachings": _coachings(moment, view),
    }


def _queues(moment: Moment, view: View) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    center = moment.floor.center
    for queue, settings in center.plan.queues.items():
        if view.sight.queue(queue):
            waiting, oldest = center.standing(queue)
            found.append(
                {
                    "queue": queue,
                    "client": client_of(queue),
                    "waiting": waiting if view.sight.sees_all_agents else None,
                    "oldest": _moment(oldest) if view.sight.sees_all_agents else None,
                    "promise_seconds": settings.promise_seconds,
                    "priority": settings.priority,
                }
            )
    return found


def _agents(moment: Moment, view: View) -> list[object]:
    settings = moment.floor.tenant().settings.agents
    found: list[object] = []
    for agent in moment.floor.center.agents():
        facts = view.agent(agent.id, agent.client, agent_facts(agent.shown()))
        if facts is not None:
            known = settings.get(agent.id)
            name = agent.id if known is None else known.name
            team = None if known is None else known.team
            since = _moment(moment.since.get(f"agent {agent.id}"))
            found.append({**facts, "name": name, "team": team, "since": since})
    return found


def _closures(moment: Moment, view: View) -> list[object]:
    floor, tenant = moment.floor, moment.floor.tenant()
    found: list[object] = []
    for shown in floor.center.closures(floor.now()):
        facts = view.closure(closure_facts(shown))
        named = tenant.settings.closures.get(shown.closure)
        if facts is not None and named is not None:
            clients = [one for one in tenant.clients_of(named) if view.sight.client(one)]
            found.append({**facts, "name": named.name, "clients": clients})
    return found


def _coachings(moment: Moment, view: View) -> list[object]:
    found: list[object] = []
    for known in moment.floor.center.coachings.values():
        facts = view.coaching(known.seat.client or "", coaching_facts(coaching.shown(known)))
        if facts is not None:
            found.append({**facts, "since": _moment(known.started_at)})
    return found


def _calls(moment: Moment, view: View) -> list[object]:
    calls = [call for call in moment.floor.center.calls.values() if view.call(call)]
    calls.sort(key=lambda call: (call.queue or "", -call.priority, call.serial))
    return [_call(call, moment.since.get(f"call {call.id}")) for call in calls]


def _call(call: Call, since: Instant | None) -> dict[str, object]:
    return {
        **call_facts(call.shown()),
        "client": call.client,
        "kind": call.kind,
        "number": mask_called(call.kind, call.number),
        "caller": mask_number(call.caller),
        "priority": call.priority,
        "own_priority": call.own_priority,
        "serial": call.serial,
        "arrived_at": utc_text(call.arrived_at),
        "queued_at": utc_text(call.queued_at) if call.queue is not None else None,
        "since": _moment(since),
    }


def _moment(at: Instant | None) -> str | None:
    return None if at is None else utc_text(at)
