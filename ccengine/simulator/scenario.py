"""What is supposed of a day: the schema of a scenario's YAML.

These dataclasses are the schema, as those of the configuration are. Times are of the scenario's own
zone; `24:00` is the end of the day, and a time that is not after the one it goes with is on the
next day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from ccengine.config.hours import Zone
from ccengine.config.names import Line, Name, mistake
from ccengine.config.schema import REQUIRED
from ccengine.core.ids import AgentId, Instant
from ccengine.simulator.laws import Law, Seconds

DAY: Final = 24 * 3600
LAST_MINUTE: Final = 59
USUAL_TALK: Final = Law(mean_seconds=180.0)
USUAL_DELAY: Final = Law(mean_seconds=4.0)
TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def _seconds_of_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = TIME.fullmatch(value.strip())
    hour, minute = (int(match[1]), int(match[2])) if match else (0, LAST_MINUTE + 1)
    if minute > LAST_MINUTE or hour * 3600 + minute * 60 > DAY:
        message = f"'{value}' is no time of day"
        raise mistake(message, "write a time such as 08:30, up to 24:00")
    return hour * 3600 + minute * 60


TimeOfDay = Annotated[int, BeforeValidator(_seconds_of_day)]
"""Seconds since midnight."""

Rate = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1e6)]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many calls from one time of the day until another."""

    starts: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    calls_per_hour: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rows of a CSV file."""

    profile: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Callers of one kind: what they dial, or the queue they enter at once."""

    number: str | None = None  #: a number of the tenant's: its flow is run
    queue: str | None = None  #: `client/queue`, without a flow
    calls_per_hour: Rate | None = None  #: all day; or one of the next two
    profile: tuple[Period, ...] = ()
    csv: str | None = None  #: a file with columns from, until, calls_per_hour; beside the scenario
    keys: Mapping[Key, Share] = field(default_factory=dict)  #: pressed at menus: percent of callers
    people: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many different people call; left out: nobody calls twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How long things take in a queue."""

    talk: Law = USUAL_TALK
    patience: Law | None = None  #: in lines, until the caller hangs up; left out: for ever
    wrap_up: Law | None = None  #: at most the queue's wrap_up_seconds; left out: exactly that


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How agents take to a ringing phone."""

    delay: Law = USUAL_DELAY
    miss_percent: Percent = 0.0  #: of the offers are not answered, however long the phone rings
    away_seconds: Seconds = 60.0  #: who missed too many is ready again after this


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """An agent is not ready."""

    starts: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    reason: Line = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Agents are logged in. Without agents and teams: all."""

    agents: tuple[AgentId, ...] = ()
    teams: tuple[Name, ...] = ()
    starts: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The keys of a scenario's file."""

    description: Line | None = None  #: for people
    tenant: str | None = None  #: its folder, seen from the scenario's; left out: the one in force
    seed: int = 1  #: the same seed gives the same day
    day: date = date(2026, 1, 5)  #: decides opening hours and what is still valid
    zone: Zone = "UTC"  #: of the times in this file
    starts: Annotated[TimeOfDay, Field(alias="from")] = 0
    until: TimeOfDay = DAY  #: nobody calls later; those who are there are served
    arrivals: tuple[Arrivals, ...] = field(default=(), metadata=REQUIRED)
    everywhere: Behaviour = Behaviour()
    queues: Mapping[str, Behaviour] = field(default_factory=dict)  #: those that differ
    answering: Answering = Answering()
    prompt_seconds: Seconds = 5.0  #: how long a prompt takes that a caller hears in a flow
    shifts: tuple[Shift, ...] = field(default=(), metadata=REQUIRED)

    def at(self, seconds: float) -> Instant:
        """Return the instant that clocks in the zone show so many seconds after midnight."""
        midnight = datetime.combine(self.day, datetime.min.time())
        local = midnight + timedelta(seconds=seconds)
        return local.replace(tzinfo=ZoneInfo(self.zone)).timestamp()

    def span(
        self, starts: int, until: int, *, within: int | None = None
    ) -> tuple[Instant, Instant]:
        """Return a span of times as instants; an end that is not later is on the next day.

        Args:
            starts: seconds since midnight.
            until: seconds since midnight.
            within: when that began of which the span is a part; None: the span is one of the day's.
        """
        first = starts if within is None else within
        # After midnight of a day that begins in the evening.
        passed = DAY if self.until <= self.starts and first < self.until else 0
        begins = starts + passed + (DAY if starts < first else 0)
        lasts = until - starts if until > starts else until - starts + DAY
        return self.at(begins), self.at(begins + lasts)

    @property
    def opens(self) -> Instant:
        """When the day begins."""
        return self.at(self.starts)

    @property
    def closes(self) -> Instant:
        """When the last call may come."""
        return self.at(self.until if self.until > self.starts else self.until + DAY)
