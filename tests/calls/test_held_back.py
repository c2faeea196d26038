"""Leads whom the law holds back: from the file that they come in to the call that is not placed.

The store, the engine on the fake Asterisk and `ccengine why-not` say the same, and why.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from ccengine.assembly.lead_books import StoredBooks
from ccengine.config.dialing_rules import FILE, tenant_rules
from ccengine.config.settings import Settings
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.events import LeadDialed, LeadHeldBack
from ccengine.storage.database import RecordDatabase
from ccengine.storage.do_not_call import Register
from tests.calls.center_on_fake import CONFIGURATION, CenterOnFake
from tests.calls.test_lead_calls import dialing
from tests.cli.every_command import invoke
from tests.config.tenants import copy_of_demo
from tests.fakes import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from typer.testing import Result

    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.core.ids import Instant

NEW_YORK, KYIV, MOSCOW = "+12125550100", "+380441234567", "+74951234567"
HEADER = "number,name,country,state,zone"
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
LOOP_BEGINS = 1_000.0


def at(text: str) -> Instant:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def own_hours(place: str, hours: str) -> str:
    """A tenant's dialing.yaml: at a place they may be called at night."""
    week = f'{{week: {{mon-sun: "{hours}"}}}}'
    return f'places: {{{place}: {{hours: {{hours: {week}, source: counsel, checked: "no"}}}}}}\n'


@dataclass(frozen=True, kw_only=True)
class Case:
    """A lead, and until when which rule holds it back."""

    row: str  #: of the file of leads
    starts: str  #: UTC; the campaign does
    until: str | None  #: UTC; None: nobody knows
    rule: str
    reason: str
    rules: str = "places: {}\n"  #: the tenant's own
    minutes: float = 1.0  #: that the campaign goes on
    is_dialed: bool = False  #: within these
    scrub_days: float = 1.0  #: how old the register's copy is

    @property
    def number(self) -> str:
        return self.row.partition(",")[0]


NIGHTS = {
    # The clock is put back from 2 to 1 h at 06:00 UTC: 01:30 is twice, and the second one counts.
    "new-york-twice": Case(
        row=f"{NEW_YORK},A,,,",
        rules=own_hours("US", "01:30-02:30"),
        starts="2026-11-01T05:20",
        until="2026-11-01T06:30",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/New_York)",
        minutes=75,
        is_dialed=True,
    ),
    # It is put forward from 2 to 3 h at 07:00 UTC: 02:15 never is, 03:00 follows 01:59.
    "new-york-never": Case(
        row=f"{NEW_YORK},A,,,",
        rules=own_hours("US", "02:15-03:15"),
        starts="2026-03-08T06:50",
        until="2026-03-08T07:00",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/New_York)",
        minutes=12,
        is_dialed=True,
    ),
    # From 4 to 3 h at 01:00 UTC.
    "kyiv-twice": Case(
        row=f"{KYIV},A,,,",
        rules=own_hours("UA", "03:30-04:30"),
        starts="2026-10-25T00:20",
        until="2026-10-25T01:30",
        rule="UA.hours",
        reason="no calls at this hour in UA (Europe/Kyiv)",
        minutes=75,
        is_dialed=True,
    ),
    # From 3 to 4 h at 01:00 UTC.
    "kyiv-never": Case(
        row=f"{KYIV},A,,,",
        rules=own_hours("UA", "03:15-04:15"),
        starts="2026-03-29T00:50",
        until="2026-03-29T01:00",
        rule="UA.hours",
        reason="no calls at this hour in UA (Europe/Kyiv)",
        minutes=12,
        is_dialed=True,
    ),
    # 8 h on the morning after is an hour later, or earlier, than it was the day before.
    "new-york-before-winter": Case(
        row=f"{NEW_YORK},A,,,",
        starts="2026-11-01T01:30",
        until="2026-11-01T13:00",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/New_York)",
    ),
    "new-york-before-summer": Case(
        row=f"{NEW_YORK},A,,,",
        starts="2026-03-08T02:30",
        until="2026-03-08T12:00",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/New_York)",
    ),
    # Of a Saturday evening until Monday, 9 h.
    "kyiv-before-winter": Case(
        row=f"{KYIV},A,,,",
        starts="2026-10-24T17:30",
        until="2026-10-26T07:00",
        rule="*.hours",
        reason="no calls at this hour in UA (Europe/Kyiv)",
    ),
    "kyiv-before-summer": Case(
        row=f"{KYIV},A,,,",
        starts="2026-03-28T18:30",
        until="2026-03-30T06:00",
        rule="*.hours",
        reason="no calls at this hour in UA (Europe/Kyiv)",
    ),
}
ELSEWHERE = {
    # 10:50 h in New York, whose area code it is, and 07:50 h in California, where they live.
    "address-in-another-state": Case(
        row=f"{NEW_YORK},A,US,CA,",
        starts="2026-11-24T15:50",
        until="2026-11-24T16:00",
        rule="US.hours",
        reason="no calls at this hour in US-CA (America/Los_Angeles)",
        minutes=12,
        is_dialed=True,
    ),
    "zone-alone": Case(
        row=f"{NEW_YORK},A,,,America/Los_Angeles",
        starts="2026-11-24T15:50",
        until="2026-11-24T16:00",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/Los_Angeles)",
        minutes=12,
        is_dialed=True,
    ),
    "number-of-another-country": Case(
        row=f"{KYIV},A,US,NY,",
        starts="2026-11-24T12:50",
        until="2026-11-24T13:00",
        rule="US.hours",
        reason="no calls at this hour in US-NY (America/New_York)",
        minutes=12,
        is_dialed=True,
    ),
    "country-without-rules": Case(
        row=f"{MOSCOW},A,,,",
        starts="2026-11-24T12:00",
        until=None,
        rule="places",
        reason="there are no rules for RU",
    ),
    "address-without-rules": Case(
        row=f"{NEW_YORK},A,RU,,",
        starts="2026-11-24T17:00",
        until=None,
        rule="places",
        reason="there are no rules for RU",
    ),
    "stale-register": Case(
        row=f"{NEW_YORK},A,,,",
        starts="2026-11-24T17:00",
        until=None,
        rule="US.register",
        reason="the copy of us-national is 40 days old, and may be 31",
        scrub_days=40.0,
    ),
}


