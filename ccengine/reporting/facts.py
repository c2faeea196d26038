"""A row as flat facts that may leave the engine: for log lines and messages to a broker.

Only fields named here are shown, so that what an event learns tomorrow (digits, a card number) is
not shown by accident; a test names each field that is neither shown nor hidden on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, get_args

from ccengine.core.commands import (
    CallSupervisors,
    CloseLead,
    Command,
    Connect,
    DialCallback,
    DivertCall,
    DropItem,
    EndCoaching,
    FollowSchedule,
    MoveCall,
    OfferCall,
    OfferLead,
    PlaceCall,
    RefillHopper,
    RemindAgent,
    ReturnLeads,
    RingStaff,
    SeatCoach,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowCoaching,
    ShowOutcome,
    SkipLead,
    TakeUpItem,
    WithdrawCalls,
    WithdrawLead,
    WithdrawOffer,
)
from ccengine.core.events import (
    CallMissed,
    CallTakenOver,
    Event,
    NumbersClosed,
    NumbersOpened,
    PlanLoaded,
)
from ccengine.core.queues import Overflow
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_number
from ccengine.reporting.rows import Advance, Rejection, Unknown

if TYPE_CHECKING:
    from ccengine.reporting.rows import JournalRow

ACTIONS: Mapping[type, str] = {
    OfferCall: "call_offered",
    MoveCall: "call_moved",
    DivertCall: "call_diverted",
    DialCallback: "callback_turn_near",
    DropItem: "item_dropped",
    WithdrawOffer: "offer_withdrawn",
    ShowAgent: "agent_state_changed",
    RemindAgent: "reason_limit_passed",
    ReturnLeads: "leads_returned",
    WithdrawCalls: "calls_withdrawn",
    CloseLead: "lead_closed",
    OfferLead: "lead_offered",
    WithdrawLead: "lead_withdrawn",
    SkipLead: "lead_put_off",
    RingStaff: "staff_rung",
    CallSupervisors: "supervisors_called",
    Rejection: "event_rejected",
}
"""Stable names where the type's own, in snake case, would not say that it happened."""

SILENT = (
    Connect,
    FollowSchedule,
    RefillHopper,
    PlaceCall,
    SeatCoach,
    EndCoaching,
    ShowCall,
    ShowCoaching,
    ShowOutcome,
    TakeUpItem,
    NumbersClosed,
    NumbersOpened,
    Advance,
    CenterSnapshot,
    Unknown,
)
"""Follow from what is shown or lead to it, or are of use to the engine alone."""

IN_EVERY_ROW = frozenset({"call", "tenant", "client", "agent", "node"})
MASKED = frozenset({"caller", "identity", "number", "to"})
UNLESS_EMPTY = frozenset({"identity", "number", "to"})
HIDDEN = frozenset(
    {
        *("plan", "arrived_at", "ended_at", "left_at", "recorded", "became", "values"),
        *("closed", "since"),  # what is said of closures is said by their own words
        *("began", "returns", "shown", "published_at"),
        "apart",  # CardTalkResumed tells when they are not any more
        *("lead", "leads", "calls", "wanted", "ends_at"),  # whom: the house's own business
        *("promise", "only_promised"),  # LeadCallbackBooked tells of it
        "change",  # FollowSchedule's, which its event tells
        *("token", "last4"),  # the payment program's: for the call's record alone
    }
)
SHOWN: Mapping[str, str] = {
    "abandoned": "abandoned",
    "accepted": "accepted",
    "agent_place": "agent_place",
    "agents": "agents",
    "answer": "answer",
    "attempt": "attempt",
    "auto_answer": "auto_answer",
    "barred": "barred",
    "before_percent": "before_percent",
    "bridge": "bridge",
    "coach": "coach",
    "corrects": "corrects",
    "coaching": "coaching",
    "mode": "mode",
    "hears": "hears",
    "heard_by": "heard_by",
    "bridges": "bridges",
    "snoop": "snoop",
    "planned": "planned",
    "held": "held",
    "by": "by",
    "caller_place": "caller_place",
    "campaign": "campaign",
    "cause": "cause",
    "change": "change",
    "channel": "channel",
    "closure": "closure",
    "comment": "comment",
    "consult": "consult",
    "contact_reason": "contact_reason",
    "defaulted": "defaulted",
    "disposition": "disposition",
    "failed": "failed",
    "failed_before": "failed_before",
    "entry": "entry",
    "flow": "flow",
    "due_at": "due_at",
    "form": "form",
    "guard": "guard",
    "high_seconds": "high_seconds",
    "how": "how",
    "is_late": "late",
    "is_own": "own",
    "key": "key",
    "keys": "keys",
    "kind": "kind",
    "language": "language",
    "level": "level",
    "leg": "leg",
    "locked_until": "locked_until",
    "limit": "limit",
    "limit_seconds": "limit_seconds",
    "live": "live",
    "low_seconds": "low_seconds",
    "offer": "offer",
    "origin": "origin",
    "outcome": "outcome",
    "outside": "outside",
    "overdue": "overdue",
    "owner": "owner",
    "party": "party",
    "paused": "paused",
    "phone": "phone",
    "preferred": "preferred",
    "priority": "priority",
    "prompt": "prompt",
    "queue": "queue",
    "reached": "reached",
    "reason": "cause",
    "recording": "recording",
    "resolved": "resolved",
    "review": "review",
    "result": "result",
    "ring_seconds": "ring_seconds",
    "rule": "rule",
    "score": "score",
    "score_percent": "score_percent",
    "scores": "scores",
    "script": "script",
    "seconds": "seconds",
    "silence_seconds": "silence_seconds",
    "skills": "skills",
    "slot": "slot",
    "state": "state",
    "step": "step",
    "submission": "submission",
    "supervisor": "supervisor",
    "supervisors": "supervisors",
    "talk_over_seconds": "talk_over_seconds",
    "team": "team",
    "then": "then",
    "to": "to",
    "to_agent": "to_agent",
    "typed": "typed",
    "until": "until",
    "verdict": "verdict",
    "version": "version",
    "voicemail": "voicemail",
    "why": "why",
    "used_percent": "used_percent",
}
"""Name of the field, and what it is called outside."""
OF_COACHING: Mapping[type, frozenset[str]] = {CallTakenOver: frozenset({"coaching"})}
"""Not shown of what those are told, too, who are not told of coaching."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened."""

    action: str  #: stable machine name
    details: Mapping[str, object]  #: numbers masked; nothing empty


