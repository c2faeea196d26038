"""Agents who come to a lead as they are told who called, or later than the law allows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriTimeout
from ccengine.calls.dialing.lead_leg import LIMIT
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.events import (
    AgentLoggedOut,
    ConversationFailed,
    ConversationStarted,
    LeadAbandoned,
    LeadAnswered,
    OfferAccepted,
)
from ccengine.core.ids import AgentId
from ccengine.core.states import AgentState
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.calls.lead_stage import dialing, is_ringing, leg_of
from tests.fakes.asterisk_leads import WAIT_SECONDS

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake


def abandoned(center: CenterOnFake) -> int:
    """How many the campaign counts."""
    return center.engine.center.campaigns[RENEWALS].figures.abandoned


def is_running(center: CenterOnFake) -> bool:
    return center.engine.center.campaigns[RENEWALS].is_running


async def hang_up(center: CenterOnFake, books: Books) -> None:
    """They have talked, and the lead hangs up."""
    await center.until(lambda: books.moment("bridged_at"))
    center.asterisk.hang_up(leg_of(center))
    await center.until(lambda: books.closed)


async def test_an_agent_who_comes_as_the_message_has_begun_hides_nothing(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=1.9):
        await center.until(lambda: center.journal.events(ConversationStarted))
        assert center.asterisk.hears(leg_of(center)).startswith("talk:")
        assert abandoned(center) == 1
        await hang_up(center, books)
    (closed,) = books.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ABANDONED, "taras")
    assert len(center.journal.events(LeadAbandoned)) == 1
    assert books.moment("message_at")


async def test_an_engine_that_is_behind_proves_no_shorter_wait(center: CenterOnFake) -> None:
    """What is stored is the dialplan's time of the answer, and the law counts from there."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.3):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        center.asterisk.hold_events()
        center.asterisk.pick_up(leg_of(center))
        answered = asyncio.get_running_loop().time()
        await asyncio.sleep(0.6)
        center.asterisk.delay_requests(0.3)
        center.asterisk.let_events_come()
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.delay_requests(0.0)
        await hang_up(center, books)
    (closed,) = books.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ABANDONED, "taras")
    assert books.latest("answered_at") == pytest.approx(answered, abs=0.01)
    assert books.latest("message_at") is None
    assert abandoned(center) == 1


async def test_an_agent_in_time_is_in_time(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=1.5):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        center.asterisk.pick_up(leg_of(center))
        await hang_up(center, books)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    assert abandoned(center) == 0


async def test_an_answer_found_long_after_it_is_no_answer_of_this_instant(
    center: CenterOnFake,
) -> None:
    """They hear who called by then: no agent is offered to them, and they were abandoned."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.5)
        center.asterisk.drop_connection(stay_down=True)
        center.asterisk.pick_up(leg_of(center))
        answered = asyncio.get_running_loop().time()
        await asyncio.sleep(WAIT_SECONDS + 1.0)
        center.asterisk.restore()
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(ConversationStarted)
    assert books.moment("answered_at") == pytest.approx(answered, abs=0.01)


async def test_a_lead_who_hangs_up_as_they_are_taken_out_costs_no_agent_their_readiness(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.3):
        await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
        center.asterisk.manager.refuse("Channel does not exist")
        await center.until(lambda: center.journal.events(OfferAccepted))
        await asyncio.sleep(0.1)  # Asterisk knows it sooner than it tells
        center.asterisk.hang_up(leg_of(center))
        await center.until(lambda: books.closed)
        assert center.agent("taras").state is AgentState.AVAILABLE
        assert not center.journal.events(ConversationFailed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.CUT_OFF]


@pytest.mark.parametrize("is_away", [True, False])
async def test_a_manager_who_takes_nobody_out_costs_no_agent_their_readiness(
    center: CenterOnFake, *, is_away: bool
) -> None:
    """They hear who called, and the agent is there for the next."""
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.3):
        await center.until(lambda: center.journal.events(LeadAnswered))
        if is_away:
            center.asterisk.manager.go_away()
        else:
            center.asterisk.manager.refuse("Permission denied")
        await center.until(lambda: center.journal.events(OfferAccepted))
        await center.until(lambda: center.journal.events(LeadAbandoned))
        assert center.agent("taras").state is AgentState.AVAILABLE
        center.asterisk.manager.come_back()
        await center.until(lambda: books.closed)
        assert center.engine.center.agent(AgentId("taras")).state is AgentState.AVAILABLE
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(ConversationFailed)


async def test_a_limit_that_asterisk_was_slow_to_take_back_ends_no_talk(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books, tries = Books([lead(1)]), 0
    ask = center.asterisk.request

    async def slow(request: Request) -> Response:
        nonlocal tries
        if request.query.get("variable") == LIMIT:
            tries += 1
            if tries == 1:
                message = "no answer in time"
                raise AriTimeout(message)
        return await ask(request)

    monkeypatch.setattr(center.asterisk, "request", slow)
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(ConversationStarted))
        await asyncio.sleep(5)
        assert center.asterisk.hears(leg_of(center)).startswith("talk:")
        await hang_up(center, books)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]


async def test_nobody_is_dialed_as_long_as_nobody_who_answers_could_be_had(
    center: CenterOnFake,
) -> None:
    books = Books([])
    async with dialing(center, books):
        await asyncio.sleep(1)
        center.asterisk.manager.go_away()
        await center.until(lambda: not is_running(center), seconds=2)
        assert "manager" in center.engine.center.campaigns[RENEWALS].reason
        books.leads = [lead(1)]
        await asyncio.sleep(100)
        assert not books.asked
        center.asterisk.manager.come_back()
        await center.until(lambda: books.asked, seconds=60)
        assert is_running(center)


async def test_a_manager_who_is_back_at_once_stops_no_campaign(center: CenterOnFake) -> None:
    async with dialing(center, Books([])):
        for _ in range(20):
            center.asterisk.manager.go_away()
            await asyncio.sleep(0.4)
            center.asterisk.manager.come_back()
            await asyncio.sleep(0.6)
            assert is_running(center)


async def test_an_answer_that_was_not_read_yet_is_not_hung_up_on(center: CenterOnFake) -> None:
    """The last agent leaves between a lead's answer and our hearing of it."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.5)
        center.asterisk.hold_events()
        center.asterisk.pick_up(leg_of(center))
        center.engine.post(AgentLoggedOut(agent=AgentId("taras")))
        await asyncio.sleep(0.1)
        center.asterisk.let_events_come()
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert books.latest("message_at")
