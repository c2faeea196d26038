"""Calls to leads when the engine is killed at each of their steps, or Asterisk is out of reach."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, HeldBack, LeadKey
from ccengine.core.events import (
    CallEnded,
    CampaignPaused,
    CampaignStarted,
    ConversationFailed,
    ConversationStarted,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    LeadUnanswered,
    OfferAccepted,
)
from ccengine.core.states import AgentState
from tests.calls.test_lead_calls import RENEWALS, Books, far, lead, open_at_any_hour
from tests.fakes.asterisk_leads import FAMILY, MESSAGE_SECONDS, WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ccengine.asterisk.ari.transport import Request, Response
    from ccengine.calls.dialing.books import Placed
    from ccengine.core.commands import PlaceCall
    from ccengine.core.ids import CallId
    from tests.calls.center_on_fake import CenterOnFake

NUMBER = "+380440000001"


@dataclass
class SlowBooks(Books):
    """Books that take their time to store an attempt."""

    seconds: float = 0.0

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


async def test_a_long_absence_gives_nobody_up_who_rings(center: CenterOnFake) -> None:
    """The core's own time limit falls due while nobody can tell what rings."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        center.asterisk.drop_connection(stay_down=True)
        await asyncio.sleep(120)
        assert center.engine.center.in_air
        center.asterisk.restore()
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {NUMBER: AttemptOutcome.LOST}


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


async def test_an_answer_that_no_connection_told_of_is_found(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        await asyncio.sleep(0.5)
        leg = leg_of(center)
        center.asterisk.drop_connection()
        center.asterisk.pick_up(leg)
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ANSWERED]


async def test_a_connection_that_is_lost_as_it_is_dialed_dials_nobody_twice(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was busy by the time we are back has no channel any more that would say 409."""
    center.asterisk.phone_declines(far(1), 0.02, 17)
    books, dials = Books([lead(1)]), 0
    ask = center.asterisk.request

    async def lose(request: Request) -> Response:
        nonlocal dials
        response = await ask(request)
        if request.query.get("endpoint") == far(1):
            dials += 1
            if dials == 1:
                center.asterisk.drop_connection()
                raise AriDisconnected(request.path)
        return response

    monkeypatch.setattr(center.asterisk, "request", lose)
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert dials == 1
    assert books.ended == {NUMBER: AttemptOutcome.LOST}


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


async def test_a_leg_that_is_unknown_at_two_looks_is_ended(center: CenterOnFake) -> None:
    books = Books([])
    async with dialing(center, books):
        center.asterisk.phone_answers("Local/380440000009@lead-leg/n", 0.1)
        channel = center.wiring.router.channel("lead-1-1.lead")
        variables = {"CC_ROLE": "lead", "CC_CALL_ID": "lead-1-1"}
        await channel.originate_into_dialplan(
            endpoint="Local/380440000009@lead-leg/n", context="silent", variables=variables
        )
        await asyncio.sleep(1)
        await center.until(
            lambda: "lead-1-1.lead" not in center.asterisk.world.channels, seconds=70
        )


async def test_notes_wait_for_a_manager_who_is_away(center: CenterOnFake) -> None:
    books = Books([])
    async with dialing(center, books):
        center.asterisk.manager.go_away()
        center.asterisk.world.database[FAMILY] = {
            "lead-1-1": "1000.5 1002.1 opt-out",
            "odd": "who knows",
        }
        await asyncio.sleep(65)
        assert not books.told
        center.asterisk.manager.come_back()
        await center.until(lambda: books.told)
        del center.asterisk.world.database[FAMILY]["odd"]
    (note,) = books.told
    assert (note.message_at, note.wants_no_more) == (1002.1, True)


async def test_who_hangs_up_as_they_are_taken_out_leaves_no_agent_in_silence(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books):
        center.asterisk.manager.refuse("Redirect failed, channel not up")
        await center.until(lambda: center.journal.events(OfferAccepted))
        await asyncio.sleep(0.1)
        assert center.asterisk.channels_left() == [leg_of(center)]
        await center.until(lambda: books.closed, seconds=20)
        assert center.agent("taras").state is AgentState.AVAILABLE
        assert not center.journal.events(ConversationFailed)


async def test_the_limit_is_taken_back_only_when_both_are_together(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: is_ringing(center))
        center.asterisk.delay_requests(0.2)
        await center.until(lambda: is_taken(center))
        leg = center.asterisk.channel(leg_of(center))
        while not leg.bridge_id:
            assert "TIMEOUT(absolute)" not in leg.variables
            await asyncio.sleep(0.01)
        await center.until(lambda: leg.variables.get("TIMEOUT(absolute)") == "0")
        center.asterisk.delay_requests(0.0)
        await center.until(lambda: books.moment("bridged_at"))
        await asyncio.sleep(5)
        assert center.asterisk.hears(leg.id).startswith("talk:")
        center.asterisk.hang_up(leg.id)
        await center.until(lambda: books.closed)
    taken, bridged = books.moment("taken_at"), books.moment("bridged_at")
    assert taken is not None
    assert bridged is not None
    assert 0.0 < bridged - taken < 1.0
    rang, answered = books.moment("rang_at"), books.moment("answered_at")
    assert rang is not None
    assert answered is not None
    assert rang < answered < taken


async def test_asterisk_too_slow_to_join_them_tells_them_who_called(center: CenterOnFake) -> None:
    """No agent in two seconds after they were taken out: the dialplan has them again."""
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with dialing(center, books, answers_after=0.3):
        await center.until(lambda: center.asterisk.ringing("PJSIP/phone-204"))
        center.asterisk.delay_requests(3.0)
        leg = leg_of(center)
        await center.until(lambda: hears_message(center), seconds=4)
        center.asterisk.delay_requests(0.0)
        await center.until(lambda: books.closed, seconds=30)
        assert leg not in center.asterisk.world.channels
    assert [one.outcome for one in books.closed] == [AttemptOutcome.ABANDONED]
