"""Wrong entries by agents and callers: each is told what is wrong, and nothing is dialed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import AgentDialled, CallbackAsked, CallbackDialed
from ccengine.core.ids import ClientId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.phrases import Phrase
from ccengine.phone import CallFailed
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured, outbound, vip
from tests.e2e.hearing import LIKE_ENOUGH, likeness, prompt_samples
from tests.e2e.people import hear_prompt

if TYPE_CHECKING:
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage

DNIPRO = ClientId("dnipro")
UNKNOWN_EXTENSION, UNKNOWN_CODE, UNKNOWN_AGENT = "999", "*99", "*71999"
LETTERS = "ABCDAB#"
NUMBERS = (
    {
        "12": Phrase.NO_NUMBER,
        "00442079460958": Phrase.FOREIGN,
        "0900212345": Phrase.PREMIUM,
    },
    {
        "600201": Phrase.OWN,
        "112": Phrase.EMERGENCY,
        "0441112233": Phrase.NO_WAY,  # not below the prefix
    },
)
"""What two callers type, three times each, and what they are told."""
REACHED = "38050"  #: the prefix of the only numbers that may be called
RULES = vip("callback: {mode: agent-first}", "keys: {1: {callback: yes}}")


def begun(stage: Stage, *kinds: type) -> list[object]:
    """Return what happened of these kinds since the test began."""
    stage.system.ledger.read()
    rows = [row for rows in stage.system.ledger.rows.values() for row in rows]
    return [row.what for row in rows if row.number > stage.since and isinstance(row.what, kinds)]


async def test_what_agents_dial_and_type_wrongly_is_told_to_them(stage: Stage) -> None:
    async with stage:
        taras = await stage.agent("taras", logged_in=False)
        await taras.dials_and_hears(UNKNOWN_AGENT, Confirmation.UNKNOWN_AGENT)
        await letters_are_no_pin(stage, taras)
        await taras.logs_in()
        await taras.dials_and_hears(UNKNOWN_EXTENSION, Confirmation.UNKNOWN_EXTENSION)
        await a_code_is_refused(stage, taras)
        assert taras.state is AgentState.AVAILABLE
        assert not begun(stage, AgentDialled)


async def letters_are_no_pin(stage: Stage, taras: Agent) -> None:
    login = await taras.phone.call("*71")
    asks = stage.system.confirmation(Confirmation.ENTER_PIN)
    since = await hear_prompt(login, asks, since=login.timeline.answered or 0.0)
    await login.send_digits(LETTERS)
    await hear_prompt(login, stage.system.confirmation(Confirmation.WRONG_PIN), since=since)
    await login.hang_up()
    assert taras.state is AgentState.OFFLINE


async def a_code_is_refused(stage: Stage, taras: Agent) -> None:
    """It is said before an answer: nobody is charged for it."""
    dialled = await taras.phone.dial(UNKNOWN_CODE)
    with pytest.raises(CallFailed):
        await dialled.answered(timeout_seconds=15)
    said = await stage.system.prompt_of_image("outbound-denied", "en")
    score, _ = likeness(dialled.heard.samples(), prompt_samples(said))
    assert score >= LIKE_ENOUGH


@pytest.mark.timeout(90)
async def test_numbers_that_are_not_called_back_are_told_so_and_the_caller_stays_in_line(
    stage: Stage,
) -> None:
    async with configured(stage.system, *outbound(REACHED), RULES), stage:
        async with asyncio.TaskGroup() as callers:
            for numbers in NUMBERS:
                callers.create_task(type_numbers(stage, numbers))
        assert not begun(stage, CallbackAsked, CallbackDialed)


async def type_numbers(stage: Stage, numbers: dict[str, Phrase]) -> None:
    """Three wrong ones, and the caller waits on with music."""
    system = stage.system
    caller = await stage.caller("600201", CallOutcome.ABANDONED)
    await caller.becomes(CallState.WAITING)
    since = asyncio.get_running_loop().time()
    await caller.presses("1")
    for number, told in numbers.items():
        await caller.hears(
            system.phrase(DNIPRO, Phrase.OFFER, "uk"), since=since, within=15, beginning=1.0
        )
        await caller.presses(f"2{number}#")
        since = await caller.hears(system.phrase(DNIPRO, told, "uk"), since=since, within=15)
    await caller.hears(system.phrase(DNIPRO, Phrase.NOT_ASKED, "uk"), since=since)
    await caller.hears_music()
    assert caller.states[-1] is CallState.WAITING
    await caller.hangs_up()
