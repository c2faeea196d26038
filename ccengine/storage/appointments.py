"""Appointments that agents have made with leads, as the last invitation says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from ccengine.core.dialer.leads import AttemptId, LeadKey
from ccengine.core.ids import Instant
from ccengine.storage.lead_tables import APPOINTMENTS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAppointment:
    """One appointment, as it is now."""

    attempt: AttemptId  #: of the call in which it was made
    call: str
    client: str
    campaign: str
    lead: LeadKey
    node: str
    uid: str
    sequence: int
    starts_at: Instant
    is_cancelled: bool
    submission: str
    customer: str  #: address; empty: not known
    agent: str  #: address of the agent who made it; empty: not known
    invitation: str  #: iCalendar
    is_told: bool = False  #: the outbox has it


class AppointmentStore:
    """Appointments in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_attempt(self, attempt: AttemptId) -> StoredAppointment | None:
        """Return what was agreed in a call; None: nothing."""
        found = await self._read(APPOINTMENTS.c.attempt == attempt)
        return found[0] if found else None

    async def untold(self, node: str) -> list[StoredAppointment]:
        """Return those of which an engine's outbox does not know the last change yet."""
        return await self._read((APPOINTMENTS.c.node == node) & ~APPOINTMENTS.c.is_told)

    async def keep(self, appointment: StoredAppointment) -> None:
        """Keep an appointment in the place of what was kept of the same call."""
        values = asdict(appointment)
        statement = insert(APPOINTMENTS).values(values)
        async with self._engine.begin() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["attempt"], set_=values)
            )

    async def note_told(self, attempt: AttemptId, sequence: int) -> None:
        """Note that the outbox has a change."""
        of_it = (APPOINTMENTS.c.attempt == attempt, APPOINTMENTS.c.sequence == sequence)
        async with self._engine.begin() as connection:
            await connection.execute(update(APPOINTMENTS).where(*of_it).values(is_told=True))

    async def _read(self, which: object) -> list[StoredAppointment]:
        query = select(APPOINTMENTS).where(which).order_by(APPOINTMENTS.c.attempt)  # type: ignore[arg-type]
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [StoredAppointment(**row) for row in rows]
