"""Serves one receiver: takes the journal row by row, in the order of each call, until all is taken.

What is not taken at once is kept and tried again, later and later; what follows it in the same
call waits behind it, other calls do not. Who does not answer in time is left alone meanwhile, so
that nobody else's messages wait for that; what is tried again holds up nothing new. A kill between
sending and noting it sends a few again, under the same name.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import structlog

from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.webhooks import HookKey, LetterState, StoredLetter, WebhookStore
from ccengine.webhooks.sender import Receipt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.reporting.rows import JournalRow

log = structlog.get_logger()

CALLS_AT_ONCE: Final = 4
ROWS_AT_ONCE: Final = 20
"""From one note of how far it is to the next: so many are sent again after a kill, at most."""
LETTERS_AT_ONCE: Final = 50
NOT_TRIED: Final = "not tried yet, as others were not answered in time"
MOST_LETTERS: Final = 5_000
"""While so many wait, the journal is read no further: it keeps the rest."""
GATHER_SECONDS: Final = 0.2
POLL_SECONDS: Final = 5.0
BACKOFF_SECONDS: Final = (5.0, 30.0, 120.0, 600.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0)
"""Between one try and the next: eight more tries in a day, then the message is dead."""


class Office(Protocol):
    """What couriers share."""

    @property
    def journal(self) -> Path:
        """The journal's file."""
        ...

    @property
    def store(self) -> WebhookStore:
        """Where places and letters are kept."""
        ...

    @property
    def now(self) -> Callable[[], Instant]:
        """Seconds since the epoch."""
        ...


class Mail(Protocol):
    """What one receiver is to be told, and how."""

    @property
    def noun(self) -> str:
        """What it is called in logs."""
        ...

    def begins_after(self, reader: JournalReader, client: str) -> int:
        """Return the row after which a new receiver begins."""
        ...

    def may_want(self, row: JournalRow) -> bool:
        """Tell at once whether a row of the client's is worth a look at the journal."""
        ...

    def batch(self, reader: JournalReader, after: int, client: str) -> Batch:
        """Return the messages that follow a row, some of them at a time."""
        ...

    def lane(self, row: JournalRow) -> str:
        """Return by whom a message is taken, where there are several."""
        ...

    async def send(self, row: JournalRow) -> Receipt:
        """Send it once."""
        ...


class Batch(NamedTuple):
    """What the journal has for a receiver."""

    rows: list[JournalRow]
    upto: int


