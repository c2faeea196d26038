"""Preview dialing and schedules on the fake Asterisk: agents dial or skip; schedules are kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.commands import CampaignChange, FollowSchedule
from ccengine.core.dialer.leads import AttemptOutcome, HeldBack, LeadKey
from ccengine.core.dialer.purposes import Mode
from ccengine.core.events import (
    AgentLoggedOut,
    CallEnded,
    CampaignFinished,
    CampaignStarted,
    ConversationStarted,
    LeadAccepted,
    LeadAnswered,
    LeadDialed,
    LeadSkipped,
    LeadUnanswered,
    PreviewHeldBack,
)
from ccengine.core.ids import AgentId
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.calls.test_lead_calls import dialing

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

TARAS = AgentId("taras")


def accept(center: CenterOnFake) -> None:
    preview = center.engine.center.previews[TARAS]
    number = preview.lead.to_dial or ""
    center.engine.post(
        LeadAccepted(campaign=RENEWALS, lead=preview.lead.key, agent=TARAS, number=number)
    )


async def shown(center: CenterOnFake, key: int) -> None:
    """Wait until the agent is shown this lead."""
    previews = center.engine.center.previews
    await center.until(lambda: TARAS in previews and previews[TARAS].lead.key == key)


async def test_an_agent_dials_and_talks_with_who_answers(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books, mode=Mode.PREVIEW):
        await shown(center, 1)
        assert not books.placed
        accept(center)
        await center.until(lambda: center.journal.events(ConversationStarted))
        (answered,) = center.journal.events(LeadAnswered)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: center.journal.events(CallEnded))
    (closed,) = books.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ANSWERED, "taras")


async def test_a_lead_that_is_skipped_goes_to_the_books(center: CenterOnFake) -> None:
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1), lead(2)])
    async with dialing(center, books, mode=Mode.PREVIEW):
        await shown(center, 1)
        center.engine.post(
            LeadSkipped(campaign=RENEWALS, lead=LeadKey(1), agent=TARAS, reason="no time")
        )
        await shown(center, 2)
        await center.until(lambda: books.skipped)
    (skipped,) = books.skipped
    assert (skipped.lead, skipped.reason) == (1, "no time")
    assert not books.placed
    assert LeadKey(2) in books.given_back  # the campaign has paused


async def test_who_may_not_be_called_any_more_is_not_shown(center: CenterOnFake) -> None:
    """Given a lead that was claimed before its evening began, then the next is shown."""
    await center.log_in("taras", answers_after=0.05)
    evening = HeldBack(rule="UA.hours", reason="no calls at this hour", until=1e6)
    books = Books([lead(1), lead(2)], unlawful={LeadKey(1): evening})
    async with dialing(center, books, mode=Mode.PREVIEW):
        await shown(center, 2)
        (held,) = center.journal.events(PreviewHeldBack)
        assert (held.lead, held.agent, held.rule) == (1, TARAS, "UA.hours")
    assert not books.skipped
    assert LeadKey(1) not in books.given_back  # the books have put it off


async def test_what_rings_for_who_leaves_is_hung_up(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books, mode=Mode.PREVIEW):
        await shown(center, 1)
        accept(center)
        await center.until(lambda: center.journal.events(LeadDialed))
        await asyncio.sleep(1)
        center.engine.post(AgentLoggedOut(agent=TARAS))
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {"+380440000001": AttemptOutcome.CANCELLED}


async def test_a_schedule_is_followed_in_its_own_name(center: CenterOnFake) -> None:
    async with dialing(center, Books([])):
        for change in (CampaignChange.FINISH, CampaignChange.START):
            center.engine.dialing.put_nowait(
                FollowSchedule(campaign=RENEWALS, change=change, reason="its time")
            )
        await center.until(lambda: len(center.journal.events(CampaignStarted)) == 2)
    (finished,) = center.journal.events(CampaignFinished)
    assert (finished.by, finished.reason) == ("schedule", "its time")
