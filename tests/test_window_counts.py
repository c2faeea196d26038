"""What a campaign abandoned in the present window of each of its limits, by the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ccengine.assembly.window_counts import StoredCounts
from ccengine.assembly.window_counts import counted as counted_by
from ccengine.config.campaign_plans import campaign_plans
from ccengine.config.detection import Detector
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, MachineVerdict
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.dialer.rules import AbandonLimit, Denominator, WindowKind
from ccengine.core.dialer.windows import Tally
from ccengine.core.ids import AgentId, CampaignId, ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.storage.attempts import Ending, Progress
from tests.storage.leads import anybody, attempt, imported, new, opened, refill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.calls.dialing.windows import WindowCount
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import Instant

DEMO = Path(__file__).parents[1] / "dialplan" / "tenants" / "demo"
CONFIGURATION = load_configuration(DEMO)
DNIPRO, RENEWALS = ClientId("dnipro"), CampaignId("dnipro/renewals")
KYIV = ZoneInfo("Europe/Kyiv")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=KYIV)


def tenant_with(**values: Any) -> Tenant:
    """The demo's tenant, whose campaign has other settings."""
    tenant = CONFIGURATION.tenant
    assert tenant is not None
    client = tenant.clients[DNIPRO]
    campaign = client.campaigns["renewals"]
    settings = replace(campaign.settings, **values)
    client = replace(client, campaigns={"renewals": replace(campaign, settings=settings)})
    return replace(tenant, clients={**tenant.clients, DNIPRO: client})


async def counted(
    path: Path, tenant: Tenant, calls: Sequence[tuple[datetime, AttemptOutcome]], now: datetime,
    *, heard_by: AgentId | None = None, **values: object,
) -> Sequence[WindowCount]:  # fmt: skip
    """What the books say now of a campaign with these calls."""
    at: Instant = now.timestamp()
    wiring: Any = SimpleNamespace(
        engine=SimpleNamespace(clock=SimpleNamespace(now=lambda: at)), tenant=lambda: tenant
    )
    async with opened(path):
        pass
    imported(path, [new(row) for row in range(1, 9)])
    async with opened(path) as database:
        leads = await database.leads.claim(refill(), at)
        for row, (lead, (placed, outcome)) in enumerate(zip(leads, calls, strict=False)):
            name, then = f"a{row}", placed.timestamp()
            await database.attempts.place(attempt(lead, name, then, **values), anybody)
            if outcome is AttemptOutcome.MACHINE:
                said = Progress(machine=MachineVerdict.MACHINE, agent=heard_by)
                await database.attempts.note(AttemptId(name), said)
            ending = Ending(outcome=outcome, at=then + 30)
            await database.attempts.close(AttemptId(name), ending, RetryRules())
        plan = campaign_plans(tenant.clients[DNIPRO], tenant.dialing, at)[RENEWALS]
        counts = await StoredCounts(wiring, database).counts(RENEWALS, plan)
        assert len(counts) == len(plan.limits)
        return counts


async def test_a_day_is_the_clients(tmp_path: Path) -> None:
    minute = timedelta(minutes=1)
    calls = [
        (MIDNIGHT - minute, AttemptOutcome.ABANDONED),
        (MIDNIGHT, AttemptOutcome.ABANDONED),
        (MIDNIGHT + minute, AttemptOutcome.ANSWERED),
        (MIDNIGHT + minute, AttemptOutcome.CUT_OFF),
        (MIDNIGHT + minute, AttemptOutcome.BUSY),
    ]
    now = MIDNIGHT + timedelta(hours=1)
    assert now.astimezone(UTC).day == 22
    (count,) = await counted(tmp_path / "db", tenant_with(), calls, now)
    assert (count.live, count.abandoned) == (3, 1)
    assert count.ends_at == (MIDNIGHT + timedelta(days=1)).timestamp()


@pytest.mark.parametrize(("seller", "expected"), [("Dnipro Energy", 2), ("somebody else", 0)])
async def test_thirty_days_are_counted_for_the_seller_from_the_first_call(
    tmp_path: Path, seller: str, expected: int
) -> None:
    day = timedelta(days=1)
    tenant = tenant_with(
        country="US", mode=Mode.PREDICTIVE, purpose=Purpose.MARKETING, abandon_percent=None
    )
    calls = [
        (MIDNIGHT, AttemptOutcome.ABANDONED),
        (MIDNIGHT + 31 * day, AttemptOutcome.ABANDONED),
        (MIDNIGHT + 45 * day, AttemptOutcome.ANSWERED),
    ]
    now = MIDNIGHT + 50 * day
    (count,) = await counted(tmp_path / "db", tenant, calls, now, seller=seller)
    assert count.live == expected
    assert count.ends_at == (MIDNIGHT + 60 * day).timestamp()


@pytest.mark.parametrize(("heard_by", "expected"), [(None, (4, 3)), (AgentId("anna"), (2, 1))])
async def test_people_whom_a_detector_took_for_machines_are_counted_after_a_restart_too(
    tmp_path: Path, heard_by: AgentId | None, expected: tuple[int, int]
) -> None:
    """Given that half of the machines were people, of those that no agent has heard."""
    minute = timedelta(minutes=1)
    ends = [AttemptOutcome.MACHINE] * 4 + [AttemptOutcome.ANSWERED, AttemptOutcome.ABANDONED]
    calls = [(MIDNIGHT + row * minute, one) for row, one in enumerate(ends)]
    tenant = tenant_with(detector=Detector(error_percent=50))
    (count,) = await counted(
        tmp_path / "db", tenant, calls, MIDNIGHT + timedelta(hours=1), heard_by=heard_by
    )
    assert (count.live, count.abandoned) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (Denominator.LIVE_ANSWERS, (1, 9)),
        (Denominator.TO_AGENTS, (1, 5)),
        (Denominator.CONNECTED, (1, 5)),
        (Denominator.PLACED, (1, 9)),
    ],
)
def test_pacing_never_counts_more_live_answers_than_the_rule(
    of: Denominator, expected: tuple[int, int]
) -> None:
    rule = AbandonLimit(percent=3, of=of, window=WindowKind.DAY)
    tally = Tally(placed=100, connected=4, cut_off=4, abandoned=1)
    assert counted_by(rule, tally, 0.0) == expected


async def test_a_campaign_that_is_gone_has_no_counts(tmp_path: Path) -> None:
    tenant = tenant_with()
    plan = campaign_plans(tenant.clients[DNIPRO], tenant.dialing, 0.0)[RENEWALS]
    clock = SimpleNamespace(now=lambda: 0.0)
    wiring: Any = SimpleNamespace(engine=SimpleNamespace(clock=clock), tenant=lambda: tenant)
    async with opened(tmp_path / "db") as database:
        counts = StoredCounts(wiring, database)
        assert await counts.counts(CampaignId("dnipro/gone"), plan) == ()
        assert await counts.counts(CampaignId("gone/renewals"), plan) == ()
