"""JSON schemas of messages that are no journal rows: states, snapshots, greetings."""

from __future__ import annotations

from typing import Any, Final

from ccengine.core.events import CoachMode, DiskLevel
from ccengine.core.states import AgentState, CallState, Kind

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 0}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
MOMENT_OR_NULL: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}

FRAME: Final[Schema] = {
    "schema": {"const": 1},
    "seq": {**NUMBER, "description": "Number of the journal's row; only grows, with gaps."},
    "at": MOMENT,
    "tenant": TEXT,
    "node": TEXT,
}
AGENT: Final[Schema] = {
    "agent": TEXT,
    "state": {"enum": [str(state) for state in AgentState]},
    "cause": {**TEXT, "description": "Why not ready."},
    "barred": {**TEXT, "description": "Why an available agent is offered nothing."},
    "call_id": TEXT_OR_NULL,
    "phone": TEXT_OR_NULL,
    "until": MOMENT_OR_NULL,
    "overdue": {"type": "boolean"},
    "paused": {"type": "array", "items": TEXT},
    "locked_until": MOMENT_OR_NULL,
}
CALL: Final[Schema] = {
    "call_id": TEXT,
    "state": {"enum": [str(state) for state in CallState]},
    "queue": TEXT_OR_NULL,
    "agent": TEXT_OR_NULL,
    "became": {**TEXT_OR_NULL, "description": "The callback that has its place now."},
    "client": TEXT,
}
CLOSURE: Final[Schema] = {
    "closure": TEXT,
    "closed": {"type": "boolean", "description": "false: its numbers are open."},
    "by": {**TEXT, "description": "Who said so; empty: not seen, or nobody did."},
    "cause": TEXT,
    "since": {**MOMENT_OR_NULL, "description": "Closed."},
    "until": {**MOMENT_OR_NULL, "description": "They open by themselves then."},
}
PREVIEW: Final[Schema] = {
    "agent": TEXT,
    "campaign": TEXT,
    "until": {**MOMENT_OR_NULL, "description": "null: the agent is shown no lead any more."},
}
MODES: Final = [str(mode) for mode in CoachMode]
COACHING: Final[Schema] = {
    "coaching": TEXT,
    "coach": TEXT,
    "agent": {**TEXT, "description": "Whom the coach follows."},
    "call_id": {**TEXT_OR_NULL, "description": "That the coach hears, if the token sees it."},
    "unheard": {**TEXT, "description": "Why the coach hears nothing; empty: they hear the call."},
}
SINCE: Final[Schema] = {
    **MOMENT_OR_NULL,
    "description": "Since when in this state; null: since before the engine started.",
}
QUEUE: Final[Schema] = {
    "queue": TEXT,
    "client": TEXT,
    "waiting": {
        "type": ["integer", "null"],
        "description": "null: the token does not see all who wait.",
    },
    "oldest": MOMENT_OR_NULL,
    "promise_seconds": {"type": ["number", "null"]},
    "priority": {"type": "integer", "description": "That its calls get, if they have none."},
}


def _object(properties: Schema, description: str = "") -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _engine(kind: str, action: str, description: str, **more: Schema) -> Schema:
    named = {"type": {"const": kind}, "action": {"const": action}}
    return _object({**FRAME, **named, **more}, description)


def _list(properties: Schema) -> Schema:
    return {"type": "array", "items": _object(properties)}


STATES: Final = (
    "AgentState",
    "CallState",
    "CallGone",
    "ClosureState",
    "CoachingState",
    "PreviewState",
    "PlanLoaded",
    "SwitchLost",
    "SwitchResynced",
    "DiskLevelChanged",
)
ENGINE_SAYS: Final = ("hello", "snapshot", "changes")

SHAPES: Final[Schema] = {
    "AgentState": _object({**FRAME, "type": {"const": "AgentState"}, **AGENT}, "An agent's state."),
    "CallState": _object({**FRAME, "type": {"const": "CallState"}, **CALL}, "Where a call is."),
    "CallGone": _object(
        {**FRAME, "type": {"const": "CallGone"}, "call_id": TEXT},
        "The call is with somebody whom the token does not see.",
    ),
    "ClosureState": _object(
        {**FRAME, "type": {"const": "ClosureState"}, **CLOSURE},
        "Whether numbers are closed by one switch.",
    ),
    "CoachingState": _object(
        {
            **FRAME,
            "type": {"const": "CoachingState"},
            **COACHING,
            "mode": {"enum": [*MODES, None], "description": "null: it is over."},
        },
        "Who follows an agent, and how: told to who leads or judges.",
    ),
    "PreviewState": _object(
        {**FRAME, "type": {"const": "PreviewState"}, **PREVIEW},
        "Whether an agent is shown a lead: the desk has it.",
    ),
    "PlanLoaded": _engine("PlanLoaded", "plan_loaded", "New configuration.", version=TEXT),
    "SwitchLost": _engine("SwitchLost", "switch_lost", "Asterisk is out of reach."),
    "SwitchResynced": _engine("SwitchResynced", "switch_resynced", "Asterisk is back."),
    "DiskLevelChanged": _engine(
        "DiskLevelChanged",
        "disk_level_changed",
        "The disk of recordings has passed a mark.",
        level={"enum": [level.value for level in DiskLevel]},
        used_percent={"type": "number"},
    ),
    "hello": _object(
        {
            "type": {"const": "hello"},
            "schema": {"const": 1},
            "seq": NUMBER,
            "stream": {**TEXT, "description": "Tells this journal's numbers from another's."},
            "resumed": {"type": "boolean", "description": "false: a snapshot comes next."},
            "reason": {**TEXT, "description": "Why not, although `after` was given."},
        }
    ),
    "snapshot": _object(
        {
            "type": {"const": "snapshot"},
            **FRAME,
            "switch_lost": {"type": "boolean", "description": "Asterisk is out of reach now."},
            "queues": _list(QUEUE),
            "agents": _list({**AGENT, "name": TEXT, "team": TEXT_OR_NULL, "since": SINCE}),
            "calls": _list(
                {
                    **CALL,
                    "kind": {"enum": [str(kind) for kind in Kind]},
                    "number": TEXT,
                    "caller": {**TEXT, "description": "Masked."},
                    "priority": {"type": "integer"},
                    "own_priority": {
                        "type": ["integer", "null"],
                        "description": "It keeps it in every queue; null: it gets the queue's.",
                    },
                    "serial": {
                        "type": "integer",
                        "description": "The lower, the earlier the place; 0: in no line yet.",
                    },
                    "arrived_at": MOMENT,
                    "queued_at": MOMENT_OR_NULL,
                    "since": SINCE,
                }
            ),
            "closures": _list(
                {
                    **CLOSURE,
                    "name": TEXT,
                    "clients": {
                        "type": "array",
                        "items": TEXT,
                        "description": "Those that are seen, with a number that it closes.",
                    },
                }
            ),
            "coachings": _list({**COACHING, "mode": {"enum": MODES}, "since": MOMENT}),
        },
        "All that the token sees, in the words of the changes.",
    ),
    "changes": _object(
        {
            "type": {"const": "changes"},
            "seq": {**NUMBER, "description": "Nothing else that is seen happened up to here."},
            "changes": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}},
        }
    ),
}
