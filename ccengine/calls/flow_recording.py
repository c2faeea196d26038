"""What a caller says in a flow, recorded to a file of the call's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriRefused, AriTimeout
from ccengine.asterisk.ari.events import RecordingFailed, RecordingFinished
from ccengine.ivr.context import Taken

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.ivr.context import Take

log = structlog.get_logger()

LEAST_SECONDS = 1
"""Beside the silence that ended it, if one did: less is nobody's message."""


def comment_of(call: Call, at: float) -> str:
    """Return the path below the recordings folder, without ending; nothing is the caller's."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")
    return f"{call.tenant}/{call.client}/comments/{day}/{call.id}-{at * 1000:.0f}"


async def record_caller(
    wiring: Wiring, channel: Channel, call: Call, name: str, take: Take
) -> Taken | None:
    """Sound a tone and record until a key, a silence or the limit; None: nothing was said.

    Cancelled, it goes on recording, and Asterisk does nothing else for the channel until it ends.
    """
    ari = wiring.router.ari
    try:
        if not await ari.record_channel(
            channel.id, name=name, seconds=take.seconds, silence_seconds=take.silence_seconds
        ):
            return None
        ended = await _end_of(channel, name)
    except (AriRefused, AriTimeout) as error:
        log.warning("comment_not_recorded", call_id=call.id, cause=str(error))
        return None
    channel.clear_digits()  # the key that ended it is no answer to the next question
    if ended is None or ended.recording.duration_seconds < LEAST_SECONDS:
        return None
    return Taken(f"{name}.wav", float(ended.recording.duration_seconds))


async def _end_of(channel: Channel, name: str) -> RecordingFinished | None:
    while True:
        match await channel.next_event():
            case RecordingFinished(recording=told) as finished if told.name == name:
                return finished
            case RecordingFailed(recording=told) if told.name == name:
                return None
            case _:
                pass
