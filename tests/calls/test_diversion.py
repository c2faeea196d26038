"""Callers whom a queue does not take or keep go on elsewhere, and their records say where."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.unmet import LOOK_SECONDS
from ccengine.core.events import (
    CallEnded,
    CallMissed,
    CallQueued,
    ConversationStarted,
    FlowStepEntered,
    Party,
    Reached,
)
from ccengine.core.ids import queue_id
from ccengine.core.queues import Limits, Overflow
from ccengine.core.states import AgentState, CallState
from tests.calls.center_on_fake import DNIPRO

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

CALL, CALLER = "node1-1-1", "node1-1.1"
PARTNER = "+380445556677"
VOICEMAIL = Overflow(voicemail=True)


def limit(center: CenterOnFake, to: Overflow, *, full: bool = False) -> None:
    """Let callers wait for three seconds, or not at all."""
    center.set_queue(limits=Limits(wait_seconds=3.0, waiting=0 if full else None, overflow=to))


def dialplan_says(center: CenterOnFake, reached: str, ended_by: str = "") -> None:
    """The dialplan tells how far the caller came."""
    variables = center.asterisk.channel(CALLER).variables
    variables |= {"CC_REACHED": str(reached), "CC_ENDED_BY": str(ended_by)}


async def is_at(center: CenterOnFake, context: str, extension: str) -> None:
    """Wait until the dialplan has the caller there, who hears no music of ours."""
    await center.until(
        lambda: center.asterisk.channel(CALLER).dialplan == (context, extension), seconds=4.0
    )
    await center.until(lambda: not center.asterisk.channel(CALLER).in_stasis)
    assert not center.asterisk.channel(CALLER).music


async def the_end(center: CenterOnFake) -> CallEnded:
    """Wait for the one end of the call."""
    await center.until(lambda: center.ended())
    await center.until(lambda: not center.asterisk.notes(), seconds=LOOK_SECONDS + 1)
    await asyncio.sleep(3)
    (end,) = center.ended()
    assert not center.journal.events(CallMissed)
    center.assert_nothing_left()
    return end


@pytest.mark.parametrize("full", [True, False], ids=["not let in", "waited too long"])
@pytest.mark.parametrize(
    ("to", "place", "reached", "by"),
    [
        (VOICEMAIL, ("fallback", "voicemail"), Reached.MESSAGE, Party.ENGINE),
        (VOICEMAIL, ("fallback", "voicemail"), Reached.VOICEMAIL, Party.CALLER),
        (Overflow(number=PARTNER), ("partner", "380445556677"), Reached.PARTNER_TALK, Party.AGENT),
        (Overflow(number=PARTNER), ("partner", "380445556677"), Reached.PARTNER, Party.CALLER),
        (Overflow(number=PARTNER), ("partner", "380445556677"), Reached.MESSAGE, Party.CALLER),
    ],
)
async def test_the_dialplan_takes_the_caller_on_and_the_end_says_how_far(
    center: CenterOnFake,
    to: Overflow,
    place: tuple[str, str],
    reached: Reached,
    by: Party,
    *,
    full: bool,
) -> None:
    limit(center, to, full=full)
    center.caller(CALL)
    await is_at(center, *place)
    (call,) = center.engine.center.calls.values()
    assert call.state is CallState.IN_FLOW
    await asyncio.sleep(40)  # beyond strays, notes and an audit
    assert not center.ended()
    dialplan_says(center, reached, "" if by is Party.CALLER else by)
    center.asterisk.hang_up(CALLER)
    end = await the_end(center)
    assert (end.by, end.reached) == (by, reached)


@pytest.mark.parametrize(
    ("first", "then", "language"), [("", "", "uk"), ("en", "", "en"), ("en", "ar", "ar")]
)
async def test_the_dialplan_speaks_the_language_that_the_caller_has_chosen(
    center: CenterOnFake, first: str, then: str, language: str
) -> None:
    onward = Overflow(queue=queue_id(DNIPRO, "billing"))
    center.set_queue(language=first, limits=Limits(wait_seconds=1.0, overflow=onward))
    limits = Limits(wait_seconds=1.0, overflow=VOICEMAIL)
    center.set_queue("billing", language=then, limits=limits)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    assert center.asterisk.channel(CALLER).variables["CHANNEL(language)"] == language
    center.asterisk.hang_up(CALLER)
    await the_end(center)


@pytest.mark.parametrize(("language", "told"), [("en", "en"), ("uk", None), (None, None)])
async def test_while_a_caller_waits_the_dialplan_is_told_of_another_language(
    center: CenterOnFake, language: str | None, told: str | None
) -> None:
    center.set_queue(language=language)
    center.caller(CALL)
    await asyncio.sleep(1)
    assert center.asterisk.channel(CALLER).variables.get("CHANNEL(language)") == told
    center.asterisk.hang_up(CALLER)
    await the_end(center)


@pytest.mark.parametrize("prompt", ["patience", None])
async def test_voicemail_greets_in_the_words_of_the_queue(
    center: CenterOnFake, prompt: str | None
) -> None:
    limit(center, VOICEMAIL)
    center.set_queue(voicemail_prompt=prompt)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    said = center.asterisk.channel(CALLER).variables.get("CC_GREETING")
    patience = center.configuration.prompts.media(DNIPRO, "patience", "uk")
    assert said == (patience.removeprefix("sound:") if prompt else None)
    center.asterisk.hang_up(CALLER)
    await the_end(center)


async def test_a_flow_takes_the_caller_on_and_may_lead_to_a_queue_again(
    center: CenterOnFake,
) -> None:
    limit(center, Overflow(flow="main"))
    caller = center.caller(CALL)
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"), seconds=4.0)
    steps = center.journal.events(FlowStepEntered)
    assert [step.flow for step in steps] == ["vip", "main", "main"][: len(steps)]
    await center.log_in("olena", answers_after=1.0)
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.journal.events(ConversationStarted))
    assert [event.queue for event in center.journal.events(CallQueued)] == [
        "dnipro/vip",
        "dnipro/billing",
    ]
    center.asterisk.hang_up(caller)
    await the_end(center)


async def test_a_flow_that_leads_straight_back_to_the_full_queue_does_not_spin(
    center: CenterOnFake,
) -> None:
    limit(center, Overflow(flow="vip"), full=True)
    caller = center.caller(CALL)
    await asyncio.sleep(10)
    assert 5 <= len(center.journal.events(CallQueued)) <= 12
    center.asterisk.hang_up(caller)
    await the_end(center)


async def test_killed_in_a_flow_it_was_sent_to_the_call_goes_on_there(
    center: CenterOnFake,
) -> None:
    limit(center, Overflow(flow="main"))
    caller = center.caller(CALL)
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"), seconds=4.0)
    await center.restart(away_seconds=0.5)
    await center.log_in("olena", answers_after=1.0)
    await asyncio.sleep(0.2)
    center.asterisk.dial_digit(caller, "1")
    await center.until(lambda: center.journal.events(ConversationStarted))
    center.asterisk.hang_up(caller)
    await the_end(center)


@pytest.mark.parametrize("to", [VOICEMAIL, Overflow(number=PARTNER)], ids=["voicemail", "number"])
@pytest.mark.parametrize("milliseconds", [*range(2980, 3080, 10), 3100, 3200, 3400])
async def test_whenever_the_caller_hangs_up_nothing_is_left(
    center: CenterOnFake, to: Overflow, milliseconds: int
) -> None:
    limit(center, to)
    center.asterisk.delay_requests(0.02)
    center.caller(CALL)
    await asyncio.sleep(milliseconds / 1000)
    center.asterisk.hang_up(CALLER)
    end = await the_end(center)
    assert end.by is Party.CALLER


async def test_a_restart_finds_a_caller_who_is_leaving_a_message(center: CenterOnFake) -> None:
    limit(center, VOICEMAIL)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    await center.restart(away_seconds=1.0)
    await asyncio.sleep(5)
    assert not center.ended()
    dialplan_says(center, Reached.MESSAGE)
    center.asterisk.hang_up(CALLER)
    assert (await the_end(center)).reached is Reached.MESSAGE


@pytest.mark.parametrize(
    ("to", "reached", "by"),
    [
        (VOICEMAIL, Reached.MESSAGE, Party.CALLER),
        (VOICEMAIL, Reached.MESSAGE, Party.ENGINE),
        (Overflow(number=PARTNER), Reached.PARTNER_TALK, Party.AGENT),
    ],
)
async def test_what_ended_outside_while_the_engine_was_away_is_told_by_the_note(
    center: CenterOnFake, to: Overflow, reached: Reached, by: Party
) -> None:
    limit(center, to)
    center.caller(CALL)
    await center.until(lambda: not center.asterisk.channel(CALLER).in_stasis, seconds=5)
    await center.kill()
    dialplan_says(center, reached, "" if by is Party.CALLER else by)
    await asyncio.sleep(7)
    center.asterisk.hang_up(CALLER)
    ended_at = asyncio.get_running_loop().time()
    await asyncio.sleep(60)
    await center.start()
    end = await the_end(center)
    assert (end.by, end.reached) == (by, reached)
    assert end.ended_at == pytest.approx(ended_at, abs=0.002)


async def test_what_ended_outside_without_a_note_is_lost(center: CenterOnFake) -> None:
    limit(center, VOICEMAIL)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    await center.kill()
    center.asterisk.hang_up(CALLER)
    center.asterisk.world.database.clear()
    center.asterisk.world.variables.clear()
    await center.start()
    assert (await the_end(center)).by is Party.LOST


async def test_a_dropped_connection_does_not_lose_a_caller_outside(center: CenterOnFake) -> None:
    limit(center, VOICEMAIL)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    center.asterisk.drop_connection()
    await asyncio.sleep(3)
    assert not center.ended()
    center.asterisk.drop_connection(stay_down=True)
    dialplan_says(center, Reached.MESSAGE)
    center.asterisk.hang_up(CALLER)
    center.asterisk.restore()
    assert (await the_end(center)).reached is Reached.MESSAGE


async def test_an_agent_is_free_when_the_caller_is_sent_elsewhere(center: CenterOnFake) -> None:
    limit(center, VOICEMAIL)
    center.caller(CALL)
    await is_at(center, "fallback", "voicemail")
    await center.log_in("olena")
    await asyncio.sleep(1)
    assert center.agent("olena").state is AgentState.AVAILABLE
    center.asterisk.hang_up(CALLER)
    await the_end(center)
