"""Agents at their phones, each with habits, and whom their phones rang for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState
from ccengine.phone import CallFailed
from tests.e2e.sixty_calls.day import ANSWER_SECONDS, HABITS, SEED, TALK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.phone import IncomingCall
    from tests.e2e.people import Agent

SHIFT_SECONDS = 120.0
RINGS_AT_MOST_SECONDS = 10.0
BREAK_SECONDS = 2.0
NOTICE_SECONDS = 0.6  #: that one was set not ready


class Desk:
    """An agent at work."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._habits = HABITS[agent.name]
        self._chance = Random(f"{SEED} {agent.name}")
        self._offers = 0

    async def works(self) -> None:
        """Serve whoever calls, until cancelled."""
        while True:
            incoming = await self.agent.rings(seconds=SHIFT_SECONDS)
            self._offers += 1
            if self._is_one_of(self._habits.declines_every):
                incoming.decline()
                await self._comes_back()
            elif self._is_one_of(self._habits.misses_every):
                await incoming.ended(timeout_seconds=RINGS_AT_MOST_SECONDS)
                await self._comes_back()
            else:
                await self._talks(incoming)
            if self._offers == self._habits.breaks_after:
                await self.agent.goes_not_ready()
                await asyncio.sleep(BREAK_SECONDS)
                await self.agent.goes_ready()

    def _is_one_of(self, every: int) -> bool:
        return every > 0 and self._offers % every == 0

    async def _talks(self, incoming: IncomingCall) -> None:
        answer, talk = self._chance.uniform(*ANSWER_SECONDS), self._chance.uniform(*TALK_SECONDS)
        with suppress(CallFailed):  # the caller gave up
            call = await incoming.answer(tone_hz=self.agent.tone_hz, after_seconds=answer)
            with suppress(TimeoutError):
                await call.ended(timeout_seconds=talk)
            await call.hang_up()

    async def _comes_back(self) -> None:
        await asyncio.sleep(NOTICE_SECONDS)
        if self.agent.state is AgentState.NOT_READY:
            await self.agent.goes_ready()


def rung_for(agents: Sequence[Agent]) -> dict[str, list[tuple[str, bool]]]:
    """Return for each caller id which agents' phones rang, in order, and whether they answered."""
    rung = [(agent.name, incoming) for agent in agents for incoming in agent.phone.incoming_calls]
    found: dict[str, list[tuple[str, bool]]] = {}
    for name, incoming in sorted(rung, key=lambda one: one[1].timeline.invited or 0.0):
        answered = incoming.timeline.answered is not None
        found.setdefault(incoming.caller.uri.user, []).append((name, answered))
    return found
