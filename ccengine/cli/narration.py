"""Tells a call while it happens, from the journal and from the phones that play it."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import TYPE_CHECKING

from ccengine.cli.output import console
from ccengine.core.events import CallArrived, CallQueued, RecordingStarted
from ccengine.reporting.story import tell
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.clock import Clock
    from ccengine.core.ids import CallId
    from ccengine.reporting.rows import JournalRow

LOOK_EVERY_SECONDS = 0.05
HOLD_BACK_SECONDS = 0.2  # so that lines from phones and journal come out in order


class Narration:
    """Finds the first call to `number` after its start and prints each thing that happens."""

    def __init__(self, journal: Path, clock: Clock, number: str) -> None:
        self._path = journal
        self._clock = clock
        self._number = number
        self._started = clock.now()
        self._rows: list[JournalRow] = []
        self._pending: list[tuple[float, str, str]] = []
        self._told = 0
        self._queued_at: float | None = None
        self.call: CallId | None = None
        self.recording = ""

    def say(self, text: str) -> None:
        """Print a step that a phone has seen."""
        self._pending.append((self._clock.now(), "phone ", text))

    async def follow(self) -> None:
        """Print what phones and engine do, in order, until cancelled."""
        with JournalReader.open(self._path) as reader:
            since = reader.last_number()
            try:
                while True:
                    for row in reader.rows(since=since):
                        since = row.number
                        self._note(row)
                    self._print_until(self._clock.now() - HOLD_BACK_SECONDS)
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
            finally:
                self._print_until(self._clock.now())

    def ringing_after(self, invited: float | None) -> float | None:
        """Return seconds from the call's queueing to the agent's INVITE.

        Args:
            invited: the loop's time at which the agent's phone had its INVITE.
        """
        if invited is None or self._queued_at is None:
            return None
        return self._clock.at(invited) - self._queued_at

    def _note(self, row: JournalRow) -> None:
        what = row.what
        if isinstance(what, CallArrived) and self.call is None and what.number == self._number:
            self.call = what.call
        if self.call is None or row.call != self.call:
            return
        self._rows.append(row)
        if isinstance(what, CallQueued):
            self._queued_at = row.at
        elif isinstance(what, RecordingStarted):
            self.recording = what.recording
        lines = tell(self._rows)
        for line in lines[self._told :]:
            self._pending.append((line.at, "engine", line.text))
        self._told = len(lines)

    def _print_until(self, instant: float) -> None:
        self._pending.sort(key=itemgetter(0))
        while self._pending and self._pending[0][0] <= instant:
            at, who, text = self._pending.pop(0)
            console.print(f"{at - self._started:7.3f}  {who}  {text}", highlight=False)
