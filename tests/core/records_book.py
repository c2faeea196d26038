"""The books on records: what reporting makes of the journal is what the books say of every talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.ids import ClientId
from ccengine.reporting.call_records import CallRecords
from ccengine.reporting.rows import Advance, JournalRow
from tests.core.builders import TENANT

if TYPE_CHECKING:
    from ccengine.core.commands import Command
    from ccengine.core.events import Event
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import RowKind, What
    from tests.core.hands_book import Hands


class Records:
    """Folds each step as the journal would keep it, and compares what is over."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.folded = CallRecords()
        self.number = 0

    def enter(self, event: Event | None, commands: list[Command], now: float) -> None:
        first = self.number + 1
        kind: RowKind = "advance" if event is None else "event"
        self._take(kind, event or Advance(), None, now)
        for command in commands:
            self._take("command", command, first, now)

    def _take(self, kind: RowKind, what: What, because: int | None, now: float) -> None:
        self.number += 1
        row = JournalRow(
            number=self.number,
            at=now,
            kind=kind,
            type=type(what).__name__,
            schema=1,
            tenant=TENANT,
            client=ClientId(""),
            call=getattr(what, "call", None),
            agent=getattr(what, "agent", None),
            node="node1",
            because=because,
            what=what,
        )
        record = self.folded.apply(row)
        if record is not None:
            self._compare(record)

    def _compare(self, record: CallRecord) -> None:
        """Check that each agent's talk time is theirs, to the instant."""
        told = [(one.agent, one.started_at, one.ended_at) for one in record.conversations]
        talks = self.hands.talks.get(record.call, [])
        known = [(one.agent, one.began, one.ended) for one in talks]
        assert told == known, f"talks of {record.call}: the record says {told}, they were {known}"
        seconds = sum((one.ended or 0.0) - one.began for one in talks)
        assert abs(record.talk_seconds - seconds) < 1e-6, f"{record.talk_seconds} of {seconds} s"
