"""Leads come with what tells how likely they answer: the last attempt's end, and their clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, LastTry
from ccengine.core.dialer.retries import RetryRules
from ccengine.storage.attempts import Ending, Progress
from tests.storage.leads import NOON, anybody, attempt, imported, new, number, opened, refill

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.database import RecordDatabase

DAY, HOUR = 86_400.0, 3600
JULY = NOON + 180 * DAY


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        return file


async def tried(
    database: RecordDatabase, lead: Lead, name: str, outcome: AttemptOutcome, **course: Any
) -> None:
    """Place an attempt at noon, or later, which ends after half a minute."""
    at = course.pop("at", NOON)
    await database.attempts.place(attempt(lead, name, at), anybody)
    ending = Ending(outcome=outcome, at=at + 30, progress=Progress(**course))
    await database.attempts.close(AttemptId(name), ending, RetryRules())


@pytest.mark.parametrize(
    ("zone", "now", "offset"),
    [
        ("Europe/Kyiv", NOON, 2 * HOUR),
        ("Europe/Kyiv", JULY, 3 * HOUR),
        ("America/St_Johns", NOON, -12_600),
        ("", NOON, None),
        ("Nowhere/Atlantis", NOON, None),
        ("../etc", NOON, None),
    ],
)
async def test_a_lead_knows_how_far_its_clock_is_from_utc(
    path: Path, zone: str, now: float, offset: int | None
) -> None:
    imported(path, [new(1, zone=zone)])
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(), now)
    assert lead.utc_offset_seconds == offset
    assert lead.last_try is None


async def test_it_knows_how_its_last_attempt_ended(path: Path) -> None:
    """Given two attempts, and another lead's, then the later one of its own counts."""
    imported(path, [new(1, numbers=(number(1), number(11))), new(2)])
    async with opened(path) as database:
        first, other = await database.leads.claim(refill(), NOON)
        await tried(database, first, "a1", AttemptOutcome.NO_ANSWER, rang_at=NOON + 5)
        await tried(database, other, "a2", AttemptOutcome.BUSY, at=NOON + DAY)
        (again,) = await database.leads.claim(refill(1), NOON + 3 * HOUR)
        wanted = LastTry(outcome=AttemptOutcome.NO_ANSWER, ended_at=NOON + 30, rang_seconds=25.0)
        assert again.last_try == wanted
        await tried(database, again, "a3", AttemptOutcome.BUSY, at=NOON + 4 * HOUR)
        found = {one.key: one.last_try for one in await database.leads.claim(refill(), JULY)}
    assert found == {
        first.key: LastTry(outcome=AttemptOutcome.BUSY, ended_at=NOON + 4 * HOUR + 30),
        other.key: LastTry(outcome=AttemptOutcome.BUSY, ended_at=NOON + DAY + 30),
    }


async def test_a_call_that_is_answered_rings_no_longer(path: Path) -> None:
    imported(path, [new(1)])
    async with opened(path) as database:
        (lead,) = await database.leads.claim(refill(), NOON)
        course = {"rang_at": NOON + 2, "answered_at": NOON + 9}
        await tried(database, lead, "a1", AttemptOutcome.MACHINE, **course)
        (again,) = await database.leads.claim(refill(), NOON + DAY)
    assert again.last_try is not None
    assert again.last_try.rang_seconds == 7.0
