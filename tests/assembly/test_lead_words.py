"""What agents say of a lead, from the core's word to the database and the outbox."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from ccengine.assembly.lead_appointments import LeadAppointments
from ccengine.assembly.lead_books import StoredBooks
from ccengine.assembly.lead_endings import LeadEndings
from ccengine.config.appointments import Appointment
from ccengine.config.loading import load_tenant
from ccengine.config.tenant import Tenant
from ccengine.core.commands import CloseLead
from ccengine.core.dialer.campaigns import Quota
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, Lead, LeadState, Promise
from ccengine.core.dialer.retries import Sequel
from ccengine.core.events import SubmissionMade
from ccengine.core.ids import AgentId, CallId, CampaignId, ClientId
from ccengine.ivr.data import read
from ccengine.storage.database import RecordDatabase
from tests.calls.center_on_fake import DEMO
from tests.storage.leads import NODE, NOON, anybody, attempt, imported, new, number, opened, refill

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.storage.lead_imports import NewLead

DNIPRO = ClientId("dnipro")
TARAS = AgentId("taras")
A1 = AttemptId("a1")
MEETING = Appointment(
    field="visit", organizer="sales@dnipro.example", submission="invite", email="mail", minutes=30
)
KYIV_NOON = "2027-01-20T12:00"
KYIV_NOON_AT = 1_800_439_200.0  # 10:00 UTC


@dataclass
class Engine:
    """What the outbox is told by."""

    posted: list[SubmissionMade] = field(default_factory=list)
    refuses: bool = False

    @property
    def clock(self) -> Engine:
        return self

    def now(self) -> float:
        return NOON + 120

    def post(self, event: SubmissionMade) -> str:
        if self.refuses:
            return "the disk is full"
        self.posted.append(event)
        return ""


@dataclass
class House:
    """A tenant, a database, and a lead who was dialed."""

    database: RecordDatabase
    configuration: Tenant
    lead: Lead
    engine: Engine = field(default_factory=Engine)
    node: str = NODE

    def tenant(self) -> Tenant:
        return self.configuration

    @property
    def endings(self) -> LeadEndings:
        return LeadEndings(self.database, self.tenant, self.engine.now)

    @property
    def appointments(self) -> LeadAppointments:
        return LeadAppointments(self, self.database)  # type: ignore[arg-type]

    def said(self, disposition: str = "", **more: Any) -> CloseLead:
        return CloseLead(
            call=CallId("a1"),
            campaign=CampaignId("dnipro/renewals"),
            lead=self.lead.key,
            attempt=A1,
            number=self.lead.to_dial or "",
            outcome=AttemptOutcome.ANSWERED,
            agent=TARAS,
            disposition=disposition,
            **more,
        )

    async def close(self, told: CloseLead) -> None:
        await self.endings.close(told)
        await self.appointments.follow(told)

    async def state(self) -> LeadState:
        found = await self.database.leads.get(self.lead.key)
        assert found is not None
        return found.state

    def invitations(self) -> list[tuple[str, int, float]]:
        """Return method, sequence and start of what the outbox has, in order."""
        told = []
        for event in self.engine.posted:
            calendar = Calendar.from_ical(str(read(event.values["ics"])))
            (one,) = calendar.walk("VEVENT")
            sequence = int(str(one["SEQUENCE"]))
            told.append((str(calendar["METHOD"]), sequence, one["DTSTART"].dt.timestamp()))
        return told


def configured() -> Tenant:
    """The demo, with sequels, a quota, and appointments."""
    tenant = load_tenant(DEMO).draft
    client = tenant.clients[DNIPRO]
    words = dict(client.settings.dispositions)
    words["answered"] = replace(words["answered"], lead=Sequel.DO_NOT_CALL)
    renewals = client.campaigns["renewals"]
    settings = replace(
        renewals.settings,
        complete=("renewed",),
        quotas=(Quota(field="name", answers={"n1": 5}),),
        appointment=MEETING,
    )
    client = replace(
        client,
        settings=replace(client.settings, dispositions=words),
        campaigns={"renewals": replace(renewals, settings=settings)},
    )
    agents = dict(tenant.settings.agents)
    agents[TARAS] = replace(agents[TARAS], email="taras@dnipro.example")
    return replace(
        tenant,
        clients={**tenant.clients, DNIPRO: client},
        settings=replace(tenant.settings, agents=agents),
    )


@asynccontextmanager
async def a_house(tmp_path: Path, known: NewLead) -> AsyncIterator[House]:
    """Have one lead, who is being dialed."""
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    imported(file, [known])
    async with opened(file) as database:
        (lead,) = await database.leads.claim(refill(1), NOON)
        await database.attempts.place(attempt(lead), anybody)
        yield House(database, configured(), lead)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path, new(1, place="UA")) as made:
        yield made


async def counted(house: House) -> int:
    answers = await house.database.leads.answers("dnipro", "renewals")
    return answers.get(("name", "n1"), 0)


async def test_what_is_complete_counts_for_its_quota(house: House) -> None:
    await house.close(house.said("renewed"))
    assert await counted(house) == 1
    await house.close(house.said("lead", corrects=True))
    assert await counted(house) == 0


async def test_who_talked_with_an_agent_who_came_late_is_not_called_again_for_that(
    house: House,
) -> None:
    """The law counts them as abandoned; for the list they have answered."""
    late = replace(house.said("renewed"), outcome=AttemptOutcome.ABANDONED, is_late=True)
    await house.close(late)
    assert await house.state() is LeadState.DONE
    (stored,) = await house.database.attempts.of_lead(house.lead.key)
    assert (stored.outcome, stored.disposition) == (AttemptOutcome.ABANDONED, "renewed")
    assert await counted(house) == 1


async def test_what_is_not_complete_does_not_count(house: House) -> None:
    await house.close(house.said("lead"))
    assert await counted(house) == 0
    await house.close(house.said("renewed", corrects=True))
    assert await counted(house) == 1


async def test_a_wish_said_later_is_noted(house: House) -> None:
    await house.close(house.said("renewed", promise=Promise(due_at=NOON + 900)))
    assert await house.state() is LeadState.CALLBACK
    await house.close(house.said("answered", corrects=True, promise=Promise(due_at=NOON + 900)))
    assert await house.state() is LeadState.DONE
    assert await house.database.do_not_call.of_number(number(1))


async def test_an_attempt_ends_when_its_call_did(house: House) -> None:
    await house.close(house.said("renewed", ended_at=NOON + 20))
    await house.close(house.said("lead", corrects=True, ended_at=NOON + 20))
    (stored,) = await house.database.attempts.of_lead(house.lead.key)
    assert (stored.disposition, stored.ended_at) == ("lead", NOON + 20)


async def test_a_correction_may_overtake_what_it_corrects(house: House) -> None:
    await house.close(house.said("answered", corrects=True))
    await house.close(house.said("renewed"))
    (stored,) = await house.database.attempts.of_lead(house.lead.key)
    assert (stored.disposition, await counted(house)) == ("answered", 0)


# --- appointments -------------------------------------------------------------------------------


def visit(house: House, at: str = KYIV_NOON, **more: Any) -> CloseLead:
    values = {"visit": at, "mail": "ann@example.com"} if at else {"mail": "ann@example.com"}
    return house.said("renewed", form="dnipro/renewal@1#0", values=values, **more)


async def test_who_takes_part_is_invited_by_the_leads_clock(house: House) -> None:
    await house.close(visit(house))
    ((method, sequence, starts_at),) = house.invitations()
    assert (method, sequence, starts_at) == ("REQUEST", 0, KYIV_NOON_AT)
    (event,) = house.engine.posted
    assert event.submission == "invite"
    assert read(event.values["customer_email"]) == "ann@example.com"
    assert read(event.values["agent_email"]) == "taras@dnipro.example"


async def test_a_moved_appointment_has_a_higher_sequence(house: House) -> None:
    await house.close(visit(house))
    await house.close(visit(house, corrects=True))  # the same: nobody is told again
    await house.close(visit(house, "2027-01-21T12:00", corrects=True))
    first, second = house.invitations()
    assert (second[0], second[1]) == ("REQUEST", 1)
    assert second[2] == first[2] + 86_400
    uids = {event.values["uid"] for event in house.engine.posted}
    assert len(uids) == 1
    assert len({event.key for event in house.engine.posted}) == 2


async def test_who_is_not_to_come_any_more_is_told_so(house: House) -> None:
    await house.close(visit(house))
    bob = {"visit": KYIV_NOON, "mail": "bob@example.com"}
    await house.close(house.said("renewed", form="f", values=bob, corrects=True))
    told = [read(one.values["customer_email"]) for one in house.engine.posted]
    assert told == ["ann@example.com", "ann@example.com", "bob@example.com"]
    assert [one[:2] for one in house.invitations()] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 2),
    ]


async def test_one_that_is_gone_is_called_off_and_may_come_back(house: House) -> None:
    await house.close(visit(house))
    await house.close(visit(house, "", corrects=True))
    await house.close(visit(house, "", corrects=True))
    await house.close(visit(house, corrects=True))
    assert [one[:2] for one in house.invitations()] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 2),
    ]


async def test_what_was_not_told_is_told_by_the_next_engine(house: House) -> None:
    house.engine.refuses = True
    await house.close(visit(house))
    assert house.engine.posted == []
    house.engine.refuses = False
    await house.appointments.resume()
    await house.appointments.resume()
    assert [one[:2] for one in house.invitations()] == [("REQUEST", 0)]


async def test_a_correction_of_an_appointment_may_overtake_it(house: House) -> None:
    await house.close(visit(house, "2027-01-21T12:00", corrects=True))
    await house.close(visit(house))
    ((_, sequence, starts_at),) = house.invitations()
    assert (sequence, starts_at) == (0, KYIV_NOON_AT + 86_400)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("bob@example.com", "bob@example.com"),
        ("bob@example.com\r\nATTENDEE:mailto:eve@example.com", ""),
        ("none", ""),
    ],
)
async def test_an_address_of_a_file_is_one_or_is_left_out(
    tmp_path: Path, known: str, told: str
) -> None:
    async with a_house(tmp_path, new(1, place="UA", fields={"name": "n1", "mail": known})) as house:
        values = {"visit": KYIV_NOON}
        await house.close(house.said("renewed", form="dnipro/renewal@1#0", values=values))
        (event,) = house.engine.posted
        assert read(event.values["customer_email"]) == told
        assert "eve@" not in str(read(event.values["ics"]))


async def test_whose_clock_nobody_knows_gets_no_invitation(tmp_path: Path) -> None:
    async with a_house(tmp_path, new(1, place="US", numbers=("+18005550100",))) as house:
        await house.close(visit(house))
        assert house.engine.posted == []


async def test_what_a_dead_engine_had_decided_is_closed_and_told_by_the_next(house: House) -> None:
    told: list[CallId] = []

    async def closing_of(call: CallId) -> CloseLead:
        told.append(call)
        return visit(house)

    books = StoredBooks(house, house.database, closing_of)  # type: ignore[arg-type]
    await books.settle((), ())
    await books.settle((), ())
    assert told == [CallId("a1")]  # the second time nothing is open any more
    (stored,) = await house.database.attempts.of_lead(house.lead.key)
    assert (stored.disposition, stored.form) == ("renewed", "dnipro/renewal@1#0")
    assert await counted(house) == 1
    assert [one[:2] for one in house.invitations()] == [("REQUEST", 0)]


@pytest.mark.parametrize("date", ["0001-01-01T00:00", "9999-12-31T23:59", "2207-01-20T12:00"])
async def test_a_date_that_is_a_slip_invites_nobody_and_ends_the_attempt(
    house: House, date: str
) -> None:
    async def closing_of(_: CallId) -> CloseLead:
        return visit(house, date)

    books = StoredBooks(house, house.database, closing_of)  # type: ignore[arg-type]
    await books.settle((), ())
    (stored,) = await house.database.attempts.of_lead(house.lead.key)
    assert stored.disposition == "renewed"
    assert house.invitations() == []


async def test_corrections_are_closed_in_the_order_in_which_they_were_said(house: House) -> None:
    books = StoredBooks(house, house.database)  # type: ignore[arg-type]
    said = [visit(house), visit(house, "", corrects=True)]
    said += [visit(house, f"2027-01-{day}T12:00", corrects=True) for day in range(21, 26)]
    async with asyncio.TaskGroup() as closing:
        for one in said:
            closing.create_task(books.close(one))
    assert [one[1] for one in house.invitations()] == [*range(7)]
    assert house.invitations()[-1][2] == KYIV_NOON_AT + 5 * 86_400


async def test_a_campaign_without_appointments_makes_none(house: House) -> None:
    client = house.configuration.clients[DNIPRO]
    renewals = client.campaigns["renewals"]
    plain = replace(renewals, settings=replace(renewals.settings, appointment=None))
    changed = replace(client, campaigns={"renewals": plain})
    clients = {**house.configuration.clients, DNIPRO: changed}
    house.configuration = replace(house.configuration, clients=clients)
    await house.close(visit(house))
    assert house.engine.posted == []
