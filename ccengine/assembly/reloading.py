"""The configuration is swapped whole while the engine runs; one with mistakes is refused."""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from ccengine.assembly.hindrances import hindrances
from ccengine.assembly.lookups import put_examples
from ccengine.core.events import PlanLoaded
from ccengine.ivr import versions
from ccengine.ivr.configuration import load_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccengine.calls.wiring import Wiring
    from ccengine.config.problems import Problem
    from ccengine.engine import Engine
    from ccengine.ivr.configuration import Configuration
    from ccengine.storage.records import RecordKeeper

log = structlog.get_logger()


class Reloader:
    """Loads the configuration again, for a signal or for the API: one after the other."""

    def __init__(self, wiring: Wiring, keeper: RecordKeeper, folder: Path) -> None:
        self._wiring = wiring
        self._keeper = keeper
        self._folder = folder
        self._turn = asyncio.Lock()  # so that what was asked for last is in force last

    async def reload(self) -> Sequence[Problem]:
        """Swap the configuration.

        Returns:
            Why not; empty when it is in force.
        """
        async with self._turn:
            with things_that_stay():
                return await self._reload()

    async def _reload(self) -> Sequence[Problem]:
        configuration = await asyncio.to_thread(load_configuration, self._folder)
        papers = self._keeper.papers
        problems = configuration.problems or await versions.reused(configuration, papers)
        if problems or configuration.tenant is None:
            for problem in problems:
                log.error("configuration_refused", cause=str(problem))
            return problems
        await versions.keep(configuration, papers)
        now = self._wiring.engine.clock.now()
        await asyncio.to_thread(put_examples, configuration, self._wiring.paths, now)
        self._wiring.configuration = configuration
        load_plan(self._wiring.engine, configuration, self._wiring.paths.sounds)
        log.info("configuration_loaded", plan=self._wiring.engine.center.plan.version)
        return ()


def load_plan(engine: Engine, configuration: Configuration, sounds: Path) -> None:
    """Tell the core what the configuration says, and which campaigns lack what they must have.

    Args:
        engine: whose core.
        configuration: without mistakes.
        sounds: the folder of rendered prompts.
    """
    if configuration.tenant is not None:
        at = engine.clock.now()
        plan = configuration.tenant.plan(at)
        reasons = hindrances(configuration, sounds, at)
        campaigns = {
            name: replace(one, hindrance=reasons.get(name, ""))
            for name, one in plan.campaigns.items()
        }
        engine.post(PlanLoaded(plan=replace(plan, campaigns=campaigns)))


@contextmanager
def things_that_stay() -> Iterator[None]:
    """Make inside what stays: no garbage is looked for meanwhile, and later never among it.

    A configuration is most of what is in memory, and nothing of it is garbage. Each look through
    all of it, from whatever thread, holds up every call: for 0.2 s at 2,000 agents.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
