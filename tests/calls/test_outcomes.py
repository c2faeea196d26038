"""Outcomes typed on the phone, and who may be called before; numbers that phones do not show."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.outcome_entry import ATTEMPTS, FIRST_DIGIT_SECONDS, NEXT_DIGIT_SECONDS
from ccengine.core.events import (
    AgentLoggedOut,
    FormFilled,
    OutcomeEntryEnded,
    OutcomeEntryStarted,
    OutcomeSet,
)
from ccengine.core.outcome_rules import AtDeadline
from ccengine.core.states import AgentState
from ccengine.ivr.outcome_words import OutcomeWord, press_for
from tests.calls.center_on_fake import DNIPRO

if TYPE_CHECKING:
    from typing import Any

    from tests.calls.center_on_fake import CenterOnFake

CALL = "node1-1-1"
CALLER = "380441234567"

# Contact reason 3 (an offer), resolved 2 (no), then the form: solar panels, a number to call back,
# no day, agrees.
REST = ("3", "2", "1", "0441234567#", "#", "1")
FILLED = {"interest": "solar", "number": "0441234567", "agreed": "yes"}


async def finished_call(center: CenterOnFake, **outcome: Any) -> None:
    """Have olena talk with a caller who has just hung up."""
    rules = center.engine.center.plan.queues["dnipro/vip"].outcome
    names = {"form": "lead", "script": "enquiry"}
    center.set_queue(outcome=replace(rules, **{**names, **outcome}))
    await center.log_in("olena", answers_after=1)
    caller = center.caller(CALL)
    await center.until(lambda: center.agent("olena").state is AgentState.ON_CALL)
    await asyncio.sleep(5)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is not AgentState.ON_CALL)


async def dial(
    center: CenterOnFake,
    digits: str = "",
    *keys: str,
    code: str = "outcome",
    pause: float = 0.7,
) -> str:
    """Dial a code, type each group of keys once its prompt is played; return what was said last."""
    channel = center.asterisk.feature_code("203", code, digits)
    for group in keys:
        await asyncio.sleep(pause)
        for key in group:
            center.asterisk.dial_digit(channel, key)
            await asyncio.sleep(0.05)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    return said(center)[-1]


def said(center: CenterOnFake) -> list[str]:
    """Name what was played, in order: words by their names, texts as they are."""
    prompts = center.configuration.prompts
    names = {prompts.confirmation(word, "en"): word.value for word in OutcomeWord}
    names |= {prompts.text(text): text for text in prompts.texts}
    return [names.get(media, media) for _, media in center.asterisk.played]


def kept(center: CenterOnFake) -> tuple[list[OutcomeSet], list[FormFilled]]:
    outcomes = [one for one in center.journal.events() if isinstance(one, OutcomeSet)]
    return outcomes, [one for one in center.journal.events() if isinstance(one, FormFilled)]


async def test_a_whole_outcome_is_typed_in_wrap_up(center: CenterOnFake) -> None:
    await finished_call(center)
    assert await dial(center, "", "4", *REST) == OutcomeWord.OUTCOME_SAVED, said(center)
    (outcome,), (form,) = kept(center)
    assert (outcome.call, outcome.agent, outcome.by) == (CALL, "olena", "")
    assert (outcome.disposition, outcome.contact_reason) == ("lead", "offer")
    assert outcome.resolved is False
    assert form.values == FILLED
    assert form.form.startswith("dnipro/lead@1#")
    center.assert_nothing_left()


async def test_each_question_is_spoken_with_its_choices(center: CenterOnFake) -> None:
    await finished_call(center)
    await dial(center, "", *("4", *REST), pause=6.0)
    heard = said(center)
    start = heard.index(OutcomeWord.CHOOSE_DISPOSITION)
    assert heard[start + 1 : start + 4] == [
        press_for("lead", "4", "en"),
        press_for("question answered", "5", "en"),
        press_for("wrong number", "9", "en"),
    ]
    for word in ("choose-contact-reason", "ask-resolved", "type-date", "may-be-left-out"):
        assert word in heard


async def test_the_digits_of_a_disposition_are_dialed_with_the_code(center: CenterOnFake) -> None:
    await finished_call(center)
    assert await dial(center, "4", *REST) == OutcomeWord.OUTCOME_SAVED
    assert OutcomeWord.CHOOSE_DISPOSITION not in said(center)
    assert kept(center)[0][0].disposition == "lead"


async def test_a_disposition_without_a_form_asks_for_none(center: CenterOnFake) -> None:
    await finished_call(center)
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    (outcome,), forms = kept(center)
    assert (outcome.disposition, outcome.resolved, forms) == ("answered", True, [])


async def test_digits_of_no_disposition_are_told_and_asked_for_again(center: CenterOnFake) -> None:
    await finished_call(center)
    assert await dial(center, "1", "9", "2", "1") == OutcomeWord.OUTCOME_SAVED
    assert OutcomeWord.WRONG_ENTRY in said(center)
    assert kept(center)[0][0].disposition == "wrong_number"


async def test_it_is_typed_during_the_call(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1)
    caller = center.caller(CALL)
    await center.until(lambda: center.agent("olena").state is AgentState.ON_CALL)
    await asyncio.sleep(1)
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    assert center.agent("olena").state is AgentState.ON_CALL
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    center.assert_nothing_left()


WRONG = ("9", "*", "0")


@pytest.mark.parametrize("typed", range(7))
async def test_wrong_keys_at_any_question_save_nothing(center: CenterOnFake, typed: int) -> None:
    await finished_call(center)
    right = ("4", *REST)[:typed]
    wrong = {0: ("1", "2", "3"), 4: ("1#", "*#", "12#"), 5: ("1#", "32012026#", "1*1#")}
    keys = wrong.get(typed, WRONG)
    channel = center.asterisk.feature_code("203", "outcome")
    for group in right:
        await asyncio.sleep(0.7)
        center.asterisk.dial_digits(channel, group)
    for group in keys:
        await asyncio.sleep(3)
        center.asterisk.dial_digits(channel, group)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    assert said(center)[-1] == OutcomeWord.NOTHING_SAVED
    assert said(center).count(OutcomeWord.WRONG_ENTRY) == ATTEMPTS
    assert kept(center) == ([], [])
    center.assert_nothing_left()


@pytest.mark.parametrize("typed", range(7))
async def test_who_types_nothing_more_has_saved_nothing(center: CenterOnFake, typed: int) -> None:
    await finished_call(center)
    assert await dial(center, "", *("4", *REST)[:typed]) == OutcomeWord.NOTHING_SAVED
    assert kept(center) == ([], [])
    assert center.agent("olena").state is AgentState.AVAILABLE
    center.assert_nothing_left()


@pytest.mark.parametrize("typed", range(7))
async def test_who_hangs_up_midway_has_saved_nothing(center: CenterOnFake, typed: int) -> None:
    await finished_call(center)
    channel = center.asterisk.feature_code("203", "outcome")
    for group in ("4", *REST)[:typed]:
        await asyncio.sleep(0.7)
        center.asterisk.dial_digits(channel, group)
    await asyncio.sleep(0.3)
    center.asterisk.hang_up(channel)
    await asyncio.sleep(1)
    assert kept(center) == ([], [])
    assert len(center.journal.events(OutcomeEntryEnded)) == 1
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    center.assert_nothing_left()


async def test_a_pause_ends_a_row_of_digits(center: CenterOnFake) -> None:
    await finished_call(center)
    channel = center.asterisk.feature_code("203", "outcome", "4")
    for group in ("3", "2", "1", "0441234567"):
        await asyncio.sleep(0.7)
        center.asterisk.dial_digits(channel, group)
    await asyncio.sleep(NEXT_DIGIT_SECONDS + 1)
    for group in ("31012027#", "2"):
        await asyncio.sleep(0.7)
        center.asterisk.dial_digits(channel, group)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    _, (form,) = kept(center)
    assert form.values == {
        "interest": "solar",
        "number": "0441234567",
        "from": "2027-01-31",
        "agreed": "no",
    }


async def test_a_wrap_up_waits_for_who_types(center: CenterOnFake) -> None:
    await finished_call(center)
    channel = center.asterisk.feature_code("203", "outcome", "5")
    await asyncio.sleep(FIRST_DIGIT_SECONDS)  # the wrap-up is 5 s
    assert center.agent("olena").state is AgentState.WRAP_UP
    second = center.caller("node1-1-2")
    for key in "31":
        await asyncio.sleep(0.7)
        center.asterisk.dial_digit(channel, key)
    await center.until(lambda: center.agent("olena").call == "node1-1-2")
    assert kept(center)[0][0].call == CALL
    center.asterisk.hang_up(second)
    await center.until(lambda: not center.engine.center.calls)


async def test_without_a_call_there_is_nothing_to_say(center: CenterOnFake) -> None:
    await center.log_in("olena")
    assert await dial(center) == OutcomeWord.NO_CALL
    assert center.journal.events(OutcomeEntryStarted) == []


async def test_long_after_the_wrap_up_it_is_too_late(center: CenterOnFake) -> None:
    await finished_call(center, grace_seconds=60.0)
    await asyncio.sleep(50)
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    await asyncio.sleep(180)
    assert await dial(center, "5") == OutcomeWord.NO_CALL


async def test_who_begins_in_time_is_not_too_late(center: CenterOnFake) -> None:
    await finished_call(center, grace_seconds=10.0)
    await asyncio.sleep(14)  # 5 s of wrap-up, 10 of grace
    assert await dial(center, "5", "1", "1", pause=3.0) == OutcomeWord.OUTCOME_SAVED


async def test_a_correction_replaces_what_was_said(center: CenterOnFake) -> None:
    await finished_call(center)
    await dial(center, "5", "1", "1")
    await dial(center, "9", "1", "2")
    assert [one.disposition for one in kept(center)[0]] == ["answered", "wrong_number"]
    debrief = center.engine.center.debrief("olena", center.engine.clock.now())
    assert debrief is not None
    assert debrief.outcome.disposition == "wrong_number"


async def test_a_required_outcome_is_asked_for_in_words(center: CenterOnFake) -> None:
    await finished_call(center, required=True)
    assert await dial(center, code="ready") == OutcomeWord.OUTCOME_MISSING
    assert await dial(center, "2", code="not_ready") == OutcomeWord.OUTCOME_MISSING
    await asyncio.sleep(600)
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    assert center.agent("olena").state is AgentState.AVAILABLE


async def test_at_the_deadline_the_default_is_taken(center: CenterOnFake) -> None:
    rules = {"required": True, "at_deadline": AtDeadline.DEFAULT, "default": "answered"}
    await finished_call(center, **rules)
    await center.until(lambda: center.agent("olena").state is AgentState.AVAILABLE)
    debrief = center.agent("olena").debriefs[-1]
    assert debrief.outcome.disposition == "answered"
    assert kept(center) == ([], [])


async def test_at_the_deadline_who_said_nothing_is_not_ready(center: CenterOnFake) -> None:
    await finished_call(center, required=True, at_deadline=AtDeadline.NOT_READY)
    await center.until(lambda: center.agent("olena").state is AgentState.NOT_READY)
    assert center.agent("olena").reason == "outcome missing"
    assert await dial(center, code="ready") == OutcomeWord.OUTCOME_MISSING
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    await dial(center, code="ready")
    assert center.agent("olena").state is AgentState.AVAILABLE


async def test_what_is_owed_survives_a_restart(center: CenterOnFake) -> None:
    await finished_call(center, required=True)
    await asyncio.sleep(30)
    await center.restart()
    assert center.agent("olena").state is AgentState.WRAP_UP
    assert await dial(center, "5", "1", "1") == OutcomeWord.OUTCOME_SAVED
    assert center.agent("olena").state is AgentState.AVAILABLE


async def test_an_engine_that_leaves_while_somebody_types_tells_nothing(
    center: CenterOnFake,
) -> None:
    await finished_call(center, required=True)
    center.asterisk.feature_code("203", "outcome")
    await center.until(lambda: center.journal.events(OutcomeEntryStarted))
    await center.kill()
    assert not center.journal.events(OutcomeEntryEnded)
    await center.start()
    await center.until(lambda: center.asterisk.channels_left() == [], seconds=200)
    await center.until(lambda: center.agent("olena").until is None, seconds=200)
    assert kept(center) == ([], [])


@pytest.mark.parametrize(
    ("caller", "masked", "shown"),
    [
        (CALLER, True, "567"),
        (CALLER, False, CALLER),
        ("+380441234567", True, "567"),
        ("1234", True, "34"),
        ("7", True, "7"),
        ("anonymous", True, ""),
    ],
)
async def test_a_clients_policy_masks_numbers_on_phones(
    center: CenterOnFake, caller: str, shown: str, *, masked: bool
) -> None:
    center.set_client(mask_numbers=masked)
    await center.log_in("olena")
    channel = center.asterisk.caller_arrives(CALL, number="600201", client=DNIPRO, caller=caller)
    await center.until(lambda: center.asterisk.ringing("PJSIP/phone-203"))
    leg = center.asterisk.channel(center.leg("olena"))
    assert leg.caller_number == shown
    assert leg.caller_name == ("Dnipro Energy, vip" if shown else "")
    assert center.engine.center.calls[CALL].caller == caller
    center.asterisk.hang_up(channel)
    assert not center.engine.post(AgentLoggedOut(agent="olena"))
    await center.until(lambda: not center.engine.center.calls)
