"""Calls to leads when the engine is killed at each of their steps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, LeadKey
from ccengine.core.events import (
    CallEnded,
    CampaignStarted,
    ConversationStarted,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    LeadUnanswered,
    OfferAccepted,
)
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.calls.lead_stage import (
    NUMBER,
    SlowBooks,
    dialed,
    dialing,
    has,
    hears_message,
    is_ringing,
    is_taken,
    leg_of,
)
from tests.fakes.asterisk_leads import FAMILY, MESSAGE_SECONDS, WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.calls.center_on_fake import CenterOnFake


async def test_killed_before_an_attempt_is_stored_the_lead_is_given_back(
    center: CenterOnFake,
) -> None:
    books = SlowBooks([lead(1)], seconds=5.0)
    async with dialing(center, books):
        await center.until(lambda: center.engine.center.in_air)
        (call,) = center.engine.center.in_air
        await asyncio.sleep(1)
        await center.restart(away_seconds=1)
        await center.until(lambda: center.journal.events(LeadUnanswered))
        await center.until(lambda: books.given_back)
    assert books.given_back == [LeadKey(1)]
    assert books.ended == {NUMBER: AttemptOutcome.LOST}  # if it was stored after all
    assert AttemptId(call) in books.settled[0][0] | books.settled[-1][0]
    assert not center.journal.events(LeadDialed)


@pytest.mark.parametrize("away_seconds", [0.0, 1.0, 5.0])
async def test_killed_while_it_rings_they_get_an_agent_when_they_answer(
    center: CenterOnFake, away_seconds: float
) -> None:
    center.asterisk.phone_answers(far(1), 8.0)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(1)
        await center.restart(away_seconds=away_seconds)
        await center.until(lambda: center.journal.events(ConversationStarted))
        leg = leg_of(center)
        assert center.asterisk.hears(leg).startswith("talk:")
        await center.until(lambda: books.moment("bridged_at"))
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert books.placed == [NUMBER]
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    assert books.ended == {}
    assert all(AttemptId(dialed(center)) in alive for alive, _ in books.settled[1:])


@pytest.mark.parametrize(
    ("cause", "outcome"), [(17, AttemptOutcome.BUSY), (19, AttemptOutcome.NO_ANSWER)]
)
async def test_killed_while_it_rings_the_outcome_is_told_all_the_same(
    center: CenterOnFake, cause: int, outcome: AttemptOutcome
) -> None:
    center.asterisk.phone_declines(far(1), 5.0, cause)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await center.restart(away_seconds=1)
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {NUMBER: outcome}


async def test_what_ended_while_the_engine_was_away_is_lost_once(center: CenterOnFake) -> None:
    center.asterisk.phone_declines(far(1), 3.0, 17)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await center.restart(away_seconds=5)
        await center.until(lambda: center.journal.events(LeadUnanswered))
        await center.restart(away_seconds=5)
    (event,) = center.journal.events(LeadUnanswered)
    assert isinstance(event, LeadUnanswered)
    assert event.outcome is AttemptOutcome.LOST
    assert books.ended == {NUMBER: AttemptOutcome.LOST}
    assert books.placed == [NUMBER]


async def test_answered_just_before_the_kill_they_get_an_agent(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.4):
        await center.until(lambda: center.journal.events(LeadAnswered))
        await center.restart(away_seconds=0.2)
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(leg_of(center))
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    assert not center.journal.events(LeadAbandoned)


async def test_answered_while_the_engine_was_away_they_get_an_agent(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        leg = leg_of(center)
        await center.kill()
        center.asterisk.pick_up(leg)
        answered = asyncio.get_running_loop().time()
        await asyncio.sleep(0.5)
        await center.start()
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    noted = books.moment("answered_at")
    assert noted == pytest.approx(answered, abs=0.01)  # by the dialplan's clock, not by ours


async def test_an_agent_who_comes_too_late_after_a_restart_does_not_hide_it(
    center: CenterOnFake,
) -> None:
    """The core counts from when it was told; the law from the answer."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=1.3):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        leg = leg_of(center)
        await center.kill()
        center.asterisk.pick_up(leg)
        await asyncio.sleep(1.0)
        await center.start()
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(ConversationStarted)


