"""Topics and payloads: what a subscriber may rely on.

    ccengine/<tenant>/<client>/call/<call>          what happens to a call, one message each
    ccengine/<tenant>/<client>/call/<call>/state    where a call is now, retained while it lives
    ccengine/<tenant>/agent/<agent>                 an agent's present state, retained
    ccengine/<tenant>/closure/<closure>             whether its numbers are closed, retained
    ccengine/<tenant>/engine/<node>                 online, or offline by last will, retained
    ccengine/<tenant>/engine/<node>/event           what happens to the engine as a whole

Payloads are those of `reporting.news`: whoever subscribes has the present state from what is
retained, and goes on with messages of a higher `seq`. Who listens to a call is not told: brokers
know no roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from ccengine.core.commands import ShowClosure
from ccengine.core.states import CallState
from ccengine.reporting.instants import utc_text
from ccengine.reporting.news import (
    BODY_SCHEMA,
    Topic,
    agent_facts,
    call_facts,
    closure_facts,
    news_of,
)

if TYPE_CHECKING:
    from ccengine.core.commands import ShowAgent, ShowCall
    from ccengine.core.ids import AgentId, CallId, ClientId, ClosureId, Instant, TenantId
    from ccengine.reporting.news import News
    from ccengine.reporting.rows import JournalRow

ROOT = "ccengine"
RETAINED = frozenset({Topic.AGENT_STATE, Topic.CALL_STATE, Topic.CLOSURE})
UNTOLD = frozenset({Topic.COACHING, Topic.COACHED_CALL, Topic.PREVIEW})
"""Of whom somebody listens to; brokers know no roles."""
GONE = b""
"""What is published, retained, of what is over: the broker forgets the topic."""


class Message(NamedTuple):
    """What is sent."""

    topic: str
    payload: bytes
    retain: bool = False


def call_topic(tenant: TenantId, client: ClientId, call: CallId) -> str:
    """Return where a call's events go."""
    return "/".join((ROOT, _level(tenant), _level(client), "call", _level(call)))


def call_state_topic(tenant: TenantId, client: ClientId, call: CallId) -> str:
    """Return where it is kept where a call is."""
    return f"{call_topic(tenant, client, call)}/state"


def all_call_states(tenant: TenantId) -> str:
    """Return the filter that matches where all calls are."""
    return "/".join((ROOT, _level(tenant), "+", "call", "+", "state"))


def agent_topic(tenant: TenantId, agent: AgentId) -> str:
    """Return where an agent's state is kept."""
    return "/".join((ROOT, _level(tenant), "agent", _level(agent)))


def closure_topic(tenant: TenantId, closure: ClosureId) -> str:
    """Return where it is kept whether numbers are closed."""
    return "/".join((ROOT, _level(tenant), "closure", _level(closure)))


def engine_topic(tenant: TenantId, node: str) -> str:
    """Return where it is kept whether the engine is there."""
    return "/".join((ROOT, _level(tenant), "engine", _level(node)))


def message_of(row: JournalRow) -> Message | None:
    """Return what is sent about a row; None if nothing is."""
    news = news_of(row)
    if news is None or news.topic in UNTOLD:
        return None
    over = news.topic is Topic.CALL_STATE and news.body["state"] == CallState.ENDED
    payload = GONE if over else orjson.dumps(news.body)
    return Message(_topic_of(row, news), payload, retain=news.topic in RETAINED)


def _topic_of(row: JournalRow, news: News) -> str:
    if news.topic is Topic.AGENT_STATE and news.agent is not None:
        return agent_topic(row.tenant, news.agent)
    if isinstance(row.what, ShowClosure):
        return closure_topic(row.tenant, row.what.closure)
    if news.call is None:
        return f"{engine_topic(row.tenant, row.node)}/event"
    if news.topic is Topic.CALL_STATE:
        return call_state_topic(row.tenant, news.client, news.call)
    return call_topic(row.tenant, news.client, news.call)


def agent_message(tenant: TenantId, node: str, shown: ShowAgent, at: Instant, seq: int) -> Message:
    """Return an agent's state as it is after row `seq`, to be retained."""
    payload = {**_frame(tenant, node, "AgentState", at, seq), **agent_facts(shown)}
    return Message(agent_topic(tenant, shown.agent), orjson.dumps(payload), retain=True)


def call_message(
    tenant: TenantId, node: str, client: ClientId, shown: ShowCall, at: Instant, seq: int
) -> Message:
    """Return where a call is after row `seq`, to be retained."""
    frame = _frame(tenant, node, "CallState", at, seq)
    payload = {**frame, "client": client, **call_facts(shown)}
    topic = call_state_topic(tenant, client, shown.call)
    return Message(topic, orjson.dumps(payload), retain=True)


def closure_message(
    tenant: TenantId, node: str, shown: ShowClosure, at: Instant, seq: int
) -> Message:
    """Return whether numbers are closed after row `seq`, to be retained."""
    payload = {**_frame(tenant, node, "ClosureState", at, seq), **closure_facts(shown)}
    return Message(closure_topic(tenant, shown.closure), orjson.dumps(payload), retain=True)


def engine_message(tenant: TenantId, node: str, status: str, at: Instant | None) -> Message:
    """Return whether the engine is there, to be retained."""
    payload: dict[str, object] = {"schema": BODY_SCHEMA, "node": node, "status": status}
    if at is not None:  # a last will is written long before it is sent
        payload["at"] = utc_text(at)
    return Message(engine_topic(tenant, node), orjson.dumps(payload), retain=True)


def _frame(tenant: TenantId, node: str, kind: str, at: Instant, seq: int) -> dict[str, object]:
    return {
        "schema": BODY_SCHEMA,
        "seq": seq,
        "at": utc_text(at),
        "type": kind,
        "tenant": tenant,
        "node": node,
    }


def _level(name: str) -> str:
    return "".join("_" if letter in "/+#\0" else letter for letter in name) or "_"
