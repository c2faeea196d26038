"""How a campaign goes through its lists, and how many answers it wants.

These rules are also part of the schema of the YAML that admins write.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RING_FLOOR_SECONDS = 15
"""Nobody is rung for less: 16 CFR 310.4(b)(4)(ii), Ofcom's statement of 2010."""


class Order(StrEnum):
    """In which order leads of a list are dialed for the first time."""

    OLDEST = "oldest"  #: as they came
    NEWEST = "newest"  #: those that came last, first
    PRIORITY = "priority"  #: by the column `priority`, the highest first, then as they came
    RANDOM = "random"  #: by lot, drawn when they came


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShare:
    """How a campaign goes through one of its lists."""

    weight: int = 1  #: of all calls to new leads, so many parts are to this list's; 0: rests
    order: Order = Order.OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many answers are wanted of each group that a field of the leads tells apart."""

    field: str
    answers: Mapping[str, int] = dataclasses.field(default_factory=dict)  #: by the field's value
    others: int | None = None  #: of each group that is not named; None: any number
