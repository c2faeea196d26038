"""Agents on any phone: names before the join, answering by itself, outside, locked out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import AgentId, QueueId
from ccengine.core.states import AgentState, CallState
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation
from tests.e2e.configuration import configured, provider, vip
from tests.e2e.hearing import LIKE_ENOUGH, likeness, prompt_samples
from tests.e2e.people import hear_each_other, hear_prompt
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage

VIP = names.of_queue(QueueId("dnipro/vip"))
OUTSIDE = "99444"


async def test_the_agent_hears_the_names_while_the_caller_hears_music_and_then_both_are_joined(
    stage: Stage,
) -> None:
    answers_by_itself = ("tenant.yaml", "203: {site: kyiv}", "203: {site: kyiv, auto_answer: yes}")
    async with configured(stage.system, vip("agent_hears: names"), answers_by_itself), stage:
        spoken = stage.system.name(VIP)
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        rung = await olena.rings()
        assert "answer-after=0" in (rung.headers.get("call-info") or "")
        assert "info=alert-autoanswer" in (rung.headers.get("alert-info") or "")
        talk = await rung.answer(tone_hz=olena.tone_hz)
        answered = talk.timeline.answered or 0.0
        began = await hear_prompt(talk, spoken, since=answered)
        joined = await hear_each_other(caller, olena, talk)
        length = len(prompt_samples(spoken)) / 8000
        assert joined > began + length - 0.1, "joined in the middle of it"
        heard = caller.call.heard
        assert heard.silence(answered, began + length) < 0.5, "no music"
        said, _ = likeness(heard.samples(answered, joined + 0.5), prompt_samples(spoken))
        assert said < LIKE_ENOUGH, "the caller heard what was for the agent"
        await caller.hangs_up()


@pytest.mark.timeout(90)
async def test_outside_a_key_takes_the_caller_and_silence_does_not(stage: Stage) -> None:
    changes = (
        vip("ring_seconds: 4", "misses: 2", "agent_hears: names"),
        (
            "tenant.yaml",
            "  206: {site: kyiv}",
            f"  206: {{site: kyiv}}\n  207: {{external: {OUTSIDE}, dials_for: dnipro}}",
        ),
        ("tenant.yaml", "    phone: 204\n", "    phone: 207\n"),
    )
    async with provider(stage.system, *changes) as telephone, stage:
        taras = await stage.agent("taras", at="205", logged_in=False)
        await log_in_outside(stage, taras)
        caller = await stage.caller("600201")
        mailbox = await telephone.incoming(timeout_seconds=6)
        assert mailbox.caller.uri.user == "380440000000", "the client's number, by its rules"
        silent = await mailbox.answer(tone_hz=1200)
        asked = stage.system.confirmation(Confirmation.PRESS_ONE_TO_TAKE)
        await hear_prompt(silent, asked, since=silent.timeline.answered or 0.0)
        await caller.hears_music()
        await silent.ended(timeout_seconds=6)
        await caller.becomes(CallState.WAITING)
        assert taras.state is AgentState.AVAILABLE, "one miss of two"
        human = await telephone.incoming(timeout_seconds=10)
        taken = await human.answer(tone_hz=taras.tone_hz)
        await hear_prompt(taken, stage.system.name(VIP), since=taken.timeline.answered or 0.0)
        await taken.send_digits("1")
        await hear_each_other(caller, taras, taken)
        await caller.hangs_up()
        offers = json.loads((await caller.record())["offers"])
        assert [offer["outcome"] for offer in offers] == ["unanswered", "accepted"]
        await log_out_from_elsewhere(stage, taras)


async def log_in_outside(stage: Stage, agent: Agent) -> None:
    """Log in by a desk's phone for the telephone outside."""
    login = await agent.phone.call("*71304")
    asks = stage.system.confirmation(Confirmation.ENTER_PIN)
    since = await hear_prompt(login, asks, since=login.timeline.answered or 0.0, beginning=0.5)
    await login.send_digits(stage.system.pin(agent.name))
    where = stage.system.confirmation(Confirmation.WHICH_PHONE)
    await hear_prompt(login, where, since=since, beginning=1.5)
    await login.send_digits("2")
    await until("logged in outside", lambda: agent.state is AgentState.AVAILABLE)
    assert stage.system.ledger.agents[agent.id].phone == "207"
    await login.hang_up()


async def log_out_from_elsewhere(stage: Stage, agent: Agent) -> None:
    """Log out by a desk's phone at which the agent is not."""
    logout = await agent.phone.call("*72304")
    await logout.heard.wait_for_audio(timeout_seconds=5)
    await logout.send_digits(stage.system.pin(agent.name))
    await until("logged out from elsewhere", lambda: agent.state is AgentState.OFFLINE)
    await logout.hang_up()


async def test_five_wrong_pins_lock_the_log_in(stage: Stage) -> None:
    # Somebody of this test's own: the lock outlives it, and goes with them.
    newcomer = "agents:\n  zoya: {name: Zoya, number: 399}\n"
    pin = stage.system.paths.pin("zoya")
    pin.write_text("112233\n")
    pin.chmod(0o644)
    async with configured(stage.system, ("tenant.yaml", "agents:\n", newcomer)), stage:
        somebody = await stage.agent("amira", logged_in=False)
        wrong = stage.system.confirmation(Confirmation.WRONG_PIN)
        for guesses in (3, 2):
            login = await somebody.phone.call("*71399")
            since = login.timeline.answered or 0.0
            for _ in range(guesses):
                await login.heard.wait_for_audio(since=since, timeout_seconds=5)
                await login.send_digits("1#")
                since = await hear_prompt(login, wrong, since=since) + 0.5
            if guesses == 3:
                await login.ended(timeout_seconds=5)
        locked = stage.system.confirmation(Confirmation.LOCKED)
        await hear_prompt(login, locked, since=since, beginning=1.0)
        stage.system.ledger.read()
        shown = stage.system.ledger.agents[AgentId("zoya")]
        assert shown.state is AgentState.OFFLINE
        assert shown.locked_until is not None
    pin.unlink()
