"""The books under the desk: nothing that was decided of a lead is lost while somebody writes."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.assembly.lead_books import StoredBooks
from ccengine.assembly.opt_outs import StoredOptOuts
from ccengine.calls.dialing.books import TakenUp
from ccengine.core.commands import OfferLead, PlaceCall, RefillHopper, SkipLead
from ccengine.core.dialer.campaigns import ListShare, Quota
from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, HeldBack, LeadState
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import CallId, CampaignId
from ccengine.storage import writing
from ccengine.storage.attempts import NOTHING_NEW
from ccengine.storage.attempts_held import QUOTA_RULE
from ccengine.storage.do_not_call import DoNotCall
from tests.assembly.test_lead_words import DNIPRO, TARAS, House, configured
from tests.storage.leads import NOON, anybody, attempt, imported, new, number, opened, refill
from tests.storage.test_writing import impatient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.core.ids import AgentId
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.lead_imports import NewLead

RENEWALS = CampaignId("dnipro/renewals")


@asynccontextmanager
async def stocked(tmp_path: Path, *leads: NewLead) -> AsyncIterator[tuple[House, list[Lead]]]:
    """Have leads claimed, of which the house's own is the first."""
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    imported(file, leads)
    async with opened(file) as database:
        claimed = await database.leads.claim(refill(), NOON)
        yield House(database, configured(), claimed[0]), claimed


async def states(database: RecordDatabase, leads: list[Lead]) -> list[LeadState]:
    found = [await database.leads.get(lead.key) for lead in leads]
    return [one.state for one in found if one is not None]


def on_line(lead: Lead, call: str) -> TakenUp:
    return TakenUp(
        call=CallId(call),
        campaign=RENEWALS,
        client=DNIPRO,
        number=lead.to_dial or "",
        lead=lead.key,
        attempt=AttemptId(call),
        is_answered=True,
        channel=None,
    )


async def test_nothing_is_lost_while_somebody_holds_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a transaction longer than anybody waits, then all that was decided is written."""
    monkeypatch.setattr(writing, "PAUSES_SECONDS", (0.01,))
    known = [new(1, numbers=(number(1), number(101))), *(new(row) for row in range(2, 5))]
    async with stocked(tmp_path, *known) as (house, leads):
        answered, missed, returned, skipped = leads
        database = house.database
        await database.attempts.place(attempt(answered, "a1"), anybody)
        await database.attempts.place(attempt(missed, "a2"), anybody)
        await database._engine.dispose()
        impatient(database)
        books = StoredBooks(house, database)  # type: ignore[arg-type]
        flows = StoredOptOuts(database, house.engine.now)
        path = tmp_path / "ccengine.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.TaskGroup() as group:
                busy, line = AttemptOutcome.BUSY, on_line(missed, "a2")
                told = SkipLead(campaign=RENEWALS, lead=skipped.key, agent=TARAS, reason="skipped")
                for work in (
                    books.close(house.said("renewed")),
                    books.end(line, AttemptId("a2"), busy, "17", NOTHING_NEW),
                    books.give_back((returned.key,)),
                    books.skip(told),
                    books.opt_out(on_line(answered, "a1")),
                    flows.add("+380509999999", DNIPRO, CallId("in-1")),
                ):
                    group.create_task(work)
                await asyncio.sleep(0.1)
                assert await states(database, leads) == [
                    *[LeadState.DIALING] * 2,
                    *[LeadState.CLAIMED] * 2,
                ]
                other.execute("COMMIT")
        assert await states(database, leads) == [
            LeadState.DONE,
            LeadState.WAITING,
            LeadState.FRESH,
            LeadState.WAITING,
        ]
        for wanted in (number(1), number(101), "+380509999999"):
            assert await database.do_not_call.of_number(wanted)


@pytest.mark.parametrize(("kept", "is_guaranteed"), [(TARAS, True), (None, False)])
async def test_a_promised_call_is_judged_with_the_agent_who_is_kept(
    tmp_path: Path, kept: AgentId | None, *, is_guaranteed: bool
) -> None:
    async with stocked(tmp_path, new(1)) as (house, (lead,)):
        books = StoredBooks(house, house.database)  # type: ignore[arg-type]
        campaign = house.configuration.clients[DNIPRO].campaigns["renewals"]
        assert campaign.settings.mode is not Mode.PREVIEW
        made = books._attempt(asked(lead, kept), campaign)
    assert made.agent_guaranteed is is_guaranteed


async def test_quotas_are_asked_when_a_call_is_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a group that was filled while its leads were in the hopper, then none is dialed."""
    monkeypatch.setattr(StoredBooks, "_message", lambda *_: None)
    async with stocked(tmp_path, new(1)) as (house, (lead,)):
        client = house.configuration.clients[DNIPRO]
        renewals = client.campaigns["renewals"]
        full = replace(renewals.settings, quotas=(Quota(field="name", answers={"n1": 0}),))
        changed = replace(client, campaigns={"renewals": replace(renewals, settings=full)})
        clients = {**house.configuration.clients, DNIPRO: changed}
        house.configuration = replace(house.configuration, clients=clients)
        books = StoredBooks(house, house.database)  # type: ignore[arg-type]
        said = await books.place(asked(lead))
        assert isinstance(said, HeldBack)
        assert said.rule == QUOTA_RULE
        assert await states(house.database, [lead]) == [LeadState.DONE]


