"""Writes leads out, for people who open them in a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from ccengine.config.lead_columns import COUNTRY, KEY, NUMBER, PRIORITY, STATE, ZONE
from ccengine.leads.cells import escaped
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from typing import TextIO

    from ccengine.storage.lead_lists import ListedLead

ADDRESS: Final = (COUNTRY, STATE, ZONE)
"""Whose calling hours and rules hold, whatever the number says."""

FACTS: Final = (
    *("list", "lead", "status", "because", "attempts", "last_outcome", "due_at"),
    *("last_disposition", "form"),
)
"""What is known of a lead beside what was imported."""

ANSWER: Final = "form."
"""Before the name of what agents have filled in: no column that is imported begins so."""


async def export_leads(
    leads: AsyncIterator[ListedLead],
    fields: Sequence[str],
    numbers: int,
    to: TextIO,
    answers: Sequence[str] = (),
) -> int:
    """Write leads as CSV: what was imported under names that can be imported, and what became of
    it. What looks like a formula stays text. Return how many there were.

    Args:
        leads: in their order.
        fields: of the campaign.
        numbers: columns for them.
        to: opened with newline="".
        answers: fields of the campaign's form.
    """
    columns = [NUMBER, *(f"{NUMBER}_{place}" for place in range(2, numbers + 1))]
    writer = csv.writer(to)
    known = [KEY, *columns, *ADDRESS, PRIORITY, *fields]
    writer.writerow([*known, *FACTS, *(f"{ANSWER}{name}" for name in answers)])
    count = 0
    async for one in leads:
        writer.writerow([escaped(cell) for cell in _cells(one, fields, numbers, answers)])
        count += 1
    return count


def _cells(
    one: ListedLead, fields: Sequence[str], numbers: int, answers: Sequence[str]
) -> Iterator[str]:
    lead = one.lead
    yield lead.person
    known = [number.number for number in lead.numbers[:numbers]]
    yield from [*known, *[""] * (numbers - len(known))]
    country, _, state = lead.place.partition("-")
    yield from (country, state, lead.zone)
    yield str(one.priority)
    for field in fields:
        yield lead.fields.get(field, "")
    yield lead.list
    yield str(lead.key)
    yield lead.state
    yield one.because
    yield str(lead.tries.attempts)
    yield one.last_outcome
    yield "" if lead.due_at is None else utc_text(lead.due_at)
    yield one.last_disposition
    yield one.form
    for name in answers:
        yield one.answers.get(name, "")
