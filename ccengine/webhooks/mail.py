"""What a webhook is told of its client's calls: each thing that happens, as one signed message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from ccengine.config.requests import NoAddress
from ccengine.core.ids import CallId, Instant
from ccengine.reporting.call_record import CallRecord
from ccengine.reporting.news import Topic, news_of
from ccengine.reporting.rows import is_void
from ccengine.storage.webhooks import WebhookStore
from ccengine.webhooks.courier import Batch
from ccengine.webhooks.sender import Keys, Letter, Receipt, Sender
from ccengine.webhooks.template import address, fields_of, filled

if TYPE_CHECKING:
    from ccengine.config.webhooks import Webhook
    from ccengine.reporting.news import News
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.journal_reader import JournalReader

ROWS_AT_ONCE: Final = 500
TOLD: Final = frozenset({Topic.CALL, Topic.QUALITY})
"""A client is not told of coaching: it would know which of its calls are listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOffice:
    """What couriers of webhooks share."""

    journal: Path
    stream: str  #: tells this journal's numbers from another's
    store: WebhookStore
    sender: Sender
    record: Callable[[CallId], Awaitable[CallRecord | None]]
    now: Callable[[], Instant]


class HookMail:
    """One webhook's `Mail`."""

    noun: Final = "webhook"

    def __init__(self, hook: Webhook, keys: Keys, office: HookOffice) -> None:
        self._hook = hook
        self._keys = keys
        self._office = office

    def begins_after(self, reader: JournalReader, client: str) -> int:
        """Return the last row: a new webhook is told what happens from now on."""
        del client
        return reader.last_number()

    def may_want(self, row: JournalRow) -> bool:
        """Find all rows worth a look: which are messages takes longer to know."""
        del row
        return True

    def batch(self, reader: JournalReader, after: int, client: str) -> Batch:
        """Return what happened to calls, as far as it is asked for."""
        steps, reached = reader.steps_after(after, reader.last_number(), about=ROWS_AT_ONCE)
        rows = (row for step in steps if not is_void(step) for row in step if row.client == client)
        return Batch([row for row in rows if self._wants(row)], reached)

    def _wants(self, row: JournalRow) -> bool:
        news, events = news_of(row), self._hook.events
        if news is None or news.topic not in TOLD:
            return False
        return not events or news.body["action"] in events

    def lane(self, row: JournalRow) -> str:
        """Return the same for all: there is one receiver."""
        del row
        return ""

    async def send(self, row: JournalRow) -> Receipt:
        """Send it."""
        news = news_of(row)
        if news is None:
            return Receipt(taken=False, detail="it says nothing any more", hopeless=True)
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