class Courier:
    """One receiver's.

    Args:
        key: under which its place and letters are kept.
        mail: what it is told.
        office: what all share.
    """

    def __init__(self, key: HookKey, mail: Mail, office: Office) -> None:
        self.key = key
        self._mail = mail
        self._office = office
        self._wake = asyncio.Event()
        self._leaving = asyncio.Event()
        self.dead = 0  #: messages that are not tried any more; some seconds old
        self._late: set[str] = set()  #: lanes of which nobody has answered in time

    def leave(self) -> None:
        """Have `run` end as soon as what was sent is noted."""
        self._leaving.set()
        self._wake.set()

    def wake(self) -> None:
        """Have it look at the journal."""
        self._wake.set()

    def concerns(self, rows: Sequence[JournalRow]) -> bool:
        """Tell whether rows may hold messages for it."""
        client, may_want = self.key.client, self._mail.may_want
        return any(row.client == client and may_want(row) for row in rows)

    async def run(self) -> None:
        """Deliver, until it is to leave."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._go_on(self._try_again, self._rest))
            both.create_task(self._go_on(self._take_new, self._wait_for_news))

    async def turn(self) -> bool:
        """Deliver what there is; tell whether there is more."""
        tried = await self._try_again()
        return await self._take_new() or tried

    async def _go_on(
        self, work: Callable[[], Awaitable[bool]], pause: Callable[[], Awaitable[None]]
    ) -> None:
        while not self._leaving.is_set():
            try:
                more = await work()
            except Exception as error:  # whatever it is: calls go on, and it is tried again
                failed = f"{self._mail.noun}_failed"
                log.exception(failed, **self._named(), cause=str(error))
                more = False
            if not more:
                await pause()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._leaving.wait()

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._wake.clear()

    # --- what is new --------------------------------------------------------------------------

    async def _take_new(self) -> bool:
        """Deliver what the journal has; tell whether there is more."""
        store = self._office.store
        if await store.count(self.key, LetterState.WAITING) >= MOST_LETTERS:
            return False
        before = await store.place(self.key)
        if before is None:
            begin = partial(_beginning, self._office.journal, self.key.client, self._mail)
            await store.set_place(self.key, await asyncio.to_thread(begin))
            return True
        read = partial(_read, self._office.journal, before, self.key.client, self._mail)
        batch = await asyncio.to_thread(read)
        if batch.upto == before:
            return False
        for start in range(0, max(len(batch.rows), 1), ROWS_AT_ONCE):
            rows = batch.rows[start : start + ROWS_AT_ONCE]
            is_last = start + ROWS_AT_ONCE >= len(batch.rows)
            upto = batch.upto if is_last else rows[-1].number
            letters = await self._deliver(rows)
            if not await store.advance(self.key, before, upto, letters):
                return False
            before = upto
            if self._leaving.is_set():
                break
        return True

    async def _deliver(self, rows: Sequence[JournalRow]) -> list[StoredLetter]:
        """Send messages, in the order of each call; return those not taken."""
        waiting = await self._office.store.waiting_calls(self.key)
        calls: dict[str, list[JournalRow]] = {}
        for one in rows:
            calls.setdefault(one.call or "", []).append(one)
        left: list[StoredLetter] = []
        turns: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(CALLS_AT_ONCE)
        )

        async def deliver(call: str, some: Sequence[JournalRow]) -> None:
            left.extend(await self._deliver_call(some, turns, blocked=call in waiting))

        async with asyncio.TaskGroup() as group:
            for call, some in calls.items():
                group.create_task(deliver(call, some))
        return left

    async def _deliver_call(
        self,
        rows: Sequence[JournalRow],
        turns: Mapping[str, asyncio.Semaphore],
        *,
        blocked: bool,
    ) -> list[StoredLetter]:
        left = []
        for one in rows:
            letter = StoredLetter(
                client=self.key.client,
                hook=self.key.hook,
                number=one.number,
                call=one.call or "",
                at=self._office.now(),
            )
            if not blocked:
                lane = self._mail.lane(one)
                async with turns[lane]:
                    receipt = None if lane in self._late else await self._sent(one)
                if receipt is not None and receipt.taken:
                    continue
                if receipt is None:
                    letter = replace(letter, detail=NOT_TRIED)
                else:
                    letter = self._missed(letter, receipt)
                blocked = letter.state is LetterState.WAITING
            left.append(letter)
        return left

    # --- what was not taken -------------------------------------------------------------------

    async def _try_again(self) -> bool:
        """Send again what is due, each lane's for itself; tell whether any was taken."""
        store = self._office.store
        self.dead = await store.count(self.key, LetterState.DEAD)
        due = await store.due(self.key, self._office.now(), LETTERS_AT_ONCE)
        numbers = [letter.number for letter in due]
        rows = await asyncio.to_thread(_some, self._office.journal, numbers) if due else {}
        lanes: dict[str, list[StoredLetter]] = {}
        for letter in due:
            row = rows.get(letter.number)
            lanes.setdefault("" if row is None else self._mail.lane(row), []).append(letter)
        async with asyncio.TaskGroup() as group:
            tries = [
                group.create_task(self._try_lane(lane, letters, rows))
                for lane, letters in lanes.items()
            ]
        return any(one.result() for one in tries)

    async def _try_lane(
        self, lane: str, letters: Sequence[StoredLetter], rows: Mapping[int, JournalRow]
    ) -> bool:
        """Send a lane's letters one by one; where nobody answers, the others come later."""
        store, was_taken = self._office.store, False
        for position, letter in enumerate(letters):
            if self._leaving.is_set():
                break
            if position and lane in self._late:
                await store.keep(replace(letter, next_at=self._office.now()))
                continue
            row = rows.get(letter.number)
            gone = "the journal does not have it any more"
            receipt = (
                Receipt(taken=False, detail=gone, hopeless=True)
                if row is None
                else await self._sent(row)
            )
            if receipt.taken:
                await store.drop(letter)
                was_taken = True
            else:
                await store.keep(self._missed(letter, receipt))
        return was_taken

    async def _sent(self, row: JournalRow) -> Receipt:
        """Send one message; a fault of ours costs that one, and what follows in its call."""
        lane = self._mail.lane(row)
        try:
            receipt = await self._mail.send(row)
        except Exception as error:
            broken = f"{self._mail.noun}_broken"
            log.exception(broken, **self._named(), call_id=row.call, number=row.number)
            receipt = Receipt(taken=False, detail=type(error).__name__)
        if receipt.late:
            self._late.add(lane)
        else:
            self._late.discard(lane)
        return receipt

    def _missed(self, letter: StoredLetter, receipt: Receipt) -> StoredLetter:
        attempts = letter.attempts + 1
        dead = receipt.hopeless or attempts > len(BACKOFF_SECONDS)
        missed = f"{self._mail.noun}_{'dead' if dead else 'not_taken'}"
        log.warning(
            missed,
            **self._named(),
            call_id=letter.call,
            number=letter.number,
            attempts=attempts,
            cause=receipt.detail,
        )
        return replace(
            letter,
            attempts=attempts,
            detail=receipt.detail,
            state=LetterState.DEAD if dead else LetterState.WAITING,
            next_at=letter.next_at if dead else self._office.now() + BACKOFF_SECONDS[attempts - 1],
        )

    def _named(self) -> dict[str, str]:
        return {"client": self.key.client, "hook": self.key.hook}


def _read(journal: Path, after: int, client: str, mail: Mail) -> Batch:
    with JournalReader.open(journal) as reader:
        return mail.batch(reader, after, client)


def _beginning(journal: Path, client: str, mail: Mail) -> int:
    with JournalReader.open(journal) as reader:
        return mail.begins_after(reader, client)


def _some(journal: Path, numbers: Sequence[int]) -> dict[int, JournalRow]:
    with JournalReader.open(journal) as reader:
        found = (next(reader.rows(since=number - 1), None) for number in numbers)
        return {row.number: row for row in found if row is not None and row.number in numbers}
