"""Times as chance has them.

A law turns a number between 0 and 1 into seconds, the same number always into the same part of
the law: who is long-winded under one configuration is so under another.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from statistics import NormalDist
from typing import Annotated

from pydantic import Field

_LEAST = 2.0**-53  # `random()` may be 0, which a lognormal law has no time for
_normal = NormalDist()

Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Shape(StrEnum):
    """How times scatter about their mean."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How long something takes."""

    mean_seconds: Seconds
    law: Shape = Shape.EXPONENTIAL
    deviation_seconds: Seconds | None = None  #: standard deviation; of a lognormal law only

    def seconds(self, part: float) -> float:
        """Return the time below which this part of all times lies.

        Args:
            part: from 0 to below 1.
        """
        mean = self.mean_seconds
        match self.law:
            case Shape.EXPONENTIAL:
                return -mean * math.log1p(-part)
            case Shape.LOGNORMAL:
                middle, spread = _logs(mean, self.deviation_seconds or 0.0)
                return math.exp(middle + spread * _normal.inv_cdf(max(part, _LEAST)))
            case Shape.CONSTANT:
                return mean


@cache
def _logs(mean: float, deviation: float) -> tuple[float, float]:
    """Return mean and deviation of the logarithm."""
    if mean == 0:
        return -math.inf, 0.0
    squared = math.log1p((deviation / mean) ** 2)
    return math.log(mean) - squared / 2, math.sqrt(squared)


def stream(seed: int, *purpose: str) -> random.Random:
    """Return chance for one purpose: drawing more for another does not change it."""
    return random.Random("/".join((str(seed), *purpose)))
