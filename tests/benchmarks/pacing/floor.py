"""One day of a dialled floor: a heap of events, and the law asked at events and each second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

from ccengine.core.dialer.pacing.situation import Ringing, Situation
from tests.benchmarks.pacing.draws import HOUR_S, RING_TIMEOUT_S, Draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.dialer.pacing.situation import PacingPolicy
    from tests.benchmarks.pacing.draws import Record

PATIENCE_S = 2.0
WARM_UP_S = 300.0
PAUSE_SHARE = 0.01
LUNCH_S = 3 * HOUR_S
LUNCH_LASTS_S = 1800.0
LUNCH_SHARE = 0.4
HALF_HOUR_S = 1800.0
TRUNKS_PER_AGENT = 6
LEAST_BETWEEN_S = 0.2  # decisions
RECORDS_PER_AGENT = 10


@dataclass
class Day:
    """What a day came to."""

    busy_s: float = 0.0
    staffed_s: float = 0.0
    live: int = 0
    abandoned: int = 0
    placed: int = 0
    connected: int = 0
    half_hours: list[list[int]] = field(default_factory=list)
    decisions: int = 0

    def utilisation(self) -> float:
        return self.busy_s / self.staffed_s if self.staffed_s else 0.0

    def share(self) -> float:
        return self.abandoned / self.live if self.live else 0.0

    def worst(self) -> float:
        return max((lost / live for live, lost in self.half_hours if live), default=0.0)

    def idle_s(self) -> float:
        return (self.staffed_s - self.busy_s) / max(1, self.connected)


@dataclass(frozen=True)
class Site:
    """How large, how long, and when the law is asked."""

    agents: int
    hours: float = 8.0
    event_driven: bool = True
    scored: bool = False


class Floor:
    """Agents and calls of one day under one law."""

    def __init__(self, site: Site, draws: Draws, law: PacingPolicy) -> None:
        self.site = site
        self.draws = draws
        self.law = law
        self.day = Day(half_hours=[[0, 0] for _ in range(ceil(site.hours * 2))])
        self.now_s = 0.0
        self.idle = site.agents
        self.staffed = site.agents
        self.waiting: deque[float] = deque()
        self.ringing: dict[int, tuple[Ringing, Record | None]] = {}
        self.talking: dict[int, float] = {}
        self.wrapping: dict[int, float] = {}
        self.leaving = 0
        self._after: dict[int, tuple[float, float]] = {}
        self.hopper: list[Record] = []
        self._heap: list[tuple[float, int, Callable[[int], None], int]] = []
        self._number = count()
        self._changed = True
        self._decided_s = -1.0
        self._due = False

    def at(self, due_s: float, what: Callable[[int], None], who: int = 0) -> None:
        heappush(self._heap, (due_s, next(self._number), what, who))

    def live_day(self) -> Day:
        end_s = self.site.hours * HOUR_S
        self.at(0.0, self._tick)
        if self.draws.scenario.shock:
            self.at(LUNCH_S, self._lunch)
        while self._heap[0][0] < end_s:
            now_s, _, what, who = heappop(self._heap)
            self._account(now_s)
            self.now_s = now_s
            what(who)
            if self._changed:
                self._decide_in_time(ticked=what == self._tick)
        self._account(end_s)
        return self.day

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
        since_s = max(self.now_s, WARM_UP_S)
        if until_s > since_s:
            busy = len(self.talking) + len(self.wrapping)
            self.day.busy_s += busy * (until_s - since_s)
            self.day.staffed_s += self.staffed * (until_s - since_s)

    def _tick(self, _: int) -> None:
        self._changed = True
        self.at(self.now_s + 1.0, self._tick)

    def _decide(self) -> None:
        if self.staffed == 0:
            return
        size = RECORDS_PER_AGENT * self.site.agents if self.site.scored else 0
        while len(self.hopper) < size:
            record = self.draws.record()
            assert record is not None
            self.hopper.append(record)
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
        return Situation(
            self.now_s,
            self.idle,
            len(self.waiting),
            self.staffed,
            TRUNKS_PER_AGENT * self.site.agents + 20 - len(self.ringing) - len(self.talking),
            [ringing for ringing, _ in self.ringing.values()],
            self.talking.values(),
            self.wrapping.values(),
            [record.score for record in self.hopper],
        )

    def _place(self, record: Record | None) -> None:
        number = next(self._number)
        self.day.placed += 1
        ring = self.draws.ring()
        self.ringing[number] = (Ringing(self.now_s, record.score if record else None), record)
        chance = self.draws.scenario.level(self.now_s, self.draws.phase)
        chance = min(0.98, chance * (record.weight if record else 1.0))
        answered = self.now_s + ring.setup_s
        if ring.luck < chance:
            self.at(answered + ring.answer_s, self._answer, number)
        elif ring.failing < 0.15:
            self.at(answered + 1.0, self._unanswered, number)
        else:  # machines, too, are known by then: so the published progressive rows come out
            self.at(answered + RING_TIMEOUT_S, self._unanswered, number)

    def _unanswered(self, number: int) -> None:
        ringing, _ = self.ringing.pop(number)
        self._changed = True
        self.law.call_unanswered(self.now_s, self.now_s - ringing.placed_s, ringing.score)

    def _answer(self, number: int) -> None:
        ringing, _ = self.ringing.pop(number)
        self.law.call_answered(self.now_s, self.now_s - ringing.placed_s, ringing.score)
        self._meet()

    def _meet(self) -> None:
        """Bring the person who answered to an agent, if there is one."""
        self._changed = True
        self.day.live += 1
        self.day.half_hours[int(self.now_s // HALF_HOUR_S)][0] += 1
        if self.idle:
            self.idle -= 1
            self._talk()
            return
        self.waiting.append(self.now_s)
        self.at(self.now_s + PATIENCE_S, self._lose_patience)

    def _lose_patience(self, _: int) -> None:
        if self.waiting and self.waiting[0] <= self.now_s - PATIENCE_S + 1e-9:
            self._changed = True
            self.waiting.popleft()
            self.day.abandoned += 1
            self.day.half_hours[int(self.now_s // HALF_HOUR_S)][1] += 1
            self.law.call_abandoned(self.now_s)

    def _talk(self) -> float:
        """Let an agent talk; return when that agent will be free again."""
        agent = next(self._number)
        self.day.connected += 1
        draws = self.draws
        talk_s, wrap_up_s = next(draws.talk), next(draws.wrap_up)
        pause_s = next(draws.pause) if next(draws.pauses) < PAUSE_SHARE else 0.0
        self.talking[agent] = self.now_s
        self._after[agent] = (wrap_up_s, pause_s)
        self.at(self.now_s + talk_s, self._wrap_up, agent)
        return self.now_s + talk_s + wrap_up_s + pause_s

    def _wrap_up(self, agent: int) -> None:
        self._changed = True
        self.law.talk_ended(self.now_s - self.talking.pop(agent))
        self.wrapping[agent] = self.now_s
        self.at(self.now_s + self._after[agent][0], self._ready, agent)

    def _ready(self, agent: int) -> None:
        self._changed = True
        _, pause_s = self._after.pop(agent)
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
            self.waiting.popleft()
            self._talk()
        else:
            self.idle += 1

    def _back(self, _: int) -> None:
        self._changed = True
        self.staffed += 1
        self._free()

    def _lunch(self, _: int) -> None:
        self._changed = True
        eaters = round(LUNCH_SHARE * self.site.agents)
        at_once = min(self.idle, eaters)
        self.idle -= at_once
        self.staffed -= at_once
        self.leaving = eaters - at_once
        for _ in range(eaters):
            self.at(self.now_s + LUNCH_LASTS_S, self._back_from_lunch)

    def _back_from_lunch(self, _: int) -> None:
        if self.leaving:  # never got away
            self.leaving -= 1
        else:
            self._back(0)
