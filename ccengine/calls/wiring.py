"""What every session needs of the world around it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccengine.asterisk.recorder import NoRecorder, Recorder
from ccengine.asterisk.router import Router
from ccengine.calls.last_calls import LastCalls
from ccengine.calls.opt_outs import OptOuts
from ccengine.calls.spoken_choice import Hearing
from ccengine.config.settings import StatePaths
from ccengine.core.ids import AgentId, Instant
from ccengine.engine import Engine
from ccengine.ivr.configuration import Configuration
from ccengine.ivr.lookups import Lookups
from ccengine.ivr.payments import Payments
from ccengine.ivr.speaking import Voices
from ccengine.reporting.rows import JournalRow
from ccengine.storage.metrics import Metrics

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant

RowsOfAgent = Callable[[AgentId, Instant], Awaitable[Sequence[JournalRow]]]
"""Reads the journal's rows about an agent from an instant on, beside the engine's own work."""


SizeOf = Callable[[Path], Awaitable[int]]
"""Tells how large a file is, 0 if there is none."""


async def size_beside(file: Path) -> int:
    """Look beside the loop: a disk may take its time."""
    return await asyncio.to_thread(lambda: file.stat().st_size if file.is_file() else 0)


def always() -> bool:
    """Say yes: where nobody looks at the disk."""
    return True


async def no_rows(agent: AgentId, since: Instant) -> Sequence[JournalRow]:
    """Return nothing: where no journal can be read."""
    del agent, since
    return ()


@dataclass(slots=True)
class Wiring:
    """The engine, the way to Asterisk, and the configuration in force.

    `configuration` is swapped whole by a reload; sessions read it at each step.
    """

    engine: Engine
    router: Router
    configuration: Configuration
    paths: StatePaths
    node: str
    rows_of_agent: RowsOfAgent = no_rows
    recorder: Recorder = field(default_factory=NoRecorder)
    size_of: SizeOf = size_beside
    has_room: Callable[[], bool] = always  #: whether a recording can be begun
    lookups: Lookups | None = None  #: None: each fails, where nobody can be asked
    payments: Payments | None = None  #: None: no card is taken
    last_calls: LastCalls | None = None  #: None: nobody who rings back is recognised
    hearing: Hearing | None = None  #: None: menus are answered by keys only
    metrics: Metrics = field(default_factory=Metrics)
    opt_outs: OptOuts | None = None  #: None: flows note nobody who wants no more calls
    voices: Voices | None = None  #: None: values are not said, where there is no speech engine

    def tenant(self) -> Tenant:
        """Return the tenant as the configuration in force has it."""
        found = self.configuration.tenant
        if found is None:
            message = "an engine runs with a checked configuration only"
            raise RuntimeError(message)
        return found
