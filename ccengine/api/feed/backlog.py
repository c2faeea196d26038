"""What a client missed, read from the journal, as far as it sees."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from ccengine.api.feed.hub import changes
from ccengine.api.feed.view import Holders
from ccengine.core.commands import ShowCall
from ccengine.reporting.news import news_of
from ccengine.reporting.rows import is_void
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.api.feed.view import View
    from ccengine.reporting.news import News

ROWS_AT_ONCE: Final = 2_000
READERS_AT_ONCE: Final = 2


class Chunk(NamedTuple):
    """A part of what was missed."""

    upto: int  #: the row it reaches to
    data: bytes


class Backlog:
    """Reads the journal beside the engine, on threads of its own, few at a time."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._turn = asyncio.Semaphore(READERS_AT_ONCE)
        self._stream: str | None = None

    async def stream(self) -> str:
        """Return what tells this journal's numbers from those of another journal."""
        if self._stream is None:
            self._stream = await asyncio.to_thread(_stream_of, self._journal)
        return self._stream

    async def read(self, view: View, after: int, upto: int) -> Chunk:
        """Return what is seen of the rows after one and up to another, or of the first of them."""
        async with self._turn:
            return await asyncio.to_thread(_read, self._journal, view, after, upto)


def _stream_of(journal: Path) -> str:
    with JournalReader.open(journal) as reader:
        for row in reader.stored():
            return f"{row.node}-{int(row.at * 1e6):x}"
    return "empty"


def _read(journal: Path, view: View, after: int, upto: int) -> Chunk:
    with JournalReader.open(journal) as reader:
        steps, reached = reader.steps_after(after, upto, about=ROWS_AT_ONCE)
        holders = Holders({})
        parts = []
        for news in (news_of(row) for step in steps if not is_void(step) for row in step):
            if news is None:
                continue
            _recall(holders, reader, news)
            body = view.body(news, holders.take(news))
            if body is not None:
                parts.append(orjson.dumps(body))
    return Chunk(reached, changes(reached, parts))


def _recall(holders: Holders, reader: JournalReader, news: News) -> None:
    """Find out whom a call was with before the rows that are read."""
    if news.call is None or holders.knows(news.call):
        return
    row = reader.last_of_call(news.call, ShowCall.__name__, before=news.seq)
    shown = None if row is None else row.what
    holders.learn(news.call, shown.agent if isinstance(shown, ShowCall) else None)
