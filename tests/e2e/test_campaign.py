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
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ccengine import clock
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.rules import RING_FLOOR_SECONDS
from ccengine.core.ids import ClientId
from ccengine.core.states import AgentState
from ccengine.ivr.configuration import load_configuration
from ccengine.phone import CallFailed, ulaw
from ccengine.phone.wav import read_wav
from tests.e2e.campaign import leads, tenant
from tests.e2e.campaign.books import imported, left, proved
from tests.e2e.campaign.far_ends import far_ends
from tests.e2e.campaign.wire import AGENT_HZ, LIMIT_SECONDS, Ports, Wire, listening
from tests.e2e.configuration import another_tenant
from tests.e2e.hearing import prompt_samples
from tests.e2e.waits import until_seen
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.benchmarks.inbound.load import Sipp
    from tests.e2e.campaign.books import Pack
    from tests.e2e.campaign.wire import FarCall
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

AGENTS = by_size(small=4, full=30)
LEADS = by_size(small=40, full=300)
TALK_SECONDS = 240.0 if FULL else 6.0
WHOLE_SECONDS = 2400.0 if FULL else 150.0
KILL_AFTER = 0.4  #: of the leads
BEGINNING_SECONDS = 2.0
"""So much of the message is looked for: of the sound of each call five seconds are kept."""
NEAR_SECONDS = {"answered_at": 0.3, "bridged_at": 0.3, "message_at": 0.5, "ended_at": 1.0}
"""So near to what the wire says is each moment that the books have; a message's file may begin
with silence."""
BURST_SECONDS = 3.0
"""So long after a call was decided on it may go out: at the start there are two for each agent,
all at once, and Asterisk takes 10 to 20 ms for each."""
LIMIT_RULE = "UA.abandoned"
HANGS_UP_EVERY = 7  #: of an agent's talks
SHIFT_SECONDS = 3600.0


@dataclass(frozen=True)
class Outage:
    """While nobody wrote anything down. Seconds since the epoch."""

    killed_at: float
    back_at: float

    def holds(self, at: float) -> bool:
        """Tell whether a moment was then, or so near that it may have been lost."""
        return self.killed_at - 1.0 <= at <= self.back_at + 1.0


@dataclass(frozen=True)
class Seen:
    """What there is to compare."""

    calls: "Sequence[FarCall]"
    pack: "Pack"
    outage: Outage

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
            outage = await called(stage, [task.result() for task in tasks], numbers, sipp)
            await system.expect_quiet()
            wire = Wire(ports)
            wire.read(capture.take())
            assert capture.lost() == 0, "packets that nobody has seen"
        wire.recognise(prompt_samples(message_of(system, folder), BEGINNING_SECONDS))
        pack = await proved(system, tenant.CAMPAIGN)
        seen = Seen(list(wire.calls.values()), pack, outage)
        sys.stdout.write(told(seen))
        expect_each_called_once(seen, numbers)
        expect_calls_over_the_kill(seen)
        expect_nobody_heard_silence(seen)
        expect_phones_to_ring_long_enough(seen)
        expect_the_same_in_the_books(seen)
        expect_the_same_figures(seen)


def message_of(system: System, folder: Path) -> Path:
    """Return the sound of who called."""
    prompts = load_configuration(folder).prompts
    name = f"lead-message-{tenant.CAMPAIGN.partition('/')[2]}-{tenant.SHOWN}"
    return system.file_of(prompts.media(ClientId(tenant.CLIENT_ID), name, "en"))


async def called(
    stage: Stage, agents: Sequence[Agent], numbers: Sequence[str], sipp: Sipp
) -> Outage:
    """Have all leads called, and the engine killed in the middle, while agents talk."""
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
        await until_seen("two agents talk", lambda: are_talking(agents, 2), seconds=WHOLE_SECONDS)
        killed_at = clock.wall()
        await system.kill_engine()
        outage = Outage(killed_at, clock.wall())
        await until_seen("all leads are done", lambda: are_left(0), seconds=WHOLE_SECONDS)
        await until_seen("all agents are free", lambda: are_free(agents), seconds=TALK_SECONDS + 30)
    return outage


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


async def are_talking(agents: Sequence[Agent], least: int) -> bool:
    return sum(agent.state is AgentState.ON_CALL for agent in agents) >= least


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


def expect_calls_over_the_kill(seen: Seen) -> None:
    """Else the kill proved nothing."""
    at = seen.outage.killed_at
    assert any(call.talks(at) for call in seen.calls), "nobody talked as the engine died"
    assert not FULL or any(call.rings(at) for call in seen.calls), "nobody was rung"


def expect_nobody_heard_silence(seen: Seen) -> None:
    """Each who stayed so long heard an agent, or the very message that says who called."""
    late = [
        f"{call.number}: {call.heard_after} s, lasted {call.lasted_seconds:.1f} s"
        for call in seen.answered
        if call.heard_after is None or call.heard_after > LIMIT_SECONDS
        if call.lasted_seconds > LIMIT_SECONDS
    ]
    assert late == []
    assert sum(call.has_agent_in_time for call in seen.answered) > len(seen.answered) / 2


