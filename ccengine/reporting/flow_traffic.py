"""How many calls went which way through flows, and where callers hung up. A fold of the journal.

A flow that another one calls is a part of the step that calls it: who hangs up inside is lost at
that step, too, and who comes back goes on from there.
"""

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


class Inside(NamedTuple):
    """Where a call is."""

    at: At
    called_by: tuple[At, ...]  #: steps whose flows wait, outermost first


@dataclass(slots=True)
class Traffic:
    """Counts by step, and by step and the step after it."""

    entered: Counter[At] = field(default_factory=Counter)
    went: Counter[tuple[At, At]] = field(default_factory=Counter)
    hung_up: Counter[At] = field(default_factory=Counter)  #: by the caller, in the step
    _inside: dict[CallId, Inside] = field(default_factory=dict)

    def take(self, rows: Iterable[JournalRow]) -> None:
        """Count rows in order."""
        for row in rows:
            if row.kind == "event" and row.call is not None:
                self._take(row, row.call)

    def _take(self, row: JournalRow, call: CallId) -> None:
        match row.what:
            case FlowStepEntered() as what:
                self._enter(call, _inside(row.client, what))
            case CallEnded(by=by, reached=reached):
                last = self._inside.pop(call, None)
                if last is not None and reached is None and by in (Party.CALLER, Party.LOST):
                    self.hung_up.update({last.at, *last.called_by})
            case CallQueued() | MessageAsked():
                self._inside.pop(call, None)
            case CallbackAsked(origin=origin):
                self._inside.pop(origin, None)
            case _:
                pass

    def _enter(self, call: CallId, now: Inside) -> None:
        before = self._inside.get(call)
        if before != now:  # else an engine has begun the step anew
            self.entered[now.at] += 1
            if before is not None:
                from_inside = before.called_by[len(now.called_by) :]
                self.went[from_inside[0] if from_inside else before.at, now.at] += 1
        self._inside[call] = now


def _inside(client: ClientId, what: FlowStepEntered) -> Inside:
    places = [place.partition("/") for place in what.returns]
    called_by = tuple(At(client, flow, step) for flow, _, step in places)
    return Inside(At(client, what.flow, what.step), called_by)