class Beside:
    """A loop in a thread of its own: what runs there takes no virtual time at all."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class BooksAtOnce:
    """The books as they are stored; each answer comes at once."""

    def __init__(self, books: StoredBooks, beside: Beside) -> None:
        self._books = books
        self._beside = beside

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._books, name)

        async def at_once(*given: Any) -> Any:
            return self._beside.do(method(*given))

        return at_once


def ccengine(*arguments: str, code: int = 0) -> Result:
    found = invoke(arguments, env={"COLUMNS": "250"})
    assert found.exit_code == code, found.output
    return found


@contextmanager
def stored(case: Case) -> Iterator[tuple[RecordDatabase, Beside]]:
    """The database, with the lead, what it agreed to, and registers that were compared."""
    path, beside = Settings().paths.database, Beside()
    database = beside.do(RecordDatabase.open(path))
    try:
        file = path.parent / "leads.csv"
        file.write_text(f"{HEADER}\n{case.row}\n")
        ccengine("leads", "import", "dnipro/renewals", str(file), "--list", "ending")
        beside.do(database.do_not_call.scrubbed(compared(at(case.starts), case.scrub_days)))
        given = ("--client", "dnipro", "--purpose", "marketing", "--reach", "automatic")
        proof = ("--evidence", "form 3", "--at", "2025-01-01T00:00+00:00")
        ccengine("consent", "add", KYIV, *given, *proof)
        yield database, beside
    finally:
        beside.do(database.close())
        beside.close()


def compared(now: Instant, days_ago: float) -> Register:
    when = now - days_ago * DAY
    return Register(register="us-national", scrubbed_at=when, numbers=0, source="a vendor")


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copy_of_demo(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CCENGINE_{name.upper()}", raising=False)
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CCENGINE_DIALPLAN", str(tmp_path / "dialplan"))
    return folder


def center_of(tenant: Path, case: Case) -> CenterOnFake:
    """An engine that begins when the case does, with the tenant's own rules."""
    (tenant / FILE).write_text(case.rules)
    rules, problems = tenant_rules(tenant)
    assert not problems, problems
    center = CenterOnFake(Settings().paths.root)
    assert CONFIGURATION.tenant is not None
    with_rules = replace(CONFIGURATION.tenant, dialing=rules)
    center.configuration = replace(CONFIGURATION, tenant=with_rules)
    center.ahead_seconds = at(case.starts) - LOOP_BEGINS
    return center


