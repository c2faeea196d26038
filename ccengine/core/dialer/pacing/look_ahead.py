"""The default law: call ahead of agents who will soon be free, at a risk that the budget allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.pacing.answer_rate import AnswerRate
from ccengine.core.dialer.pacing.budgets import Budget, Limit, Tuning
from ccengine.core.dialer.pacing.free_times import FreeTimes
from ccengine.core.dialer.pacing.half_hours import HalfHours
from ccengine.core.dialer.pacing.outlook import ExactOutlook, NormalOutlook
from ccengine.core.dialer.pacing.ring_times import RingTimes
from ccengine.core.dialer.pacing.scores import ScoreWeights
from ccengine.core.dialer.pacing.situation import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.dialer.pacing.outlook import Outlook
    from ccengine.core.dialer.pacing.situation import Memory, Saved, Situation

EXACT_UP_TO: Final = 24  # agents
LEARN_EVERY_S: Final = 120.0
MOST_CHANCE: Final = 0.97


@dataclass(frozen=True, slots=True)
class LookAheadSettings:
    """What the law is to keep, and what it may take for granted. Seconds."""

    limits: tuple[Limit, ...] = (Limit(0.03),)
    #: an answered call must have its agent by then: two seconds by rule, less the time to connect
    patience_s: float = 2.0
    ring_timeout_s: float = 20.0
    even_half_hours: bool = True
    #: when the day's work ends, if that is known and situations do not say it
    ends_s: float | None = None
    tuning: Tuning = field(default_factory=Tuning)


class LookAhead:
    """Places the next call as long as its risk is within what every limit allows.

    Always at least one call for each idle agent (1:1), for that is without risk; no more than 1:1
    for the first ring timeout, and no more in the air than were seen to end: a start with unknown
    numbers is where limits are broken.
    """

    def __init__(self, settings: LookAheadSettings, agents: int) -> None:
        self._settings = settings
        self._budgets = [
            Budget(limit, agents, settings.ends_s, settings.tuning) for limit in settings.limits
        ]
        strictest = min(limit.share for limit in settings.limits)
        self._half_hours = HalfHours(strictest, agents)
        self._ring_times = RingTimes()
        self._free_times = FreeTimes()
        self._rate = AnswerRate()
        self._weights = ScoreWeights()
        self._seen = 0
        self._began_s: float | None = None
        self._learn_at_s = 0.0

    def decide(self, situation: Situation) -> Decision:
        """Say how many calls to place now."""
        self._learn(situation.now_s)
        ends_s = situation.work_ends_s
        for budget in self._budgets:
            budget.work_ends(self._settings.ends_s if ends_s is None else ends_s)
        most = self._most(situation)
        one_to_one = min(most, self._uncovered(situation))
        if most <= 0:
            return Decision(0)
        theta = self._theta(situation)
        if theta <= 0 and one_to_one <= 0:
            return Decision(0)
        return self._place(situation, most, one_to_one, theta)

    @staticmethod
    def _uncovered(situation: Situation) -> int:
        return max(0, situation.idle - situation.waiting - len(situation.ringing))

    def _most(self, situation: Situation) -> int:
        ramp = self._seen + situation.idle - len(situation.ringing)
        most = min(situation.trunks_free, ramp, 8 + situation.staffed // 10)
        return min(most, len(situation.scores)) if situation.scores else most

    def _theta(self, situation: Situation) -> float:
        if self._began_s is None:
            self._began_s = situation.now_s
        if self._seen == 0 or situation.now_s - self._began_s < self._settings.ring_timeout_s:
            return 0.0
        if not self._settings.even_half_hours:
            return min(budget.theta(situation.now_s) for budget in self._budgets)
        now_s, agents = situation.now_s, situation.staffed
        steady = self._half_hours.is_tight(now_s, agents)
        theta = min(budget.theta(now_s, steady=steady) for budget in self._budgets)
        return self._half_hours.risk_within(theta, now_s, agents)

    def _place(self, situation: Situation, most: int, one_to_one: int, theta: float) -> Decision:
        outlook = self._outlook(situation)
        steps = self._ring_times.steps
        hopper = _Hopper(situation.scores)
        calls = 0
        while calls < most:
            if calls >= one_to_one and (theta <= 0 or outlook.exceeds(theta)):
                break
            chance = self._rate.chance
            if situation.scores:
                slack = 1 - outlook.risk() / theta if theta > 0 else 1.0
                chance *= self._weights.weight(hopper.take(slack))
            chance = min(MOST_CHANCE, chance)
            outlook.add([chance * step for step in steps])
            calls += 1
        return Decision(calls, tuple(hopper.picks))

    def _outlook(self, situation: Situation) -> Outlook:
        now_s = situation.now_s
        ring_times, weights = self._ring_times, self._weights
        cells = Counter(
            [(int(2 * (now_s - call.placed_s)), call.score) for call in situation.ringing]
        )
        ages = [(cell / 2, weights.weight(score), n) for (cell, score), n in cells.items()]
        exposure = sum(n * weight * ring_times.heard(age) for age, weight, n in ages)
        chance = self._rate.look(exposure)
        available = situation.idle - situation.waiting
        free = self._free_times.rows(now_s, situation.talking, situation.wrapping)
        horizons = len(ring_times.horizons_s)
        outlook: ExactOutlook | NormalOutlook
        if situation.staffed <= EXACT_UP_TO:
            outlook = ExactOutlook(available, free, horizons)
        else:
            outlook = NormalOutlook(available, free, horizons)
            outlook.doubt(len(situation.ringing) - exposure, self._rate.variance)
        outlook.add_all(
            (ring_times.chances(age, min(MOST_CHANCE, chance * weight)), n)
            for age, weight, n in ages
        )
        return outlook

    def _learn(self, now_s: float) -> None:
        if now_s < self._learn_at_s:
            return
        self._learn_at_s = now_s + LEARN_EVERY_S
        self._ring_times.rebuild()
        self._free_times.rebuild(self._ends_of_horizons())

    def _ends_of_horizons(self) -> list[float]:
        return [t + self._settings.patience_s for t in self._ring_times.horizons_s]

    def call_answered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn that a person answered."""
        self._seen += 1
        self._ring_times.answered(age_s)
        self._resolved(now_s, score, answered=True)
        self._half_hours.answered(now_s)
        for budget in self._budgets:
            budget.answered(now_s)

    def call_unanswered(self, now_s: float, age_s: float, score: float | None) -> None:
        """Learn that a call ended without a person."""
        self._seen += 1
        self._ring_times.unanswered(age_s)
        self._resolved(now_s, score, answered=False)

    def _resolved(self, now_s: float, score: float | None, *, answered: bool) -> None:
        self._rate.resolved(now_s, self._weights.weight(score), answered=answered)
        self._weights.resolved(score, self._rate.chance, answered=answered)

    def call_abandoned(self, now_s: float) -> None:
        """Learn that an answered call got no agent in time."""
        self._half_hours.lost(now_s)
        for budget in self._budgets:
            budget.lost()

    def machine_heard(self, now_s: float) -> None:
        """Learn that an answer was no person's: its agent says so, or a detector beside them."""
        self._half_hours.disowned(now_s)
        for budget in self._budgets:
            budget.disowned()

    def talk_ended(self, duration_s: float) -> None:
        """Learn how long a talk lasted."""
        self._free_times.talk_ended(duration_s)

    def wrap_up_ended(self, duration_s: float, *, paused: bool) -> None:
        """Learn how long a wrap-up lasted."""
        self._free_times.wrap_up_ended(duration_s, paused=paused)

    def is_closed(self, now_s: float) -> bool:
        """Tell whether a gate is closed: one more abandoned call would break a limit."""
        return any(budget.is_overspent(now_s) for budget in self._budgets)

    def open_window(
        self, which: int, live: int = 0, abandoned: int = 0, ends_s: float | None = None
    ) -> None:
        """Begin the window of a limit, or take its counts from what is stored."""
        self._budgets[which].open_window(live, abandoned, ends_s)

    def memory(self) -> Memory:
        """Return all the law has in mind."""
        budgets = {str(number): one.memory() for number, one in enumerate(self._budgets)}
        began = () if self._began_s is None else (self._began_s,)
        own = {
            "scores": tuple(self._weights.saved()),
            "half_hours": self._half_hours.memory(),
            "clock": (float(self._seen), self._learn_at_s, *began),
        }
        return {
            **_under("ring_times", self._ring_times.memory()),
            **_under("free_times", self._free_times.memory()),
            **_under("answer_rate", self._rate.memory()),
            **_under("budgets", budgets),
            **own,
        }

    def recall(self, memory: Memory) -> None:
        """Go on exactly as the law would have that had this in mind."""
        self._ring_times.recall(_part(memory, "ring_times"))
        self._free_times.recall(_part(memory, "free_times"), self._ends_of_horizons())
        self._rate.recall(_part(memory, "answer_rate"))
        for number, budget in enumerate(self._budgets):
            budget.recall(memory[f"budgets/{number}"])
        self._weights.restore(memory["scores"])
        self._half_hours.recall(memory["half_hours"])
        seen, self._learn_at_s, *began = memory["clock"]
        self._seen, self._began_s = int(seen), began[0] if began else None

    def saved(self) -> Saved:
        """Return what was learned, as plain data."""
        return {
            "ring_times": self._ring_times.saved(),
            "free_times": self._free_times.saved(),
            "answer_rate": self._rate.saved(),
            "scores": self._weights.saved(),
            "budgets": {str(i): budget.saved() for i, budget in enumerate(self._budgets)},
            "seen": float(self._seen),
        }

    def restore(self, saved: Saved) -> None:
        """Take back what another life of this law has learned.

        Raises KeyError, TypeError or ValueError if the data is not what `saved` returned.
        """
        read = _Reader(saved)
        ring, free = read.part("ring_times"), read.part("free_times")
        self._ring_times.restore(ring.numbers("live"), ring.numbers("other"))
        self._free_times.restore(
            free.numbers("talk"), free.numbers("wrap_up"), free.numbers("pauses")
        )
        self._rate.restore(*read.numbers("answer_rate"))
        self._weights.restore(read.numbers("scores"))
        budgets = read.part("budgets")
        for i, budget in enumerate(self._budgets):
            if str(i) in budgets.data:
                budget.restore(budgets.numbers(str(i)))
        self._seen = int(read.numbers("seen")[0])
        self._began_s = float("-inf")
        self._learn_at_s = float("-inf")


