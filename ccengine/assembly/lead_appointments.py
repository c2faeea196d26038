"""Appointments that agents write into a campaign's form: kept, and told to who is invited.

The outbox sends them, as it does what flows submit. What was kept and not told before an engine
died is told by the next one, by the same key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.form_values import EMAIL
from ccengine.core.events import SubmissionMade
from ccengine.core.ids import CallId, owner_of
from ccengine.ivr.data import written
from ccengine.leads.callbacks import instant_of, zone_of
from ccengine.leads.invitations import Meeting, Method, invitation
from ccengine.storage.appointments import StoredAppointment

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.config.appointments import Appointment
    from ccengine.config.campaigns import Campaign
    from ccengine.core.commands import CloseLead
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.ids import Instant
    from ccengine.storage.database import RecordDatabase

log = structlog.get_logger()

YEARS_AT_MOST: Final = 10
"""A date further from today is a slip: nobody is invited to it."""


class LeadAppointments:
    """Keeps up with what agents say.

    Args:
        wiring: engine and configuration.
        database: of call records.
    """

    def __init__(self, wiring: Wiring, database: RecordDatabase) -> None:
        self._wiring = wiring
        self._database = database

    async def follow(self, told: CloseLead) -> None:
        """Make, move or call off the appointment of a call, as its form says now."""
        client = self._wiring.tenant().clients.get(owner_of(told.campaign))
        name = str(told.campaign).partition("/")[2]
        campaign = None if client is None else client.campaigns.get(name)
        asked = None if campaign is None else campaign.settings.appointment
        lead = await self._database.leads.get(told.lead)
        if client is None or campaign is None or asked is None or lead is None:
            return
        before = await self._database.appointments.of_attempt(told.attempt)
        if before is not None and not told.corrects:
            return  # a correction has overtaken what it corrects
        starts_at = self._starts_at(told, asked, lead, client.zone)
        if starts_at is not None:
            agreed = replace(self._agreed(told, campaign, lead), starts_at=starts_at)
            await self._agree(before, agreed, asked, campaign)
        elif before is not None and not before.is_cancelled:
            await self._change(before, asked, campaign, Method.CANCEL)

    async def _agree(
        self,
        before: StoredAppointment | None,
        agreed: StoredAppointment,
        asked: Appointment,
        campaign: Campaign,
    ) -> None:
        if before is None or before.is_cancelled:
            known = agreed if before is None else _instead_of(before, agreed)
            await self._change(known, asked, campaign, Method.REQUEST)
            return
        if _addresses(before) - _addresses(agreed):  # who is not to come any more is told so
            before = await self._change(before, asked, campaign, Method.CANCEL)
        is_same = (before.starts_at, _addresses(before)) == (agreed.starts_at, _addresses(agreed))
        if before.is_cancelled or not is_same:
            await self._change(_instead_of(before, agreed), asked, campaign, Method.REQUEST)

    async def resume(self) -> None:
        """Tell the outbox what an engine before us kept and had no time to tell."""
        for one in await self._database.appointments.untold(self._wiring.node):
            await self._tell(one)

    def _starts_at(
        self, told: CloseLead, asked: Appointment, lead: Lead, usual: str
    ) -> Instant | None:
        text = told.values.get(asked.field, "")
        if not text:
            return None
        at = datetime.fromisoformat(text)
        year = datetime.fromtimestamp(self._wiring.engine.clock.now(), UTC).year
        if abs(at.year - year) > YEARS_AT_MOST:
            log.warning("appointment_out_of_range", call_id=told.call, lead=told.lead, year=at.year)
            return None
        zone = zone_of(lead, told.number, at, usual)
        if not zone:
            log.warning("appointment_without_zone", call_id=told.call, lead=told.lead)
            return None
        return instant_of(at, zone)

    def _agreed(self, told: CloseLead, campaign: Campaign, lead: Lead) -> StoredAppointment:
        asked = campaign.settings.appointment
        email = "" if asked is None else asked.email or ""
        agent = self._wiring.tenant().settings.agents.get(told.agent) if told.agent else None
        return StoredAppointment(
            attempt=told.attempt,
            call=told.call,
            client=campaign.client,
            campaign=campaign.name,
            lead=told.lead,
            node=self._wiring.node,
            uid=f"{told.attempt}@{self._wiring.node}.ccengine",
            sequence=-1,
            starts_at=0.0,
            is_cancelled=False,
            submission="" if asked is None else asked.submission,
            customer=told.values.get(email) or _address(lead.fields.get(email, "")),
            agent="" if agent is None else agent.email or "",
            invitation="",
        )

    async def _change(
        self,
        of: StoredAppointment,
        asked: Appointment,
        campaign: Campaign,
        method: Method,
    ) -> StoredAppointment:
        meeting = Meeting(
            uid=of.uid,
            sequence=of.sequence + 1,
            starts_at=of.starts_at,
            minutes=asked.minutes,
            title=asked.title or campaign.settings.name,
            organizer=asked.organizer,
            attendees=[address for address in (of.customer, of.agent) if address],
        )
        changed = replace(
            of,
            sequence=meeting.sequence,
            is_cancelled=method is Method.CANCEL,
            invitation=invitation(meeting, method, self._wiring.engine.clock.now()),
            is_told=False,
        )
        await self._database.appointments.keep(changed)
        await self._tell(changed)
        return changed

    async def _tell(self, one: StoredAppointment) -> None:
        values = {
            "ics": one.invitation,
            "method": str(Method.CANCEL if one.is_cancelled else Method.REQUEST),
            "uid": one.uid,
            "sequence": str(one.sequence),
            "customer_email": one.customer,
            "agent_email": one.agent,
            "campaign": f"{one.client}/{one.campaign}",
            "lead": str(one.lead),
        }
        event = SubmissionMade(
            call=CallId(one.call),
            submission=one.submission,
            key=f"{one.uid}/{one.sequence}",
            values={name: written(value) for name, value in values.items()},
        )
        rejection = self._wiring.engine.post(event)
        if rejection:
            log.error("appointment_not_told", call_id=one.call, cause=rejection)
        else:
            await self._database.appointments.note_told(one.attempt, one.sequence)


def _instead_of(before: StoredAppointment, agreed: StoredAppointment) -> StoredAppointment:
    return replace(agreed, uid=before.uid, sequence=before.sequence)


def _addresses(of: StoredAppointment) -> set[str]:
    return {address for address in (of.customer, of.agent) if address}


def _address(text: str) -> str:
    """Return an address of a file's, if it is one: it becomes part of the invitation."""
    return text if EMAIL.fullmatch(text) else ""
