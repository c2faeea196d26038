"""The demo's database and calendar, made as an engine makes them, without threads.

Flows run in virtual time, where a thread would be late by a century: who asks and who writes does
so at once, with the demo's own statements, or after a while that passes in virtual time.
"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from ccengine.config.settings import StatePaths
from ccengine.core.events import SubmissionMade
from ccengine.core.ids import ClientId
from ccengine.ivr.data import read, text_of
from ccengine.lookup.calendar import CalendarBook
from ccengine.lookup.desk import LookupDesk
from ccengine.lookup.examples import make_examples
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccengine.config.clients import Client
    from ccengine.config.lookup_sources import Lookup
    from ccengine.ivr.data import Value
    from ccengine.ivr.prompts import SpokenPrompt
    from ccengine.ivr.speaking import Voices
    from ccengine.lookup.source import Document
    from tests.calls.center_on_fake import CenterOnFake

NOUR = ClientId("nour")


class Words:
    """A speech engine that remembers what each sound says."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    async def sound(self, prompt: SpokenPrompt) -> str:
        name = f"said/{len(self.texts)}"
        self.texts[name] = prompt.text
        return name

    def heard(self, media: str) -> str:
        """What a sound says, or its name."""
        name = media.partition("/sounds/")[2]
        return self.texts.get(name, name)


class Examples:
    """What Nour's self-service asks and changes."""

    def __init__(self, center: CenterOnFake, state: Path) -> None:
        tenant = center.configuration.tenant
        assert tenant is not None
        self._center = center
        self._client = tenant.clients[NOUR]
        self.is_down = False
        self.seconds = 0.1  #: that each answer takes
        self._tenant = tenant
        self._paths = StatePaths(state)
        self.visits = CalendarBook(
            self._paths.database_of(NOUR, "visits.ics"), ZoneInfo("Asia/Dubai")
        )
        self.done: list[SubmissionMade] = []
        self.shop = sqlite3.connect(":memory:")
        self.words = Words()
        self.make_anew()
        self.take_over()

    def make_anew(self) -> None:
        """Have everything as it was at the first start."""
        self.shop.close()
        shop = self._paths.database_of(NOUR, "shop.sqlite")
        for file in (shop, self.visits.file):
            file.unlink(missing_ok=True)
        now = datetime.fromtimestamp(self._center.engine.clock.now(), UTC)
        make_examples(self._tenant, self._paths, now)
        self.shop = sqlite3.connect(shop, isolation_level=None)
        self.shop.row_factory = sqlite3.Row

    def take_over(self) -> None:
        """Answer the present engine."""
        loop = asyncio.get_running_loop()
        self._center.wiring.voices = cast("Voices", self.words)
        self._center.wiring.lookups = LookupDesk(loop.time, self._source)
        self._center.engine.observe(lambda _: loop.call_soon(self._carry_out))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What stands in the shop."""
        return [tuple(row) for row in self.shop.execute(statement)]

    def _source(self, client: Client, _name: str, lookup: Lookup) -> _Source:
        assert client.id == NOUR
        return _Source(self, lookup)

    async def asked(self, lookup: Lookup, values: Mapping[str, Value]) -> Document | None:
        await asyncio.sleep(self.seconds)
        if self.is_down:
            message = "down"
            raise SourceFailed(message)
        if lookup.calendar is not None:
            return self.visits.find(lookup.calendar.find, values)
        assert lookup.sql is not None
        statement = self._client.lookup_files.statement(lookup.sql) or ""
        row = self.shop.execute(statement, _texts(values)).fetchone()
        return None if row is None else dict(row)

    def _carry_out(self) -> None:
        """Do what the outbox would, in the journal's order."""
        made = [one for one in self._center.journal.events() if isinstance(one, SubmissionMade)]
        for event in made[len(self.done) :]:
            self.done.append(event)
            self.carry_out(event)

    def carry_out(self, event: SubmissionMade) -> None:
        """Do it; an outbox may do so more than once."""
        submission = self._client.settings.submissions[event.submission]
        values = {name: read(kept) for name, kept in event.values.items()}
        if submission.sql is not None:
            statement = self._client.lookup_files.statement(submission.sql) or ""
            self.shop.execute(statement, {**_texts(values), "key": event.key})
        elif submission.calendar is not None:
            self.visits.change(submission.calendar.change, values, event.key)


class _Source:
    def __init__(self, examples: Examples, lookup: Lookup) -> None:
        self._examples = examples
        self._lookup = lookup

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        return await self._examples.asked(self._lookup, values)

    def close(self) -> None:
        pass


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: text_of(value) for name, value in values.items()}
