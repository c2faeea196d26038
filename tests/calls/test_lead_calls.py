"""Leads who are dialed, on the fake Asterisk: with an agent in time, told who called, or nobody."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.asterisk.ami.redirector import AmiRedirector
from ccengine.calls.auto_answer import TONE
from ccengine.calls.dialing.desk import DialingDesk
from ccengine.config.campaigns import Schedule
from ccengine.core.dialer.leads import (
    AttemptOutcome,
    HeldBack,
    LeadKey,
)
from ccengine.core.events import (
    AgentLoggedOut,
    CallEnded,
    CampaignPaused,
    CampaignStarted,
    ConversationStarted,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    LeadHeldBack,
    LeadUnanswered,
)
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.states import AgentState
from tests.calls.center_on_fake import DNIPRO
from tests.calls.lead_books import RENEWALS, Books, far, lead
from tests.fakes.asterisk_leads import TRUNK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ccengine.calls.dialing.books import LeadBooks
    from tests.calls.center_on_fake import CenterOnFake

TARAS = "PJSIP/phone-204"
TARAS_PHONE = PhoneId("204")


def open_at_any_hour(center: CenterOnFake, **rules: Any) -> None:
    """The campaign may dial at any time, and Taras serves it."""
    tenant = center.configuration.tenant
    assert tenant is not None
    client = tenant.clients[DNIPRO]
    renewals = client.campaigns["renewals"]
    settings = replace(renewals.settings, **{"schedule": Schedule(), **rules})
    client = replace(client, campaigns={"renewals": replace(renewals, settings=settings)})
    tenant = replace(tenant, clients={**tenant.clients, DNIPRO: client})
    center.configuration = replace(center.configuration, tenant=tenant)
    center.set_client(contract=None)  # virtual time begins long before it
    center.set_queue(skills={"english": 7, "technical": 9})


@asynccontextmanager
async def dialing(center: CenterOnFake, books: LeadBooks, **rules: Any) -> AsyncIterator[None]:
    """Taras serves a campaign that runs at any hour."""
    open_at_any_hour(center, **rules)
    async with asyncio.TaskGroup() as tasks:
        redirector = AmiRedirector(center.asterisk.manager)

        def start(coroutine: object, name: str) -> None:
            tasks.create_task(coroutine, name=name)  # type: ignore[arg-type]

        desk = DialingDesk(center.wiring, center.sessions.talks, books, redirector, start)
        running = tasks.create_task(desk.run())
        desk.resync({})
        rejection = center.engine.post(CampaignStarted(campaign=RENEWALS, by="test"))
        assert not rejection, rejection
        yield
        center.engine.post(CampaignPaused(campaign=RENEWALS, by="test"))
        await asyncio.sleep(60)
        running.cancel()


async def test_a_lead_who_answers_talks_with_an_agent(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(ConversationStarted))
        (answered,) = center.journal.events(LeadAnswered)
        assert isinstance(answered, LeadAnswered)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        await center.until(lambda: books.moment("bridged_at"))
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: center.journal.events(CallEnded))
    (closed,) = books.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ANSWERED, "taras")
    assert books.placed == ["+380440000001"]


def agents_leg(center: CenterOnFake) -> tuple[str, Mapping[str, str]]:
    """The leg of the agent who talks, and what it was rung with."""
    (leg,) = [one for one in center.asterisk.world.channels.values() if "CC_AGENT" in one.variables]
    return leg.id, leg.variables


async def test_an_agents_phone_answers_by_itself_with_a_tone_and_no_introduction(
    center: CenterOnFake,
) -> None:
    center.set_queue(agent_hears="names")
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(ConversationStarted))
        leg, variables = agents_leg(center)
        assert "answer-after=0" in variables["PJSIP_HEADER(add,Call-Info)"]
        assert [what for channel, what in center.asterisk.played if channel == leg] == [TONE]
        (answered,) = center.journal.events(LeadAnswered)
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: center.journal.events(CallEnded))


async def test_a_phone_that_cannot_rings_as_usual(center: CenterOnFake) -> None:
    assert center.configuration.tenant is not None
    phones = center.configuration.tenant.settings.phones
    center.set_tenant(
        phones={**phones, TARAS_PHONE: replace(phones[TARAS_PHONE], answers_leads=False)}
    )
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras", answers_after=0.05)
    async with dialing(center, Books([lead(1)])):
        await center.until(lambda: center.journal.events(ConversationStarted))
        _, variables = agents_leg(center)
        assert "PJSIP_HEADER(add,Call-Info)" not in variables
        (answered,) = center.journal.events(LeadAnswered)
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: center.journal.events(CallEnded))


async def test_the_dialplan_knows_the_campaign_and_tells_which_trunk_carried_the_call(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: books.moment("bridged_at"))
        (answered,) = center.journal.events(LeadAnswered)
        assert center.asterisk.channel(answered.leg).variables["CC_CAMPAIGN"] == RENEWALS
        assert [noted.trunk for _, noted in books.noted if noted.bridged_at] == [TRUNK]
        center.asterisk.hang_up(answered.leg)
        await center.until(lambda: center.journal.events(CallEnded))


async def test_who_hangs_up_as_they_answer_has_answered(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.asterisk.ringing(far(1)))
        await asyncio.sleep(1)
        leg = center.asterisk.ringing(far(1))
        assert leg is not None
        center.asterisk.pick_up(leg)
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    assert [one.outcome for one in books.closed] == [AttemptOutcome.CUT_OFF]
    assert books.ended == {}


async def test_who_hangs_up_while_they_are_told_who_called(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras")  # whose phone rings and is not answered
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadAnswered))
        (leg,) = [name for name in center.asterisk.world.channels if name.endswith(".lead")]
        await asyncio.sleep(2.5)
        center.asterisk.hang_up(leg)
        await center.until(lambda: books.closed)
    (closed,) = books.closed
    assert closed.outcome is AttemptOutcome.ABANDONED
    assert [noted.trunk for _, noted in books.noted if noted.message_at] == [TRUNK]


async def test_nobody_comes_and_they_are_told_who_called(center: CenterOnFake) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    await center.log_in("taras")  # whose phone rings and is not answered
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadAbandoned))
        await center.until(lambda: center.journal.events(CallEnded))
    (closed,) = books.closed
    assert closed.outcome is AttemptOutcome.ABANDONED
    assert not center.journal.events(ConversationStarted)
    assert books.opted_out == []
    assert [noted.trunk for _, noted in books.noted if noted.message_at] == [TRUNK]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (17, AttemptOutcome.BUSY),
        (19, AttemptOutcome.NO_ANSWER),
        (21, AttemptOutcome.REJECTED),
        (1, AttemptOutcome.INVALID),
        (29, AttemptOutcome.FAILED),
    ],
)
async def test_nobody_answers(center: CenterOnFake, cause: int, outcome: AttemptOutcome) -> None:
    center.asterisk.phone_declines(far(1), 2.0, cause)
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {"+380440000001": outcome}
    assert books.closed == []


async def test_the_law_says_no_at_the_last_moment(center: CenterOnFake) -> None:
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)], held=HeldBack(rule="UA.hours", reason="too early", until=5000.0))
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadHeldBack))
    assert not center.journal.events(LeadDialed)
    assert not [one for one in center.asterisk.world.channels.values() if "lead-leg" in one.name]


async def test_somebody_else_has_the_number(center: CenterOnFake) -> None:
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)], is_taken=True)
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadUnanswered))
        assert center.agent("taras").state is AgentState.AVAILABLE
        await asyncio.sleep(30)
        assert not books.given_back  # not at once: it would be claimed and fail again and again
        await center.until(lambda: books.given_back)
    assert books.given_back == [LeadKey(1)]
    assert not center.journal.events(LeadDialed)


async def test_a_lead_whose_attempt_the_books_do_not_store_is_given_back(
    center: CenterOnFake,
) -> None:
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)], is_broken=True)
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadUnanswered))
        await asyncio.sleep(70)  # the books are out of order for longer than the first try
        books.is_broken = False
        await center.until(lambda: books.given_back, seconds=70)
    assert books.given_back == [LeadKey(1)]
    assert books.asked == [LeadKey(1)]
    assert books.ended == {"+380440000001": AttemptOutcome.FAILED}  # if it was stored after all
    assert not center.journal.events(LeadDialed)


async def test_what_rings_is_withdrawn_when_the_last_agent_leaves(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadDialed))
        await asyncio.sleep(1)
        center.engine.post(AgentLoggedOut(agent=AgentId("taras")))
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {"+380440000001": AttemptOutcome.CANCELLED}


async def test_a_call_that_asterisk_refuses_has_failed(center: CenterOnFake) -> None:
    """Nothing rang, which is known: nobody waits a day for that."""
    center.asterisk.phone_unreachable(far(1))
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {"+380440000001": AttemptOutcome.FAILED}


async def test_a_request_that_asterisk_refuses_has_failed(center: CenterOnFake) -> None:
    center.asterisk.phone_rings(far(1))
    await center.log_in("taras", answers_after=0.05)
    books = Books([lead(1)])
    async with dialing(center, books):
        center.asterisk.fail_next("POST", "channels", 400, "Invalid endpoint")
        await center.until(lambda: center.journal.events(LeadUnanswered))
    assert books.ended == {"+380440000001": AttemptOutcome.FAILED}


async def test_a_phone_rings_for_its_whole_time_however_late_it_begins(
    center: CenterOnFake,
) -> None:
    """Dial() counts from the INVITE, and each trunk anew."""
    center.asterisk.phone_rings(far(1))
    await center.log_in("taras", answers_after=0.05)
    async with dialing(center, Books([lead(1)]), ring_seconds=15):
        await center.until(lambda: center.asterisk.ringing(far(1)))
        leg = center.asterisk.channel(center.asterisk.ringing(far(1)) or "")
        assert leg.variables["CC_RING_SECONDS"] == "20"
        (asked,) = [one for one in center.asterisk.requests if one.query.get("endpoint") == far(1)]
        assert int(asked.query["timeout"]) > 2 * 20  # by two trunks
        await asyncio.sleep(42)  # by the second, as late as may be
        assert center.engine.center.in_air
        center.asterisk.pick_up(leg.id)
        await center.until(lambda: center.journal.events(ConversationStarted))
        center.asterisk.hang_up(leg.id)
        await center.until(lambda: center.journal.events(CallEnded))
