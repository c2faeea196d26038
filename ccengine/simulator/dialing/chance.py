"""Draws a campaign's day from what is supposed of it: each kind from a stream of its own."""

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING, Final

from ccengine.config.campaigns import Detection
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.simulator.dialing.floor import HOUR_S, Fate, Partner, Record
from ccengine.simulator.laws import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.simulator.dialing.scenario import CampaignScenario

HUNDRED: Final = 100.0  # percent
SWING_S: Final = 2 * HOUR_S
TOLD_S: Final = 1.0  #: until the network says that a number is busy, or does not exist
DETECTED_S: Final = 4.0  #: until a detector beside the agent has told a machine from a person


class ScenarioChance:
    """One day of a scenario: the same seed, the same day, whatever the law does with it."""

    def __init__(
        self, scenario: CampaignScenario, seed: int, ring_seconds: float, machines: Detection
    ) -> None:
        self._scenario = scenario
        self._ring_seconds = ring_seconds
        self._machines = machines
        self._calls = stream(seed, "calls")
        self._talks = {partner: stream(seed, "talk", partner.value) for partner in Partner}
        self._wrap_ups = stream(seed, "wrap-up")
        self._pauses = stream(seed, "pause")
        self._callers = stream(seed, "callers")
        self._phase = 2 * pi * stream(seed, "swing").random()

    def record(self) -> Record:
        """Return a record of which nothing is known."""
        return Record(1.0, 0.5)

    def call(self, now_s: float, record: Record | None) -> Fate:
        """Draw what the next call will do. Always so many draws, whatever it is."""
        del record
        luck, kind, setup, ring = (self._calls.random() for _ in range(4))
        setup_s = self._scenario.setup.seconds(setup)
        answer_s = setup_s + min(self._ring_seconds, self._scenario.ring.seconds(ring))
        if luck < self._answer_share(now_s):
            return Fate(AttemptOutcome.ANSWERED, answer_s, answered=True)
        match self._unanswered(kind):
            case AttemptOutcome.MACHINE:
                is_heard = self._machines is not Detection.BEFORE
                return Fate(AttemptOutcome.MACHINE, answer_s, answered=is_heard)
            case AttemptOutcome.NO_ANSWER:
                return Fate(AttemptOutcome.NO_ANSWER, setup_s + self._ring_seconds, answered=False)
            case outcome:
                return Fate(outcome, setup_s + TOLD_S, answered=False)

    def _answer_share(self, now_s: float) -> float:
        scenario = self._scenario
        swing = scenario.swing_percent / HUNDRED * sin(2 * pi * now_s / SWING_S + self._phase)
        return scenario.answer_percent / HUNDRED * (1 + swing)

    def _unanswered(self, part: float) -> AttemptOutcome:
        """Return how a call ends that nobody answers: the same mix at every level of answers."""
        scenario = self._scenario
        part *= HUNDRED - scenario.answer_percent
        if part < scenario.machine_percent:
            return AttemptOutcome.MACHINE
        if part < scenario.machine_percent + scenario.busy_percent:
            return AttemptOutcome.BUSY
        if part < scenario.machine_percent + scenario.busy_percent + scenario.failed_percent:
            return AttemptOutcome.FAILED
        return AttemptOutcome.NO_ANSWER

    def talk_s(self, partner: Partner) -> float:
        """Draw how long the next talk lasts."""
        scenario, part = self._scenario, self._talks[partner].random()
        match partner:
            case Partner.PERSON:
                return scenario.talk.seconds(part)
            case Partner.CALLER:
                return scenario.caller_talk.seconds(part)
            case Partner.MACHINE:
                lasts_s = scenario.machine_talk.seconds(part)
                is_told = self._machines is Detection.PARALLEL
                return min(DETECTED_S, lasts_s) if is_told else lasts_s

    def wrap_up_s(self) -> float:
        """Draw how long the next wrap-up lasts."""
        return self._scenario.wrap_up.seconds(self._wrap_ups.random())

    def pause_s(self) -> float:
        """Draw how long the agent pauses after it; 0: not at all."""
        luck, part = self._pauses.random(), self._pauses.random()
        if luck >= self._scenario.pause_percent / HUNDRED:
            return 0.0
        return self._scenario.pause.seconds(part)

    def callers(self) -> Iterator[tuple[float, float]]:
        """Draw the queue's callers: when each comes, and after how long each hangs up."""
        apart = self._scenario.callers_per_hour
        now_s = 0.0
        while apart > 0:
            now_s += self._callers.expovariate(apart / HOUR_S)
            yield now_s, self._scenario.caller_patience.seconds(self._callers.random())
