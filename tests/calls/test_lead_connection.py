"""Calls to leads while Asterisk, or its manager, is out of reach, slow, or says no."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.events import (
    ConversationFailed,
    ConversationStarted,
    LeadUnanswered,
    OfferAccepted,
)
from ccengine.core.states import AgentState
from tests.calls.lead_books import Books, far, lead
from tests.calls.lead_stage import (
    NUMBER,
    dialing,
    hears_message,
    is_ringing,
    is_taken,
    leg_of,
)
from tests.fakes.asterisk_leads import FAMILY

if TYPE_CHECKING:
    import pytest

    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake


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
