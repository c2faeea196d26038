"""What agents said of a call: one entry for each agent's part, in the order of the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ccengine.core.ids import AgentId, Instant, OfferId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.commands import Connect, ShowOutcome
    from ccengine.core.events import FormFilled


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionRecord:
    """What is known of one agent's part in a call."""

    agent: AgentId
    offer: OfferId
    script: str = ""  #: the version that the agent was shown
    disposition: str = ""
    contact_reason: str = ""
    resolved: bool | None = None
    by: str = ""  #: who said so; empty: the agent
    defaulted: bool = False  #: nobody said so: taken at the wrap-up's deadline
    at: Instant | None = None  #: when it was said last
    form: str = ""  #: the version that was filled in; its text is kept beside the records
    values: Mapping[str, str] = field(default_factory=dict)  #: the customer's: show with care


Dispositions = tuple[DispositionRecord, ...]


def note_script(known: Dispositions, connect: Connect) -> Dispositions:
    """Keep which version of a script the agent is shown."""
    if not connect.script:
        return known
    entry = DispositionRecord(agent=connect.agent, offer=connect.offer, script=connect.script)
    return (*known, entry)


def note_outcome(
    known: Dispositions,
    shown: ShowOutcome,
    at: Instant,
    filled: FormFilled | None,
    order: Sequence[OfferId],
) -> Dispositions:
    """Keep what was said last of one part, in the place of what was said before.

    Args:
        known: the entries so far.
        shown: what the core took.
        at: when.
        filled: the form that led to it, if one did.
        order: of the parts.
    """
    mine = [one for one in known if one.offer == shown.offer]
    entry = mine[0] if mine else DispositionRecord(agent=shown.agent, offer=shown.offer)
    if filled is not None:
        entry = replace(entry, form=shown.form, values=filled.values)
    else:
        entry = replace(
            entry,
            disposition=shown.disposition,
            contact_reason=shown.contact_reason,
            resolved=shown.resolved,
            by=shown.by,
            defaulted=shown.defaulted,
            at=at,
        )
    others = [one for one in known if one.offer != shown.offer]
    places = {offer: place for place, offer in enumerate(order)}
    return tuple(sorted([*others, entry], key=lambda one: places.get(one.offer, len(places))))


def last_of(known: Dispositions) -> tuple[str | None, str | None, bool | None]:
    """Return what counts for the whole call: what was said of the last part of which it was.

    Returns:
        Disposition, contact reason and the resolved mark.
    """
    last = next((one for one in reversed(known) if one.disposition), None)
    if last is None:
        return None, None, None
    return last.disposition, last.contact_reason or None, last.resolved
