"""One day of a dialled floor: a heap of events, and the law asked at events and each second.

An answered call takes an idle agent at once, or waits two seconds for one and is abandoned. Callers
of the queue beside come first: while one waits no call is placed. Who answered waits before them,
for only two seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.pacing.half_hours import HALF_HOUR_S
from ccengine.core.dialer.pacing.situation import Ringing, Situation
from ccengine.simulator.dialing.day import Day, HalfHour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccengine.core.dialer.pacing.situation import PacingPolicy

HOUR_S: Final = 3600.0
PATIENCE_S: Final = 2.0
LEAST_BETWEEN_S: Final = 0.2  #: decisions
RECORDS_PER_AGENT: Final = 10
LINES_PER_AGENT, MORE_LINES = 6, 20


class Partner(Enum):
    """Whom an agent talks with."""

    PERSON = "person"
    MACHINE = "machine"
    CALLER = "caller"  #: of the queue beside


class Record(NamedTuple):
    """A record of the list: its chance beside the average's, and the score that a law may see."""

    weight: float
    score: float


class Fate(NamedTuple):
    """What becomes of a call, as far as the far end decides, and how long after it was placed.

    A machine that the engine does not see is answered: an agent hears it.
    """

    outcome: AttemptOutcome
    after_s: float
    answered: bool


class Chance(Protocol):
    """Draws what nobody decides. Each kind is a stream of its own: laws meet the same day."""

    def record(self) -> Record:
        """Take the next record of the list."""
        ...

    def call(self, now_s: float, record: Record | None) -> Fate:
        """Draw what the next call will do."""
        ...

    def talk_s(self, partner: Partner) -> float:
        """Draw how long the next talk lasts."""
        ...

    def wrap_up_s(self) -> float:
        """Draw how long the next wrap-up lasts."""
        ...

    def pause_s(self) -> float:
        """Draw how long the agent pauses after it; 0: not at all."""
        ...

    def callers(self) -> Iterator[tuple[float, float]]:
        """Draw the queue's callers: when each comes, and after how long each hangs up."""
        ...


@dataclass(frozen=True, slots=True)
class Pause:
    """Some of the agents leave together, each when the call is finished. Seconds."""

    at_s: float
    lasts_s: float
    share: float


@dataclass(frozen=True, slots=True)
class Site:
    """How large, how long, and when the law is asked."""

    agents: int
    hours: float = 8.0
    event_driven: bool = True
    scored: bool = False
    pauses: tuple[Pause, ...] = ()
    warm_up_s: float = 0.0  #: agents' time is counted after it
    calls_at_most: int | None = None  #: in the air at a time; None: lines enough


