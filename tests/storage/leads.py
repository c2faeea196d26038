"""A database with leads, as tests of campaigns need it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ccengine.core.dialer.campaigns import ListShare
from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import AttemptId, Lead
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.storage.database import RecordDatabase
from ccengine.storage.lead_imports import ImportTarget, LeadImport, NewLead
from ccengine.storage.leads import Refill
from ccengine.storage.new_attempts import NewAttempt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.leads import HeldBack

NOON = 1_800_000_000.0
CLIENT, CAMPAIGN, NODE = "dnipro", "renewals", "node1"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[RecordDatabase]:
    database = await RecordDatabase.open(path)
    try:
        yield database
    finally:
        await database.close()


def number(row: int) -> str:
    return f"+38050{row:07}"


def new(row: int, **values: object) -> NewLead:
    given = {"numbers": (number(row),), "fields": {"name": f"n{row}"}, **values}
    return NewLead(row=row, **given)  # type: ignore[arg-type]


def imported(
    path: Path, leads: Sequence[NewLead], of: str = "main", *, done: bool = True,
    campaign: str = CAMPAIGN,
) -> int:  # fmt: skip
    """Take leads into a list; not `done`, as an import that was killed."""
    importing = LeadImport.open(path)
    try:
        target = ImportTarget(client=CLIENT, campaign=campaign, list=of)
        key = importing.begin(target, "leads.csv", ["number"], NOON)
        importing.add(leads, [])
        if done:
            importing.finish(NOON)
        return key
    finally:
        importing.close()


def refill(
    due: int = 100, lists: Mapping[str, ListShare] | None = None, **values: object
) -> Refill:
    shares = lists or {"main": ListShare()}
    wanted = Wanted(due=due, fresh=dict.fromkeys(shares, due))
    usual = {"client": CLIENT, "campaign": CAMPAIGN, "node": NODE, "wanted": wanted}
    return Refill(lists=shares, **usual | values)  # type: ignore[arg-type]


def attempt(lead: Lead, name: str = "a1", at: float = NOON, **values: object) -> NewAttempt:
    given = {
        "id": AttemptId(name),
        "client": CLIENT,
        "campaign": CAMPAIGN,
        "lead": lead.key,
        "number": lead.to_dial,
        "node": NODE,
        "caller_id": "600201",
        "mode": Mode.PROGRESSIVE,
        "purpose": Purpose.SERVICE,
        "placed_at": at,
        **values,
    }
    return NewAttempt(**given)  # type: ignore[arg-type]


async def anybody(_connection: AsyncConnection, _attempt: NewAttempt) -> HeldBack | None:
    """No rule holds anything back."""
    return None
