"""The engine: the only caller of the core.

`post` tells the core what happened, writes event and decisions to the journal, and only then
delivers the commands to the sessions' mailboxes. It never waits and never re-enters the core, so
sessions may post from anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.core.commands import Command, Connect, OfferCall, ShowAgent, ShowCall, WithdrawOffer
from ccengine.core.errors import CoreError
from ccengine.core.events import Event, OfferDeclined
from ccengine.core.ids import Instant
from ccengine.storage.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.clock import Clock
    from ccengine.core.center import ContactCenter
    from ccengine.core.ids import AgentId, CallId
    from ccengine.core.snapshots import CenterSnapshot

log = structlog.get_logger()

Mailbox = asyncio.Queue[Command]


class JournalWriter(Protocol):
    """Where events and decisions are kept before anything is done about them."""

    def append(self, event: Event, now: Instant, outcome: Sequence[Command] | str) -> int:
        """Write an event with the commands it led to, or why it was rejected; its number."""

    def append_advance(self, now: Instant, commands: Sequence[Command]) -> int:
        """Write that deadlines were acted on, with the commands; its number."""

    def append_snapshot(self, snapshot: CenterSnapshot, now: Instant) -> int:
        """Write the core's whole state, so that a replay may begin here; its number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the core, as observers see it. `event` is None for a deadline."""

    number: int
    at: Instant
    event: Event | None
    commands: Sequence[Command]
    rejection: str = ""


LEAVING = "the engine is leaving"
SNAPSHOT_EVERY = 5_000  # events: bounds a restart's replay to well under a second


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
        self._observers: list[Callable[[Entry], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._due: Instant | None = None
        self._since_snapshot = 0
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

    def observe(self, observer: Callable[[Entry], None]) -> None:
        """Have each step shown to `observer`, after the journal has it."""
        self._observers.append(observer)

    def open_call(self, call: CallId) -> Mailbox:
        """Return the mailbox of a call's session; commands are delivered to it from now on."""
        return self._calls.setdefault(call, asyncio.Queue())

    def open_agent(self, agent: AgentId) -> Mailbox:
        """Return the mailbox of an agent's session."""
        return self._agents.setdefault(agent, asyncio.Queue())

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
        """Tell the core what happened; journal it; deliver what the core decides.

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
        try:
            number = self._journal.append(event, now, rejection or commands)
        except JournalError as error:
            self._fail(error)
            return LEAVING
        self._follow_up(Entry(number, now, event, commands, rejection))
        return rejection

    def start_timer(self) -> None:
        """Let deadlines fall due from now on."""
        self._arm_timer()

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

    def _follow_up(self, entry: Entry) -> None:
        for command in entry.commands:
            self._deliver(command)
        # After the deliveries: the sessions run no sooner, but their requests are not kept waiting
        # by a step that leads to the next one at once.
        for observer in self._observers:
            observer(entry)
        self._since_snapshot += 1
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._since_snapshot = 0
            self._journal.append_snapshot(self._center.snapshot(), entry.at)
        self._arm_timer()

    def _deliver(self, command: Command) -> None:
        mailbox: Mailbox | None
        match command:
            case OfferCall() | WithdrawOffer() | ShowAgent():
                mailbox = self._agents.get(command.agent)
            case Connect():
                mailbox = self._calls.get(command.call)
            case ShowCall():
                return
        if mailbox is not None:
            mailbox.put_nowait(command)
        elif isinstance(command, OfferCall):
            log.error("offer_undeliverable", call_id=command.call, agent=command.agent)
            decline = OfferDeclined(
                call=command.call, agent=command.agent, offer=command.offer, reason="no session"
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
        commands = self._center.advance(now)
        if commands:
            try:
                number = self._journal.append_advance(now, commands)
            except JournalError as error:
                self._fail(error)
                return
            self._follow_up(Entry(number, now, None, commands))
        else:
            self._arm_timer()
