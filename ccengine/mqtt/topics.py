"""Topics and payloads: what a subscriber may rely on.

    ccengine/<tenant>/<client>/call/<call>     what happens to a call, one message each
    ccengine/<tenant>/agent/<agent>            an agent's present state, retained
    ccengine/<tenant>/engine/<node>            online or offline, retained; offline by last will

Payloads are JSON objects with `schema`, `at` (UTC) and `node`. Callers' numbers are masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from ccengine.core.commands import ShowAgent
from ccengine.reporting.facts import fact_of
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from ccengine.core.ids import AgentId, CallId, ClientId, Instant, TenantId
    from ccengine.reporting.rows import JournalRow

PAYLOAD_SCHEMA = 1
ROOT = "ccengine"


class Message(NamedTuple):
    """What is sent."""

    topic: str
    payload: bytes
    retain: bool = False


def call_topic(tenant: TenantId, client: ClientId, call: CallId) -> str:
    """Return where a call's events go."""
    return "/".join((ROOT, _level(tenant), _level(client), "call", _level(call)))


def agent_topic(tenant: TenantId, agent: AgentId) -> str:
    """Return where an agent's state is kept."""
    return "/".join((ROOT, _level(tenant), "agent", _level(agent)))


def engine_topic(tenant: TenantId, node: str) -> str:
    """Return where it is kept whether the engine is there."""
    return "/".join((ROOT, _level(tenant), "engine", _level(node)))


def message_of(row: JournalRow) -> Message | None:
    """Return what is sent about a row; None if nothing is."""
    if isinstance(row.what, ShowAgent):
        return agent_message(row.tenant, row.node, row.what, row.at)
    fact = fact_of(row)
    if fact is None or row.call is None or row.kind == "rejection":
        return None
    payload: dict[str, object] = {
        "schema": PAYLOAD_SCHEMA,
        "at": utc_text(row.at),
        "type": row.type,
        "action": fact.action,
        "tenant": row.tenant,
        "client": row.client,
        "node": row.node,
        "call_id": row.call,
    }
    if row.agent is not None:
        payload["agent"] = row.agent
    payload |= fact.details
    return Message(call_topic(row.tenant, row.client, row.call), orjson.dumps(payload))


def agent_message(tenant: TenantId, node: str, shown: ShowAgent, at: Instant) -> Message:
    """Return an agent's state, to be retained."""
    payload = {
        "schema": PAYLOAD_SCHEMA,
        "at": utc_text(at),
        "type": "AgentState",
        "tenant": tenant,
        "node": node,
        "agent": shown.agent,
        "state": shown.state,
        "cause": shown.reason,
        "barred": shown.barred,
        "call_id": shown.call,
        "phone": shown.phone,
        "until": None if shown.until is None else utc_text(shown.until),
        "overdue": shown.overdue,
        "paused": shown.paused,
        "locked_until": None if shown.locked_until is None else utc_text(shown.locked_until),
    }
    return Message(agent_topic(tenant, shown.agent), orjson.dumps(payload), retain=True)


def engine_message(tenant: TenantId, node: str, status: str, at: Instant | None) -> Message:
    """Return whether the engine is there, to be retained."""
    payload: dict[str, object] = {"schema": PAYLOAD_SCHEMA, "node": node, "status": status}
    if at is not None:  # a last will is written long before it is sent
        payload["at"] = utc_text(at)
    return Message(engine_topic(tenant, node), orjson.dumps(payload), retain=True)


def _level(name: str) -> str:
    return "".join("_" if letter in "/+#\0" else letter for letter in name) or "_"
