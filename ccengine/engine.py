"""The engine: the only caller of the core.

`post` tells the core what happened and delivers its commands to the sessions' mailboxes. It never
waits and never re-enters the core, so sessions may post from anywhere. The journal comes before
every effect: `write` is called before any request leaves for Asterisk, so that steps that follow
each other at once share a transaction. What led to no request is written a moment later.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.core.commands import (
    CallSupervisors,
    CloseLead,
    Command,
    Connect,
    DialCallback,
    DialingCommand,
    DivertCall,
    DropItem,
    EndCoaching,
    FollowSchedule,
    MoveCall,
    OfferCall,
    OfferLead,
    PlaceCall,
    PreviewCommand,
    RefillHopper,
    RemindAgent,
    ReturnLeads,
    RingStaff,
    SeatCoach,
    ShowAgent,
    ShowCall,
    ShowClosure,
    ShowCoaching,
    ShowOutcome,
    SkipLead,
    TakeUpItem,
    TargetMissed,
    WithdrawCalls,
    WithdrawLead,
    WithdrawOffer,
)
from ccengine.core.errors import CoreError
from ccengine.core.events import Event, Miss, OfferDeclined
from ccengine.core.faults import Unsettled
from ccengine.reporting.rows import Step
from ccengine.storage.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccengine.clock import Clock
    from ccengine.core.center import ContactCenter
    from ccengine.core.ids import AgentId, CallId, CoachingId, Instant
    from ccengine.core.snapshots import Imprint
    from ccengine.reporting.rows import JournalRow, Observer

log = structlog.get_logger()

Mailbox = asyncio.Queue[Command]


class JournalWriter(Protocol):
    """Where steps are kept before anything is done about them."""

    def write(self, steps: Sequence[Step]) -> Sequence[Sequence[JournalRow]]:
        """Write all of these or, with a JournalError, none; the rows of each."""

    def begin_snapshot(self, imprint: Imprint, now: Instant) -> Iterator[None]:
        """Write the core's whole state, so that a replay may begin here, bit by bit."""


LEAVING = "the engine is leaving"
SNAPSHOT_EVERY = 5_000
"""Steps, or as many as a snapshot has agents and calls: it bounds a restart's replay to about a
second, and the snapshots are no more to write than the steps."""
WRITE_WITHIN_SECONDS = 0.01
"""So much of what led to no request may be lost by a kill: Asterisk tells it again."""


