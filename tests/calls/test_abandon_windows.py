"""Pacing knows what was abandoned before the engine lived, in each window of each limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.calls.dialing.windows import AbandonWindows, WindowCount
from ccengine.core.dialer.leads import MachineVerdict
from ccengine.core.events import (
    AbandonWindowOpened,
    CampaignFinished,
    CampaignPaused,
    CampaignStarted,
    HeardBy,
    LeadAnswered,
    LeadMachineHeard,
)
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.calls.test_lead_calls import dialing, open_at_any_hour

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.ids import CampaignId
    from tests.calls.center_on_fake import CenterOnFake

DAY = 86_400.0


@dataclass
class Counts:
    """Counts in memory."""

    said: list[WindowCount] = field(default_factory=list)
    asked: int = 0
    fails: bool = False
    meanwhile: list[Callable[[], None]] = field(default_factory=list)  #: as they are read

    async def counts(self, campaign: CampaignId, plan: CampaignPlan) -> Sequence[WindowCount]:
        assert campaign == RENEWALS
        assert len(plan.limits) == len(self.said)
        self.asked += 1
        if self.fails:
            message = "no database"
            raise OSError(message)
        if self.meanwhile:
            self.meanwhile.pop(0)()
            await asyncio.sleep(120)  # until the agent's wrap-up is over, too
        return self.said


def started(center: CenterOnFake) -> None:
    rejection = center.engine.post(CampaignStarted(campaign=RENEWALS, by="test"))
    assert not rejection, rejection


def told(center: CenterOnFake) -> list[tuple[int, int]]:
    found = center.journal.events(AbandonWindowOpened)
    assert all(isinstance(one, AbandonWindowOpened) for one in found)
    return [(one.live, one.abandoned) for one in found if isinstance(one, AbandonWindowOpened)]


@asynccontextmanager
async def watching(center: CenterOnFake, counts: Counts) -> AsyncIterator[AbandonWindows]:
    open_at_any_hour(center)
    windows = AbandonWindows(center.engine, counts)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(windows.run())
        yield windows
        running.cancel()


async def test_a_campaign_that_starts_knows_what_was_before(center: CenterOnFake) -> None:
    counts = Counts([WindowCount(live=200, abandoned=3, ends_at=1000.0 + DAY)])
    async with watching(center, counts):
        await asyncio.sleep(2)
        assert counts.asked == 0
        started(center)
        await center.until(lambda: told(center), seconds=1)
        await asyncio.sleep(60)
    assert told(center) == [(200, 3)]
    (run,) = center.engine.center.campaigns.values()
    assert [(one.live, one.abandoned) for one in run.windows] == [(200, 3)]


async def test_a_window_that_ends_begins_anew(center: CenterOnFake) -> None:
    counts = Counts([WindowCount(live=200, abandoned=3, ends_at=1000.0 + 600)])
    async with watching(center, counts):
        started(center)
        await asyncio.sleep(590)
        counts.said = [WindowCount(live=0, abandoned=0, ends_at=1000.0 + DAY)]
        assert told(center) == [(200, 3)]
        await asyncio.sleep(20)
        assert told(center) == [(200, 3), (0, 0)]


async def test_told_again_after_a_pause_only_where_it_was_finished(center: CenterOnFake) -> None:
    counts = Counts([WindowCount(live=5, abandoned=0, ends_at=None)])
    async with watching(center, counts):
        started(center)
        await asyncio.sleep(2)
        center.engine.post(CampaignPaused(campaign=RENEWALS, by="test"))
        started(center)
        await asyncio.sleep(2)
        assert len(told(center)) == 1
        center.engine.post(CampaignFinished(campaign=RENEWALS, by="test"))
        started(center)
        await asyncio.sleep(2)
        assert len(told(center)) == 2


async def test_books_that_fail_are_asked_again(center: CenterOnFake) -> None:
    counts = Counts([WindowCount(live=5, abandoned=1, ends_at=None)], fails=True)
    async with watching(center, counts):
        started(center)
        await asyncio.sleep(3)
        assert not told(center)
        counts.fails = False
        await center.until(lambda: told(center), seconds=2)


async def test_who_talks_counts_before_their_attempt_is_closed(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 1.0)
    await center.log_in("taras", answers_after=0.05)
    counts = Counts([WindowCount(live=7, abandoned=1, ends_at=None)])
    async with dialing(center, Books([lead(1)])):
        await center.until(lambda: center.journal.events(LeadAnswered))
        windows = AbandonWindows(center.engine, counts)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(windows.run())
            await asyncio.sleep(2)
            windows.recount(RENEWALS)
            await asyncio.sleep(2)
            running.cancel()
        (event,) = center.journal.events(LeadAnswered)
        assert isinstance(event, LeadAnswered)
        center.asterisk.hang_up(event.leg)
        await asyncio.sleep(1)
    assert told(center) == [(8, 1), (8, 1)]


async def test_who_is_gone_while_the_books_are_read_counts_once(center: CenterOnFake) -> None:
    """Given a call that ends and is stored meanwhile, then it is taken from the books alone."""
    center.asterisk.phone_answers(far(1), 1.0)
    await center.log_in("taras", answers_after=0.05)
    counts = Counts([WindowCount(live=7, abandoned=1, ends_at=None)])
    async with dialing(center, Books([lead(1)])):
        await center.until(lambda: center.journal.events(LeadAnswered))
        await asyncio.sleep(5)
        (event,) = center.journal.events(LeadAnswered)
        assert isinstance(event, LeadAnswered)

        def end() -> None:
            center.asterisk.hang_up(event.leg)
            counts.said = [WindowCount(live=8, abandoned=1, ends_at=None)]

        counts.meanwhile.append(end)
        windows = AbandonWindows(center.engine, counts)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(windows.run())
            await asyncio.sleep(180)
            running.cancel()
    assert told(center) == [(8, 1)]


async def test_a_machine_that_is_still_with_us_is_no_live_answer(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 1.0)
    await center.log_in("taras", answers_after=0.05)
    counts = Counts([WindowCount(live=7, abandoned=1, ends_at=None)])
    async with dialing(center, Books([lead(1)])):
        await center.until(lambda: center.journal.events(LeadAnswered))
        (event,) = center.journal.events(LeadAnswered)
        assert isinstance(event, LeadAnswered)
        machine = MachineVerdict.MACHINE
        center.engine.post(LeadMachineHeard(call=event.call, by=HeardBy.DETECTOR, verdict=machine))
        windows = AbandonWindows(center.engine, counts)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(windows.run())
            await asyncio.sleep(1)
            running.cancel()
        assert told(center) == [(7, 1)]
        center.asterisk.hang_up(event.leg)
        await asyncio.sleep(1)
