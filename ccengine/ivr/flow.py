"""A flow: named steps and where to begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccengine.ivr.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A checked flow: each name leads to a step, and each way ends."""

    name: str
    start: str
    steps: Mapping[str, Step]
