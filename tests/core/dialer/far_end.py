"""A small floor whose far end does whatever a test wants, to hold the pacing law's gate against."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from ccengine.core.dialer.pacing.situation import PacingPolicy, Ringing, Situation

PATIENCE_S = 2.0
RING_TIMEOUT_S = 20.0


@dataclass
class FarEnd:
    """Lives second by second; in each, a share of the calls in the air is answered."""

    law: PacingPolicy
    agents: int
    random: Random
    work_ends_s: float | None = None  #: as situations say it
    now_s: float = 0.0
    live: int = 0
    abandoned: int = 0
    ringing: list[Ringing] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)
    talking: list[tuple[float, float]] = field(default_factory=list)
    wrapping: list[tuple[float, float]] = field(default_factory=list)

    @property
    def idle(self) -> int:
        return self.agents - len(self.talking) - len(self.wrapping)

    @property
    def in_the_air(self) -> int:
        return len(self.ringing) + len(self.waiting)

    def live_second(self, answering: float) -> None:
        """Let a second pass: agents move on, people answer or hang up, the law places calls."""
        self.now_s += 1
        self._move_agents_on()
        self._let_answer(answering)
        self._connect()
        for _ in [since for since in self.waiting if since <= self.now_s - PATIENCE_S]:
            self.waiting.pop(0)
            self.abandoned += 1
            self.law.call_abandoned(self.now_s)
        for _ in range(self.law.decide(self.situation()).calls):
            self.ringing.append(Ringing(self.now_s))

    def situation(self) -> Situation:
        return Situation(
            now_s=self.now_s,
            idle=self.idle,
            waiting=len(self.waiting),
            staffed=self.agents,
            trunks_free=1000,
            ringing=self.ringing,
            talking=[since for since, _ in self.talking],
            wrapping=[since for since, _ in self.wrapping],
            work_ends_s=self.work_ends_s,
        )

    def _move_agents_on(self) -> None:
        for since, until in [wrap_up for wrap_up in self.wrapping if wrap_up[1] <= self.now_s]:
            self.wrapping.remove((since, until))
            self.law.wrap_up_ended(self.now_s - since, paused=False)
        for since, until in [talk for talk in self.talking if talk[1] <= self.now_s]:
            self.talking.remove((since, until))
            self.law.talk_ended(self.now_s - since)
            self.wrapping.append((self.now_s, self.now_s + self.random.uniform(1, 40)))

    def _let_answer(self, answering: float) -> None:
        for call in list(self.ringing):
            age_s = self.now_s - call.placed_s
            if self.random.random() < answering:
                self.ringing.remove(call)
                self.live += 1
                self.law.call_answered(self.now_s, age_s, None)
                self.waiting.append(self.now_s)
            elif age_s >= RING_TIMEOUT_S:
                self.ringing.remove(call)
                self.law.call_unanswered(self.now_s, age_s, None)

    def _connect(self) -> None:
        while self.waiting and self.idle:
            self.waiting.pop(0)
            self.talking.append((self.now_s, self.now_s + self.random.expovariate(1 / 60)))
