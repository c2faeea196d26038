"""Takes callers through the very flows that Asterisk's callers hear, without sound or waiting."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ccengine.core.events import CallEnded, CallQueued, FlowStepEntered, Party
from ccengine.ivr.context import FlowContext
from ccengine.ivr.outcomes import Enqueue
from ccengine.ivr.runner import Place, run_flow
from ccengine.ivr.walks import done_at_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.events import CallArrived
    from ccengine.core.ids import Instant, SkillId
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.outcomes import Outcome
    from ccengine.simulator.world import JourneyEvent

HUNDRED = 100.0


@dataclass(slots=True, kw_only=True)
class PressingCaller:
    """A caller who listens to the end of prompts and presses keys by chance.

    Nothing is awaited: time is only counted.
    """

    language: str
    keys: Mapping[str, float]  #: percent of the callers who press each; the rest press nothing
    chance: random.Random
    prompt_seconds: float
    elapsed: float = 0.0  #: seconds since the flow began

    def choose(self, language: str, _skills: Mapping[SkillId, int]) -> None:
        """Hear the rest in a language."""
        self.language = language

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Listen, and press a key if that is asked for."""
        self.elapsed += self.prompt_seconds * len(media)
        return self._press() if until_digit else None

    async def digit(self, within_seconds: float) -> str | None:
        """Press nothing: who wanted to has done so during the prompts."""
        self.elapsed += within_seconds
        return None

    def pass_over(self, digit: str) -> None:
        """Press no such key."""

    def _press(self) -> str | None:
        drawn = self.chance.random() * HUNDRED
        for key, percent in self.keys.items():
            drawn -= percent
            if drawn < 0:
                return key
        return None


def walk(
    configuration: Configuration,
    arrival: CallArrived,
    flow: str,
    caller: PressingCaller,
    now: Instant,
) -> list[tuple[float, JourneyEvent]]:
    """Return what happens to a caller in a flow that begins `now`, each so many seconds later.

    Raises:
        KeyError: the client has no such flow.
        RuntimeError: a step waited for something that is not in this world.
    """
    tenant = configuration.tenant
    if tenant is None:
        message = "a configuration with mistakes cannot be run"
        raise ValueError(message)
    began = datetime.fromtimestamp(now, UTC)
    context = FlowContext(
        client=arrival.client,
        caller=caller,
        prompts=configuration.prompts,
        hours=tenant.clients[arrival.client].hours_of(arrival.number),
        now=lambda: began + timedelta(seconds=caller.elapsed),
        began=now,
        choose_language=caller.choose,
    )
    call = arrival.call
    happened: list[tuple[float, JourneyEvent]] = []

    def entered(at: Place) -> None:
        step = FlowStepEntered(call=call, flow=at.flow, step=at.step)
        happened.append((caller.elapsed, step))

    flows = configuration.flows_of(arrival.client)
    running = run_flow(flows[flow], context, entered=entered, others=flows)
    outcome = done_at_once(running, f"flow '{flow}'")
    happened.append((caller.elapsed, _last(arrival, outcome)))
    return happened


def _last(arrival: CallArrived, outcome: Outcome) -> CallQueued | CallEnded:
    if isinstance(outcome, Enqueue):
        return CallQueued(
            call=arrival.call,
            queue=outcome.queue,
            priority=outcome.priority,
            skills=outcome.skills,
            preferred=outcome.preferred,
            agents=outcome.agents,
            kind=outcome.kind,
        )
    return CallEnded(call=arrival.call, by=Party.ENGINE, cause="flow ended")
