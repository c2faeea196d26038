"""Random lives of recorded calls: what agents, a coach and a killer do with one caller's call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.core.events import CoachMode
from ccengine.core.states import AgentState
from tests.e2e.coached import coaches_by_api
from tests.e2e.people import hear_each_other
from tests.e2e.talks import hears, now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from ccengine.phone import Call
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

SAID_SECONDS: Final = 1.5
"""What an agent is told of the recording takes so long."""
EXTENSIONS: Final = {"olena": "203", "taras": "204"}


class RecordedLife:
    """One caller; taras has them first, and olena helps, coaches or takes over."""

    caller: Caller
    agent: Agent
    other: Agent
    call: Call  #: the agent's

    def __init__(self, stage: Stage, random: Random) -> None:
        self._stage = stage
        self._random = random
        self.acts: list[str] = []  #: what was done
        self._is_with_first = True

    async def lives(self, count: int) -> None:
        """Do so many random things, and hang up."""
        self.agent = await self._stage.agent("taras")
        self.caller = await self._stage.caller("600201")
        self.call = await self.agent.answers()
        await hear_each_other(self.caller, self.agent, self.call)
        self.other = await self._stage.agent("olena")
        for _ in range(count):
            act = self._random.choice(self._possible())
            self.acts.append(act.__name__)
            await act()
            await asyncio.sleep(self._random.uniform(0.3, 1.2))
        await self.caller.hangs_up()

    def _possible(self) -> list[Callable[[], Awaitable[None]]]:
        acts: list[Callable[[], Awaitable[None]]] = [
            self.hold_by_phone,
            self.hold_by_keys,
            self.pause,
            self.kill,
            self.consult,
        ]
        if self._is_with_first:
            acts += [self.coach, self.join_and_leave, self.refer, self.send_on]
        return acts

    async def hold_by_phone(self) -> None:
        await self.call.hold()
        await self.caller.hears_music()
        await self.call.resume()
        await self._talks()

    async def hold_by_keys(self) -> None:
        await self.call.send_digits("*1")
        await self.caller.hears_music()
        await self.call.send_digits("*1")
        await self._talks()

    async def pause(self) -> None:
        await self.call.send_digits("*7")
        await asyncio.sleep(SAID_SECONDS + self._random.uniform(0.5, 1.5))
        await self.call.send_digits("*7")
        await asyncio.sleep(SAID_SECONDS)

    async def kill(self) -> None:
        await self._stage.system.kill_engine()

    async def consult(self) -> None:
        await self.other.becomes(AgentState.AVAILABLE, seconds=15)
        await self.call.send_digits(f"*3{EXTENSIONS[self.other.name]}#")
        asked = await self.other.answers()
        await hears(asked, self.agent.tone_hz, since=now())
        await self.call.send_digits("*6")
        await self._talks()

    async def coach(self) -> None:
        await self.other.becomes(AgentState.AVAILABLE, seconds=15)
        coach = await coaches_by_api(self._stage, self.other, self.agent.name, CoachMode.MONITOR)
        await coach.is_set_up(CoachMode.MONITOR, since=0)
        for mode in (CoachMode.WHISPER, CoachMode.BARGE):
            await coach.turns_to(mode)
            await asyncio.sleep(0.5)
        await coach.call.hang_up()
        await self._talks()

    async def join_and_leave(self) -> None:
        """Have a conference, and the first agent leave it."""
        await self.other.becomes(AgentState.AVAILABLE, seconds=15)
        await self.call.send_digits(f"*3{EXTENSIONS[self.other.name]}#")
        asked = await self.other.answers()
        await hears(asked, self.agent.tone_hz, since=now())
        await self.call.send_digits("*4")
        await hears(asked, self.caller.tone_hz, since=now() + 0.3, share=0.2)
        await self.call.hang_up()
        await self._goes_to(asked)

    async def refer(self) -> None:
        """Hand over by the phone's own buttons."""
        await self.other.becomes(AgentState.AVAILABLE, seconds=15)
        await self.call.hold()
        ringing = await self.agent.phone.dial(
            EXTENSIONS[self.other.name], tone_hz=self.agent.tone_hz
        )
        asked = await self.other.answers()
        second = await ringing.answered(timeout_seconds=5)
        await hears(second, self.other.tone_hz, since=now())
        assert await self.call.transfer(EXTENSIONS[self.other.name], consulted=second) == 200
        await self._goes_to(asked)

    async def send_on(self) -> None:
        """Send the caller on unasked."""
        await self.other.becomes(AgentState.AVAILABLE, seconds=15)
        await self.call.send_digits(f"*2{EXTENSIONS[self.other.name]}#")
        await self._goes_to(await self.other.answers())

    async def _goes_to(self, call: Call) -> None:
        self.call, self._is_with_first = call, False
        self.agent, self.other = self.other, self.agent
        await self._talks()

    async def _talks(self) -> None:
        await hears(self.caller.call, self.agent.tone_hz, since=now() + 0.2)
        await hears(self.call, self.caller.tone_hz, since=now())
