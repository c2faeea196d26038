"""What flows have submitted: carried out at least once, in each call's order, under one key."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.asterisk.agi.client import ask_script
from ccengine.config.lookup_sources import Database, HttpMethod, HttpRequest, SqlQuery, Submission
from ccengine.config.settings import StatePaths
from ccengine.core import events
from ccengine.core.ids import CallId, ClientId
from ccengine.lookup.requests import Wire
from ccengine.lookup.sources import Sources
from ccengine.outbox.couriers import OutboxOffice, key_of, outbox_couriers
from ccengine.outbox.mail import SubmissionMail
from ccengine.storage.webhooks import LetterState
from ccengine.webhooks.courier import BACKOFF_SECONDS, Courier
from ccengine.webhooks.post import Post
from tests.api.house import House, house
from tests.lookup.crm import MEGABYTE, Crm, running_crm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from ccengine.reporting.rows import JournalRow
    from ccengine.webhooks.sender import Receipt

NOUR = ClientId("nour")
UPDATE = "UPDATE orders SET state = 'cancelled' WHERE number = :number"
NOTE = "INSERT OR IGNORE INTO notes VALUES (:key, :number)"


@dataclass
class Scene:
    here: House
    crm: Crm
    wire: Wire
    paths: StatePaths

    def courier(self) -> Courier:
        """A courier as an engine has it that has just started."""
        office = OutboxOffice(
            journal=self.here.shift.journal.path,
            store=self.here.keeper.database.webhooks,
            now=lambda: self.here.shift.now,
        )
        sources = Sources(self.paths, self.wire, ask_script)
        couriers = outbox_couriers(self.here.tenant, office, sources, self.wire)
        return next(one for one in couriers if one.key.client == NOUR)

    async def deliver(self, courier: Courier) -> None:
        while await courier.turn():
            pass

    def submit(self, call: str, number: str, name: str = "cancel-order") -> None:
        self.here.shift.post(
            events.SubmissionMade(
                call=CallId(call),
                submission=name,
                key=f"{call}.main.cancel.{number}",
                values={"number": f"t:{number}", "caller": "t:971501"},
            )
        )
        self.here.shift.wait(1)

    @property
    def numbers(self) -> list[str]:
        return [json.loads(one.body)["number"] for one in self.crm.asked]

    def submit_number(self, call: str, number: str, name: str) -> None:
        """Submit what a step has taken for a number, with its digits."""
        key = f"{call}.main.{name}.1"
        values = {"number": f"n:{number}"}
        self.here.shift.post(
            events.SubmissionMade(call=CallId(call), submission=name, key=key, values=values)
        )
        self.here.shift.wait(1)

    def notes(self) -> list[str]:
        """What stands in the shop."""
        shop = sqlite3.connect(self.paths.root / "shop.sqlite")
        found = [number for (number,) in shop.execute("SELECT number FROM notes")]
        shop.close()
        return found

    async def letters(self) -> list[tuple[str, str]]:
        found = await self.here.keeper.database.webhooks.letters(key_of(NOUR))
        return [(one.state, one.detail) for one in found]


@asynccontextmanager
async def scene(tmp_path: Path, deadline_seconds: float = 0.5) -> AsyncIterator[Scene]:
    async with house(tmp_path) as here, running_crm() as crm:
        request = HttpRequest(
            url=f"{crm.url}/orders/cancel",
            method=HttpMethod.POST,
            body={"number": "{number}", "caller": "{caller}", "key": "{key}"},
        )
        submissions = {
            "cancel-order": Submission(http=request, deadline_seconds=deadline_seconds),
            "note": Submission(sql=SqlQuery(database="shop", query=NOTE)),
            "update": Submission(sql=SqlQuery(database="shop", query=UPDATE)),
        }
        file = tmp_path / "shop.sqlite"
        with sqlite3.connect(file) as shop:
            shop.execute("CREATE TABLE notes (key TEXT PRIMARY KEY, number TEXT)")
            shop.execute("CREATE TABLE orders (number TEXT, state TEXT)")
            shop.execute("INSERT INTO orders VALUES ('4711', 'new')")
        shop.close()
        client = here.tenant.clients[NOUR]
        databases = {"shop": Database(file=str(file))}
        settings = replace(client.settings, submissions=submissions, databases=databases)
        clients = {**here.tenant.clients, NOUR: replace(client, settings=settings)}
        here.tenant = replace(here.tenant, clients=clients)
        for call in ("c1", "c2"):
            here.call(call, "nour/billing")
        wire = Wire()
        try:
            yield Scene(here, crm, wire, StatePaths(tmp_path))
        finally:
            await wire.close()


async def test_it_is_carried_out_once_with_its_key_in_order(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        at.submit("c1", "1")
        at.submit("c1", "2")
        await at.deliver(courier)
        await at.deliver(courier)
        assert at.numbers == ["1", "2"]
        (first, _) = at.crm.asked
        assert first.headers["Idempotency-Key"] == "c1.main.cancel.1"
        sent = json.loads(first.body)
        assert sent == {"number": "1", "caller": "971501", "key": "c1.main.cancel.1"}
        assert await at.letters() == []


async def test_a_new_outbox_passes_nothing_by_that_is_owed_already(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.submit("c1", "1")  # before any courier was there
        await at.deliver(at.courier())
        await at.deliver(at.courier())
        assert at.numbers == ["1"]


async def test_what_is_not_taken_is_tried_again_before_what_follows_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        at.crm.answer = lambda one: (503 if b'"1"' in one.body else 200, b"", 0.0)
        at.submit("c1", "1")
        at.submit("c1", "2")
        at.submit("c2", "3")
        await at.deliver(courier)
        assert sorted(at.numbers) == ["1", "3"]  # other calls do not wait
        assert (LetterState.WAITING, "cancel-order: status 503") in await at.letters()
        at.crm.says(b"")
        at.here.shift.wait(BACKOFF_SECONDS[0])
        await at.deliver(courier)
        await at.deliver(courier)
        assert [one for one in at.numbers if one != "3"] == ["1", "1", "2"]
        keys = {one.headers["Idempotency-Key"] for one in at.crm.asked if b'"1"' in one.body}
        assert len(keys) == 1
        assert await at.letters() == []


@pytest.mark.parametrize(("status", "after"), [(503, 0.0), (200, 5.0), (302, 0.0), (400, 0.0)])
async def test_what_may_be_taken_later_waits_and_what_never_will_is_dead(
    tmp_path: Path, status: int, after: float
) -> None:
    async with scene(tmp_path) as at:
        at.crm.says(b"", status, after)
        at.submit("c1", "1")
        await at.deliver(at.courier())
        ((state, detail),) = await at.letters()
        later = status in (503, 200)
        assert state == (LetterState.WAITING if later else LetterState.DEAD)
        assert detail.startswith("cancel-order: ")


async def test_a_kill_between_sending_and_noting_sends_again_under_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        at.submit("c1", "1")

        async def killed(*_: Any) -> bool:
            raise OSError

        await courier.turn()  # it knows where it begins
        with monkeypatch.context() as patch:
            patch.setattr("ccengine.storage.webhooks.WebhookStore.advance", killed)
            with pytest.raises(OSError):  # noqa: PT011 - ours
                await courier.turn()
        await at.deliver(at.courier())
        assert at.numbers == ["1", "1"]
        assert len({one.headers["Idempotency-Key"] for one in at.crm.asked}) == 1


async def test_what_was_taken_is_done_however_much_is_said_of_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.crm.says(b"[" + b"1," * MEGABYTE + b"1]", 201)
        at.submit("c1", "1")
        at.submit("c1", "2")
        await at.deliver(at.courier())
        assert at.numbers == ["1", "2"]
        assert await at.letters() == []


async def test_what_a_reload_has_taken_away_is_dead_until_it_is_back(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.submit("c1", "1", "forgotten")
        await at.deliver(at.courier())
        ((state, detail),) = await at.letters()
        assert state == LetterState.DEAD
        assert detail == "the client has no submission 'forgotten' any more"
        post = Post(lambda _: [at.courier()], lambda: at.here.tenant)
        running = asyncio.get_running_loop().create_task(post.run())
        await until(lambda: post.dead() == 1)
        running.cancel()
        await asyncio.wait([running])  # before its database is closed: it might wait for ever


async def test_statements_are_carried_out_and_a_key_makes_them_safe_to_repeat(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        at.submit("c1", "4711", "update")
        at.submit("c1", "4711", "note")
        await at.deliver(at.courier())
        await at.here.keeper.database.webhooks.set_place(key_of(NOUR), 0)
        await at.deliver(at.courier())  # all of it once more
        assert await at.letters() == []
        with sqlite3.connect(tmp_path / "shop.sqlite") as shop:
            assert shop.execute("SELECT * FROM notes").fetchall() == [
                ("c1.main.cancel.4711", "4711")
            ]
            assert shop.execute("SELECT state FROM orders").fetchall() == [("cancelled",)]
        shop.close()


@pytest.mark.parametrize("name", ["cancel-order", "note"])
async def test_a_number_that_no_program_takes_is_dead_and_the_rest_goes_on(
    tmp_path: Path, name: str
) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        at.submit_number("c1", "9" * 20, name)
        at.submit("c1", "1")
        at.submit("c2", "2")
        await at.deliver(courier)
        assert sorted(at.numbers) == ["1", "2"]
        assert await at.letters() == [
            (LetterState.DEAD, f"{name}: a number is longer than 64 bits")
        ]


async def test_a_fault_of_ours_costs_one_message_and_no_other_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        send = SubmissionMail.send

        async def broken(mail: SubmissionMail, row: JournalRow) -> Receipt:
            if row.call == "c1":
                raise RuntimeError
            return await send(mail, row)

        at.submit("c1", "1")
        at.submit("c2", "2")
        with monkeypatch.context() as patch:
            patch.setattr(SubmissionMail, "send", broken)
            await at.deliver(courier)
            assert at.numbers == ["2"]
            assert await at.letters() == [(LetterState.WAITING, "RuntimeError")]
            at.here.shift.wait(BACKOFF_SECONDS[0])
            await at.deliver(courier)  # also when it is tried again
        at.here.shift.wait(BACKOFF_SECONDS[1])
        await at.deliver(courier)
        assert at.numbers == ["2", "1"]
        assert await at.letters() == []


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - of a program that tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("statement", [UPDATE, "DELETE FROM orders WHERE number = :number"])
async def test_what_was_to_be_changed_and_is_not_there_is_dead(
    tmp_path: Path, statement: str
) -> None:
    async with scene(tmp_path) as at:
        client = at.here.tenant.clients[NOUR]
        submissions = {"update": Submission(sql=SqlQuery(database="shop", query=statement))}
        settings = replace(client.settings, submissions=submissions)
        clients = {**at.here.tenant.clients, NOUR: replace(client, settings=settings)}
        at.here.tenant = replace(at.here.tenant, clients=clients)
        at.submit("c1", "4712", "update")
        at.submit("c1", "4711", "update")  # and what follows is done
        await at.deliver(at.courier())
        assert await at.letters() == [
            (LetterState.DEAD, "update: there is no row that it could change")
        ]
        with sqlite3.connect(tmp_path / "shop.sqlite") as shop:
            left = shop.execute("SELECT state FROM orders WHERE state = 'new'").fetchall()
        assert left == []
        shop.close()


KILLED = """
import os, sys
from pathlib import Path
from ccengine.core import events
from ccengine.core.ids import CallId
from tests.reporting.shift import Shift, arrived
shift = Shift(Path(sys.argv[1]))
call = CallId("k1")
shift.post(arrived(call))
shift.post(events.SubmissionMade(call=call, submission="cancel-order", key="k1.main.cancel.1",
                                 values={"number": "t:77"}))
os.kill(os.getpid(), 9)
"""


async def test_what_was_submitted_outlives_a_kill_of_the_engine(tmp_path: Path) -> None:
    journal = tmp_path / "killed.sqlite"
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(journal))
    assert await killed.wait() == -signal.SIGKILL
    async with scene(tmp_path) as at:
        nova = replace(at.here.tenant.clients[NOUR], id=ClientId("nova"))
        tenant = replace(at.here.tenant, clients={ClientId("nova"): nova})
        office = OutboxOffice(
            journal=journal,
            store=at.here.keeper.database.webhooks,
            now=lambda: at.here.shift.now,
        )
        sources = Sources(at.paths, at.wire, ask_script)
        (courier,) = outbox_couriers(tenant, office, sources, at.wire)
        await at.deliver(courier)
        await at.deliver(courier)
        assert at.numbers == ["77"]
