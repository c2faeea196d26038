"""What every session needs of the world around it."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.asterisk.router import Router
from ccengine.config.settings import StatePaths
from ccengine.engine import Engine
from ccengine.ivr.configuration import Configuration


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
