"""What others are told of a row: one body for websockets, MQTT and webhooks.

Bodies are ready for JSON. `seq` is the journal's number of the row, so whoever has seen a message
can ask for what came after it. Numbers of callers are masked. Who is told of a topic is for each
way to know: neither who is coached nor a client is told of coaching.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.core.commands import (
    OfferLead,
    PlaceCall,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowCoaching,
    SkipLead,
    WithdrawLead,
)
from ccengine.core.events import (
    CoachingEvent,
    DiskLevelChanged,
    PlanLoaded,
    QualityEvent,
    SwitchLost,
    SwitchResynced,
)
from ccengine.core.ids import owner_of
from ccengine.reporting.facts import fact_of
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.ids import AgentId, CallId, ClientId
    from ccengine.reporting.rows import JournalRow

BODY_SCHEMA: Final = 1
"""Grows when a field changes its meaning or goes; new fields do not count."""


class Topic(StrEnum):
    """What a message is about."""

    CALL = "call"  #: something happened to a call
    COACHED_CALL = "coached_call"  #: somebody listens to a call: for those who lead or judge alone
    QUALITY = "quality"  #: an agent's part in a call was measured, scored or disputed
    CALL_STATE = "call_state"  #: where a call is now
    AGENT_STATE = "agent_state"  #: what an agent does now
    COACHING = "coaching"  #: who follows an agent now, and how
    PREVIEW = "preview"  #: which lead an agent is shown: for the desk alone
    CLOSURE = "closure"  #: whether numbers are closed by one switch
    ENGINE = "engine"  #: the engine as a whole


class News(NamedTuple):
    """One message, and whom it concerns."""

    seq: int
    topic: Topic
    client: ClientId  #: empty: no client's
    call: CallId | None
    agent: AgentId | None
    body: Mapping[str, object]


def news_of(row: JournalRow) -> News | None:
    """Return what is told of a row; None if nothing is."""
    if isinstance(row.what, ShowAgent | ShowCall | ShowClosure | ShowCoaching):
        return _state(row, row.what)
    if isinstance(row.what, OfferLead | WithdrawLead | SkipLead | PlaceCall):
        return _preview(row, row.what)
    fact = None if row.kind == "rejection" else fact_of(row)
    if fact is None:
        return None
    facts: dict[str, object] = {"action": fact.action}
    if row.call is not None:
        named = {"client": row.client, "call_id": row.call}
        by = {} if row.agent is None else {"agent": row.agent}
        return _news(row, _topic_of(row), row.type, {**facts, **named, **by, **fact.details})
    if isinstance(row.what, PlanLoaded | SwitchLost | SwitchResynced | DiskLevelChanged):
        return _news(row, Topic.ENGINE, row.type, {**facts, **fact.details})
    return None


def _topic_of(row: JournalRow) -> Topic:
    if isinstance(row.what, CoachingEvent):
        return Topic.COACHED_CALL
    return Topic.QUALITY if isinstance(row.what, QualityEvent) else Topic.CALL


def _state(row: JournalRow, shown: ShowAgent | ShowCall | ShowClosure | ShowCoaching) -> News:
    match shown:
        case ShowAgent():
            return _news(row, Topic.AGENT_STATE, "AgentState", agent_facts(shown))
        case ShowCall():
            return _news(row, Topic.CALL_STATE, "CallState", call_facts(shown))
        case ShowClosure():
            return _news(row, Topic.CLOSURE, "ClosureState", closure_facts(shown))
        case ShowCoaching():
            return _news(row, Topic.COACHING, "CoachingState", coaching_facts(shown))


def _preview(row: JournalRow, what: OfferLead | WithdrawLead | SkipLead | PlaceCall) -> News | None:
    """Return whether an agent is shown a lead now; which one is not told: desks ask for it."""
    if what.agent is None:
        return None
    until = utc_text(what.until) if isinstance(what, OfferLead) else None
    facts = {"agent": what.agent, "campaign": what.campaign, "until": until}
    body = _news(row, Topic.PREVIEW, "PreviewState", facts).body
    return News(row.number, Topic.PREVIEW, owner_of(what.campaign), None, what.agent, body)


def agent_facts(shown: ShowAgent) -> dict[str, object]:
    """Return an agent's state as it is told."""
    return {
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


def call_facts(shown: ShowCall) -> dict[str, object]:
    """Return where a call is as it is told."""
    return {
        "call_id": shown.call,
        "state": shown.state,
        "queue": shown.queue,
        "agent": shown.agent,
        "became": shown.became,
    }


def closure_facts(shown: ShowClosure) -> dict[str, object]:
    """Return whether numbers are closed as it is told."""
    return {
        "closure": shown.closure,
        "closed": shown.closed,
        "by": shown.by,
        "cause": shown.reason,
        "since": None if shown.since is None else utc_text(shown.since),
        "until": None if shown.until is None else utc_text(shown.until),
    }


def coaching_facts(shown: ShowCoaching) -> dict[str, object]:
    """Return who coaches whom as it is told."""
    return {
        "coaching": shown.coaching,
        "coach": shown.coach,
        "agent": shown.agent,
        "mode": shown.mode,
        "call_id": shown.call,
        "unheard": shown.reason,
    }


def _news(row: JournalRow, topic: Topic, kind: str, facts: Mapping[str, object]) -> News:
    body: dict[str, object] = {
        "schema": BODY_SCHEMA,
        "seq": row.number,
        "at": utc_text(row.at),
        "type": kind,
        "tenant": row.tenant,
        "node": row.node,
        **facts,
    }
    if topic is Topic.CALL_STATE:
        body["client"] = row.client
    return News(row.number, topic, row.client, row.call, row.agent, body)
