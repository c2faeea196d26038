"""Figures for Prometheus: what has happened since the engine started, and how its watches fare.

What happened is counted from journal rows, by whoever has caused it, so a new figure needs no line
elsewhere. `GET /metrics` shows them; each engine has a registry of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from ccengine.core.events import (
    CoachLeaked,
    CoachRouted,
    PartyUnheard,
    RecordingFailed,
    RecordingGapFound,
)
from ccengine.reporting.rows import is_void

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccengine.reporting.rows import JournalRow

CONTENT_TYPE: Final = "text/plain"
WHOSE: Final = ("tenant", "client")


class Metrics:
    """One engine's figures."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._gaps = Counter(
            "ccengine_recording_gaps",
            "Gaps found in recordings, in talks and after them",
            (*WHOSE, "kind"),
            registry=registry,
        )
        self._failures = Counter(
            "ccengine_recording_failures",
            "Times that a call which should be recorded was not, or no longer",
            WHOSE,
            registry=registry,
        )
        self._unheard = Counter(
            "ccengine_parties_unheard",
            "Times that nothing at all came from a phone for long",
            (*WHOSE, "party"),
            registry=registry,
        )
        self._count_coaching(registry)
        self._watched = Gauge(
            "ccengine_recordings_watched",
            "Talks looked at last, that are recorded",
            registry=registry,
        )
        self._look_seconds = Gauge(
            "ccengine_recording_look_seconds", "How long the last look took", registry=registry
        )
        self._looked_at = Gauge(
            "ccengine_recording_look_timestamp_seconds",
            "When recordings were looked at last; old: nobody would find a gap",
            registry=registry,
        )

    def _count_coaching(self, registry: CollectorRegistry) -> None:
        self._leaks = Counter(
            "ccengine_coach_leaks",
            "Coaches whom others heard, or would have: each was refused or taken out at once",
            (*WHOSE, "planned"),
            registry=registry,
        )
        self._routings = Counter(
            "ccengine_coach_routings",
            "Times that a coach's sound was set up and agreed with what Asterisk says",
            (*WHOSE, "mode"),
            registry=registry,
        )

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Count what a step of the core tells of."""
        if is_void(rows):
            return
        for row in rows:
            whose = (row.tenant, row.client)
            match row.what:
                case RecordingGapFound(kind=kind):
                    self._gaps.labels(*whose, kind).inc()
                case RecordingFailed():
                    self._failures.labels(*whose).inc()
                case CoachLeaked(planned=planned):
                    self._leaks.labels(*whose, "yes" if planned else "no").inc()
                case CoachRouted(mode=mode):
                    self._routings.labels(*whose, mode).inc()
                case PartyUnheard(party=party):
                    self._unheard.labels(*whose, party).inc()
                case _:
                    pass

    def note_look(self, *, at: float, seconds: float, recordings: int) -> None:
        """Take note of a look at all recordings that go on."""
        self._looked_at.set(at)
        self._look_seconds.set(seconds)
        self._watched.set(recordings)

    def watch(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Show a figure as it is whenever somebody asks."""
        Gauge(name, what, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self._registry)