@contextmanager
def campaign(tenant: Path, case: Case) -> Iterator[Campaign]:
    with stored(case) as (database, beside):
        yield Campaign(center_of(tenant, case), database, beside, case)


@dataclass
class Campaign:
    """An agent is there, and the lead is the only one."""

    center: CenterOnFake
    database: RecordDatabase
    beside: Beside
    case: Case

    def run(self, meanwhile: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have it run until `meanwhile` returns; the lead's phone is never answered."""

        async def day() -> None:
            async with self.center as center:
                number = self.case.number.removeprefix("+")
                center.asterisk.phone_declines(f"Local/{number}@lead-leg/n", 5.0, 19)
                await center.log_in("taras", answers_after=0.05)
                stored_books = StoredBooks(center.wiring, self.database)
                books = cast("LeadBooks", BooksAtOnce(stored_books, self.beside))
                async with dialing(center, books, purpose=Purpose.MARKETING):
                    await meanwhile()

        virtual_time.run(day())

    def told(self, kind: type) -> list[tuple[Instant, Any]]:
        """Events of a kind, and when they were."""
        steps = self.center.journal.steps
        return [(step.at, step.event) for step in steps if isinstance(step.event, kind)]


def why_not(number: str, when: Instant) -> dict[str, Any]:
    """What the command says of the campaign's lead at an instant."""
    of = ("--campaign", "dnipro/renewals", "--purpose", "marketing")
    asked = ("why-not", number, *of, "--at", datetime.fromtimestamp(when, UTC).isoformat())
    assert number not in ccengine(*asked, code=4).stdout
    found: dict[str, Any] = json.loads(ccengine(*asked, "--json", code=4).stdout)
    return found


@pytest.mark.parametrize("name", [*NIGHTS, *ELSEWHERE])
def test_a_lead_is_not_dialed_and_the_reason_is_named(tenant: Path, name: str) -> None:
    """Given a campaign that runs, then its lead is not dialed before the rule lets go."""
    case = {**NIGHTS, **ELSEWHERE}[name]
    until = None if case.until is None else at(case.until)
    with campaign(tenant, case) as running:
        running.run(lambda: asyncio.sleep(case.minutes * MINUTE))
        held = running.told(LeadHeldBack)
        assert held, running.center.story()
        for _, one in held:
            assert (one.rule, one.until, one.reason) == (case.rule, until, case.reason)
        dialed = [when for when, _ in running.told(LeadDialed)]
        assert bool(dialed) == case.is_dialed, running.center.story()
        assert all(until is not None and until <= when < until + 2 * MINUTE for when in dialed)
        shown = why_not(case.number, held[0][0])
    (hold,) = [one for one in shown["holds"] if one["rule"] == case.rule]
    assert hold["text"] == case.reason
    ends = shown["until"] and datetime.fromisoformat(shown["until"]).timestamp()
    assert ends == until


def test_leads_come_back_as_soon_as_a_register_is_compared(tenant: Path) -> None:
    """Given a copy that is too old, then no list is used up by it: after an hour they are looked
    at again, and dialed if the register was compared meanwhile."""
    case = ELSEWHERE["stale-register"]
    with campaign(tenant, case) as running:

        async def compare_after_a_while() -> None:
            await asyncio.sleep(90 * MINUTE)
            now = running.center.engine.clock.now()
            running.beside.do(running.database.do_not_call.scrubbed(compared(now, 0.0)))
            await asyncio.sleep(35 * MINUTE)

        running.run(compare_after_a_while)
        held = [when for when, _ in running.told(LeadHeldBack)]
        ((dialed, _),) = running.told(LeadDialed)
    assert len(held) == 2
    assert held[1] - held[0] >= HOUR
    assert held[1] + HOUR <= dialed < held[1] + HOUR + 2 * MINUTE
