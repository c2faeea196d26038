"""A campaign on the fake Asterisk, whose engine may be killed and begin again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from ccengine.core.events import (
    CampaignPaused,
    CampaignStarted,
    LeadDialed,
)
from tests.calls.lead_books import RENEWALS, Books, far
from tests.calls.test_lead_calls import open_at_any_hour
from tests.fakes.asterisk_leads import FAMILY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccengine.calls.dialing.books import Placed
    from ccengine.core.commands import PlaceCall
    from ccengine.core.dialer.leads import HeldBack
    from ccengine.core.ids import CallId
    from tests.calls.center_on_fake import CenterOnFake

NUMBER = "+380440000001"


@dataclass
class SlowBooks(Books):
    """Books that take their time to store an attempt."""

    seconds: float = 0.0

    @override
    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        placed = await super().place(asked)
        await asyncio.sleep(self.seconds)
        return placed


@asynccontextmanager
async def dialing(
    center: CenterOnFake, books: Books, *, answers_after: float | None = 0.05
) -> AsyncIterator[None]:
    """Taras serves a campaign, whose engine may be killed."""
    open_at_any_hour(center)
    center.books = books
    await center.restart()
    await center.log_in("taras", answers_after=answers_after)
    rejection = center.engine.post(CampaignStarted(campaign=RENEWALS, by="test"))
    assert not rejection, rejection
    yield
    center.engine.post(CampaignPaused(campaign=RENEWALS, by="test"))
    await asyncio.sleep(60)
    assert not center.engine.center.in_air
    assert not center.asterisk.world.database.get(FAMILY)
    center.assert_nothing_left()


def leg_of(center: CenterOnFake) -> str:
    """The channel of the lead's side."""
    (found,) = [name for name in center.asterisk.world.channels if name.endswith(".lead")]
    return found


def dialed(center: CenterOnFake) -> CallId:
    (event,) = center.journal.events(LeadDialed)
    assert isinstance(event, LeadDialed)
    return event.call


def is_ringing(center: CenterOnFake) -> bool:
    return center.asterisk.ringing(far(1)) is not None


def has(kind: type) -> Callable[[CenterOnFake], bool]:
    return lambda center: bool(center.journal.events(kind))


def is_taken(center: CenterOnFake) -> bool:
    """Out of the dialplan, and in no bridge yet."""
    return center.asterisk.channel(leg_of(center)).in_stasis


def hears_message(center: CenterOnFake) -> bool:
    return bool(center.asterisk.world.database.get(FAMILY))
