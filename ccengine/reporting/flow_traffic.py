"""How many calls went which way through flows, and where callers hung up. A fold of the journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.events import (
    CallbackAsked,
    CallEnded,
    CallQueued,
    FlowStepEntered,
    MessageAsked,
    Party,
)
from ccengine.core.ids import CallId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.core.ids import ClientId
    from ccengine.reporting.rows import JournalRow


class At(NamedTuple):
    """A step of one client's flow."""

    client: ClientId
    flow: str
    step: str


@dataclass(slots=True)
class Traffic:
    """Counts by step, and by step and the step after it."""

    entered: Counter[At] = field(default_factory=Counter)
    went: Counter[tuple[At, At]] = field(default_factory=Counter)
    hung_up: Counter[At] = field(default_factory=Counter)  #: by the caller, in the step
    _inside: dict[CallId, At] = field(default_factory=dict)

    def take(self, rows: Iterable[JournalRow]) -> None:
        """Count rows in order."""
        for row in rows:
            if row.kind == "event" and row.call is not None:
                self._take(row, row.call)

    def _take(self, row: JournalRow, call: CallId) -> None:
        match row.what:
            case FlowStepEntered() as what:
                at = At(row.client, what.flow, what.step)
                before = self._inside.get(call)
                if before != at:  # else an engine has begun the step anew
                    self.entered[at] += 1
                    if before is not None:
                        self.went[before, at] += 1
                self._inside[call] = at
            case CallEnded(by=by, reached=reached):
                last = self._inside.pop(call, None)
                if last is not None and reached is None and by in (Party.CALLER, Party.LOST):
                    self.hung_up[last] += 1
            case CallQueued() | MessageAsked():
                self._inside.pop(call, None)
            case CallbackAsked(origin=origin):
                self._inside.pop(origin, None)
            case _:
                pass
