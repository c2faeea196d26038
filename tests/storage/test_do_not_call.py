"""Wishes, registers and consents at rest, and all of a number read at once."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, inspect, text

from ccengine.core.dialer.numbers_known import CallConsent, OptOut
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import How
from ccengine.storage.call_consents import NoEvidence, StoredConsent
from ccengine.storage.database import RecordDatabase
from ccengine.storage.dialing_tables import METADATA
from ccengine.storage.do_not_call import DoNotCall, Register

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

NUMBER, OTHER = "+13055550100", "+13055550101"
TABLES = (
    "do_not_call",
    "withdrawn_wishes",
    "do_not_call_registers",
    "register_numbers",
    "call_consents",
    "dialing_laws",
    "lead_imports",
    "attempts",
)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[RecordDatabase]:
    database = await RecordDatabase.open(folder / "records.sqlite")
    try:
        yield database
    finally:
        await database.close()


def _withdrawn(folder: Path) -> list[tuple[object, ...]]:
    engine = create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    columns = "number, client, at, evidence, withdrawn_at, withdrawn_by"
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM withdrawn_wishes"))
        found = [tuple(row) for row in rows]
    engine.dispose()
    return found


def wish(**changes: object) -> DoNotCall:
    usual = {"number": NUMBER, "at": 100.0, "evidence": "call 7", "by": "anna"}
    return DoNotCall(**(usual | changes))  # type: ignore[arg-type]


def register(name: str = "us-national", at: float = 50.0) -> Register:
    return Register(register=name, scrubbed_at=at, numbers=None, source="may.txt")


def agreed(**changes: object) -> StoredConsent:
    usual = {
        "client": "nour",
        "purposes": (Purpose.MARKETING, Purpose.SURVEY),
        "to": How.AUTOMATIC,
        "written": True,
        "given_at": 10.0,
        "evidence": "form 12",
    }
    consent = CallConsent(**(usual | changes))  # type: ignore[arg-type]
    return StoredConsent(number=NUMBER, consent=consent, by="anna")


async def test_migrations_make_the_tables_as_they_are_described(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    made = inspect(engine)
    for name in TABLES:
        table = METADATA.tables[name]
        columns = {one["name"]: one["nullable"] for one in made.get_columns(name)}
        assert columns == {one.name: bool(one.nullable) for one in table.columns}, name
        assert {one["name"] for one in made.get_indexes(name)} == {
            one.name for one in table.indexes
        }
    engine.dispose()


async def test_all_of_a_number_is_read_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await database.do_not_call.add(wish(client="nour"))
        await database.do_not_call.add(wish(number=OTHER, person="p"))
        await database.do_not_call.replace(register(), [NUMBER, OTHER])
        await database.do_not_call.scrubbed(register("gb-tps", 60.0))
        await database.call_consents.add(agreed())
        facts = await database.number_facts(NUMBER)
        both = await database.number_facts(NUMBER, person="p")
    assert facts.opt_outs == (OptOut(at=100.0, client="nour", evidence="call 7"),)
    assert facts.registered == {"us-national"}
    assert facts.scrubbed_at == {"us-national": 50.0, "gb-tps": 60.0}
    assert facts.consents == (agreed().consent,)
    assert {one.client for one in both.opt_outs} == {"nour", ""}


async def test_a_wish_counts_at_once_and_its_first_evidence_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        store = database.do_not_call
        assert await store.add(wish())
        assert not await store.add(wish(at=200.0, evidence="call 9"))
        assert [(one.at, one.evidence) for one in await store.of_number(NUMBER)] == [
            (100.0, "call 7")
        ]
        taken_back: dict[str, Any] = {"at": 300.0, "by": "ann"}
        assert await store.remove(NUMBER, "nour", **taken_back) is None  # it was meant for anybody
        assert await store.remove(NUMBER, **taken_back) == wish()
        assert await store.remove(NUMBER, **taken_back) is None
        assert _withdrawn(tmp_path) == [(NUMBER, "", 100.0, "call 7", 300.0, "ann")]
        assert (await database.number_facts(NUMBER)).opt_outs == ()


async def test_a_new_copy_takes_the_place_of_the_old_one_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as database:
        store = database.do_not_call
        await store.add(wish())
        await store.replace(register("gb-tps"), [NUMBER])
        many = [f"+1305{number:07}" for number in range(25_000)]
        assert await store.replace(register(), [*many, many[0], NUMBER]) == 25_001
        assert await store.replace(register(at=70.0), [OTHER]) == 1
        facts = await database.number_facts(NUMBER)
        told = {one.register: one.numbers for one in await store.registers()}
    assert (facts.registered, len(facts.opt_outs)) == ({"gb-tps"}, 1)
    assert facts.scrubbed_at["us-national"] == 70.0
    assert told == {"gb-tps": 1, "us-national": 1}


async def test_a_copy_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield from (f"+1305{number:07}" for number in range(15_000))
        message = "the file ends in the middle"
        raise OSError(message)

    async with opened(tmp_path) as database:
        await database.do_not_call.replace(register(), [NUMBER])
        with pytest.raises(OSError, match="in the middle"):
            await database.do_not_call.replace(register(at=70.0), broken())
        facts = await database.number_facts(NUMBER)
        (kept,) = await database.do_not_call.registers()
    assert (facts.registered, kept.scrubbed_at, kept.numbers) == ({"us-national"}, 50.0, 1)


async def test_consent_needs_evidence_and_ends_without_being_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        store = database.call_consents
        with pytest.raises(NoEvidence, match="say where it was given"):
            await store.add(agreed(evidence=" "))
        await store.add(agreed())
        await store.add(agreed(client="dnipro"))
        assert await store.end(NUMBER, "nour", 500.0) == 1
        assert await store.end(NUMBER, "nour", 600.0) == 0
        held = {one.consent.client: one.consent.ends_at for one in await store.of_number(NUMBER)}
    assert held == {"nour": 500.0, "dnipro": None}


async def test_a_number_is_found_by_an_index(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with engine.connect() as connection:
        for table in ("do_not_call", "call_consents"):
            query = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE number = 'x' OR person = 'y'"
            plan = " ".join(row[3] for row in connection.execute(text(query)))
            assert "SCAN" not in plan, plan
    engine.dispose()
