"""A flow: named steps and where to begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccengine.ivr.step import Step

USUAL_MINUTES = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A checked flow: each name leads to a step, and each way ends."""

    name: str
    start: str
    steps: Mapping[str, Step]
    total_minutes: float = USUAL_MINUTES  #: from its beginning to its end
    otherwise: str | None = None  #: the step for a call whose time is up, or whose step failed
    parameters: tuple[str, ...] = ()  #: names it is given by the flow that calls it
