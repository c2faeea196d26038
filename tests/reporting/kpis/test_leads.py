"""What the fold makes of leads: their counts by campaign, and the time of who talks with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import AgentId, CallId, PhoneId
from tests.core.dialing_stage import RENEWALS, campaign, lead
from tests.reporting.kpis.days import follow, of, rebuilt, serve, tally_of, total, untiled
from tests.reporting.shift import NODE, Shift, plan, queue_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANNA = AgentId("anna")


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    """Anna serves a campaign that calls thrice for each free agent."""
    shift = Shift(tmp_path / "journal.db")
    power = campaign(Mode.POWER, queue="billing", ratio=3.0)
    campaigns = {RENEWALS: power}
    shift.post(events.PlanLoaded(plan=replace(plan(), campaigns=campaigns)))
    shift.post(events.SwitchResynced(node=NODE))
    yield shift
    shift.journal.close()


def dial(shift: Shift) -> list[CallId]:
    """Have anna log in and the campaign dial three leads."""
    shift.post(events.AgentLoggedIn(agent=ANNA, phone=PhoneId("200")))
    shift.post(events.CampaignStarted(campaign=RENEWALS, by="olga"))
    leads = tuple(lead(key) for key in range(1, 4))
    shift.post(events.LeadsClaimed(campaign=RENEWALS, leads=leads))
    calls = list(shift.center.in_air)
    for call in calls:
        known = shift.center.in_air[call]
        shift.post(
            events.LeadDialed(
                call=call,
                tenant=plan().tenant,
                client=queue_client(),
                node=NODE,
                campaign=RENEWALS,
                lead=known.lead,
                number=known.number,
                attempt=AttemptId(f"a-{call}"),
            )
        )
    shift.wait(5)
    return calls


def live(shift: Shift) -> tuple[CallId, CallId]:
    """Have one lead talk with anna for 30 s, another be abandoned, and the third not be reached."""
    first, second, third = dial(shift)
    shift.post(events.LeadAnswered(call=first, leg=f"{first}.leg"))
    shift.post(events.LeadAnswered(call=second, leg=f"{second}.leg"))
    shift.post(events.LeadAbandoned(call=second, reason="2 s are over"))
    shift.hang_up(second)
    shift.post(events.LeadUnanswered(call=third, outcome=AttemptOutcome.NO_ANSWER))
    serve(shift, first, talk=30.0)
    shift.post(events.CampaignPaused(campaign=RENEWALS, by="olga"))
    shift.wait(20)
    return first, second


def test_leads_are_counted_by_campaign(shift: Shift) -> None:
    fold = follow(shift)
    live(shift)
    counts = of(tally_of(fold), campaign=str(RENEWALS), kind="lead")
    assert (counts.leads_dialed, counts.leads_answered, counts.leads_abandoned) == (3, 2, 1)
    assert (counts.leads_talked, counts.leads_talk) == (1, 30_000)
    assert counts.leads_wrap_up == 15_000


def test_who_talks_with_a_lead_is_talking(shift: Shift) -> None:
    fold = follow(shift)
    live(shift)
    fold.cut(shift.now)
    spent = of(tally_of(fold), agent="anna")
    assert (spent.talking, spent.wrapping_up) == (30_000, 15_000)
    assert spent.connecting < 2_000
    assert not untiled(tally_of(fold), round(shift.now * 1000))


def test_leads_are_no_callers_of_a_queue(shift: Shift) -> None:
    fold = follow(shift)
    live(shift)
    counts = total(tally_of(fold))
    assert (counts.offered, counts.answered, counts.abandoned, counts.handled) == (0, 0, 0, 0)


def test_live_and_from_the_journal_they_are_the_same(shift: Shift) -> None:
    fold = follow(shift)
    live(shift)
    fold.cut(shift.now)
    assert tally_of(rebuilt(shift.rows(), shift.now)).cells == tally_of(fold).cells