def expect_phones_to_ring_long_enough(seen: Seen) -> None:
    rang = {call.number: call.rang_seconds for call in seen.calls if call.rang_seconds is not None}
    assert {one: secs for one, secs in rang.items() if secs < RING_FLOOR_SECONDS} == {}


def expect_the_same_in_the_books(seen: Seen) -> None:
    """The proof pack knows each call, how it ended, who was heard and when, as the wire has it."""
    books = {one["number"].lstrip("+"): one for one in seen.pack.attempts}
    assert len(books) == len(seen.pack.attempts)
    assert sorted(books) == sorted(call.number for call in seen.calls)
    wrong = [
        f"{fault}: {call}: {books[call.number]}"
        for call in seen.calls
        for fault in faults(call, books[call.number], seen.outage)
    ]
    assert wrong == [], "\n".join(wrong)


def outcomes_of(call: FarCall, outage: Outage) -> set[AttemptOutcome]:
    """Return how an attempt may have ended, by the wire. No detector listens here, and no agent
    says that it was a machine: whoever had an agent in time was answered."""
    expected = leads.OUTCOMES.get(leads.deed_of(call.number))
    if expected is None:
        in_time = call.has_agent_in_time
        expected = AttemptOutcome.ANSWERED if in_time else AttemptOutcome.ABANDONED
    if call.refused_at is not None and outage.holds(call.refused_at):
        return {expected, AttemptOutcome.LOST}  # nobody was there to write it down
    return {expected}


def faults(call: FarCall, attempt: Mapping[str, Any], outage: Outage) -> Iterator[str]:
    """Yield what an attempt in the books says otherwise than the wire."""
    expected = outcomes_of(call, outage)
    if attempt["outcome"] not in expected:
        yield f"not {' or '.join(sorted(expected))}"
    if not 0.0 <= call.invited_at - moment(attempt["placed_at"]) <= BURST_SECONDS:
        yield f"not placed until {call.invited_at:.3f}"
    moments = {
        "answered_at": call.answered_at,
        "bridged_at": call.agent_at,
        "message_at": call.message_at,
        "ended_at": call.ended_at,
    }
    for name, at in moments.items():
        if at is not None and not outage.holds(at):
            said = attempt[name]
            if said is None or abs(moment(said) - at) > NEAR_SECONDS[name]:
                yield f"{name} is not {at:.3f}"
    lasted, ended = attempt["seconds_lasted"], call.ended_at
    if lasted is None or ended is None or outage.holds(ended):
        return
    since_placed = ended - moment(attempt["placed_at"])
    if abs(lasted - since_placed) > NEAR_SECONDS["ended_at"]:
        yield f"it did not last {since_placed:.3f} s"


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def expect_the_same_figures(seen: Seen) -> None:
    """What the pack has counted is what the wire has, and so is the share that the law limits."""
    figures, answered = seen.pack.figures, seen.answered
    abandoned = [call for call in answered if not call.has_agent_in_time]
    agents = [call for call in answered if call.agent_at is not None]
    told_who = [call for call in answered if call.message_at is not None]
    assert (figures["attempts"], figures["answered"]) == (len(seen.calls), len(answered))
    assert figures["agent"]["in_time"] + figures["agent"]["late"] == len(agents)
    assert figures["message"]["in_time"] + figures["message"]["late"] == len(told_who)
    assert (figures["silent"], figures["short_rings"]) == (0, 0)
    # By the day: at midnight there are two.
    windows = [one for one in seen.pack.windows if one["rule"] == LIMIT_RULE]
    assert sum(one["numerator"] for one in windows) == len(abandoned)
    assert sum(one["denominator"] for one in windows) == len(answered)
    assert sum(one["placed"] for one in windows) == len(seen.calls)


def told(seen: Seen) -> str:
    bridged = [one for one in seen.answered if one.agent_at is not None]
    after = sorted(one.heard_after or 0.0 for one in bridged)
    others = [one.heard_after for one in seen.answered if one.agent_at is None]
    outcomes = Counter(one["outcome"] for one in seen.pack.attempts)
    placed = {one["number"].lstrip("+"): moment(one["placed_at"]) for one in seen.pack.attempts}
    lags = sorted(one.invited_at - placed[one.number] for one in seen.calls if one.number in placed)
    away = seen.outage.back_at - seen.outage.killed_at
    return (
        f"\n  {len(seen.calls)} called, {len(seen.answered)} answered, {len(bridged)} heard an "
        f"agent after {after[len(after) // 2]:.3f} s (median), {after[-1]:.3f} s at most; "
        f"others heard after {others}\n  {outcomes}\n"
        f"  sent {lags[len(lags) // 2]:.3f} s after the decision (median), {lags[-1]:.3f} s at "
        f"most; the engine was away for {away:.1f} s\n"
    )
