"""Plays a journal to a core: to go on from its end, or to compare what it decides by bytes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ccengine.core.center import ContactCenter
from ccengine.core.errors import CoreError
from ccengine.core.faults import Unsettled
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.rows import Rejection, Unknown
from ccengine.storage.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.core.events import Event
    from ccengine.reporting.rows import RowKind, What
    from ccengine.storage.journal_reader import Restored, StoredRow, TailEntry


@dataclass(frozen=True, slots=True)
class Difference:
    """A step of the core that came out differently."""

    number: int  #: of the event's or the snapshot's row
    recorded: tuple[bytes, ...]
    replayed: tuple[bytes, ...]


def center_of(restored: Restored) -> ContactCenter:
    """Bring a core to where the journal ends: by the same code that led there."""
    snapshot = restored.snapshot
    center = ContactCenter() if snapshot is None else ContactCenter.from_snapshot(snapshot)
    for entry in restored.tail:
        repeat(center, entry)
    return center


def repeat(center: ContactCenter, entry: TailEntry) -> None:
    """Have a core do a step again that was not refused, however far it came then."""
    with suppress(Unsettled):
        if entry.event is None:
            center.advance(entry.at)
        else:
            center.handle(entry.event, entry.at)


def replay(rows: Iterable[StoredRow]) -> list[Difference]:
    """Replay rows, from the journal's first or from a snapshot's.

    Snapshots on the way are compared as well.

    Returns:
        Steps that came out differently; empty when the replay gave the same bytes.
    """
    center: ContactCenter | None = None
    differences: list[Difference] = []
    step: list[StoredRow] = []
    for row in rows:
        if row.because is None and step:
            center = _play(center, step, differences)
            step = []
        step.append(row)
    if step:
        _play(center, step, differences)
    return differences


def _play(
    center: ContactCenter | None, step: Sequence[StoredRow], differences: list[Difference]
) -> ContactCenter:
    first = step[0]
    what = _read(first)
    if center is None and isinstance(what, CenterSnapshot):
        return ContactCenter.from_snapshot(what)
    center = center or ContactCenter()
    recorded = tuple(row.data for row in step[1:])
    if isinstance(what, CenterSnapshot):
        recorded = (first.data,)
    replayed = tuple(encode(item) for item in _decide(center, what, first))
    if recorded != replayed:
        differences.append(Difference(first.number, recorded, replayed))
    return center


def _decide(center: ContactCenter, what: What, row: StoredRow) -> Sequence[What]:
    if isinstance(what, CenterSnapshot):
        return [center.snapshot()]
    if isinstance(what, Unknown):
        return [what]  # differs from whatever was recorded, and so is reported
    try:
        if row.kind == "advance":
            return center.advance(row.at)
        return center.handle(cast("Event", what), row.at)
    except CoreError as error:
        return [Rejection(str(error) or type(error).__name__)]
    except Unsettled as fault:
        return fault.commands


def _read(row: StoredRow) -> What:
    return decode(cast("RowKind", row.kind), row.type, row.data)