class Engine:
    """Tells the core what happened and delivers what it decides."""

    def __init__(
        self,
        center: ContactCenter,
        journal: JournalWriter,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._center = center
        self._journal = journal
        self._clock = clock
        self._loop = loop
        self._calls: dict[CallId, Mailbox] = {}
        self._agents: dict[AgentId, Mailbox] = {}
        self._coachings: dict[CoachingId, Mailbox] = {}
        self.new_items: asyncio.Queue[CallId] = asyncio.Queue()
        """Items that need a session; their mailboxes are open."""
        self.dialing: asyncio.Queue[DialingCommand | OfferLead] = asyncio.Queue()
        """What campaigns want done; the mailbox of a call that is to be placed is open."""
        self._observers: list[Observer] = []
        self._unwritten: list[Step] = []
        self._unseen: list[Sequence[JournalRow]] = []
        self._writing: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: Instant | None = None
        self._snapshot: Iterator[None] | None = None  #: being written
        self._until_snapshot = SNAPSHOT_EVERY
        self.failed: asyncio.Future[None] = loop.create_future()
        """Done with an error when the journal cannot be written: nothing may be done any more."""

    @property
    def center(self) -> ContactCenter:
        """The core's state, to look at."""
        return self._center

    @property
    def clock(self) -> Clock:
        """The clock all instants come from."""
        return self._clock

    def observe(self, observer: Observer) -> None:
        """Have each step shown to `observer`, some time after the journal has it."""
        self._observers.append(observer)

    def open_call(self, call: CallId) -> Mailbox:
        """Return the mailbox of a call's session; commands are delivered to it from now on."""
        return self._calls.setdefault(call, asyncio.Queue())

    def open_agent(self, agent: AgentId) -> Mailbox:
        """Return the mailbox of an agent's session."""
        return self._agents.setdefault(agent, asyncio.Queue())

    def open_coaching(self, coaching: CoachingId) -> Mailbox:
        """Return the mailbox of a coaching's session."""
        return self._coachings.setdefault(coaching, asyncio.Queue())

    def has_coaching(self, coaching: CoachingId) -> bool:
        """Tell whether the coaching has a session."""
        return coaching in self._coachings

    def close_coaching(self, coaching: CoachingId) -> None:
        """Deliver nothing more to the coaching's session."""
        self._coachings.pop(coaching, None)

    def has_call(self, call: CallId) -> bool:
        """Tell whether the call has a session."""
        return call in self._calls

    def has_agent(self, agent: AgentId) -> bool:
        """Tell whether the agent has a session."""
        return agent in self._agents

    def close_call(self, call: CallId) -> None:
        """Deliver nothing more to the call's session."""
        self._calls.pop(call, None)

    def close_agent(self, agent: AgentId) -> None:
        """Deliver nothing more to the agent's session."""
        self._agents.pop(agent, None)

    def post(self, event: Event) -> str:
        """Tell the core what happened; deliver what the core decides.

        Returns:
            Why the event was rejected; empty when it was not.
        """
        if self.failed.done():
            return LEAVING
        now = self._clock.now()
        rejection = ""
        commands: list[Command] = []
        try:
            commands = self._center.handle(event, now)
        except CoreError as error:
            rejection = str(error) or type(error).__name__
        except Unsettled as fault:
            log.exception("core_unsettled", event_kind=type(event).__name__)
            commands = fault.commands
        self._follow_up(Step(event, now, commands, rejection))
        return rejection

    def write(self) -> bool:
        """Have the journal hold every step so far: before anything leaves the engine.

        Returns:
            False when it cannot be written, and nothing may leave any more.
        """
        if self._unwritten and not self.failed.done():
            steps, self._unwritten = self._unwritten, []
            try:
                self._unseen += self._journal.write(steps)
            except JournalError as error:
                self._fail(error)
        return not self.failed.done()

    def show(self) -> bool:
        """Write what is not written yet, and let the observers see what they have not seen.

        Returns:
            False when it cannot be written: as `write`.
        """
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        is_written = self.write()
        unseen, self._unseen = self._unseen, []
        for rows in unseen:
            for observer in self._observers:
                try:
                    observer(rows)
                except Exception:
                    # Its fault must not cost the others what has happened.
                    log.exception("observer_failed", observer=getattr(observer, "__qualname__", ""))
        return is_written

    def start_timer(self) -> None:
        """Let deadlines fall due from now on."""
        self._arm_timer()

    def leave(self) -> None:
        """Write and show all there is, and let no deadline fall due any more."""
        self._snapshot = None
        self.stop_timer()
        self.show()

    def stop_timer(self) -> None:
        """Let no deadline fall due any more: the engine is leaving."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._due = None

    def _fail(self, error: JournalError) -> None:
        log.critical("journal_failed", cause=str(error))
        self.stop_timer()
        self.failed.set_exception(error)

    def _follow_up(self, step: Step) -> None:
        self._unwritten.append(step)
        if self._writing is None:
            self._writing = self._loop.call_later(WRITE_WITHIN_SECONDS, self.show)
        for command in step.commands:
            self._deliver(command)
        self._until_snapshot -= 1
        if self._until_snapshot <= 0 and self._snapshot is None and self.write():
            self._begin_snapshot(step.at)
        self._arm_timer()

    def _begin_snapshot(self, now: Instant) -> None:
        imprint = self._center.imprint()
        self._until_snapshot = max(SNAPSHOT_EVERY, len(imprint))
        self._snapshot = self._journal.begin_snapshot(imprint, now)
        self._loop.call_soon(self._go_on_with_snapshot)

    def _go_on_with_snapshot(self) -> None:
        """Write some more of the snapshot, and let calls have their turn before the rest."""
        if self._snapshot is None:
            return
        try:
            next(self._snapshot)
        except StopIteration:
            self._snapshot = None
        except JournalError as error:
            self._fail(error)
        else:
            self._loop.call_soon(self._go_on_with_snapshot)

    def _begin(self, command: TakeUpItem | DialingCommand | PreviewCommand) -> None:
        """Hand over what needs a session that there is not yet, or concerns a whole campaign."""
        match command:
            case TakeUpItem():
                self.open_call(command.call)
                self.new_items.put_nowait(command.call)
            case PlaceCall():
                self.open_call(command.call)
                self.dialing.put_nowait(command)
            case (
                FollowSchedule()
                | RefillHopper()
                | ReturnLeads()
                | WithdrawCalls()
                | CloseLead()
                | SkipLead()
                | OfferLead()
            ):
                self.dialing.put_nowait(command)
            case WithdrawLead():
                pass  # the desk shows what the core has

    def _deliver(self, command: Command) -> None:
        mailbox: Mailbox | None
        match command:
            case OfferCall() | WithdrawOffer() | RemindAgent() | CallSupervisors() | ShowAgent():
                mailbox = self._agents.get(command.agent)
            case (
                Connect()
                | DivertCall()
                | MoveCall()
                | RingStaff()
                | TargetMissed()
                | DialCallback()
                | DropItem()
            ):
                mailbox = self._calls.get(command.call)
            case SeatCoach() | EndCoaching():
                mailbox = self._coachings.get(command.coaching)
            case _ if isinstance(command, TakeUpItem | DialingCommand | PreviewCommand):
                self._begin(command)
                return
            case ShowCall() | ShowOutcome() | ShowClosure() | ShowCoaching():
                return
        if mailbox is not None:
            mailbox.put_nowait(command)
        elif isinstance(command, OfferCall):
            log.error("offer_undeliverable", call_id=command.call, agent=command.agent)
            decline = OfferDeclined(
                call=command.call,
                agent=command.agent,
                offer=command.offer,
                reason="no session",
                how=Miss.FAILED,
            )
            self._loop.call_soon(self.post, decline)

    def _arm_timer(self) -> None:
        due = self._center.next_deadline()
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = due
        if due is not None:
            delay = max(0.0, due - self._clock.now())
            self._timer = self._loop.call_later(delay, self._advance)

    def _advance(self) -> None:
        self._timer = None
        self._due = None
        now = self._clock.now()
        due = self._center.next_deadline()
        try:
            commands = self._center.advance(now)
        except Unsettled as fault:
            log.exception("core_unsettled")
            commands = fault.commands
        if commands or (due is not None and due <= now):  # a caller's needs may have changed
            self._follow_up(Step(None, now, commands))
        else:
            self._arm_timer()
