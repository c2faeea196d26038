"""Instants for people and other programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.ids import Instant


def utc_text(at: Instant) -> str:
    """Return an instant as ISO 8601 in UTC, to the microsecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def day_folder(at: Instant) -> str:
    """Return where files of an instant's day are, in UTC: year, month and day."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")