async def test_the_agent_answers_while_the_engine_is_away(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=None):
        await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
        await center.kill()
        center.asterisk.pick_up(center.leg("taras"))
        await asyncio.sleep(0.3)
        await center.start()
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(leg_of(center))
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    assert len(center.journal.events(LeadAnswered)) == 1


@pytest.mark.parametrize("step", [has(LeadAnswered), has(OfferAccepted), is_taken])
async def test_nobody_is_left_in_silence_by_a_kill(
    center: CenterOnFake, step: Callable[[CenterOnFake], bool]
) -> None:
    """Killed after the answer or as they are taken out, they hear who called, and it is counted."""
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.1):
        await center.until(lambda: is_ringing(center))
        center.asterisk.delay_requests(0.3)
        await center.until(lambda: step(center))
        await center.kill()
        center.asterisk.delay_requests(0.0)
        leg = leg_of(center)
        since = asyncio.get_running_loop().time()
        await center.until(lambda: hears_message(center))
        assert asyncio.get_running_loop().time() - since < 2.1
        await center.start()
        await center.until(lambda: center.journal.events(LeadAbandoned))
        await center.until(lambda: books.closed)
        assert leg not in center.asterisk.world.channels
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(ConversationStarted)
    assert books.moment("message_at")


@pytest.mark.parametrize("opts_out", [False, True])
async def test_told_who_called_without_any_engine(center: CenterOnFake, *, opts_out: bool) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        leg = leg_of(center)
        await center.kill()
        center.asterisk.pick_up(leg)
        await asyncio.sleep(WAIT_SECONDS + 0.5)
        if opts_out:
            center.asterisk.world.leads.opt_out(center.asterisk.channel(leg))
        await asyncio.sleep(MESSAGE_SECONDS + 5)
        assert leg not in center.asterisk.world.channels
        await center.start()
        await center.until(lambda: books.told)
        await center.until(lambda: not center.asterisk.world.database[FAMILY])
    (note,) = books.told
    assert (note.call, note.wants_no_more) == (dialed(center), opts_out)
    assert center.recounted == [RENEWALS]
    assert len(center.journal.events(LeadUnanswered)) == 1


async def test_who_hears_the_message_as_the_engine_comes_back_may_still_opt_out(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.1)
        leg = leg_of(center)
        await center.kill()
        center.asterisk.pick_up(leg)
        await asyncio.sleep(WAIT_SECONDS + 0.5)
        await center.start()
        await center.until(lambda: center.journal.events(LeadAbandoned))
        assert not center.asterisk.ringing("PJSIP/phone-204")  # no agent is rung for them
        await asyncio.sleep(0.5)
        assert not books.told  # what they wish is not known yet: the note stays until they are gone
        center.asterisk.world.leads.opt_out(center.asterisk.channel(leg))
        await center.until(lambda: books.closed)
    assert books.opted_out == [NUMBER]
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(ConversationStarted)


async def test_killed_while_they_talk_the_talk_goes_on(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(ConversationStarted))
        leg = leg_of(center)
        await center.restart(away_seconds=1)
        await asyncio.sleep(5)
        assert center.asterisk.hears(leg).startswith("talk:")
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]


async def test_killed_as_the_talk_ends_the_outcome_is_written_once(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(ConversationStarted))
        leg = leg_of(center)
        await center.kill()
        center.asterisk.hang_up(leg)
        await asyncio.sleep(3)
        await center.start()
        await center.until(lambda: center.journal.events(CallEnded))
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]
    alive, _ = books.settled[-1]
    assert AttemptId(dialed(center)) in alive


async def test_leads_that_the_core_still_has_keep_their_claims(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1), lead(2), lead(3)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.5)
        await center.restart(away_seconds=1)
        await center.until(lambda: len(books.settled) == 2)
        _, kept = books.settled[-1]
        assert kept == {LeadKey(1), LeadKey(2), LeadKey(3)}


async def test_a_leg_that_nobody_knows_does_not_ring_on(center: CenterOnFake) -> None:
    """The engine died between dialing and the journal, or the journal was lost."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.5)
        kept = center.journal.steps
        until = next(n for n, step in enumerate(kept) if isinstance(step.event, LeadDialed))
        await center.kill()
        center.journal.steps = [
            step for step in kept[:until] if not isinstance(step.event, CampaignStarted)
        ]
        books.leads = []
        await center.start()
        await center.until(lambda: not is_ringing(center), seconds=1)
