"""How a campaign goes through its lists, and how many answers it wants.

Most of these rules are also part of the schema of the YAML that admins write.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.purposes import LOOK_AHEAD, Mode
from ccengine.core.ids import Instant, QueueId
from ccengine.core.outcome_rules import OutcomeRules
from ccengine.core.periods import Period

RING_FLOOR_SECONDS = 15
"""Nobody is rung for less: 16 CFR 310.4(b)(4)(ii), Ofcom's statement of 2010."""


UNTESTED = "the tests of all numbers that it may show are too old"


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


class AfterPreview(StrEnum):
    """What becomes of a lead that an agent has looked at for as long as they may."""

    SKIP = "skip"  #: it is put off, and counts as a call that the agent has missed
    DIAL = "dial"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """A campaign, as far as its calls compete for agents with others."""

    queue: QueueId  #: whose agents serve it, and whose line those who answered stand in
    mode: Mode
    flow: str = ""  #: of `unattended`: what who answers hears
    agreed: bool = False  #: its leads have agreed to be called by a machine
    ratio: float = 1.0  #: calls for each free agent, of `power`
    law: str = LOOK_AHEAD  #: of `predictive`: by which it is paced
    limits: tuple[Limit, ...] = ()  #: on abandoned calls, by law or stricter; all hold
    ring_seconds: float = 20.0
    calls_at_most: int = 30  #: in the air at a time; of `unattended`: those that go on, too
    lists: Mapping[str, ListShare] = dataclasses.field(default_factory=dict)
    periods: tuple[Period, ...] | None = None  #: when calls are placed; None: always
    hindrance: str = ""  #: why it cannot be started as it is; empty: it can
    shown_until: Instant | None = None  #: then the last test of its numbers is too old; None: never
    machine_dispositions: tuple[str, ...] = ()  #: by which agents say that a machine had answered
    detector_errors: bool = True  #: people whom a detector has cut off count as abandoned
    detector_error_share: float = 0.0  #: of machines detected before an agent came: people
    starts_itself: bool = False  #: as soon as its periods have begun; else somebody starts it
    ends_at: Instant | None = None  #: its last day, or that of the contract, is over
    ends_because: str = ""
    preview_seconds: float = 120.0  #: for so long an agent may look at a lead
    preview_then: AfterPreview = AfterPreview.SKIP
    patience_seconds: float = 2.0  #: in which an agent must have taken who answered
    outcome: OutcomeRules | None = None  #: what is said of its calls; None: as its queue asks
    own_callback_seconds: float = 900.0
    """A call that an agent promised is anybody's when it is overdue for so long."""

    @property
    def is_unattended(self) -> bool:
        """Whether no agent is involved: nobody is looked for, and nobody is kept for its calls."""
        return self.mode is Mode.UNATTENDED

    def hindered_at(self, now: Instant) -> str:
        """Return why nothing may be dialed at this instant, whatever the hour; empty: it may."""
        if not self.hindrance and self.shown_until is not None and self.shown_until <= now:
            return UNTESTED
        return self.hindrance

    def is_open(self, now: Instant) -> bool:
        """Tell whether calls are placed at this hour, and at all."""
        if self.hindered_at(now):
            return False
        return self.periods is None or any(period.holds(now) for period in self.periods)

    def work_ends_at(self, now: Instant) -> Instant | None:
        """Return when the hours end that run, or all of it; None: nobody knows, or none run."""
        present = (one.ends for one in self.periods or () if one.holds(now))
        ends = [one for one in (*present, self.ends_at) if one is not None]
        return min(ends, default=None)
