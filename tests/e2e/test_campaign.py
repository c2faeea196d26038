"""A predictive campaign on real Asterisk, its engine killed in the middle, against what SIPp had.

Whom the far ends heard, and when, is told by the packets that came to them: neither the engine nor
SIPp is asked. What the engine wrote down, its proof pack, is compared with them number by number.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.states import AgentState
from ccengine.phone import CallFailed, ulaw
from ccengine.phone.wav import read_wav
from tests.e2e.campaign import leads, tenant
from tests.e2e.campaign.books import imported, left, proved
from tests.e2e.campaign.far_ends import far_ends
from tests.e2e.campaign.wire import AGENT_HZ, Ports, Wire, listening
from tests.e2e.configuration import another_tenant
from tests.e2e.waits import until_seen
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tests.benchmarks.inbound.load import Sipp
    from tests.e2e.campaign.wire import FarCall
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

AGENTS = by_size(small=4, full=30)
LEADS = by_size(small=40, full=300)
TALK_SECONDS = 120.0 if FULL else 6.0
WHOLE_SECONDS = 1800.0 if FULL else 150.0
KILL_AFTER = 0.4  #: of the leads
LIMIT_SECONDS = 2.0
"""16 CFR 310.4(b)(4)(iii)."""
HANGS_UP_EVERY = 7  #: of an agent's talks
SHIFT_SECONDS = 3600.0
TALKED = {AttemptOutcome.ANSWERED, AttemptOutcome.MACHINE}


@dataclass(frozen=True)
class Seen:
    """What there is to compare."""

    calls: "Sequence[FarCall]"
    attempts: "Sequence[dict[str, Any]]"

    @property
    def answered(self) -> list[FarCall]:
        """Calls that somebody answered, and whose answer was taken."""
        return [one for one in self.calls if one.acknowledged_at and one.answered_at]


@pytest.mark.timeout(WHOLE_SECONDS + 200)
async def test_a_campaign_calls_each_lead_once_and_nobody_hears_silence(
    stage: Stage, tmp_path: Path
) -> None:
    numbers, ports, system = leads.numbers(LEADS), Ports(), stage.system
    folder = tmp_path / "tenant"
    tenant.write(folder, agents=AGENTS, provider_port=ports.sip)
    greeting = await greeting_of(system)
    async with another_tenant(system, folder), stage:
        with (
            listening(ports) as capture,
            far_ends(tmp_path, ports, talk_seconds=TALK_SECONDS, greeting=greeting) as sipp,
        ):
            async with asyncio.TaskGroup() as arriving:
                tasks = [
                    arriving.create_task(stage.agent(name, at=phone, tone_hz=AGENT_HZ))
                    for name, phone in tenant.agents_at(AGENTS).items()
                ]
            await called(stage, [task.result() for task in tasks], numbers, sipp)
            await system.expect_quiet()
            wire = Wire(ports)
            wire.read(capture.take())
            assert capture.lost() == 0, "packets that nobody has seen"
        seen = Seen(list(wire.calls.values()), await proved(system, tenant.CAMPAIGN))
        sys.stdout.write(told(seen))
        expect_each_called_once(seen, numbers)
        expect_nobody_heard_silence(seen)
        expect_the_same_in_the_books(seen)


async def called(stage: Stage, agents: Sequence[Agent], numbers: Sequence[str], sipp: Sipp) -> None:
    """Have all leads called, and the engine killed in the middle."""
    system = stage.system
    await imported(system, tenant.CAMPAIGN, numbers)
    async with at_work(agents):
        await system.engine.command("campaign", "start", tenant.CAMPAIGN)

        async def are_left(most: int) -> bool:
            assert sipp.exit_code is None, "SIPp has ended"
            return await left(system, tenant.CAMPAIGN) <= most

        await until_seen(
            "a part of the leads is done",
            lambda: are_left(round(LEADS * (1 - KILL_AFTER))),
            seconds=WHOLE_SECONDS,
        )
        await system.kill_engine()
        await until_seen("all leads are done", lambda: are_left(0), seconds=WHOLE_SECONDS)
        await until_seen("all agents are free", lambda: are_free(agents), seconds=TALK_SECONDS + 30)


@asynccontextmanager
async def at_work(agents: Sequence[Agent]) -> AsyncIterator[None]:
    """Have all agents answer, for the block."""
    async with asyncio.TaskGroup() as working:
        tasks = [working.create_task(Desk(agent).works()) for agent in agents]
        yield
        for task in tasks:
            task.cancel()


class Desk:
    """An agent who answers at once, and at times is the one who hangs up."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._chance = Random(agent.name)

    async def works(self) -> None:
        """Serve whoever is rung for, until cancelled."""
        while True:
            incoming = await self._agent.rings(seconds=SHIFT_SECONDS)
            with suppress(CallFailed):  # the lead has gone
                call = await incoming.answer(tone_hz=self._agent.tone_hz)
                hangs_up = self._chance.randrange(HANGS_UP_EVERY) == 0
                with suppress(TimeoutError):
                    await call.ended(timeout_seconds=TALK_SECONDS / 2 if hangs_up else 600.0)
                await call.hang_up()