async def test_an_agent_is_shown_nobody_who_may_not_be_called(tmp_path: Path) -> None:
    """Given wishes from before the claim and after it, then neither lead is left to be shown."""
    async with stocked(tmp_path, new(1), new(2), new(3)) as (house, leads):
        previewed(house)
        books = StoredBooks(house, house.database)  # type: ignore[arg-type]
        await house.database.leads.give_back([lead.key for lead in leads])
        await house.database.do_not_call.add(wish(number(2)))
        first, third = await books.claim(
            RefillHopper(campaign=RENEWALS, wanted=Wanted(due=10, fresh={"main": 10}))
        )
        assert (first.key, third.key) == (leads[0].key, leads[2].key)
        assert await books.judge(offered(first)) is None
        await house.database.do_not_call.add(wish(number(1)))
        held = await books.judge(offered(first))
        assert held is not None
        assert await books.judge(offered(first)) is None  # not ours any more
        done, claimed = LeadState.DONE, LeadState.CLAIMED
        assert await states(house.database, leads) == [done, done, claimed]


async def test_a_list_of_whom_nobody_may_be_called_ends(tmp_path: Path) -> None:
    async with stocked(tmp_path, *[new(row) for row in range(1, 8)]) as (house, leads):
        previewed(house)
        books = StoredBooks(house, house.database)  # type: ignore[arg-type]
        await house.database.leads.give_back([lead.key for lead in leads])
        for row in range(1, 7):
            await house.database.do_not_call.add(wish(number(row)))
        (left,) = await books.claim(
            RefillHopper(campaign=RENEWALS, wanted=Wanted(due=2, fresh={"main": 2}))
        )
        assert left.key == leads[6].key


async def test_leads_that_cannot_be_judged_are_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stocked(tmp_path, new(1), new(2)) as (house, leads):
        previewed(house)
        books = StoredBooks(house, house.database)  # type: ignore[arg-type]
        await house.database.leads.give_back([lead.key for lead in leads])

        def broken(*_: object) -> None:
            message = "no such law"
            raise LookupError(message)

        monkeypatch.setattr(StoredBooks, "_check", broken)
        wanted = Wanted(due=2, fresh={"main": 2})
        with pytest.raises(LookupError):
            await books.claim(RefillHopper(campaign=RENEWALS, wanted=wanted))
        assert await states(house.database, leads) == [LeadState.FRESH] * 2


def previewed(house: House) -> None:
    """Have the campaign dialed by preview."""
    client = house.configuration.clients[DNIPRO]
    renewals = client.campaigns["renewals"]
    lists = {"main": ListShare()}
    settings = replace(renewals.settings, mode=Mode.PREVIEW, lists=lists)
    shown = replace(renewals, settings=settings)
    changed = replace(client, campaigns={"renewals": shown})
    clients = {**house.configuration.clients, DNIPRO: changed}
    house.configuration = replace(house.configuration, clients=clients)


def wish(of: str) -> DoNotCall:
    return DoNotCall(number=of, client="", at=NOON, evidence="said so", by="test")


def offered(lead: Lead) -> OfferLead:
    return OfferLead(campaign=RENEWALS, lead=lead, agent=TARAS, until=NOON + 60)


def asked(lead: Lead, kept: AgentId | None = None) -> PlaceCall:
    return PlaceCall(
        call=CallId("a1"),
        campaign=RENEWALS,
        client=DNIPRO,
        lead=lead,
        number=number(1),
        ring_seconds=20.0,
        agent=kept,
    )
