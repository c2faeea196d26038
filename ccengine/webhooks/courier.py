"""Serves one receiver: takes the journal row by row, in the order of each call, until all is taken.

What is not taken at once is kept and tried again, later and later; what follows it in the same
call waits behind it, other calls do not. A kill between sending and noting it sends again, under
the same name.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import structlog

from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.webhooks import HookKey, LetterState, StoredLetter, WebhookStore
from ccengine.webhooks.sender import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccengine.core.ids import Instant
    from ccengine.reporting.rows import JournalRow

log = structlog.get_logger()

CALLS_AT_ONCE: Final = 4
LETTERS_AT_ONCE: Final = 50
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

    def wake(self) -> None:
        """Have it look at the journal."""
        self._wake.set()

    def concerns(self, rows: Sequence[JournalRow]) -> bool:
        """Tell whether rows may hold messages for it."""
        client, may_want = self.key.client, self._mail.may_want
        return any(row.client == client and may_want(row) for row in rows)

    async def run(self) -> None:
        """Deliver, for ever."""
        while True:
            try:
                more = await self.turn()
            except Exception as error:  # whatever it is: calls go on, and it is tried again
                failed = f"{self._mail.noun}_failed"
                log.exception(failed, **self._named(), cause=str(error))
                more = False
            if not more:
                await self._pause()

    async def turn(self) -> bool:
        """Deliver what there is; tell whether there is more."""
        store = self._office.store
        due = await store.due(self.key, self._office.now(), LETTERS_AT_ONCE)
        for letter in due:
            await self._try_again(letter)
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
            return bool(due)
        letters = await self._deliver(batch.rows)
        return await store.advance(self.key, before, batch.upto, letters)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._wake.clear()

    async def _deliver(self, rows: Sequence[JournalRow]) -> list[StoredLetter]:
        """Send messages, in the order of each call; return those not taken."""
        waiting = await self._office.store.waiting_calls(self.key)
        calls: dict[str, list[JournalRow]] = {}
        for one in rows:
            calls.setdefault(one.call or "", []).append(one)
        left: list[StoredLetter] = []
        turn = asyncio.Semaphore(CALLS_AT_ONCE)

        async def deliver(call: str, some: Sequence[JournalRow]) -> None:
            async with turn:
                left.extend(await self._deliver_call(some, blocked=call in waiting))

        async with asyncio.TaskGroup() as group:
            for call, some in calls.items():
                group.create_task(deliver(call, some))
        return left

    async def _deliver_call(
        self, rows: Sequence[JournalRow], *, blocked: bool
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
                receipt = await self._sent(one)
                if receipt.taken:
                    continue
                letter = self._missed(letter, receipt)
                blocked = letter.state is LetterState.WAITING
            left.append(letter)
        return left

    async def _try_again(self, letter: StoredLetter) -> None:
        found = await asyncio.to_thread(_one, self._office.journal, letter.number)
        receipt = (
            Receipt(taken=False, detail="the journal does not have it any more", hopeless=True)
            if found is None
            else await self._sent(found)
        )
        if receipt.taken:
            await self._office.store.drop(letter)
        else:
            await self._office.store.keep(self._missed(letter, receipt))

    async def _sent(self, row: JournalRow) -> Receipt:
        """Send one message; a fault of ours costs that one, and what follows in its call."""
        try:
            return await self._mail.send(row)
        except Exception as error:
            broken = f"{self._mail.noun}_broken"
            log.exception(broken, **self._named(), call_id=row.call, number=row.number)
            return Receipt(taken=False, detail=type(error).__name__)

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


def _one(journal: Path, number: int) -> JournalRow | None:
    with JournalReader.open(journal) as reader:
        row = next(reader.rows(since=number - 1), None)
    return None if row is None or row.number != number else row
