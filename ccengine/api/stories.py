"""What happened to one call, read and written where its journal is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.reporting.story import tell
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccengine.core.ids import CallId
    from ccengine.reporting.readers import CallReader


class StoryLineShown(Shown):
    """One thing that happened."""

    at: Utc
    seconds: float = Field(description="Since the story began.")
    text: str


class StoryShown(Shown):
    """What happened to a call, in order."""

    call: str
    lines: list[StoryLineShown]


def read_story(
    journal: Path, call: CallId, mask: Callable[[str], str], seen_by: CallReader
) -> bytes:
    """Tell a call's story as it is answered; `mask` shows callers' numbers."""
    with JournalReader.open(journal) as reader:
        told = tell(list(reader.rows(call=call)), mask=mask, reader=seen_by)
    lines = [StoryLineShown.model_validate(line) for line in told]
    return StoryShown(call=call, lines=lines).model_dump_json().encode()