async def are_free(agents: Sequence[Agent]) -> bool:
    return all(agent.state is AgentState.AVAILABLE for agent in agents)


async def greeting_of(system: System) -> bytes:
    """Return speech, as a machine's greeting, in G.711."""
    samples, rate = read_wav(await system.prompt_of_image("please-wait", "en"))
    assert rate == ulaw.RATE
    return bytes(ulaw.encode(samples))


# --- what is to be so --------------------------------------------------------------------------


def expect_each_called_once(seen: Seen, numbers: Sequence[str]) -> None:
    dialed = Counter(call.number for call in seen.calls)
    assert {number: times for number, times in dialed.items() if times != 1} == {}
    assert sorted(dialed) == sorted(numbers), "none lost, and nobody else called"


def expect_nobody_heard_silence(seen: Seen) -> None:
    """Each who stayed so long heard an agent or who called, by the sound that came to them."""
    late = [
        f"{call.number}: {call.heard_after} s, lasted {call.lasted_seconds:.1f} s"
        for call in seen.answered
        if call.heard_after is None or call.heard_after > LIMIT_SECONDS
        if call.lasted_seconds > LIMIT_SECONDS
    ]
    assert late == []
    assert sum(call.agent_at is not None for call in seen.answered) > len(seen.answered) / 2


def expect_the_same_in_the_books(seen: Seen) -> None:
    """The proof pack knows each call, how it ended and who was heard, as the wire has it."""
    books = {one["number"].lstrip("+"): one for one in seen.attempts}
    assert len(books) == len(seen.attempts)
    assert sorted(books) == sorted(call.number for call in seen.calls)
    wrong = []
    for call in seen.calls:
        attempt = books[call.number]
        expected = leads.OUTCOMES.get(leads.deed_of(call.number))
        if expected is not None:
            is_so = attempt["outcome"] == expected
        elif call.agent_at is not None:
            is_so = attempt["outcome"] in TALKED and attempt["bridged_at"] is not None
        else:
            is_so = attempt["outcome"] == AttemptOutcome.ABANDONED and attempt["message_at"]
        if not is_so:
            wrong.append(f"{call}: {attempt}")
    assert wrong == [], "\n".join(wrong)


def told(seen: Seen) -> str:
    bridged = [one for one in seen.answered if one.agent_at is not None]
    after = sorted(one.heard_after or 0.0 for one in bridged)
    others = [one.heard_after for one in seen.answered if one.agent_at is None]
    outcomes = Counter(one["outcome"] for one in seen.attempts)
    return (
        f"\n  {len(seen.calls)} called, {len(seen.answered)} answered, {len(bridged)} heard an "
        f"agent after {after[len(after) // 2]:.3f} s (median), {after[-1]:.3f} s at most; "
        f"others heard after {others}\n  {outcomes}\n"
    )
