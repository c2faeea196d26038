"""Serves one receiver: takes the journal row by row, in the order of each call, until all is taken.

What is not taken at once is kept and tried again, later and later; what follows it in the same
call waits behind it, other calls do not. A kill between sending and noting it sends again, under
the same name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson
import structlog

from ccengine.config.requests import NoAddress
from ccengine.core.ids import CallId, Instant
from ccengine.reporting.call_record import CallRecord
from ccengine.reporting.news import News, Topic, news_of
from ccengine.reporting.rows import is_void
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.webhooks import HookKey, LetterState, StoredLetter, WebhookStore
from ccengine.webhooks.sender import Keys, Letter, Receipt, Sender
from ccengine.webhooks.template import address, fields_of, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.config.webhooks import Webhook

log = structlog.get_logger()

ROWS_AT_ONCE: Final = 500
CALLS_AT_ONCE: Final = 4
LETTERS_AT_ONCE: Final = 50
MOST_LETTERS: Final = 5_000
"""While so many wait, the journal is read no further: it keeps the rest."""
GATHER_SECONDS: Final = 0.2
POLL_SECONDS: Final = 5.0
BACKOFF_SECONDS: Final = (5.0, 30.0, 120.0, 600.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0)
"""Between one try and the next: eight more tries in a day, then the message is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What couriers share."""

    journal: Path
    stream: str  #: tells this journal's numbers from another's
    store: WebhookStore
    sender: Sender
    record: Callable[[CallId], Awaitable[CallRecord | None]]
    now: Callable[[], Instant]


class Batch(NamedTuple):
    """What the journal has for a receiver."""

    news: list[News]
    upto: int


class Courier:
    """One webhook's."""

    def __init__(self, key: HookKey, hook: Webhook, keys: Keys, office: Office) -> None:
        self.key = key
        self._hook = hook
        self._keys = keys
        self._office = office
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have it look at the journal."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver, for ever."""
        while True:
            try:
                more = await self.turn()
            except Exception as error:  # whatever it is: calls go on, and it is tried again
                log.exception("webhook_failed", **self._named(), cause=str(error))
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
            await store.set_place(self.key, await asyncio.to_thread(_last, self._office.journal))
            return False
        batch = await asyncio.to_thread(
            _read, self._office.journal, before, self.key.client, frozenset(self._hook.events)
        )
        if batch.upto == before:
            return bool(due)
        letters = await self._deliver(batch.news)
        return await store.advance(self.key, before, batch.upto, letters)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._wake.clear()

    async def _deliver(self, news: Sequence[News]) -> list[StoredLetter]:
        """Send messages, in the order of each call; return those not taken."""
        waiting = await self._office.store.waiting_calls(self.key)
        calls: dict[str, list[News]] = {}
        for one in news:
            calls.setdefault(one.call or "", []).append(one)
        left: list[StoredLetter] = []
        turn = asyncio.Semaphore(CALLS_AT_ONCE)

        async def deliver(call: str, some: Sequence[News]) -> None:
            async with turn:
                left.extend(await self._deliver_call(some, blocked=call in waiting))

        async with asyncio.TaskGroup() as group:
            for call, some in calls.items():
                group.create_task(deliver(call, some))
        return left

    async def _deliver_call(self, news: Sequence[News], *, blocked: bool) -> list[StoredLetter]:
        left = []
        for one in news:
            letter = StoredLetter(
                client=self.key.client,
                hook=self.key.hook,
                number=one.seq,
                call=one.call or "",
                at=self._office.now(),
            )
            if not blocked:
                receipt = await self._send(one)
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
            else await self._send(found)
        )
        if receipt.taken:
            await self._office.store.drop(letter)
        else:
            await self._office.store.keep(self._missed(letter, receipt))

    def _missed(self, letter: StoredLetter, receipt: Receipt) -> StoredLetter:
        attempts = letter.attempts + 1
        dead = receipt.hopeless or attempts > len(BACKOFF_SECONDS)
        log.warning(
            "webhook_dead" if dead else "webhook_not_taken",
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

    async def _send(self, news: News) -> Receipt:
        try:
            letter = await self._letter(news)
        except NoAddress as error:
            return Receipt(taken=False, detail=str(error), hopeless=True)
        return await self._office.sender.send(letter, self._keys)

    async def _letter(self, news: News) -> Letter:
        hook = self._hook
        url, body = hook.url, orjson.dumps(news.body)
        if hook.body is not None or "{" in url:
            record = None if news.call is None else await self._office.record(news.call)
            fields = fields_of(news.body, record)
            url = address(url, fields)
            body = body if hook.body is None else orjson.dumps(filled(hook.body, fields))
        return Letter(
            name=f"{self._office.stream}-{news.seq}",
            method=hook.method,
            url=url,
            body=body,
            private=hook.private,
        )

    def _named(self) -> dict[str, str]:
        return {"client": self.key.client, "hook": self.key.hook}


def _last(journal: Path) -> int:
    with JournalReader.open(journal) as reader:
        return reader.last_number()


def _read(journal: Path, after: int, client: str, events: frozenset[str]) -> Batch:
    with JournalReader.open(journal) as reader:
        steps, reached = reader.steps_after(after, reader.last_number(), about=ROWS_AT_ONCE)
    rows = (row for step in steps if not is_void(step) for row in step if row.client == client)
    news = (news_of(row) for row in rows)
    return Batch([one for one in news if one is not None and _is_wanted(one, events)], reached)


def _is_wanted(news: News, events: frozenset[str]) -> bool:
    return news.topic is Topic.CALL and (not events or news.body["action"] in events)


def _one(journal: Path, number: int) -> News | None:
    with JournalReader.open(journal) as reader:
        row = next(reader.rows(since=number - 1), None)
    return None if row is None or row.number != number else news_of(row)
