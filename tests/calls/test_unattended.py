"""Unattended calls, on the fake Asterisk: the campaign's flow, its ways out, and a dead engine."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.leads import AttemptOutcome, HeldBack
from ccengine.core.dialer.purposes import Mode
from ccengine.core.events import (
    CallEnded,
    CallQueued,
    CampaignPaused,
    CampaignStarted,
    ConversationStarted,
    FlowStepEntered,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    LeadHeldBack,
)
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.opt_out import OptOutStep
from ccengine.ivr.steps.play import PlayStep
from ccengine.ivr.steps.voicemail import VoicemailStep
from tests.calls.in_flows import END, STEPS, entered, flow
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.calls.lead_stage import leg_of
from tests.calls.test_lead_calls import open_at_any_hour
from tests.fakes.asterisk_leads import FAMILY, MESSAGE_SECONDS, WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.core.ids import CallId, ClientId
    from ccengine.ivr.step import Step
    from tests.calls.center_on_fake import CenterOnFake

NUMBER = "+380440000001"
LEASE_SECONDS = 10.0
LONG: dict[str, Step] = {
    "ask": MenuStep(menu=("main-menu",), digits={"1": "end"}, no_input="end", attempts=20),
    "end": END,
}


@asynccontextmanager
async def calling(
    center: CenterOnFake, books: Books, steps: dict[str, Step] | None = None
) -> AsyncIterator[None]:
    """A campaign without agents, whose engine may be killed; who answers hears 'news'."""
    center.set_flows(flow(steps or STEPS, name="news"))
    open_at_any_hour(center, mode=Mode.UNATTENDED, queue=None, flow="news", consent=True)
    center.books = books
    await center.restart()
    rejection = center.engine.post(CampaignStarted(campaign=RENEWALS, by="test"))
    assert not rejection, rejection
    yield
    center.engine.post(CampaignPaused(campaign=RENEWALS, by="test"))
    await asyncio.sleep(60)
    assert not center.engine.center.in_air
    assert not center.asterisk.world.database.get(FAMILY)
    center.assert_nothing_left()


def outcomes(books: Books) -> list[AttemptOutcome]:
    return [one.outcome for one in books.closed]


async def until_at(center: CenterOnFake, step: str) -> None:
    await center.until(lambda: entered(center)[-1:] == [f"news/{step}"])


async def test_who_answers_hears_the_flow_at_once(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books, LONG):
        await center.until(lambda: entered(center))
        (answered,) = center.journal.events(LeadAnswered)
        assert isinstance(answered, LeadAnswered)
        await center.until(lambda: center.asterisk.channel(answered.leg).playbacks)
        since = books.moment("answered_at")
        assert since is not None
        assert asyncio.get_running_loop().time() - since < WAIT_SECONDS
        (call,) = center.engine.center.calls.values()
        assert (call.caller, call.number) == (NUMBER, "600201")
        await asyncio.sleep(2 * LEASE_SECONDS)  # an engine that lives renews the lease
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]
    assert books.moment("taken_at") is not None
    assert books.moment("message_at") is None
    assert not center.journal.events(LeadAbandoned)


async def test_it_goes_to_its_end_by_itself(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books, {"end": END}):
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]
    (ended,) = center.journal.events(CallEnded)
    assert isinstance(ended, CallEnded)
    assert ended.cause.startswith("flow ended")


async def test_a_key_leads_to_an_agent(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await center.log_in("taras", answers_after=1.0)
        await until_at(center, "ask")
        leg = leg_of(center)
        center.asterisk.dial_digits(leg, "4711#")
        await until_at(center, "menu")
        center.asterisk.dial_digit(leg, "1")
        await center.until(lambda: center.journal.events(ConversationStarted))
        assert center.asterisk.hears(leg).startswith("talk:")
        await asyncio.sleep(3 * LEASE_SECONDS)  # no limit ends a talk
        assert center.asterisk.hears(leg).startswith("talk:")
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    (closed,) = books.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ANSWERED, "taras")


async def test_who_waits_in_the_queue_waits_as_callers_do(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await until_at(center, "ask")
        leg = leg_of(center)
        center.asterisk.dial_digits(leg, "4711#")
        await until_at(center, "menu")
        center.asterisk.dial_digit(leg, "1")
        await center.until(lambda: center.journal.events(CallQueued))
        await asyncio.sleep(3 * LEASE_SECONDS)
        assert leg in center.asterisk.world.channels
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]


async def test_it_may_leave_a_message(center: CenterOnFake) -> None:
    """In the dialplan they are on no time limit any more."""
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books, {"say": VoicemailStep(voicemail="vip")}):
        await center.until(lambda: entered(center))
        leg = leg_of(center)
        await center.until(lambda: center.asterisk.channel(leg).dialplan[0] == "fallback")
        await asyncio.sleep(3 * LEASE_SECONDS)
        assert center.asterisk.channel(leg).dialplan[0] == "fallback"
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]


@dataclass
class OptOuts:
    """A list in memory, or one that is away."""

    is_away: bool = False
    noted: list[tuple[str, str, str]] = field(default_factory=list)

    async def add(self, number: str, client: ClientId, call: CallId) -> None:
        if self.is_away:
            await asyncio.sleep(60)
        self.noted.append((number, client, call))


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_key_ends_such_calls(center: CenterOnFake, *, is_away: bool) -> None:
    steps: dict[str, Step] = {
        "menu": MenuStep(menu=("main-menu",), digits={"9": "no-more"}, no_input="end"),
        "no-more": OptOutStep(opt_out=("closed",), next="end", otherwise="sorry"),
        "sorry": PlayStep(play=("greeting",), next="end"),
        "end": END,
    }
    center.asterisk.phone_answers(far(1), 3.0)
    books, opt_outs = Books([lead(1)]), OptOuts(is_away)
    async with calling(center, books, steps):
        center.wiring.opt_outs = opt_outs
        await until_at(center, "menu")
        center.asterisk.dial_digit(leg_of(center), "9")
        await center.until(lambda: books.closed)
    call = books.closed[0].call
    assert opt_outs.noted == ([] if is_away else [(NUMBER, "dnipro", call)])
    assert ("news/sorry" in entered(center)) == is_away
    assert outcomes(books) == [AttemptOutcome.ANSWERED]


async def test_who_rings_back_is_noted_too(center: CenterOnFake) -> None:
    no_more = OptOutStep(opt_out=("closed",), next="end", otherwise="end")
    center.set_flows(flow({"no-more": no_more, "end": END}))
    center.wiring.opt_outs = opt_outs = OptOuts()
    center.caller(caller="380441234567")
    await center.until(center.ended)
    assert [one[:2] for one in opt_outs.noted] == [("+380441234567", "dnipro")]


async def test_a_hidden_number_cannot_be_noted(center: CenterOnFake) -> None:
    no_more = OptOutStep(opt_out=("closed",), next="end", otherwise="sorry")
    sorry = PlayStep(play=("greeting",), next="end")
    center.set_flows(flow({"no-more": no_more, "sorry": sorry, "end": END}))
    center.wiring.opt_outs = opt_outs = OptOuts()
    center.caller(caller="")
    await center.until(center.ended)
    assert opt_outs.noted == []
    assert "vip/sorry" in entered(center)


async def test_the_law_holds_back_who_has_not_agreed(center: CenterOnFake) -> None:
    held = HeldBack(rule="*.unattended", reason="no consent to service calls", until=None)
    books = Books([lead(1)], held=held)
    async with calling(center, books):
        await center.until(lambda: center.journal.events(LeadHeldBack))
    assert not center.journal.events(LeadDialed)


async def test_killed_in_the_flow_the_next_engine_goes_on_with_it(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await until_at(center, "ask")
        leg = leg_of(center)
        center.asterisk.dial_digits(leg, "4711#")
        await until_at(center, "menu")
        await center.restart(away_seconds=4)
        await center.until(lambda: entered(center)[-2:] == ["news/menu", "news/menu"])
        await asyncio.sleep(3)
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]
    assert not center.journal.events(LeadAbandoned)
    assert books.placed == [NUMBER]


async def test_killed_for_long_they_hear_who_called(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await until_at(center, "ask")
        leg = leg_of(center)
        await center.kill()
        await asyncio.sleep(LEASE_SECONDS + 1.0)
        assert "CC_MESSAGE_AT" in center.asterisk.channel(leg).variables
        center.asterisk.world.leads.opt_out(center.asterisk.channel(leg))
        await asyncio.sleep(0.5)
        await center.start()
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ABANDONED]
    assert books.opted_out == [NUMBER]


async def test_killed_for_longer_than_the_message_the_note_tells(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await until_at(center, "ask")
        leg = leg_of(center)
        await center.kill()
        await asyncio.sleep(LEASE_SECONDS + MESSAGE_SECONDS / 2)
        center.asterisk.hang_up(leg)
        await asyncio.sleep(60)
        await center.start()
        await center.until(lambda: books.closed)
        await center.until(lambda: books.told)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]  # its flow was heard


async def test_killed_as_they_answer_the_next_engine_has_them_hear_it(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books):
        await center.until(lambda: center.journal.events(LeadAnswered))
        await center.restart(away_seconds=0.2)
        await center.until(lambda: center.journal.events(FlowStepEntered))
        center.asterisk.hang_up(leg_of(center))
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ANSWERED]


async def test_without_an_engine_as_they_answer_they_hear_who_called(center: CenterOnFake) -> None:
    """They are the dialplan's until an engine takes them, and nobody is there to do so."""
    center.asterisk.phone_rings(far(1))
    books = Books([lead(1)])
    async with calling(center, books):
        await center.until(lambda: center.asterisk.ringing(far(1)))
        await asyncio.sleep(0.1)
        leg = leg_of(center)
        await center.kill()
        center.asterisk.pick_up(leg)
        await asyncio.sleep(WAIT_SECONDS + 1.0)
        assert "CC_MESSAGE_AT" in center.asterisk.channel(leg).variables
        await center.start()
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ABANDONED]
    assert not center.journal.events(FlowStepEntered)


async def test_out_of_reach_of_asterisk_for_long_they_hear_who_called(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    books = Books([lead(1)])
    async with calling(center, books, LONG):
        await until_at(center, "ask")
        center.asterisk.drop_connection(stay_down=True)
        await asyncio.sleep(LEASE_SECONDS + 1.0)
        center.asterisk.restore()
        await center.until(lambda: books.closed)
    assert outcomes(books) == [AttemptOutcome.ABANDONED]
