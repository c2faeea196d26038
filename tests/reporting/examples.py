"""Values for every field that an event or a command has."""

from __future__ import annotations

from typing import get_args

from pydantic import TypeAdapter

from ccengine.core.commands import CloseLead, Command, MoveCall, OfferLead, PlaceCall, ShowAgent
from ccengine.core.events import (
    CardEntryEnded,
    CardOutcome,
    DiskLevel,
    Event,
    ExitChosen,
    GapKind,
    HeardBy,
    HoldBy,
    HoldStarted,
    LeadAccepted,
    LeadDialed,
    LeadMachineHeard,
    LeadsClaimed,
    LeadUnanswered,
    Party,
    PauseReason,
    Reached,
    RecordingGapFound,
    RecordingPaused,
)
from ccengine.core.ids import ClientId, TenantId
from ccengine.core.states import AgentState, CallState, Kind
from ccengine.reporting.rows import JournalRow, RowKind, What

_LEAD = {"key": 1, "list": "main", "numbers": [{"number": "+380441234567"}]}
_VALUES: dict[str, object] = {
    "abandoned": 3,
    "attempt": "a1",
    "calls": ("c1",),
    "campaign": "nova/renewals",
    "lead": 1,
    "leads": (1,),
    "limit": 0,
    "live": 100,
    "change": "start",
    "wanted": {"due": 1, "fresh": {}},
    "accepted": True,
    "agent": "anna",
    "agent_place": "DE",
    "answer": "heard",
    "arrived_at": 1.0,
    "before_percent": 70.0,
    "began": 1.0,
    "bridge": "b1",
    "by": Party.CALLER,
    "call": "c1",
    "caller": "+380441234567",
    "cause": "hung up",
    "caller_place": "US-CA",
    "channel": "ch1",
    "closed": True,
    "closure": "building",
    "coach": "bob",
    "coaching": "coaching-1",
    "consult": "c1-c1",
    "client": "nova",
    "disposition": "sold",
    "due_at": 3.0,
    "ended_at": 2.0,
    "entry": "c1.card1",
    "flow": "main",
    "form": "nova/order@3#0123456789abcdef",
    "key": "1",
    "heard_by": ("agent",),
    "hears": ("agent", "customer"),
    "bridges": ("b1=ch1+ch2",),
    "high_seconds": 60.0,
    "how": "busy",
    "language": "en",
    "left_at": 1.0,
    "leg": "c1.c1",
    "level": DiskLevel.FULL,
    "limit_seconds": 300.0,
    "used_percent": 97.5,
    "kind": Kind.CALL,
    "mode": "whisper",
    "planned": True,
    "low_seconds": 30.0,
    "node": "node1",
    "number": "600100",
    "offer": "c1.1",
    "origin": "c0",
    "owner": "Rania Haddad",
    "party": Party.AGENT,
    "phone": "201",
    "plan": {"tenant": "demo", "version": "1", "agents": {}, "queues": {}},
    "prompt": "announce-recording",
    "queue": "nova/billing",
    "reached": Reached.FALLBACK,
    "reason": "busy",
    "priority": 5,
    "recorded": True,
    "recording": "demo/nova/c1.wav",
    "published_at": 1.0,
    "review": "r1",
    "ring_seconds": 20.0,
    "rule": "announce",
    "score": 2,
    "score_percent": 87.5,
    "seconds": 12.0,
    "silence_seconds": 3.0,
    "submission": "cancel-order",
    "step": "menu",
    "supervisor": "olga",
    "supervisors": ("olga",),
    "talk_over_seconds": 1.5,
    "tenant": "demo",
    "then": "remind",
    "to": "+380441234567",
    "to_agent": "bob",
    "typed": "number",
    "verdict": "machine",
    "version": "en/0123",
    "values": {"phone": "+380441234567"},
}
_OTHERS: dict[type, dict[str, object]] = {
    ShowAgent: {"state": AgentState.WRAP_UP},
    LeadsClaimed: {"leads": [_LEAD]},
    PlaceCall: {"lead": _LEAD, "number": "+380441234567"},
    OfferLead: {"lead": _LEAD, "until": 60.0},
    LeadAccepted: {"number": "+380441234567"},
    LeadDialed: {"number": "+380441234567"},
    LeadMachineHeard: {"by": HeardBy.DETECTOR},
    LeadUnanswered: {"outcome": "busy"},
    CloseLead: {"outcome": "answered"},
    ExitChosen: {"to": {"queue": "nova/sales"}},
    MoveCall: {"to": "nova/sales"},
    CardEntryEnded: {"outcome": CardOutcome.APPROVED, "token": "tok_1", "last4": "1111"},
    HoldStarted: {"how": HoldBy.CODE},
    RecordingGapFound: {"kind": GapKind.PARTY_MISSING},
    RecordingPaused: {"reason": PauseReason.CARD, "by": "anna"},
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
