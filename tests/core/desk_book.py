"""The books on agents' desks: queues left out, limits of reasons, longer wrap-ups, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.commands import CallSupervisors
from ccengine.core.reasons import AfterLimit
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.commands import RemindAgent, ShowAgent
    from ccengine.core.events import Event
    from tests.core.rulebook import Rulebook, Worker

ROUNDING = 1e-6
TYPING_SECONDS = 180.0
WORDS = (
    events.AgentWentReady,
    events.AgentWentNotReady,
    events.AgentLoggedOut,
    events.AgentLoggedIn,
)


class Desks:
    """What was asked for, and what must have come of it."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        self.now = 0.0
        self.reminded: list[RemindAgent] = []  #: in this step

    def begin_step(self, event: Event | None, now: float) -> None:
        self.now, self.reminded = now, []
        self._wants(event)
        match event:
            case events.AgentPaused():
                self.rules.workers[event.agent].paused.add(event.queue)
            case events.AgentResumed():
                self.rules.workers[event.agent].paused.discard(event.queue)
            case events.WrongPinGiven():
                self.rules.workers[event.agent].wrong_pins += 1
            case events.AgentLoggedIn():
                self.rules.workers[event.agent].wrong_pins = 0
            case events.OutcomeEntryStarted():
                self.rules.workers[event.agent].types_until = now + TYPING_SECONDS
            case events.HelpAnswered() | events.HelpUnanswered():
                worker = self.rules.workers[event.agent]
                assert worker.asks, "answered though nobody asks"
                worker.asks = False
            case _:
                pass

    def end_step(self, *, timely: bool) -> None:
        """Check that no limit passed unsaid."""
        for worker in self.rules.workers.values():
            if timely and worker.limit_at is not None:
                assert worker.limit_at > self.now - ROUNDING, f"{worker.id}'s limit has passed"

    def asked(self, command: RemindAgent | CallSupervisors) -> None:
        if isinstance(command, CallSupervisors):
            self._supervisors_called(command)
        else:
            self._reminded_of(command)

    def _reminded_of(self, command: RemindAgent) -> None:
        worker = self.rules.workers[command.agent]
        assert worker.state is AgentState.NOT_READY
        assert worker.reason == command.reason
        assert worker.limit_at is not None, "reminded twice, or of no limit"
        assert worker.limit_at <= self.now + ROUNDING, "reminded too early"
        worker.limit_at = None
        self.reminded.append(command)

    def _supervisors_called(self, command: CallSupervisors) -> None:
        worker = self.rules.workers[command.agent]
        worker.asks = True
        for one in command.supervisors:
            assert one != worker.id
            assert self.rules.workers[one].state is not AgentState.OFFLINE

    def talked(self, agent: str, queue: str, seconds: float) -> None:
        worker = self.rules.workers[agent]
        worker.wraps_for, worker.wraps_seconds = queue, seconds

    def showed(self, worker: Worker, command: ShowAgent) -> None:
        """Look at the agent as they were (`worker`) and are shown now."""
        self._as_it_follows(command)
        match command.state:
            case AgentState.NOT_READY:
                self._away(worker, command)
            case AgentState.WRAP_UP:
                if worker.state is not AgentState.WRAP_UP:
                    self._wraps_up(worker, command)
                if command.until is None:
                    assert command.overdue, "wraps up without an end"
                else:
                    most = max(worker.wraps_until, worker.types_until)
                    assert command.until <= most + ROUNDING, "wraps up for too long"
            case _:
                assert command.until is None
                assert not command.overdue
                worker.limit_at = None
        worker.reason = command.reason
        if command.state is not AgentState.OFFLINE:
            assert set(command.paused) == worker.paused

    def _wraps_up(self, worker: Worker, command: ShowAgent) -> None:
        rules = self.rules.settings(worker.wraps_for)
        worker.wraps_until = self.now + max(worker.wraps_seconds, rules.wrap_up_at_most_seconds)
        if command.until is not None:
            due = self.now + worker.wraps_seconds
            assert abs(command.until - due) < ROUNDING, f"{worker.id} wraps up until {due}"

    def keeps_word(self, worker: Worker, event: Event | None, command: ShowAgent) -> None:
        """Check that what was asked for during a call comes true after it."""
        if command.state in (AgentState.ON_CALL, AgentState.WRAP_UP):
            return
        said_otherwise = isinstance(event, WORDS) and event.agent == worker.id
        if isinstance(event, events.AgentLoggedIn) and event.phone == worker.phone:
            said_otherwise = True  # somebody else sits there now
        if worker.wants is not None and not said_otherwise and self.rules.known(worker.id):
            assert worker.wants == (command.state, command.reason), f"{worker.id} is not asked"
        worker.wants = None

    def _wants(self, event: Event | None) -> None:
        """Take note of what is asked for during a call."""
        if not isinstance(event, WORDS) or event.agent not in self.rules.workers:
            return
        worker = self.rules.workers[event.agent]
        if worker.state is not AgentState.ON_CALL:
            return
        match event:
            case events.AgentWentReady():
                worker.wants = None
            case events.AgentLoggedOut():
                worker.wants = (AgentState.OFFLINE, "")
            case events.AgentWentNotReady():
                worker.wants = (AgentState.NOT_READY, event.reason)
            case _:
                pass

    def _as_it_follows(self, command: ShowAgent) -> None:
        for reminder in self.reminded:
            if reminder.agent == command.agent and reminder.then is not AfterLimit.REMIND:
                ready = reminder.then is AfterLimit.READY
                expected = (
                    {AgentState.AVAILABLE, AgentState.OFFERED} if ready else {AgentState.OFFLINE}
                )
                assert command.state in expected, f"after {reminder}: {command}"

    def _away(self, worker: Worker, command: ShowAgent) -> None:
        if worker.state is not AgentState.NOT_READY or worker.reason != command.reason:
            rule = self.rules.plan.reasons.get(command.reason)
            minutes = None if rule is None else rule.minutes
            worker.limit_at = None if minutes is None else self.now + minutes * 60
            assert not command.overdue
        if worker.limit_at is not None:
            assert command.until is not None
            assert abs(command.until - worker.limit_at) < ROUNDING, "another limit"
        else:
            assert command.until is None