class Floor:
    """Agents and calls of one day under one law."""

    def __init__(self, site: Site, chance: Chance, law: PacingPolicy) -> None:
        self.site = site
        self.chance = chance
        self.law = law
        self.day = Day([HalfHour() for _ in range(ceil(site.hours * HOUR_S / HALF_HOUR_S))])
        self.now_s = 0.0
        self.idle = site.agents
        self.staffed = site.agents
        self.leaving = 0
        self.waiting: deque[tuple[float, Partner]] = deque()  # answered, without an agent
        self.line: deque[tuple[float, int]] = deque()  # callers of the queue beside
        self.ringing: dict[int, tuple[Ringing, Fate]] = {}
        self.talking: dict[int, float] = {}
        self.wrapping: dict[int, float] = {}
        self.hopper: list[Record] = []
        self._after: dict[int, tuple[float, float, Partner]] = {}
        self._heap: list[tuple[float, int, Callable[[int], None], int]] = []
        self._number = count()
        self._changed = True
        self._decided_s = -1.0
        self._due = False
        self._callers: Iterator[tuple[float, float]] = iter(())

    def at(self, due_s: float, what: Callable[[int], None], who: int = 0) -> None:
        """Let something happen at a time."""
        heappush(self._heap, (due_s, next(self._number), what, who))

    def live_day(self, tick: Callable[[float], None] | None = None) -> Day:
        """Live it to its end; `tick` is told the seconds passed now and then."""
        end_s = self.site.hours * HOUR_S
        self.at(0.0, self._tick)
        for number, pause in enumerate(self.site.pauses):
            self.at(pause.at_s, self._leave, number)
        self._callers = self.chance.callers()
        self._expect_caller()
        half_hour = 0
        while self._heap[0][0] < end_s:
            now_s, _, what, who = heappop(self._heap)
            self._account(now_s)
            self.now_s = now_s
            what(who)
            if self._changed:
                self._decide_in_time(ticked=what == self._tick)
            if tick is not None and now_s >= half_hour * HALF_HOUR_S:
                half_hour += 1
                tick(now_s)
        self._account(end_s)
        self.day.left_in_the_air = len(self.ringing) + len(self.waiting)
        self.day.callers_left = len(self.line)
        return self.day

    # ---- when to decide, and what ---------------------------------------------------------

    def _decide_in_time(self, *, ticked: bool) -> None:
        """Ask the law now, or soon: events that come together are one reason to decide."""
        due_s = self._decided_s + LEAST_BETWEEN_S
        if ticked or (self.site.event_driven and self.now_s >= due_s - 1e-9):
            self._changed = False
            self._decided_s = self.now_s
            self._decide()
        elif self.site.event_driven and not self._due:
            self._due = True
            self.at(due_s, self._come_due)

    def _come_due(self, _: int) -> None:
        self._due = False

    def _account(self, until_s: float) -> None:
        """Count agents' time since the last event. Ticks part it at half hours."""
        since_s = max(self.now_s, self.site.warm_up_s)
        lasted_s = until_s - since_s
        if lasted_s <= 0:
            return
        day, talking, wrapping = self.day, len(self.talking), len(self.wrapping)
        day.talk_s += talking * lasted_s
        day.wrap_up_s += wrapping * lasted_s
        day.idle_s += self.idle * lasted_s
        day.pause_s += (self.site.agents - self.staffed) * lasted_s
        half_hour = day.half_hours[int(since_s // HALF_HOUR_S)]
        half_hour.busy_s += (talking + wrapping) * lasted_s
        half_hour.staffed_s += self.staffed * lasted_s

    def _tick(self, _: int) -> None:
        self._changed = True
        self.at(self.now_s + 1.0, self._tick)

    def _decide(self) -> None:
        if self.staffed == 0 or self.line:
            return
        size = RECORDS_PER_AGENT * self.site.agents if self.site.scored else 0
        while len(self.hopper) < size:
            self.hopper.append(self.chance.record())
        self.day.decisions += 1
        calls, picks = self.law.decide(self.situation())
        chosen = [self.hopper[pick] for pick in picks]
        for pick in sorted(picks, reverse=True):
            del self.hopper[pick]
        if self.site.scored and not picks:
            chosen, self.hopper = self.hopper[:calls], self.hopper[calls:]
        for i in range(calls):
            self._place(chosen[i] if chosen else None)

    def situation(self) -> Situation:
        """Return what the law sees."""
        return Situation(
            self.now_s,
            self.idle,
            len(self.waiting),
            self.staffed,
            self._lines_free(),
            [ringing for ringing, _ in self.ringing.values()],
            self.talking.values(),
            self.wrapping.values(),
            [record.score for record in self.hopper],
        )

    def _lines_free(self) -> int:
        if self.site.calls_at_most is not None:
            return max(0, self.site.calls_at_most - len(self.ringing))
        lines = LINES_PER_AGENT * self.site.agents + MORE_LINES
        return lines - len(self.ringing) - len(self.talking)

    # ---- calls ----------------------------------------------------------------------------

    def _place(self, record: Record | None) -> None:
        number = next(self._number)
        self.day.placed += 1
        fate = self.chance.call(self.now_s, record)
        self.ringing[number] = (Ringing(self.now_s, record.score if record else None), fate)
        self.at(self.now_s + fate.after_s, self._answer if fate.answered else self._end, number)

    def _end(self, number: int) -> None:
        ringing, fate = self.ringing.pop(number)
        self._changed = True
        self.day.outcomes[fate.outcome] += 1
        self.law.call_unanswered(self.now_s, self.now_s - ringing.placed_s, ringing.score)

    def _answer(self, number: int) -> None:
        ringing, fate = self.ringing.pop(number)
        self.law.call_answered(self.now_s, self.now_s - ringing.placed_s, ringing.score)
        is_person = fate.outcome is AttemptOutcome.ANSWERED
        self._meet(Partner.PERSON if is_person else Partner.MACHINE)

    def _meet(self, partner: Partner = Partner.PERSON) -> None:
        """Bring who answered to an agent, if there is one."""
        self._changed = True
        if partner is Partner.PERSON:
            self._count_live()
        if self.idle:
            self.idle -= 1
            self._talk(partner)
            return
        self.waiting.append((self.now_s, partner))
        self.at(self.now_s + PATIENCE_S, self._lose_patience)

    def _count_live(self) -> None:
        self.day.live += 1
        self._half_hour().live += 1

    def _half_hour(self) -> HalfHour:
        return self.day.half_hours[int(self.now_s // HALF_HOUR_S)]

    def _lose_patience(self, _: int) -> None:
        if self.waiting and self.waiting[0][0] <= self.now_s - PATIENCE_S + 1e-9:
            self._changed = True
            partner = self.waiting.popleft()[1]
            if partner is Partner.MACHINE:
                self._count_live()
            self.day.outcomes[AttemptOutcome.ABANDONED] += 1
            self._half_hour().abandoned += 1
            self.law.call_abandoned(self.now_s)

    # ---- callers of the queue beside ------------------------------------------------------

    def _expect_caller(self) -> None:
        coming = next(self._callers, None)
        if coming is not None:
            self.at(coming[0], lambda number: self._call_in(number, coming[1]), next(self._number))

    def _call_in(self, number: int, patience_s: float) -> None:
        self._changed = True
        self.day.callers += 1
        self._expect_caller()
        if self.idle:
            self.idle -= 1
            self._talk(Partner.CALLER)
        else:
            self.line.append((self.now_s, number))
            self.at(self.now_s + patience_s, self._hang_up, number)

    def _hang_up(self, number: int) -> None:
        for place, (_, waiting) in enumerate(self.line):
            if waiting == number:
                self._changed = True
                del self.line[place]
                self.day.callers_lost += 1
                return

    # ---- agents ---------------------------------------------------------------------------

    def _talk(self, partner: Partner = Partner.PERSON) -> float:
        """Let an agent talk; return when that agent will be free again."""
        agent = next(self._number)
        self.day.connected += 1
        if partner is Partner.PERSON:
            self.day.outcomes[AttemptOutcome.ANSWERED] += 1
        elif partner is Partner.MACHINE:
            self.day.outcomes[AttemptOutcome.MACHINE] += 1
        talk_s, wrap_up_s = self.chance.talk_s(partner), self.chance.wrap_up_s()
        pause_s = self.chance.pause_s()
        self.talking[agent] = self.now_s
        self._after[agent] = (wrap_up_s, pause_s, partner)
        self.at(self.now_s + talk_s, self._wrap_up, agent)
        return self.now_s + talk_s + wrap_up_s + pause_s

    def _wrap_up(self, agent: int) -> None:
        self._changed = True
        self.law.talk_ended(self.now_s - self.talking.pop(agent))
        wrap_up_s, _, partner = self._after[agent]
        if partner is Partner.MACHINE:
            self.law.machine_heard(self.now_s)
        self.wrapping[agent] = self.now_s
        self.at(self.now_s + wrap_up_s, self._ready, agent)

    def _ready(self, agent: int) -> None:
        self._changed = True
        _, pause_s, _ = self._after.pop(agent)
        self.law.wrap_up_ended(self.now_s - self.wrapping.pop(agent), paused=pause_s > 0)
        if self.leaving:
            self.leaving -= 1
            self.staffed -= 1
        elif pause_s > 0:
            self.staffed -= 1
            self.at(self.now_s + pause_s, self._back)
        else:
            self._free()

    def _free(self) -> None:
        if self.waiting:
            self._talk(self.waiting.popleft()[1])
        elif self.line:
            since_s, _ = self.line.popleft()
            self.day.callers_waited_s += self.now_s - since_s
            self._talk(Partner.CALLER)
        else:
            self.idle += 1

    def _back(self, _: int) -> None:
        self._changed = True
        self.staffed += 1
        self._free()

    def _leave(self, number: int) -> None:
        self._changed = True
        pause = self.site.pauses[number]
        leaving = round(pause.share * self.site.agents)
        at_once = min(self.idle, leaving)
        self.idle -= at_once
        self.staffed -= at_once
        self.leaving += leaving - at_once
        for _ in range(leaving):
            self.at(self.now_s + pause.lasts_s, self._back_from_pause)

    def _back_from_pause(self, _: int) -> None:
        if self.leaving:  # never got away
            self.leaving -= 1
        else:
            self._back(0)
