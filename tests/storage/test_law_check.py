"""The law in the transaction that stores an attempt: what it finds there decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from ccengine.core.dialer.clearance import Clearance
from ccengine.core.dialer.leads import AttemptId, HeldBack, LeadKey
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import AttemptCap, Law, LawText, Pause, Per, Result, Rule, Scrub
from ccengine.storage.dialing_tables import LAWS
from ccengine.storage.do_not_call import Register
from ccengine.storage.law_check import by_law
from ccengine.storage.law_versions import keep_clearance
from ccengine.storage.lead_imports import lead_id
from ccengine.storage.lead_tables import ATTEMPTS
from ccengine.storage.new_attempts import NewAttempt
from tests.core.dialer.cases import law, rule
from tests.storage.leads import NOON, imported, new
from tests.storage.test_do_not_call import NUMBER, OTHER, opened, wish

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase

HOUR = 3_600.0
REFUSALS = frozenset({("nour", "not_interested")})


def attempt(**changes: Any) -> NewAttempt:
    usual: dict[str, Any] = {
        "id": AttemptId("a9"),
        "client": "nour",
        "campaign": "spring",
        "lead": LeadKey(1),
        "number": NUMBER,
        "person": "p",
        "node": "n1",
        "caller_id": "+12125550100",
        "mode": Mode.PREDICTIVE,
        "purpose": Purpose.MARKETING,
        "placed_at": 100 * HOUR,
    }
    return NewAttempt(**(usual | changes))


async def store(database: RecordDatabase, name: str, hour: float, **changes: Any) -> None:
    row: dict[str, Any] = {
        "id": name,
        "client": "nour",
        "campaign": "autumn",
        "lead": 1,
        "number": NUMBER,
        "person": "p",
        "node": "n1",
        "caller_id": "",
        "mode": "predictive",
        "purpose": "marketing",
        "rules": {},
        "placed_at": hour * HOUR,
        "outcome": "no_answer",
        "ended_at": hour * HOUR + 30.0,
    }
    async with database._engine.begin() as connection:
        await connection.execute(insert(ATTEMPTS), row | changes)


async def asked(database: RecordDatabase, *rules: Rule | Any, **changes: Any) -> HeldBack | None:
    check = by_law(lambda _: law(*rules), REFUSALS)
    async with database._engine.connect() as connection:
        said = await check(connection, attempt(**changes))
    return said if isinstance(said, HeldBack) else None


async def test_attempts_on_all_numbers_of_a_person_count(tmp_path: Path) -> None:
    cap = rule(AttemptCap(at_most=2, hours=24, per=Per.PERSON), "US-FL.three-calls")
    async with opened(tmp_path) as database:
        await store(database, "a1", 90, number=OTHER)
        assert await asked(database, cap) is None
        await store(database, "a2", 99, client="dnipro", outcome=None)  # it goes on
        held = await asked(database, cap)
    text = "2 attempts per person within 24 h were made"
    assert held == HeldBack(rule="US-FL.three-calls", reason=text, until=114 * HOUR)


async def test_a_disposition_that_refuses_pauses(tmp_path: Path) -> None:
    pause = rule(Pause(after=(Result.REFUSED,)), "AE.after-refusal")
    async with opened(tmp_path) as database:
        await store(database, "a1", 10, outcome="answered", disposition="sold")
        assert await asked(database, pause) is None
        await store(database, "a2", 20, outcome="answered", disposition="not_interested")
        held = await asked(database, pause)
        assert held is not None
        assert (held.rule, held.until) == ("AE.after-refusal", None)
        assert await asked(database, pause, client="dnipro") is None


async def test_the_hold_that_lasts_longest_is_named_and_wishes_count_at_once(
    tmp_path: Path,
) -> None:
    cap = rule(AttemptCap(at_most=1, hours=24), "US.once")
    async with opened(tmp_path) as database:
        await store(database, "a1", 99)
        await database.do_not_call.add(wish(client="nour"))
        held = await asked(database, cap)
    assert held is not None
    assert (held.rule, held.until) == ("own do-not-call list", None)


async def test_without_rules_for_its_place_nothing_is_dialed(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        check = by_law(lambda _: Law(rules=(), unruled=("RU",)), REFUSALS)
        async with database._engine.connect() as connection:
            held = await check(connection, attempt())
    assert held == HeldBack(
        rule="places", reason="there are no rules for RU", look_again_at=101 * HOUR
    )


async def test_a_copy_that_is_too_old_uses_up_no_list(tmp_path: Path) -> None:
    """Given what somebody can mend, then the lead is looked at again; not if nobody can."""
    register = rule(Scrub(register="us-national", days=31), "US.register")
    cap = rule(AttemptCap(at_most=1, hours=24), "US.once")
    async with opened(tmp_path) as database:
        held = await asked(database, register)
        assert held == HeldBack(
            rule="US.register",
            reason="numbers were never compared with the register us-national",
            look_again_at=101 * HOUR,
        )
        await store(database, "a1", 99)
        held = await asked(database, register, cap)
        assert held is not None
        assert (held.rule, held.look_again_at) == ("US.register", 123 * HOUR)
        await database.do_not_call.add(wish(client="nour"))
        held = await asked(database, register)
    assert held is not None
    assert (held.rule, held.look_again_at) == ("own do-not-call list", None)


async def test_what_allowed_a_call_is_kept_with_it_and_the_rules_once(tmp_path: Path) -> None:
    cap = rule(AttemptCap(at_most=2, hours=24), "US.twice")
    scrubbed = Register(register="us-national", scrubbed_at=90 * HOUR, numbers=0, source="file")
    register = rule(Scrub(register="us-national", days=31), "US.register")
    text = LawText("v1", '{"places":{}}')
    async with opened(tmp_path) as database:
        await database.do_not_call.scrubbed(scrubbed)
        check = by_law(lambda _: replace(law(cap, register), text=text), REFUSALS)
        async with database._engine.begin() as connection:
            said = await check(connection, attempt())
            assert isinstance(said, Clearance)
            kept = await keep_clearance(connection, said, 100 * HOUR)
            assert await keep_clearance(connection, said, 200 * HOUR) == kept
            (version,) = (await connection.execute(select(LAWS))).all()
    assert kept["rules"] == {"US.twice": "kept", "US.register": "kept"}
    assert (kept["law"], kept["scrubs"]) == ("v1", {"us-national": 90 * HOUR})
    assert tuple(version) == ("v1", 100 * HOUR, '{"places":{}}')


# --- leads whose file has no key ------------------------------------------------------------------

PAUSED = rule(Pause(after=(Result.REFUSED,)), "AE.after-refusal")
ONCE = rule(AttemptCap(at_most=1, hours=24, per=Per.PERSON), "US-FL.once")
PER_DEBT = rule(AttemptCap(at_most=1, days=7, per=Per.DEBT), "US.seven-calls")


@pytest.mark.parametrize("named", [PAUSED, ONCE, PER_DEBT])
async def test_all_numbers_of_a_lead_are_one_persons(tmp_path: Path, named: Rule) -> None:
    """Given a lead without a key, of which one number was called, then the others count with it."""
    async with opened(tmp_path):
        pass
    path = tmp_path / "records.sqlite"
    key = LeadKey(lead_id(imported(path, [new(1, numbers=(NUMBER, OTHER))]), 1))
    tried = {"outcome": "answered", "disposition": "not_interested", "person": ""}
    stranger = "+13055550199"
    async with opened(tmp_path) as database:
        await store(database, "a1", 99, number=OTHER, **tried)
        held = await asked(database, named, person="", lead=key)
        assert held is not None
        assert held.rule == named.id
        assert await asked(database, named, person="", lead=LeadKey(2), number=stranger) is None


async def test_another_clients_key_is_somebody_else(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        await store(database, "a1", 99, client="dnipro", number=OTHER, person="17")
        assert await asked(database, ONCE, person="17") is None
        assert await asked(database, ONCE, person="17", client="dnipro") is not None


# --- registers that somebody else compares --------------------------------------------------------


@pytest.mark.parametrize(
    ("scrubbed_at", "numbers", "is_held"),
    [
        (NOON - HOUR, None, True),  # the vendor had no such number then
        (NOON, None, False),
        (NOON + HOUR, None, False),
        (NOON - HOUR, 0, False),  # our own copy: every number is compared with it
    ],
)
async def test_nobody_compared_what_came_later(
    tmp_path: Path, scrubbed_at: float, numbers: int | None, *, is_held: bool
) -> None:
    """Given numbers were compared by a vendor, then leads that came after that were not."""
    async with opened(tmp_path):
        pass
    path = tmp_path / "records.sqlite"
    key = LeadKey(lead_id(imported(path, [new(1, numbers=(NUMBER,))]), 1))
    register = rule(Scrub(register="us-national", days=31), "US.register")
    told = Register(
        register="us-national", scrubbed_at=scrubbed_at, numbers=numbers, source="a vendor"
    )
    async with opened(tmp_path) as database:
        await database.do_not_call.scrubbed(told)
        held = await asked(database, register, lead=key, placed_at=NOON + 2 * HOUR)
    assert (held is not None) is is_held
    if held is not None:
        assert (held.rule, held.look_again_at) == ("US.register", NOON + 3 * HOUR)
