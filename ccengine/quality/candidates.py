"""Which recorded talks there are to be drawn from, read from call records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, create_engine, select

from ccengine.core.ids import Instant, QueueId
from ccengine.quality.drawing import Candidate
from ccengine.storage.tables import CALL_RECORDS as CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LONGEST_CALL_SECONDS = 86_400.0
_NAMES = ("call", "agent", "queue", "conversations", "dispositions", "survey_score")


def read_candidates(database: Path, client: str, begins: Instant, ends: Instant) -> list[Candidate]:
    """Return each agent's part in each recorded call of a client that began to talk in a period.

    Takes its time: not for the loop.
    """
    engine = create_engine(
        f"sqlite:///file:{database.absolute()}?mode=ro&uri=true", poolclass=NullPool
    )
    query = select(*(CALLS.c[name] for name in _NAMES)).where(
        CALLS.c.client == client,
        CALLS.c.arrived_at >= begins - LONGEST_CALL_SECONDS,
        CALLS.c.arrived_at < ends,
        CALLS.c.recording.is_not(None),
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    engine.dispose()
    found = (one for row in rows for one in _parts({**row}))
    return [one for one in found if begins <= one.talk_started_at < ends]


def _parts(row: Mapping[str, Any]) -> Iterator[Candidate]:
    talks: dict[str, list[Mapping[str, Any]]] = {}
    for talk in row["conversations"]:
        talks.setdefault(talk["agent"], []).append(talk)
    said = {one["agent"]: one["disposition"] for one in row["dispositions"]}
    for agent, theirs in talks.items():
        yield Candidate(
            call=row["call"],
            agent=agent,
            queue=QueueId(row["queue"] or "").partition("/")[2],
            disposition=said.get(agent, ""),
            survey_score=row["survey_score"] if agent == row["agent"] else None,
            talk_started_at=theirs[0]["started_at"],
            talk_seconds=sum(_seconds(talk) for talk in theirs),
            silence_percent=_percent(theirs, "silence_seconds"),
            talk_over_percent=_percent(theirs, "talk_over_seconds"),
        )


def _seconds(talk: Mapping[str, Any]) -> float:
    ended = talk["ended_at"]
    return 0.0 if ended is None else float(ended - talk["started_at"] - talk["held_seconds"])


def _percent(talks: Sequence[Mapping[str, Any]], name: str) -> float | None:
    """Return a share of what was found in recordings; older records know nothing of that."""
    measured = sum(talk.get("measured_seconds") or 0.0 for talk in talks)
    part = sum(talk.get(name) or 0.0 for talk in talks)
    return 100 * part / measured if measured else None