def fact_of(row: JournalRow) -> Fact | None:
    """Return what the row says happened; None if it says nothing of its own."""
    what = row.what
    if isinstance(what, SILENT):
        return None
    if isinstance(what, PlanLoaded | ShowClosure):
        return _of_the_house(what)
    details: dict[str, object] = {}
    action, shown = _OUTSIDE[type(what)]
    for field, name, masked in shown:
        value = getattr(what, field)
        if isinstance(value, Overflow):
            details[name] = value.place
        elif masked and (value or field not in UNLESS_EMPTY):
            details[name] = mask_number(value)
        elif value is not False and value not in (None, "", (), {}):  # zero is a fact
            details[name] = value
    if isinstance(what, CallMissed):  # told long after it happened
        details["arrived_at"] = utc_text(what.arrived_at)
        details["ended_at"] = utc_text(what.ended_at)
    return Fact(action, details)


def _of_the_house(what: PlanLoaded | ShowClosure) -> Fact:
    if isinstance(what, PlanLoaded):
        return Fact("plan_loaded", {"version": what.plan.version})
    details: dict[str, object] = {"closure": what.closure, "by": what.by}
    if what.reason:
        details["cause"] = what.reason
    if what.until is not None:
        details["until"] = utc_text(what.until)
    return Fact("numbers_closed" if what.closed else "numbers_opened", details)


def _shown_fields(cls: type) -> tuple[tuple[str, str, bool], ...]:
    """Return each field's name, its name outside, and whether it is a number to be masked."""
    masked = MASKED if cls is not MoveCall else frozenset()  # that one's `to` is a queue
    shown = {*SHOWN, *MASKED} - OF_COACHING.get(cls, frozenset())
    names = [field.name for field in fields(cls) if field.name in shown]
    return tuple((name, SHOWN.get(name, name), name in masked) for name in names)


def _action(cls: type) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__)
    return ACTIONS.get(cls, snake.removeprefix("_"))


_OUTSIDE = {
    cls: (_action(cls), _shown_fields(cls))
    for cls in (*get_args(Event), *get_args(Command), Rejection)
}


def told() -> Mapping[type, Fact]:
    """Return the types that are told of a call: each with its name and what its fields are called.

    A detail is the name that a field has outside, under the name it has in its type.
    """
    return {
        cls: Fact(action, {field: name for field, name, _ in shown})
        for cls, (action, shown) in _OUTSIDE.items()
        if not issubclass(cls, (*SILENT, Rejection, ShowAgent, ShowClosure, PlanLoaded))
    }
