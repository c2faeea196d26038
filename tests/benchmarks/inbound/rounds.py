"""Which runs, in which order: systems take turns, so that a machine's mood meets all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.benchmarks.inbound.engine import EngineProcess
from tests.benchmarks.inbound.runs import Outcome, Point, System

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.inbound.ground import Ground
    from tests.benchmarks.inbound.runs import Bench

LADDER: Final = (24, 40, 60, 80, 100, 120, 140, 160, 180, 200, 240, 280)
FIRST_STEP: Final = {False: 80, True: 40}  #: by recorded or not
STEP_SECONDS: Final = 4.0
WARM_UP_RATE: Final = 20
WARM_UP_SECONDS: Final = 1.0
CARRIED: Final = 0.995  #: share of the calls offered that must be bridged
CARRIED_P99_MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the matrix is run."""

    agents: Sequence[int]
    rates: Sequence[int]
    recorded: Sequence[bool]
    systems: Sequence[System]
    seconds: float  #: that calls are offered, per run
    rounds: int
    ladder_rounds: int  #: 0: no search for the highest rate
    full_sound: bool = False  #: 50 packets a second in calls that are not recorded, too


SIZES: Final = {
    "small": Size((20,), (10,), (False, True), (System.ENGINE, System.QUEUE_YES), 3.0, 1, 0),
    "middle": Size((200,), (20, 80), (False, True), tuple(System), 6.0, 1, 0),
    "full": Size((20, 200), (20, 80), (False, True), tuple(System), 6.0, 3, 3),
}


@dataclass(frozen=True, slots=True)
class Results:
    """All runs."""

    fixed: list[Outcome] = field(default_factory=list)
    ladders: list[Outcome] = field(default_factory=list)
    highest: dict[tuple[System, bool], list[int]] = field(default_factory=dict)


class Rounds:
    """Goes through a size's runs."""

    def __init__(
        self, ground: Ground, bench: Bench, size: Size, tell: Callable[[Outcome], None]
    ) -> None:
        self._ground = ground
        self._bench = bench
        self._size = size
        self._tell = tell
        self.results = Results()

    def run(self) -> Results:
        """Run everything; what was measured so far stays in `results` if it is broken off."""
        for agents in self._size.agents:
            self._bench.forget_requests()
            with EngineProcess(self._ground, agents=agents) as engine:
                self._warm_up(agents, engine)
                for recorded in self._size.recorded:
                    for rate in self._size.rates:
                        self._run_fixed(agents, rate, engine, recorded=recorded)
                if agents == max(self._size.agents):
                    self._climb(agents, engine)
        return self.results

    def _warm_up(self, agents: int, engine: EngineProcess) -> None:
        for system in self._size.systems:
            rate = min(WARM_UP_RATE, *self._size.rates)
            point = self._point(system, agents, rate, recorded=False)
            self._bench.run(point, WARM_UP_SECONDS, engine)

    def _run_fixed(self, agents: int, rate: int, engine: EngineProcess, *, recorded: bool) -> None:
        for turn in range(self._size.rounds):
            for system in _rotated(self._size.systems, turn):
                point = self._point(system, agents, rate, recorded=recorded)
                self._add(self.results.fixed, point, self._size.seconds, engine)

    def _climb(self, agents: int, engine: EngineProcess) -> None:
        """Find the highest rate each system carries; later rounds begin a step below the last."""
        for turn in range(self._size.ladder_rounds):
            for recorded in self._size.recorded:
                for system in _rotated(self._size.systems, turn):
                    found = self.results.highest.setdefault((system, recorded), [])
                    first = LADDER.index(FIRST_STEP[recorded])
                    if found and found[-1] in LADDER:
                        first = LADDER.index(found[-1]) - 1
                    point = self._point(system, agents, 0, recorded=recorded)
                    found.append(self._highest(point, max(0, first), engine))

    def _highest(self, point: Point, first: int, engine: EngineProcess) -> int:
        """Go up from a step until one is not carried, or down to one that is; 0: none is."""
        highest = 0
        for rate in LADDER[first:]:
            if not self._carries(dataclasses.replace(point, rate=rate), engine):
                break
            highest = rate
        if highest:
            return highest
        for rate in reversed(LADDER[:first]):
            if self._carries(dataclasses.replace(point, rate=rate), engine):
                return rate
        return 0

    def _carries(self, point: Point, engine: EngineProcess) -> bool:
        outcome = self._add(self.results.ladders, point, STEP_SECONDS, engine)
        return outcome.bridged >= CARRIED * outcome.offered and outcome.p99 <= CARRIED_P99_MS

    def _point(self, system: System, agents: int, rate: int, *, recorded: bool) -> Point:
        return Point(system, agents, rate, recorded, self._size.full_sound)

    def _add(
        self, kept: list[Outcome], point: Point, seconds: float, engine: EngineProcess
    ) -> Outcome:
        outcome = self._bench.run(point, seconds, engine)
        kept.append(outcome)
        self._tell(outcome)
        if point.system is System.ENGINE and outcome.bridged < outcome.offered:
            # What an overload leaves behind must not be counted against the next run.
            self._bench.forget_requests()
            engine.restart()
        return outcome


def _rotated(systems: Sequence[System], turn: int) -> list[System]:
    turn %= len(systems)
    return [*systems[turn:], *systems[:turn]]
