"""Names of recordings' files. Nothing in them comes from a caller: ids of ours and dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccengine.core.calls import Call

ENDING: Final = ".raw"
"""16 bit samples without a header, both sides in turn, 8000 a second of each."""


def recording_of(call: Call, at: float, part: int = 1) -> str:
    """Return a recording's path below the recordings folder, without ending; the date is UTC."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")
    suffix = "" if part == 1 else f"-{part}"
    return f"{call.tenant}/{call.client}/{day}/{call.id}{suffix}"


def next_part(call: Call, at: float) -> str:
    """Return the path of a call's next recording; a name is never used twice."""
    return recording_of(call, at, call.recording_parts + 1) + ENDING
