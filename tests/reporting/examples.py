"""Values for every field that an event or a command has."""

from __future__ import annotations

from typing import get_args

from pydantic import TypeAdapter

from ccengine.core.commands import Command, MoveCall, ShowAgent
from ccengine.core.events import Event, ExitChosen, HoldBy, HoldStarted, Party, Reached
from ccengine.core.ids import ClientId, TenantId
from ccengine.core.states import AgentState, CallState, Kind
from ccengine.reporting.rows import JournalRow, RowKind, What

_VALUES: dict[str, object] = {
    "agent": "anna",
    "arrived_at": 1.0,
    "bridge": "b1",
    "by": Party.CALLER,
    "call": "c1",
    "caller": "+380441234567",
    "cause": "hung up",
    "channel": "ch1",
    "closed": True,
    "closure": "building",
    "consult": "c1-c1",
    "client": "nova",
    "disposition": "sold",
    "ended_at": 2.0,
    "flow": "main",
    "form": "nova/order@3#0123456789abcdef",
    "key": "1",
    "high_seconds": 60.0,
    "how": "busy",
    "language": "en",
    "left_at": 1.0,
    "leg": "c1.c1",
    "kind": Kind.CALL,
    "low_seconds": 30.0,
    "node": "node1",
    "number": "600100",
    "offer": "c1.1",
    "origin": "c0",
    "owner": "Rania Haddad",
    "phone": "201",
    "plan": {"tenant": "demo", "version": "1", "agents": {}, "queues": {}},
    "queue": "nova/billing",
    "reached": Reached.FALLBACK,
    "reason": "busy",
    "priority": 5,
    "recorded": True,
    "recording": "demo/nova/c1.wav",
    "ring_seconds": 20.0,
    "score": 2,
    "seconds": 12.0,
    "submission": "cancel-order",
    "step": "menu",
    "supervisor": "olga",
    "supervisors": ("olga",),
    "tenant": "demo",
    "then": "remind",
    "to": "+380441234567",
    "to_agent": "bob",
    "values": {"phone": "+380441234567"},
}
_OTHERS: dict[type, dict[str, object]] = {
    ShowAgent: {"state": AgentState.WRAP_UP},
    ExitChosen: {"to": {"queue": "nova/sales"}},
    MoveCall: {"to": "nova/sales"},
    HoldStarted: {"how": HoldBy.CODE},
}


def examples() -> list[tuple[RowKind, What]]:
    """Return one of every event and command there is."""
    kinds: list[tuple[RowKind, type[What]]] = [("event", cls) for cls in get_args(Event)]
    kinds += [("command", cls) for cls in get_args(Command)]
    return [(kind, _example(cls)) for kind, cls in kinds]


def _example(cls: type[What]) -> What:
    values = {**_VALUES, "state": CallState.WAITING, **_OTHERS.get(cls, {})}
    made: What = TypeAdapter(cls).validate_python(values)
    return made


def row_of(kind: RowKind, what: What, *, number: int = 1, because: int | None = None) -> JournalRow:
    """Return the row that the journal would have made."""
    return JournalRow(
        number=number,
        at=1_700_000_000.25,
        kind=kind,
        type=type(what).__name__,
        schema=1,
        tenant=TenantId("demo"),
        client=ClientId("nova"),
        call=getattr(what, "call", None),
        agent=getattr(what, "agent", None),
        node="node1",
        because=because,
        what=what,
    )
