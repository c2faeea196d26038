"""A row of the journal, as those see it who fold, tell, log or publish it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ccengine.core.commands import Command
from ccengine.core.events import (
    AgentDialled,
    CallArrived,
    CallbackAsked,
    CallDirected,
    CallEnded,
    CallHandedOut,
    CallHandedOver,
    CallMissed,
    CallMovedByHand,
    CallQueued,
    CallReprioritised,
    CallTakenOver,
    CallTransferred,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    Event,
    ExitChosen,
    MessageLeft,
    OfferAccepted,
    OfferDeclined,
    StaffAnswered,
    StaffMissed,
)
from ccengine.core.snapshots import CenterSnapshot

if TYPE_CHECKING:
    from ccengine.core.ids import AgentId, CallId, ClientId, Instant, TenantId

RowKind = Literal["event", "command", "advance", "rejection", "snapshot"]

ALWAYS_DECIDED = (
    CallArrived,
    CallMissed,
    AgentDialled,
    CallQueued,
    CallbackAsked,
    MessageLeft,
    ExitChosen,
    CallMovedByHand,
    CallReprioritised,
    CallDirected,
    CallTransferred,
    CallHandedOver,
    CallHandedOut,
    CallTakenOver,
    StaffAnswered,
    StaffMissed,
    OfferAccepted,
    OfferDeclined,
    ConversationStarted,
    ConversationFailed,
    ConversationEnded,
    CallEnded,
)
"""Events that lead to commands whenever they are in time."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The event before was impossible and changed nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Deadlines were acted on."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a newer program wrote: carried along, never fatal."""

    type: str
    fields: Mapping[str, object]


What = Event | Command | Rejection | Advance | CenterSnapshot | Unknown


class JournalRow(NamedTuple):
    """One row. Every row of a call carries the call's tenant, client and node."""

    number: int  #: 1, 2, 3 ... over the journal's whole life; a snapshot not finished leaves a gap
    at: Instant
    kind: RowKind
    type: str  #: name of the event's or command's class
    schema: int  #: `ccengine.core.events.SCHEMA` of the program that wrote it
    tenant: TenantId
    client: ClientId  #: empty where no client is concerned, such as at an agent's log-in
    call: CallId | None
    agent: AgentId | None
    node: str
    because: int | None  #: number of the row that led to this one
    what: What


class Step(NamedTuple):
    """What the core did at once: took an event, or acted on deadlines if there is none."""

    event: Event | None
    at: Instant
    commands: Sequence[Command]
    rejection: str = ""  #: why the event was impossible; empty when it was not


Observer = Callable[[Sequence[JournalRow]], None]
"""Is shown the rows of each step of the core, in order. Must not block and must not raise."""


def is_void(step: Sequence[JournalRow]) -> bool:
    """Tell whether a step changed nothing: its event was rejected, or late and ignored."""
    if not step or step[0].kind != "event":
        return False
    if len(step) == 1:
        return isinstance(step[0].what, ALWAYS_DECIDED)
    return step[1].kind == "rejection"


def steps(rows: Sequence[JournalRow]) -> list[list[JournalRow]]:
    """Group rows into steps: an event or an advance, followed by what it led to."""
    grouped: list[list[JournalRow]] = []
    by_cause: dict[int, list[JournalRow]] = {}
    for row in rows:
        cause = row.number if row.because is None else row.because
        step = by_cause.get(cause)
        if step is None:
            step = by_cause[cause] = []
            grouped.append(step)
        step.append(row)
    return grouped


def in_steps(rows: Iterable[JournalRow]) -> Iterator[list[JournalRow]]:
    """Yield rows by steps as they come, for more rows than fit in memory; snapshots by themselves.

    Args:
        rows: a journal's, whole from some number on.
    """
    step: list[JournalRow] = []
    for row in rows:
        if step and row.because != step[0].number:
            yield step
            step = []
        step.append(row)
    if step:
        yield step
