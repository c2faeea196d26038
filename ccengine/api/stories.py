"""What happened to one call, read and written where its journal is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.api.sight import had
from ccengine.core.ids import AgentId, CallId
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.masking import mask_number
from ccengine.reporting.story import tell
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from ccengine.api.sight import Veil
    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.rows import JournalRow


class StoryLineShown(Shown):
    """One thing that happened."""

    at: Utc
    seconds: float = Field(description="Since the story began.")
    text: str


class StoryShown(Shown):
    """What happened to a call, in order."""

    call: str
    lines: list[StoryLineShown]


@dataclass(frozen=True, slots=True)
class OfCall:
    """An answer about a call, and what decides on who may have it."""

    client: str
    agents: frozenset[AgentId]  #: who had part in it
    body: bytes


def read_story(journal: Path, call: str, veil: Veil) -> OfCall | None:
    """Tell a call's story; None: nobody knows the call."""
    with JournalReader.open(journal) as reader:
        rows = list(reader.rows(call=CallId(call)))
    record = fold_call(rows)
    return None if record is None else of_call(record, _story(record, rows, veil))


def of_call(record: CallRecord, answer: BaseModel) -> OfCall:
    """Return an answer about the call of a record."""
    return OfCall(record.client, had(record), answer.model_dump_json().encode())


def _story(record: CallRecord, rows: Sequence[JournalRow], veil: Veil) -> StoryShown:
    lines = tell(rows, mask=mask_number if veil.hides(record.client) else str)
    return StoryShown(
        call=record.call, lines=[StoryLineShown.model_validate(line) for line in lines]
    )