def _under(name: str, memory: Memory) -> Memory:
    return {f"{name}/{key}": numbers for key, numbers in memory.items()}


def _part(memory: Memory, name: str) -> Memory:
    start = f"{name}/"
    return {key[len(start) :]: one for key, one in memory.items() if key.startswith(start)}


class _Hopper:
    """Records in the order of their scores, from which calls are taken one by one.

    The more room, the likelier the record that is taken; near the limit of risk the least likely.
    Two calls for one agent do least harm if one is likely and the other is not: {0.5, 0.1} is
    answered as often as {0.3, 0.3}, and by both at once half as often.
    """

    def __init__(self, scores: Sequence[float]) -> None:
        self._scores = scores
        self._order: list[int] | None = None
        self.picks: list[int] = []

    def take(self, slack: float) -> float:
        """Take the record whose rank fits the slack (0 to 1); return its score."""
        if self._order is None:
            self._order = sorted(range(len(self._scores)), key=self._scores.__getitem__)
        pick = self._order.pop(round(max(0.0, slack) * (len(self._order) - 1)))
        self.picks.append(pick)
        return self._scores[pick]


class _Reader:
    """Plain data, read with its kinds checked."""

    def __init__(self, data: Saved) -> None:
        self.data = data

    def part(self, name: str) -> _Reader:
        found = self.data[name]
        if not isinstance(found, Mapping):
            message = f"{name} is not a part of a law's memory"
            raise TypeError(message)
        return _Reader(found)

    def numbers(self, name: str) -> list[float]:
        found = self.data[name]
        if isinstance(found, float | int):
            return [float(found)]
        return [float(number) for number in found]
