"""Agents and customers whom random lives meet: they answer, decline, or don't hear."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState
from ccengine.phone import CallFailed, PhoneError
from tests.e2e.random_lives import TALK_SECONDS, live

if TYPE_CHECKING:
    from ccengine.phone import IncomingCall, Phone
    from tests.e2e.people import Agent, Caller
    from tests.e2e.random_lives import Life
    from tests.e2e.stage import Stage

AGENT_PATIENCE_SECONDS = 3.0
BREAK_SECONDS = (1.0, 3.0)
CUSTOMER_HZ = 700
CUSTOMER_PATIENCE_SECONDS = (1.0, 20.0)  #: longer than a caller's: they were called
CALLERS_AT_A_TIME = 8
LONGEST_LIFE_SECONDS = 60.0
ITEMS_SECONDS = 120.0  #: until the last callback is made or given up, and each message heard


async def work(agent: Agent, random: Random) -> None:
    """Answer, decline, or not hear it, and talk for a while, until cancelled; breaks between."""
    while True:
        with suppress(TimeoutError, CallFailed):
            await _take(await agent.rings(seconds=2), agent, random)
        if agent.state is AgentState.WRAP_UP and random.random() < 0.5:
            await agent.goes_ready()
        if agent.state is AgentState.AVAILABLE and random.random() < 0.1:
            await _take_a_break(agent, random)
        if agent.state is AgentState.NOT_READY:
            await agent.goes_ready()


async def _take(incoming: IncomingCall, agent: Agent, random: Random) -> None:
    mood = random.random()
    if mood < 0.1:
        incoming.decline(603)
    elif mood < 0.2:
        await incoming.ended(timeout_seconds=AGENT_PATIENCE_SECONDS)
    else:
        call = await incoming.answer(tone_hz=agent.tone_hz, after_seconds=random.uniform(0.0, 1.0))
        with suppress(TimeoutError, PhoneError):
            await call.ended(timeout_seconds=random.uniform(*TALK_SECONDS))
            if random.random() < 0.3:  # calls the customer of a message back; else it is nothing
                await call.send_digits("2")
                await call.ended(timeout_seconds=random.uniform(*TALK_SECONDS))
        await call.hang_up()


async def _take_a_break(agent: Agent, random: Random) -> None:
    with suppress(AssertionError, CallFailed):  # a caller may have been faster
        await agent.goes_not_ready()
        await asyncio.sleep(random.uniform(*BREAK_SECONDS))


async def serve_customers(phone: Phone, random: Random) -> None:
    """Be all customers who are called back, and the partner, until cancelled."""
    async with asyncio.TaskGroup() as at_home:
        while True:
            with suppress(TimeoutError):
                incoming = await phone.incoming(timeout_seconds=5)
                at_home.create_task(_be_called_back(incoming, random))


async def _be_called_back(incoming: IncomingCall, random: Random) -> None:
    mood = random.random()
    incoming.ring()
    if mood < 0.2:
        incoming.decline(486 if mood < 0.1 else 603)
        return
    with suppress(TimeoutError, CallFailed, PhoneError):
        if mood < 0.3:  # nobody is at home
            await incoming.ended(timeout_seconds=20)
            return
        call = await incoming.answer(tone_hz=CUSTOMER_HZ, after_seconds=random.uniform(0.0, 1.0))
        with suppress(TimeoutError, PhoneError):
            if mood > 0.4:  # else they hang up at once
                await asyncio.sleep(random.uniform(0.5, 1.5))
                if mood > 0.5:  # else it is a machine
                    await call.send_digits("1")
                await call.ended(timeout_seconds=random.uniform(*CUSTOMER_PATIENCE_SECONDS))
        await call.hang_up()


async def live_all(
    stage: Stage, customers: Phone, agents: list[Agent], lives: list[Life], seed: int
) -> list[Caller]:
    """Live all lives, some at a time, while the others work; return the callers.

    The agents go on until no callback and no message waits.
    """
    places = asyncio.Semaphore(CALLERS_AT_A_TIME)

    async def live_one(life: Life) -> Caller:
        async with places, asyncio.timeout(LONGEST_LIFE_SECONDS):
            return await live(stage, life)

    async with asyncio.TaskGroup() as at_work:
        working = [
            at_work.create_task(work(agent, Random(f"{seed} {agent.name}"))) for agent in agents
        ]
        working.append(at_work.create_task(serve_customers(customers, Random(f"{seed} home"))))
        async with asyncio.TaskGroup() as group:
            living = [group.create_task(live_one(life)) for life in lives]
        await stage.nothing_waits(seconds=ITEMS_SECONDS)
        for task in working:
            task.cancel()
    return [task.result() for task in living]
