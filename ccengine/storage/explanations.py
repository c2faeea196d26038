"""Why each offer of a call went to this agent and no other: the core taken back to the moment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ccengine.core.commands import OfferCall
from ccengine.core.events import CallArrived
from ccengine.core.explaining import Choice
from ccengine.core.ids import CallId, Instant
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.explanation import needs_text, passed_rows
from ccengine.reporting.instants import utc_text
from ccengine.storage.moments import choice_at, choice_at_last, choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.journal_reader import JournalReader


@dataclass(frozen=True, slots=True)
class Told:
    """One instant at which somebody was chosen, or nobody."""

    at: Instant
    made: OfferCall | None
    choice: Choice | None  #: None: this version, in the same state, would not have made the offer
    outcome: str = ""  #: of the offer


def begin_of(rows: Sequence[JournalRow]) -> Instant:
    """Return the instant that a call's story counts from."""
    return next((row.at for row in rows if isinstance(row.what, CallArrived)), rows[0].at)


def tell_offers(reader: JournalReader, rows: Sequence[JournalRow], number: int = 0) -> list[Told]:
    """Return what was decided for a call, offer by offer, and last why nobody has it.

    Args:
        reader: of the journal.
        rows: the call's; at least one.
        number: only the offer of this number; 0: all.
    """
    call = rows[0].call or CallId("")
    made = [(row.at, row.what) for row in rows if isinstance(row.what, OfferCall)]
    if number:
        made = [(at, what) for at, what in made if what.offer == f"{call}.{number}"]
    chosen = choices(reader, {what.offer for _, what in made})
    record = fold_call(rows)
    ends = {} if record is None else {one.offer: one.outcome for one in record.offers}
    told = [Told(at, what, chosen.get(what.offer), ends.get(what.offer, "")) for at, what in made]
    last = None if number else choice_at_last(reader, call)
    return told if last is None else [*told, Told(last.at, None, last)]


def tell_moment(reader: JournalReader, call: CallId, at: Instant) -> Told | None:
    """Return why nobody was offered the call then; None: it looked for no agent."""
    choice = choice_at(reader, call, at)
    return None if choice is None else Told(at, None, choice)


def facts_of(told: Told, limit: int) -> dict[str, Any]:
    """Return it for programs.

    Args:
        told: one moment.
        limit: agents named one by one; 0: all.
    """
    made, choice = told.made, told.choice
    facts: dict[str, Any] = {
        "at": utc_text(told.at),
        "offer": None if made is None else made.offer,
        "agent": None if made is None else made.agent,
        "outcome": told.outcome or None,
        "why": None if made is None else asdict(made.why),
        "explained": choice is not None,
    }
    if choice is not None:
        passed = passed_rows(choice, limit)
        facts |= {
            "queue": choice.queue,
            "strategy": choice.strategy,
            "value": choice.value,
            "needs": needs_text(choice),
            "passed": [asdict(row) for row in passed.rows],
            "more": dict(passed.more),
        }
    return facts
