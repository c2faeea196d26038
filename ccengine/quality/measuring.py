"""What a recording tells of each agent's talk in a call: for the record and the key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import TalkMeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.ids import Instant
    from ccengine.reporting.call_record import CallRecord
    from ccengine.sound.analysis import Analysis


def talks_measured(
    record: CallRecord, analysis: Analysis, started_at: Instant
) -> Iterator[TalkMeasured]:
    """Yield what is to be posted when a call's recording was analysed.

    Args:
        record: of the call, which is over.
        analysis: of its recording, holds and pauses marked.
        started_at: when the recording begins.
    """
    for talk in record.conversations:
        end = record.ended_at if talk.ended_at is None else talk.ended_at
        until = started_at + analysis.seconds if end is None else end
        found = analysis.within(talk.started_at - started_at, until - started_at)
        if found.conversation:
            yield TalkMeasured(
                call=record.call,
                agent=talk.agent,
                began=talk.started_at,
                seconds=round(found.conversation, 2),
                silence_seconds=found.silence,
                talk_over_seconds=found.cross_talk,
            )
