"""The demo's submissions, carried out by a courier as the engine has it, on its examples."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ccengine.asterisk.agi.client import ask_script
from ccengine.config.lookup_sources import Finding
from ccengine.config.settings import StatePaths
from ccengine.core.events import SubmissionMade
from ccengine.core.ids import CallId, ClientId
from ccengine.ivr.lookups import Question, Result
from ccengine.lookup.calendar import CalendarBook
from ccengine.lookup.desk import LookupDesk
from ccengine.lookup.examples import make_examples
from ccengine.lookup.requests import Wire
from ccengine.lookup.sources import Sources
from ccengine.outbox.couriers import OutboxOffice, key_of, outbox_couriers
from ccengine.storage.webhooks import LetterState
from tests.api.house import House, house

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.data import Value

NOUR = ClientId("nour")
LAYLA = "mailto:1001@customers.nour.example"


def submit(here: House, name: str, **values: str) -> None:
    kept = {own: f"t:{value}" for own, value in values.items()}
    kept["now"] = f"i:{datetime.fromtimestamp(here.shift.now, UTC).isoformat()}"
    key = f"c1.flow.{name}.1"
    here.shift.post(SubmissionMade(call=CallId("c1"), submission=name, key=key, values=kept))
    here.shift.wait(1)


async def test_what_flows_submit_is_done_and_what_cannot_be_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        paths, wire = StatePaths(tmp_path), Wire()
        make_examples(here.tenant, paths, datetime.fromtimestamp(here.shift.now, UTC))
        book = CalendarBook(paths.database_of(NOUR, "visits.ics"), ZoneInfo("Asia/Dubai"))
        now = datetime.fromtimestamp(here.shift.now, UTC)
        here.call("c1", "nour/billing")
        sources = Sources(paths, wire, ask_script)
        store = here.keeper.database.webhooks
        office = OutboxOffice(
            journal=here.shift.journal.path, store=store, now=lambda: here.shift.now
        )
        couriers = outbox_couriers(here.tenant, office, sources, wire)
        courier = next(one for one in couriers if one.key.client == NOUR)
        free = book.find(Finding.FREE, {"now": now, "after": now})
        assert isinstance(free, dict)
        submit(here, "cancel-order", number="50011", customer="1001")
        submit(here, "open-ticket", customer="1001", topic="internet", comment="a.wav")
        submit(here, "wrong-pin", customer="1001")
        submit(here, "move-visit", uid="visit-1001", attendee=LAYLA, to=str(free["uid"]))
        submit(here, "confirm-visit", uid="visit-1002", attendee=LAYLA)  # another's
        submit(here, "cancel-order", number="50012", customer="1001")  # which is sent
        while await courier.turn():
            pass
        await store.set_place(key_of(NOUR), 0)  # all of it once more
        while await courier.turn():
            pass
        shop = sqlite3.connect(paths.database_of(NOUR, "shop.sqlite"))
        orders = dict(shop.execute("SELECT number, state FROM orders WHERE customer = '1001'"))
        assert orders == {"50011": "cancelled", "50012": "sent"}
        tickets = shop.execute("SELECT topic, comment FROM tickets WHERE customer = '1001'")
        assert tickets.fetchall() == [("internet", "a.wav")]
        assert shop.execute("SELECT customer FROM wrong_pins").fetchall() == [("1001",)]
        shop.close()
        moved = book.find(Finding.NEXT, {"now": now, "attendee": LAYLA})
        assert isinstance(moved, dict)
        assert moved["begins"] == free["begins"]
        letters = await store.letters(key_of(NOUR))
        assert {letter.state for letter in letters} == {LetterState.DEAD}
        assert sorted(letter.detail for letter in letters) == [
            "cancel-order: there is no row that it could change",
            "confirm-visit: there is no such appointment",
        ]
        await wire.close()


async def test_what_flows_ask_is_answered_by_the_examples(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        paths, wire = StatePaths(tmp_path), Wire()
        now = datetime.fromtimestamp(here.shift.now, UTC)
        make_examples(here.tenant, paths, now)
        desk = LookupDesk(lambda: 0.0, Sources(paths, wire, ask_script).of)

        async def ask(name: str, **values: Value) -> Any:
            question = Question(name, {"now": now, **values})
            answer = await desk.ask(here.tenant.clients[NOUR], question)
            return answer.result, answer.values

        assert await ask("customer", caller="+971501000002") == (
            Result.FOUND,
            {"customer": "1002"},
        )
        assert (await ask("identity", customer="1002", typed="02111979"))[0] is Result.FOUND
        assert (await ask("identity", customer="1002", typed="2468"))[0] is Result.NOTHING
        assert (await ask("order", number="50021", customer="1002"))[1]["state"] == "new"
        assert (await ask("order", number="50021", customer="1001"))[0] is Result.NOTHING
        result, values = await ask("visit", attendee=LAYLA)
        assert result is Result.FOUND
        assert values["begins"] > now
        assert (await ask("free-visit", after=values["begins"]))[0] is Result.FOUND
        desk.close()
        await wire.close()


async def test_what_is_there_is_never_made_again(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        paths = StatePaths(tmp_path)
        now = datetime.fromtimestamp(here.shift.now, UTC)
        make_examples(here.tenant, paths, now)
        file = paths.database_of(NOUR, "shop.sqlite")
        file.write_bytes(b"mine")
        make_examples(here.tenant, paths, now)
        assert file.read_bytes() == b"mine"
