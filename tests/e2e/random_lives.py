"""Random lives of calls, from a seed: which way each caller leaves the queue, and when.

A life is what the caller does; what becomes of the call is a race with agents who answer, decline
or don't hear, and with the queue's limits. So a life names every end that it may come to.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState, CallState
from ccengine.phone import CallFailed
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import DNIPRO, Change
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

MENU_SECONDS = (0.0, 1.5)  #: until a key is pressed, or until they hang up
PATIENCE_SECONDS = (0.2, 6.0)
TALK_SECONDS = (0.1, 2.5)
AGENT_PATIENCE_SECONDS = 3.0
WAYS = (("600200", "1"), ("600200", "2"), ("600200", ""), ("600201", ""), ("600201", ""))
"""A number and the key pressed there; none: they hang up in the menu, or there is no menu."""

CALLERS_AT_A_TIME = 6
LONGEST_LIFE_SECONDS = 40.0

QUEUES: tuple[Change, ...] = (
    (
        DNIPRO,
        "  billing:\n",
        "  billing:\n    ring_seconds: 2\n    misses: 100\n"
        "    limits: {waiting: 2, wait_seconds: 3, overflow: {queue: technical}}\n",
    ),
    (
        DNIPRO,
        "  technical:\n",
        "  technical:\n    ring_seconds: 2\n    misses: 100\n"
        "    limits: {wait_seconds: 4, overflow: {flow: main}}\n",
    ),
    (
        DNIPRO,
        "  vip:\n",
        "  vip:\n    ring_seconds: 2\n    misses: 100\n"
        "    limits: {join_empty: [offline, not_ready], leave_empty: [offline, not_ready],"
        " wait_seconds: 4, overflow: {voicemail: yes}}\n",
    ),
)
"""Small limits, so that lives end in each of the ways a queue may end them."""


@dataclass(frozen=True, slots=True)
class Life:
    """What one caller does."""

    number: str
    key: str  #: pressed in the menu; empty: none
    menu_seconds: float
    patience_seconds: float  #: in line; then they hang up
    talk_seconds: float  #: then they hang up, unless the agent has

    @classmethod
    def drawn(cls, random: Random) -> Life:
        """Draw a life."""
        number, key = random.choice(
            (("600200", "1"), ("600200", "2"), ("600200", ""), ("600201", ""))
        )
        return cls(
            number,
            key,
            random.uniform(*MENU_SECONDS),
            random.uniform(*PATIENCE_SECONDS),
            random.uniform(*TALK_SECONDS),
        )


ENDS = tuple(CallOutcome)
"""Any one that is an end: which it is, the record's cause must say (`Tally`)."""


async def live(stage: Stage, life: Life) -> Caller:
    """Live it; return the caller, whose call is over."""
    caller = await stage.caller(life.number, *ENDS)
    await asyncio.sleep(life.menu_seconds)
    if life.key:
        await caller.presses(life.key)
    with suppress(AssertionError):  # not everybody is answered, or has so much patience
        await until("talks, or is over", lambda: _is_decided(caller), seconds=life.patience_seconds)
    if caller.call.ending is None and caller.states[-1:] == [CallState.TALKING]:
        with suppress(TimeoutError):
            await caller.call.ended(timeout_seconds=life.talk_seconds)
    await caller.hangs_up()
    await caller.becomes(CallState.ENDED)
    return caller


def _is_decided(caller: Caller) -> bool:
    return caller.call.ending is not None or caller.states[-1:] == [CallState.TALKING]


async def work(agent: Agent, random: Random) -> None:
    """Answer, decline, or not hear it, and talk for a while, until cancelled."""
    while True:
        with suppress(TimeoutError, CallFailed):
            incoming = await agent.rings(seconds=5)
            mood = random.random()
            if mood < 0.1:
                incoming.decline(603)
            elif mood < 0.2:
                await incoming.ended(timeout_seconds=AGENT_PATIENCE_SECONDS)
            else:
                call = await incoming.answer(
                    tone_hz=agent.tone_hz, after_seconds=random.uniform(0.0, 1.0)
                )
                with suppress(TimeoutError):
                    await call.ended(timeout_seconds=random.uniform(*TALK_SECONDS))
                await call.hang_up()
        if agent.state is AgentState.WRAP_UP and random.random() < 0.5:
            await agent.goes_ready()


async def live_all(stage: Stage, agents: list[Agent], lives: list[Life], seed: int) -> list[Caller]:
    """Live all lives, some at a time, while the agents work; return the callers."""
    places = asyncio.Semaphore(CALLERS_AT_A_TIME)

    async def live_one(life: Life) -> Caller:
        async with places, asyncio.timeout(LONGEST_LIFE_SECONDS):
            return await live(stage, life)

    async with asyncio.TaskGroup() as at_work:
        working = [
            at_work.create_task(work(agent, Random(f"{seed} {agent.name}"))) for agent in agents
        ]
        async with asyncio.TaskGroup() as group:
            living = [group.create_task(live_one(life)) for life in lives]
        for task in working:
            task.cancel()
    return [task.result() for task in living]
